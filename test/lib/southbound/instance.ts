/**
 * An instance without its API, in this process: engine, southbound and a store in memory, on ports of the loopback.
 */

import type { Input } from '../../../lib/control/inputs.ts';
import { Engine } from '../../../lib/daemon/engine.ts';
import { EventLog } from '../../../lib/daemon/event-log.ts';
import { reportFlows } from '../../../lib/daemon/flow-report.ts';
import { recordToJson } from '../../../lib/model/record-parse.ts';
import { type DomainRecord, keyOf } from '../../../lib/model/records.ts';
import type { FlowReport } from '../../../lib/northbound/authority.ts';
import { type ListenTcp, parseEndpoint } from '../../../lib/runtime/endpoint.ts';
import type { Log } from '../../../lib/runtime/log.ts';
import { TlsCredentials } from '../../../lib/runtime/tls-credentials.ts';
import type { TlsFiles } from '../../../lib/runtime/tls-files.ts';
import type { CertificateNames } from '../../../lib/southbound/certificate-rule.ts';
import { Southbound } from '../../../lib/southbound/southbound.ts';
import type { Store } from '../../../lib/store/contract.ts';
import { openMemoryStore } from '../../../lib/store/memory-store.ts';
import { until } from '../../../scripts/lab/waiting.ts';

export interface InstanceOptions {
  readonly name?: string;
  readonly probeIntervalMs?: number;
  /** One that instances share is closed by who opened it. */
  readonly store?: Store;
  /** Listens with TLS, too. */
  readonly tls?: TlsFiles;
  readonly certificateNames?: CertificateNames;
}

/** What an NVE's lock and its switch's roles have made of the instance. */
export interface Heard {
  readonly atMs: number;
  readonly nve: string;
  readonly what: 'owner' | 'no-owner' | 'flows-ready' | 'flows-lost';
}

export class SouthboundInstance {
  readonly name: string;
  readonly lines: string[] = [];
  readonly heard: Heard[] = [];
  readonly #store: Store;
  readonly #ownStore: Store | undefined;
  readonly engine: Engine;
  readonly southbound: Southbound;
  openFlowPort = 0;
  ovsdbPort = 0;
  openFlowTlsPort = 0;
  ovsdbTlsPort = 0;
  /** What bridges are told to connect to, where that is not `openFlowPort`. */
  target: string | undefined;

  private constructor(options: InstanceOptions) {
    const { name = 'a', probeIntervalMs = 1000, store, certificateNames = 'system-id' } = options;
    this.name = name;
    this.#ownStore = store === undefined ? openMemoryStore() : undefined;
    this.#store = store ?? this.#ownStore ?? openMemoryStore();
    const say = (message: string): void => {
      this.lines.push(message);
    };
    const log: Log = { debug: () => undefined, info: say, warn: say, error: say };
    this.engine = new Engine({
      ...{ store: this.#store, events: new EventLog(log), log, instance: name, version: '0' },
      startedAt: new Date(0),
      nameTaken: () => undefined,
    });
    const settings = {
      ...{ domain: 'test', instance: name, lock: 'nva_test' },
      ...{ probeIntervalMs, requestTimeoutMs: 5_000 },
      connectionsMax: 1000,
      openflowVersions: [4, 5, 6] as const,
      tls: options.tls === undefined ? undefined : new TlsCredentials(options.tls, log),
      certificateNames,
      controllers: (_: unknown, isTls: boolean) =>
        isTls
          ? [`ssl:127.0.0.1:${this.openFlowTlsPort}`]
          : [this.target ?? `tcp:127.0.0.1:${this.openFlowPort}`],
    };
    this.southbound = new Southbound(settings, log, (input) => {
      this.#note(input);
      this.engine.take(input);
    });
  }

  static async start(options: InstanceOptions = {}): Promise<SouthboundInstance> {
    const instance = new SouthboundInstance(options);
    await instance.engine.start(instance.southbound);
    const endpoint = parseEndpoint('ptcp:0:127.0.0.1', 0);
    if (!endpoint.ok) throw new Error(endpoint.error);
    const { southbound } = instance;
    instance.openFlowPort = portOf(await southbound.openSwitches(endpoint.value));
    instance.ovsdbPort = portOf(await southbound.openDatabases(endpoint.value));
    if (options.tls !== undefined) {
      const secure = { ...endpoint.value, method: 'pssl' } as ListenTcp;
      instance.openFlowTlsPort = portOf(await southbound.openSwitches(secure));
      instance.ovsdbTlsPort = portOf(await southbound.openDatabases(secure));
    }
    return instance;
  }

  /** The newest of what it heard. */
  last(nve: string, ...whats: readonly Heard['what'][]): Heard | undefined {
    return this.heard.findLast((heard) => heard.nve === nve && whats.includes(heard.what));
  }

  /** It holds the lock and is the master of the switch. */
  serves(nve: string): boolean {
    return (
      this.last(nve, 'owner', 'no-owner')?.what === 'owner' &&
      this.last(nve, 'flows-ready', 'flows-lost')?.what === 'flows-ready'
    );
  }

  #note(input: Input): void {
    const atMs = performance.now();
    if (input.type === 'nve-owner') {
      this.heard.push({ atMs, nve: input.nve, what: input.owner ? 'owner' : 'no-owner' });
    } else if (input.type === 'flows-ready' || input.type === 'flows-lost') {
      this.heard.push({ atMs, nve: input.nve, what: input.type });
    }
  }

  async put(records: readonly DomainRecord[]): Promise<void> {
    const writes = records.map((record) => ({
      ...{ op: 'put' as const, key: keyOf(record), value: recordToJson(record) },
    }));
    await this.engine.caughtUp(await this.#store.apply({ writes }));
  }

  /** Milliseconds until this NVE has confirmed the records. */
  async confirms(
    nve: string,
    records: readonly DomainRecord[],
    deadlineMs = 10_000,
  ): Promise<number> {
    const started = performance.now();
    await this.put(records);
    const { core } = this.engine;
    const { moment } = core;
    const isDone = () => core.nve(nve)?.pending(moment) === undefined;
    await until(`${nve} confirms`, isDone, { deadlineMs, everyMs: 1 });
    return performance.now() - started;
  }

  /** The same, for an NVE whose database may be away. */
  async confirmsBySwitch(nve: string, records: readonly DomainRecord[]): Promise<number> {
    const started = performance.now();
    await this.put(records);
    const isDone = () => this.engine.core.nve(nve)?.underWay.length === 0;
    await until(`${nve} confirms`, isDone, { deadlineMs: 5000, everyMs: 1 });
    const elapsed = performance.now() - started;
    const report = await this.flows(nve);
    if (report === undefined || report.missing.length > 0) throw new Error(`${nve} lacks flows`);
    return elapsed;
  }

  async inStep(nve: string, deadlineMs = 15_000): Promise<void> {
    const { core } = this.engine;
    const isDone = () => {
      const state = core.nve(nve);
      return state?.connected === true && state.pending(core.moment) === undefined;
    };
    await until(`${nve} is in step`, isDone, { deadlineMs, everyMs: 10 });
  }

  async flows(nve: string): Promise<FlowReport | undefined> {
    const dump = await this.southbound.dump(nve);
    return dump && reportFlows(nve, this.engine.core.desired(nve), dump);
  }

  async close(): Promise<void> {
    await this.engine.close();
    this.southbound.close();
    await this.#ownStore?.close();
  }
}

function portOf(address: string): number {
  return Number(/:(\d+)/.exec(address)?.[1]);
}
