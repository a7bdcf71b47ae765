/**
 * The authority behind the API: intent into the store, the core's state out of it.
 */
import { planApply, planDelete } from '../control/intent.ts';
import {
  mappingViews,
  networkView,
  nveView,
  phaseOf,
  portView,
  tunnelViews,
} from '../control/views.ts';
import type { Manifest, ObjectRef } from '../model/manifest.ts';
import type { EventView, InstanceView, ViewKind, ViewsByKind } from '../model/views.ts';
import {
  type Applied,
  type Authority,
  AuthorityError,
  type FlowReport,
  type NveProgress,
  type StatusReport,
  type WaitResult,
} from '../northbound/authority.ts';
import { now } from '../runtime/clock.ts';
import type { Southbound } from '../southbound/southbound.ts';
import type { Store } from '../store/contract.ts';
import { COME_BACK_MS, type Engine } from './engine.ts';
import type { EventLog } from './event-log.ts';
import { reportFlows } from './flow-report.ts';
import { StoreWriter } from './store-writer.ts';

export interface AuthoritySettings {
  readonly instance: string;
  readonly domain: string;
  readonly version: string;
  readonly startedAt: Date;
  readonly listeners: readonly string[];
  isReady(): boolean;
}

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
    const { core, unreadable } = this.#engine;
    return this.#writer.write(() => planApply(core.domain, manifests, unreadable));
  }

  delete(objects: readonly ObjectRef[]): Promise<Applied> {
    const { core, unreadable } = this.#engine;
    const isConnected = (nve: string): boolean => core.nve(nve)?.alive ?? false;
    return this.#writer.write(() => planDelete(core.domain, objects, isConnected, unreadable));
  }

  list<Kind extends ViewKind>(kind: Kind, network?: string): readonly ViewsByKind[Kind][] {
    const views = this.#views(kind).filter(
      (view) => network === undefined || this.#isIn(view, network),
    );
    return views.sort((a, b) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : 0,
    ) as ViewsByKind[Kind][];
  }

  get<Kind extends ViewKind>(kind: Kind, name: string): ViewsByKind[Kind] | undefined {
    return this.#view(kind, name) as ViewsByKind[Kind] | undefined;
  }

  async wait(timeoutMs: number, revision?: number, signal?: AbortSignal): Promise<WaitResult> {
    const started = now();
    const { core } = this.#engine;
    let moment: number | undefined;
    const check = (): boolean => {
      if (revision !== undefined && core.revision < revision) return false;
      moment ??= core.moment;
      const target = moment;
      return (
        this.#notBackYet().length === 0 &&
        [...core.nves()].every((nve) => !nve.connected || nve.pending(target) === undefined)
      );
    };
    const confirmed = await this.#until(check, timeoutMs, signal);
    const connected = [...core.nves()].filter((nve) => nve.connected);
    const nves: NveProgress[] = [
      ...connected.map((nve) => progressOf(nve.name, nve.pending(moment ?? core.moment))),
      ...this.#notBackYet().map((name) => progressOf(name, 'it has not come back yet')),
    ];
    return {
      revision: revision ?? core.revision,
      confirmed,
      elapsedMs: Math.round((now() - started) * 10) / 10,
      nves: nves.sort((a, b) => (a.nve < b.nve ? -1 : 1)),
    };
  }

  /** NVEs that this instance knows of and has not seen since it started, while they may still be on their way. */
  #notBackYet(): string[] {
    const { core } = this.#engine;
    if (Date.now() - this.#settings.startedAt.getTime() >= COME_BACK_MS) return [];
    return core.domain
      .nves()
      .map((nve) => nve.name)
      .filter((name) => core.nve(name)?.lastFacts === undefined);
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
    const { core, storeProblems } = this.#engine;
    const { instance, domain, version, startedAt, listeners } = this.#settings;
    const ports = core.domain.ports();
    const connected = [...core.nves()].filter((nve) => nve.connected);
    return {
      instance,
      domain,
      version,
      store: this.#store.description,
      revision: core.revision,
      ready: this.#settings.isReady(),
      uptimeSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
      counts: {
        networks: core.domain.networks().length,
        ports: ports.length,
        portsActive: ports.filter((port) => phaseOf(core, port.name).phase === 'active').length,
        nves: core.domain.nves().length,
        nvesConnected: connected.length,
        nvesConfirmed: connected.filter((nve) => nve.pending(core.moment) === undefined).length,
      },
      listeners,
      problems: [...storeProblems.values()],
    };
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
        return domain.nves().map((nve) => nveView(core, nve, this.#settings.instance));
      case 'mappings':
        return mappingViews(core);
      case 'tunnels':
        return tunnelViews(core);
      case 'instances':
        return [this.#instance()];
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
        const nve = core.domain.nve(name);
        return nve && nveView(core, nve, this.#settings.instance);
      }
      default:
        return this.#views(kind).find((view) => view.name === name);
    }
  }

  #instance(): InstanceView {
    const { instance, version, startedAt } = this.#settings;
    const owned = [...this.#engine.core.nves()].filter((nve) => nve.owner).map((nve) => nve.name);
    return {
      kind: 'Instance',
      name: instance,
      status: { alive: true, nves: owned.sort(), version, startedAt: startedAt.toISOString() },
    };
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

  /** Checks after each step, and when nobody is waited for any more; false: the time was over first, or the signal came. */
  #until(check: () => boolean, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (check()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (result: boolean): void => {
        clearTimeout(timer);
        clearTimeout(comeBack);
        signal?.removeEventListener('abort', giveUp);
        stop();
        resolve(result);
      };
      const again = (): void => {
        if (check()) end(true);
      };
      const giveUp = (): void => end(false);
      const timer = setTimeout(giveUp, timeoutMs);
      const sinceStartMs = Date.now() - this.#settings.startedAt.getTime();
      const comeBack = setTimeout(again, Math.max(0, COME_BACK_MS - sinceStartMs));
      signal?.addEventListener('abort', giveUp);
      const stop = this.#engine.onStep(again);
    });
  }
}

function progressOf(nve: string, reason: string | undefined): NveProgress {
  return reason === undefined ? { nve, confirmed: true } : { nve, confirmed: false, reason };
}
