/**
 * Joins the concrete parts of one instance: store, core, southbound, API. The only place that knows them all.
 */

import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { API_LIMITS } from '../northbound/api-limits.ts';
import { type HttpServer, startHttpServer } from '../northbound/http-server.ts';
import type { Log } from '../runtime/log.ts';
import { TlsCredentials } from '../runtime/tls-credentials.ts';
import { TurnWatch } from '../runtime/turn-watch.ts';
import { Southbound } from '../southbound/southbound.ts';
import type { Store } from '../store/contract.ts';
import type { Configuration } from './configuration-options.ts';
import { tlsFilesOf } from './configuration-tls.ts';
import { DomainAuthority } from './domain-authority.ts';
import { Engine } from './engine.ts';
import { EventLog } from './event-log.ts';
import { openStore, openStoreNow } from './open-store.ts';
import { openflowTargets } from './openflow-targets.ts';

export interface Instance {
  readonly authority: DomainAuthority;
  /** `unix:PATH` or `http://IP:PORT`. */
  readonly api: string;
  readonly listeners: readonly string[];
  /** Resolves, with one sentence, when this process must not go on. */
  readonly ended: Promise<string>;
  /** Reads the files of TLS again, at once; absent: there are none. */
  readonly reload?: () => void;
  /** Leaves the switches forwarding. */
  close(): Promise<void>;
}

/** By the highest: hello messages name every version that is offered. */
const OFFERED_VERSIONS: Readonly<
  Record<Configuration['openflow-version-max'], readonly OpenFlowVersion[]>
> = { '1.5': [4, 5, 6], '1.4': [4, 5], '1.3': [4] };

/** @throws Error (StoreError, ListenError …) with one sentence when a part cannot start; nothing is left open then. */
export async function startInstance(
  configuration: Configuration,
  version: string,
  log: Log,
): Promise<Instance> {
  const store = await openStore(configuration, log);
  const closers: (() => Promise<void> | void)[] = [() => store.close()];
  try {
    return await startParts(configuration, version, log, store, closers);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

async function startParts(
  configuration: Configuration,
  version: string,
  log: Log,
  store: Store,
  closers: (() => Promise<void> | void)[],
): Promise<Instance> {
  const events = new EventLog(log);
  const turns = new TurnWatch();
  closers.push(() => turns.close());
  const startedAt = new Date();
  let endWith: (message: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    endWith = resolve;
  });
  const engine = new Engine({
    ...{ store, events, log, version, startedAt },
    instance: configuration.instance,
    monitored: configuration['bfd-interval-ms'] > 0,
    nameTaken: endWith,
    auditIntervalMs: configuration['audit-interval-s'] * 1_000,
  });
  const tlsFiles = tlsFilesOf(configuration);
  const tls = tlsFiles === undefined ? undefined : new TlsCredentials(tlsFiles, log);
  closers.push(() => tls?.close());
  const southbound = new Southbound({ ...southboundSettings(configuration), tls }, log, (input) =>
    engine.take(input),
  );
  closers.push(() => engine.close());
  closers.push(() => southbound.close());
  await engine.start(southbound);
  const listeners: string[] = [];
  let ready = false;
  const authority = new DomainAuthority(engine, store, southbound, events, {
    instance: configuration.instance,
    domain: configuration.domain,
    version,
    startedAt,
    listeners,
    turns,
    // A single damaged record is a problem that status names; the rest is served all the same.
    isReady: () =>
      ready && !engine.storeProblems.has('feed') && !engine.storeProblems.has('publish'),
    ...(configuration.store.type === 'redis'
      ? { openAgain: () => openStoreNow(configuration, log) }
      : {}),
  });
  // Before the API: whoever gets an answer from it may have a hypervisor join.
  for (const endpoint of configuration.openflow) {
    listeners.push(await southbound.openSwitches(endpoint));
  }
  for (const endpoint of configuration.ovsdb) {
    listeners.push(await southbound.openDatabases(endpoint));
  }
  const api: HttpServer = await startHttpServer({
    authority,
    listen: configuration.api,
    version,
    log,
    limits: { ...API_LIMITS, bodyMaxBytes: configuration['manifest-size-max-bytes'] },
  });
  closers.push(() => api.close());
  if ('host' in configuration.api && !isLoopback(configuration.api.host)) {
    log.warn(
      `the API at ${api.address} takes orders from whoever reaches it: it has no authentication yet; prefer unix:PATH`,
    );
  }
  ready = true;
  return {
    ...{ authority, api: api.address, listeners, ended, close: () => closeAll(closers) },
    ...(tls === undefined ? {} : { reload: () => tls.reload() }),
  };
}

function southboundSettings(
  configuration: Configuration,
): ConstructorParameters<typeof Southbound>[0] {
  const { domain } = configuration;
  return {
    domain,
    instance: configuration.instance,
    // RFC 7047 §3.1: an <id> has letters, digits and underscores.
    lock: `nva_${domain.replaceAll(/[^A-Za-z0-9]/g, (sign) => `_${sign.charCodeAt(0).toString(16)}`)}`,
    openflowVersions: OFFERED_VERSIONS[configuration['openflow-version-max']],
    probeIntervalMs: configuration['probe-interval-ms'],
    bfdIntervalMs: configuration['bfd-interval-ms'],
    requestTimeoutMs: 10_000,
    connectionsMax: configuration['connections-max'],
    certificateNames: configuration['certificate-names'],
    controllers: (localAddress, isTls) => openflowTargets(configuration, localAddress, isTls),
  };
}

function isLoopback(host: string): boolean {
  return host === '::1' || host === 'localhost' || host.startsWith('127.');
}

/** In the reverse order of their making. */
async function closeAll(closers: (() => Promise<void> | void)[]): Promise<void> {
  for (const close of closers.reverse()) await close();
}
