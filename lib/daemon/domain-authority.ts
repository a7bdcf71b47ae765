/**
 * The authority behind the API: intent into the store, the core's state out of it.
 */
import { setTimeout } from 'node:timers/promises';
import { connectedNves, pendingReasons } from '../control/confirmation.ts';
import { instanceViews } from '../control/instance-views.ts';
import { planApply, planDelete } from '../control/intent.ts';
import { isKnownNve, nveNames, nveViewOf, seenNve } from '../control/nve-views.ts';
import { tunnelView, tunnelViews } from '../control/tunnel-views.ts';
import { mappingViews, networkView, phaseOf, portView } from '../control/views.ts';
import type { Manifest, ObjectRef } from '../model/manifest.ts';
import type { EventView, InstanceView, ViewKind, ViewsByKind } from '../model/views.ts';
import {
  type Applied,
  type AppliedObject,
  type Authority,
  AuthorityError,
  type Backup,
  type FlowReport,
  type ReadinessReport,
  type StatusReport,
  type WaitResult,
} from '../northbound/authority.ts';
import { now } from '../runtime/clock.ts';
import type { TurnWatch } from '../runtime/turn-watch.ts';
import type { Southbound } from '../southbound/southbound.ts';
import { type Store, StoreError } from '../store/contract.ts';
import { waitForConfirmation } from './confirmation-wait.ts';
import type { Engine } from './engine.ts';
import type { EventLog } from './event-log.ts';
import { reportFlows } from './flow-report.ts';
import { processReport } from './process-report.ts';
import { StoreWriter } from './store-writer.ts';

export interface AuthoritySettings {
  readonly instance: string;
  readonly domain: string;
  readonly version: string;
  readonly startedAt: Date;
  readonly listeners: readonly string[];
  readonly turns: TurnWatch;
  isReady(): boolean;
  /** The store once more, to be read beside the one in use: reading that anew would be taken for our own recovery. */
  readonly openAgain?: () => Promise<Store>;
}

/** A store that is there answers within this. */
const NEWEST_MAX_MS = 1_000;

export class DomainAuthority implements Authority {
  readonly #engine: Engine;
  readonly #store: Store;
  readonly #southbound: Southbound;
  readonly #events: EventLog;
  readonly #settings: AuthoritySettings;
  readonly #writer: StoreWriter;

  constructor(
    engine: Engine,
    store: Store,
    southbound: Southbound,
    events: EventLog,
    settings: AuthoritySettings,
  ) {
    this.#engine = engine;
    this.#store = store;
    this.#writer = new StoreWriter(engine, store);
    this.#southbound = southbound;
    this.#events = events;
    this.#settings = settings;
  }

  apply(manifests: readonly Manifest[]): Promise<Applied> {
    const engine = this.#engine;
    return this.#writer.write(() => planApply(engine.core.domain, manifests, engine.unreadable));
  }

  async delete(objects: readonly ObjectRef[]): Promise<Applied> {
    const instances = objects.filter(({ kind }) => kind === 'Instance').map(({ name }) => name);
    const rest = objects.filter(({ kind }) => kind !== 'Instance');
    this.#refuseLiving(instances);
    const { core } = this.#engine;
    const applied = await this.#writer.write(() =>
      planDelete(core.domain, rest, (nve) => seenNve(core, nve), this.#engine.unreadable),
    );
    const forgotten = await Promise.all(instances.map((name) => this.#forget(name)));
    return { ...applied, objects: [...applied.objects, ...forgotten] };
  }

  #refuseLiving(instances: readonly string[]): void {
    const living = this.#instances().filter(({ status }) => status.alive);
    const problems = living
      .filter(({ name }) => instances.includes(name))
      .map(({ name }) => ({ where: `Instance ${name}`, message: 'it is alive: stop it first' }));
    if (problems.length > 0) throw new AuthorityError('rejected', 'nothing was changed', problems);
  }

  async #forget(name: string): Promise<AppliedObject> {
    try {
      const there = (await this.#store.membership?.forget(name)) ?? false;
      return { kind: 'Instance', name, result: there ? 'deleted' : 'absent' };
    } catch (error) {
      if (error instanceof StoreError) throw new AuthorityError('store', error.message);
      throw error;
    }
  }

  list<Kind extends ViewKind>(kind: Kind, network?: string): readonly ViewsByKind[Kind][] {
    // In their order already, and far too many to be made and thrown away.
    if (kind === 'tunnels') return [...this.tunnels(network)] as unknown as ViewsByKind[Kind][];
    const views = this.#views(kind).filter(
      (view) => network === undefined || this.#isIn(view, network),
    );
    return views.sort((a, b) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
    ) as ViewsByKind[Kind][];
  }

  *tunnels(network?: string, from?: string): Generator<ViewsByKind['tunnels']> {
    yield* tunnelViews(this.#engine.core, {
      ...(network === undefined ? {} : { network }),
      ...(from === undefined ? {} : { from }),
    });
  }

  get<Kind extends ViewKind>(kind: Kind, name: string): ViewsByKind[Kind] | undefined {
    return this.#view(kind, name) as ViewsByKind[Kind] | undefined;
  }

  async wait(timeoutMs: number, revision?: number, signal?: AbortSignal): Promise<WaitResult> {
    const waiter = { engine: this.#engine, startedAt: this.#settings.startedAt };
    const begun = now();
    const asked = revision ?? (await this.#newest());
    const leftMs = Math.max(0, timeoutMs - (now() - begun));
    const result = await waitForConfirmation(waiter, leftMs, asked, signal);
    return { ...result, elapsedMs: Math.round((now() - begun) * 10) / 10 };
  }

  /** Others may have written what has not reached us; a store that does not answer at once is not waited for. */
  async #newest(): Promise<number | undefined> {
    if (this.#engine.core.members === undefined) return undefined;
    const inTime = new AbortController();
    const late = setTimeout(NEWEST_MAX_MS, undefined, { signal: inTime.signal });
    try {
      return await Promise.race([this.#writer.newest(), late]);
    } catch {
      return undefined;
    } finally {
      inTime.abort();
    }
  }

  async backup(): Promise<Backup> {
    const { domain, openAgain } = this.#settings;
    try {
      const store = (await openAgain?.()) ?? this.#store;
      try {
        const { revision, records } = await store.snapshot();
        return { domain, revision, records };
      } finally {
        if (store !== this.#store) await store.close();
      }
    } catch (error) {
      if (error instanceof StoreError) throw new AuthorityError('store', error.message);
      throw error;
    }
  }

  async flows(nve: string): Promise<FlowReport> {
    const { core } = this.#engine;
    if (core.domain.nve(nve) === undefined) {
      throw new AuthorityError('not-found', `there is no NVE ${nve}`);
    }
    const dump = await this.#southbound.dump(nve);
    if (dump === undefined) {
      throw new AuthorityError('nve-away', `${nve} has no OpenFlow session now`);
    }
    return reportFlows(nve, core.desired(nve), dump);
  }

  events(after: number): readonly EventView[] {
    return this.#events.after(after);
  }

  onEvent(listener: (event: EventView) => void): () => void {
    return this.#events.onEvent(listener);
  }

  onChange(listener: () => void): () => void {
    return this.#engine.onStep(listener);
  }

  status(): StatusReport {
    const { core, storeProblems, storeAwayMs } = this.#engine;
    const { instance, domain, version, startedAt, listeners, turns } = this.#settings;
    const ports = core.domain.ports();
    const connected = connectedNves(core);
    const pending = pendingReasons(core, { moment: core.moment, revision: core.revision });
    const instances = this.#instances();
    return {
      instance,
      domain,
      version,
      store: this.#store.description,
      ...(storeAwayMs === undefined
        ? {}
        : { storeAwaySince: new Date(Date.now() - storeAwayMs).toISOString() }),
      revision: core.revision,
      ready: this.#settings.isReady(),
      uptimeSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
      counts: {
        networks: core.domain.networks().length,
        ports: ports.length,
        portsActive: ports.filter((port) => phaseOf(core, port.name).phase === 'active').length,
        nves: core.domain.nves().length,
        nvesConnected: connected.length,
        nvesConfirmed: connected.filter((nve) => pending(nve) === undefined).length,
        instances: instances.length,
        instancesAlive: instances.filter(({ status }) => status.alive).length,
      },
      process: processReport(turns),
      listeners,
      problems: [...storeProblems.values()],
    };
  }

  readiness(): ReadinessReport {
    const problems = [...this.#engine.storeProblems.values()];
    const { instance, isReady } = this.#settings;
    return { instance, ready: isReady(), problems };
  }

  #views(kind: ViewKind): ViewsByKind[ViewKind][] {
    const { core } = this.#engine;
    const { domain } = core;
    switch (kind) {
      case 'networks':
        return domain.networks().map((network) => networkView(core, network));
      case 'ports':
        return domain.ports().map((port) => portView(core, port));
      case 'nves':
        return nveNames(core).map((nve) => nveViewOf(core, nve, this.#settings.instance));
      case 'mappings':
        return mappingViews(core);
      case 'tunnels':
        return [...tunnelViews(core)];
      case 'instances':
        return this.#instances();
    }
  }

  #view(kind: ViewKind, name: string): ViewsByKind[ViewKind] | undefined {
    const { core } = this.#engine;
    switch (kind) {
      case 'networks': {
        const network = core.domain.network(name);
        return network && networkView(core, network);
      }
      case 'ports': {
        const port = core.domain.port(name);
        return port && portView(core, port);
      }
      case 'nves': {
        return isKnownNve(core, name) ? nveViewOf(core, name, this.#settings.instance) : undefined;
      }
      case 'tunnels':
        return tunnelView(core, name);
      default:
        return this.#views(kind).find((view) => view.name === name);
    }
  }

  #instances(): InstanceView[] {
    const { instance: name, version, startedAt } = this.#settings;
    return instanceViews(this.#engine.core, { name, version, startedAt: startedAt.toISOString() });
  }

  #isIn(view: ViewsByKind[ViewKind], network: string): boolean {
    switch (view.kind) {
      case 'Network':
        return view.name === network;
      case 'Port':
      case 'Mapping':
        return view.network === network;
      case 'Tunnel':
        return view.networks.includes(network);
      case 'Nve':
        return this.#engine.core.compiler.served(view.name).has(network);
      default:
        return true;
    }
  }
}
