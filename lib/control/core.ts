/**
 * The core: inputs in, effects out. No clock, no sockets, no store.
 *
 * Everything of one turn of the event loop is taken together: changed records and observations become changed
 * fragments, these are linked, and each NVE that is in step gets one batch. An NVE that is not in step is read first
 * and then brought there by the difference.
 */
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import { Compiler } from '../desired/compiler.ts';
import type { Fragment } from '../desired/fragment.ts';
import type { FragmentDelta } from '../desired/network-plan.ts';
import { TRANSLATION_BYTES_MAX } from '../desired/replication.ts';
import { Domain } from '../model/domain.ts';
import {
  type DomainRecord,
  type NveName,
  type PortName,
  type RecordKey,
  recordKey,
} from '../model/records.ts';
import { othersConfirmed } from './confirmation.ts';
import { Departures } from './departures.ts';
import { Facts } from './facts.ts';
import { Federation } from './federation.ts';
import type { Effect, FlowInput, Input, NveFacts } from './inputs.ts';
import { Interfaces } from './interfaces.ts';
import type { MembersView } from './members-view.ts';
import { Notices } from './notices.ts';
import { tellBehind, tellConditions, tellRivals } from './nve-notices.ts';
import { NveState } from './nve-state.ts';
import { SwitchPlanner } from './switch-planner.ts';
import { TunnelMonitors } from './tunnel-monitors.ts';

export interface CoreOptions {
  /** The name of this instance where several share the store; absent: it is alone. */
  readonly instance?: string;
  /** The hash that the flow scan gives (a flow's table, priority and match). */
  readonly keyOf: (flow: Flow) => number;
  /** For tests; default TRANSLATION_BYTES_MAX. */
  readonly translationBytesMax?: number;
  /** Whether NVEs monitor their tunnels. Default: no. */
  readonly monitored?: boolean;
}

export class Core {
  readonly domain = new Domain();
  readonly compiler: Compiler;
  readonly interfaces = new Interfaces();
  readonly tunnels: TunnelMonitors;
  readonly #planner: SwitchPlanner;
  readonly #nves = new Map<NveName, NveState>();
  readonly #notices = new Notices();
  readonly #federation: Federation;
  readonly #facts: Facts;
  readonly #departures: Departures;
  #effects: Effect[] = [];
  #moment = 0;
  #revision = 0;

  constructor(options: CoreOptions) {
    this.#federation = new Federation(options.instance, this.#nves);
    // Where others serve most of the NVEs, only what is served here is worth compiling.
    this.compiler = new Compiler(this.domain, (nve) => this.#isLinked(nve));
    this.#planner = new SwitchPlanner({
      domain: this.domain,
      compiler: this.compiler,
      notices: this.#notices,
      keyOf: options.keyOf,
      translationBytesMax: options.translationBytesMax ?? TRANSLATION_BYTES_MAX,
      emit: (effect) => this.#effects.push(effect),
    });
    this.#facts = new Facts({
      domain: this.domain,
      compiler: this.compiler,
      interfaces: this.interfaces,
      federation: this.#federation,
      notices: this.#notices,
      nves: this.#nves,
      changed: (nve, delta) => this.#collect(nve, delta),
      nveDeleted: (nve) => this.#nveDeleted(nve),
    });
    this.tunnels = new TunnelMonitors({
      enabled: options.monitored ?? false,
      domain: this.domain,
      compiler: this.compiler,
      federation: this.#federation,
      notices: this.#notices,
      nves: this.#nves,
      emit: (effect) => this.#effects.push(effect),
      assert: (nve, record) => this.#facts.assertLiveness(nve, record),
      settle: () => this.#facts.settle(),
    });
    this.#departures = new Departures({
      notices: this.#notices,
      isDeparting: (nve) => this.domain.departure(nve) !== undefined,
      othersHave: (nve, moment, revision) => othersConfirmed(this, nve, { moment, revision }),
      served: (state) => this.#served(state),
      emit: (effect) => this.#effects.push(effect),
    });
  }

  /** Takes everything that came in one turn; the effects are to be carried out in their order. */
  step(inputs: readonly Input[]): Effect[] {
    this.#moment++;
    // What a switch has is compared last, so that the difference holds the whole turn and one batch stands for it.
    for (const input of inputs) if (input.type !== 'installed') this.#take(input);
    this.tunnels.settle();
    for (const input of inputs) if (input.type === 'installed') this.#take(input);
    this.#departures.decide(this.#nves.values(), this.#moment, this.#revision);
    for (const state of this.#nves.values()) {
      if (state.isServed) this.#planner.plan(state, this.#moment);
    }
    this.#departures.proceed(this.#nves.values());
    this.#federation.came(this.#revision, this.#moment);
    const writes = this.#facts.publish();
    if (writes !== undefined) this.#effects.push({ type: 'publish', writes });
    const effects = [...this.#effects, ...this.#notices.take()];
    this.#effects = [];
    return effects;
  }

  /** The moment of the newest step; what it sent is confirmed when no NVE is `pending` for it. */
  get moment(): number {
    return this.#moment;
  }

  /** The newest revision of the store that was taken in. */
  get revision(): number {
    return this.#revision;
  }

  /** The store's revision of every record, as far as it was believed: a precondition for whoever replaces one. */
  get revisions(): ReadonlyMap<RecordKey, number> {
    return this.#facts.revisions;
  }

  /** Keys of facts that are on their way to the store: what it has of them may differ. */
  pendingFacts(): ReadonlySet<RecordKey> {
    return this.#facts.pending();
  }

  /** As the store last told it, whatever is on its way there. */
  stored(key: RecordKey): DomainRecord | undefined {
    return this.#facts.stored(key);
  }

  /** Rises when an NVE connects, leaves, or changes hands. */
  get serviceChanges(): number {
    return this.#federation.changes;
  }

  /** Since when the store has not answered, in the time of the inputs; undefined: it answers, or is not asked. */
  get storeAwaySince(): number | undefined {
    return this.#federation.awaySince;
  }

  /** This instance and the others of the domain; undefined: it is alone. */
  get members(): MembersView | undefined {
    return this.#federation.members;
  }

  /** The newest revision that every NVE which this instance serves has confirmed. */
  get confirmed(): number {
    return this.#federation.confirmed;
  }

  nves(): Iterable<NveState> {
    return this.#nves.values();
  }

  nve(name: NveName): NveState | undefined {
    return this.#nves.get(name);
  }

  /** NVEs that are up and have a working interface for the port. */
  claimants(port: PortName): NveName[] {
    return this.#facts.claimants(port);
  }

  /** What the NVE should hold now, linked. */
  *desired(name: NveName): Generator<Fragment> {
    const state = this.#nves.get(name);
    if (state !== undefined) yield* this.#planner.desired(state);
  }

  #take(input: Input): void {
    switch (input.type) {
      case 'records':
        this.#takeRecords(input);
        return;
      case 'published':
        this.#facts.published(input.revision);
        return;
      case 'publish-failed':
        this.#facts.publishFailed();
        return;
      case 'publish-refused':
        this.#facts.publishRefused(input.key);
        return;
      case 'members':
        this.#takeMembers(input);
        return;
      case 'store-away':
        this.#storeAway(input.now);
        return;
      case 'arrivals-over':
        this.#facts.arrivalsOver();
        this.tunnels.arrivalsOver();
        return;
      default:
        this.#takeNveInput(input);
    }
  }

  #takeNveInput(input: Extract<Input, { nve: string }>): void {
    switch (input.type) {
      case 'nve-connected':
      case 'nve-facts':
        this.#takeFacts(input.nve, input.facts, input.type === 'nve-connected');
        return;
      case 'nve-lost':
        this.#lose(input.nve, input.reason);
        return;
      case 'nve-rivals':
        tellRivals(this.#notices, this.#state(input.nve), input.rivals);
        return;
      case 'nve-owner':
        this.#takeOwner(this.#state(input.nve), input.owner);
        this.tunnels.touched(input.nve);
        return;
      case 'tunnel-states':
        this.tunnels.saw(input.nve, input.changes, input.complete);
        return;
      case 'interfaces': {
        const { nve, changes, complete, named } = input;
        const touched = this.interfaces.update(nve, changes, complete, named);
        if (complete) {
          this.#state(nve).interfacesKnown = true;
          this.#facts.reconsider();
          // Those that it shows were decided when they were told.
          for (const port of this.domain.attachedTo(nve)) {
            if (this.interfaces.working(port, nve) === undefined) touched.add(port);
          }
        }
        for (const id of touched) this.#facts.decide(id, input.nve);
        this.#facts.settle();
        return;
      }
      default: {
        // None: late word of an NVE that was deleted meanwhile.
        const state = this.#nves.get(input.nve);
        if (state !== undefined) this.#takeFlowInput(state, input);
      }
    }
  }

  #takeFlowInput(state: NveState, input: FlowInput): void {
    switch (input.type) {
      case 'flows-ready':
        state.version = input.version;
        state.retries = 0;
        if (this.#federation.isShared) state.link(this.compiler.desired(state.name));
        if (state.isServed) this.#planner.read(state, this.#moment);
        return;
      case 'reread':
        this.#departures.waited(state.name);
        if (state.version !== undefined && state.isServed) this.#planner.read(state, this.#moment);
        return;
      case 'audit':
        this.#planner.audit(state, this.#moment);
        return;
      case 'flows-lost':
        this.#loseFlows(state, input.reason);
        return;
      case 'behind':
        tellBehind(this.#notices, state);
        this.#planner.read(state, this.#moment);
        return;
      case 'installed':
        if (input.read === state.read && state.isServed)
          this.#planner.bringIntoStep(state, input.installed, this.#moment);
        else if (input.read === state.audit)
          this.#planner.audited(state, input.installed, this.#moment);
        return;
      case 'confirmed':
        state.confirmed(input.batch);
        if (state.refusals.length === 0) state.retries = 0;
        return;
      case 'refused':
        this.#planner.refused(state, input.message, input.cookie);
        return;
    }
  }

  #loseFlows(state: NveState, reason: string): void {
    // Who has given the lock away has nothing to complain of.
    if (state.version !== undefined && (state.owner || !this.#federation.isShared)) {
      const message = `the switch of ${state.name} is not served any more and forwards by what it has: ${reason}`;
      this.#notices.tell('warning', 'switch-lost', nveKey(state), message);
    }
    state.version = undefined;
    state.outOfStep();
    if (this.#federation.isShared) state.unlink();
    // The switch may come back with nothing of what it had confirmed.
    if (state.owner) this.#federation.startOver(this.#revision, this.#moment);
    if (state.alive) return;
    this.#facts.decidePortsOf(state.name);
    this.#facts.nveGone(state.name);
  }

  #takeRecords({ changes, revision, snapshot }: Extract<Input, { type: 'records' }>): void {
    const isSnapshot = snapshot === true;
    this.#revision = isSnapshot ? revision : Math.max(this.#revision, revision);
    if (isSnapshot) this.#federation.startOver(revision, this.#moment);
    const words = changes.map((change) => ({ ...change, revision: change.revision ?? revision }));
    this.#facts.records(words, revision, isSnapshot);
  }

  #takeMembers({ members, now, noSwitch }: Extract<Input, { type: 'members' }>): void {
    const unseen = this.#federation.heard(members, now, noSwitch);
    for (const nve of unseen) {
      const state = this.#nves.get(nve);
      if (state?.connected === true && !state.owner) continue;
      if (state?.owner === true) this.#facts.assertNve(nve);
      this.#facts.decidePortsOf(nve);
      this.tunnels.touched(nve);
    }
    this.tunnels.tidy();
    this.#facts.decideLeft();
    this.#facts.reconsider();
    this.#moveLocks(now);
  }

  /** Nobody can be asked: everything that we see counts, ours to tell or not. */
  #storeAway(now: number): void {
    const isNews = !this.#federation.storeIsAway;
    this.#federation.storeAway(now);
    if (isNews) this.#facts.decideAlone();
    if (isNews) this.tunnels.decideAlone();
    this.#moveLocks(now);
  }

  #moveLocks(now: number): void {
    for (const { nve, action, why } of this.#federation.moves(now)) {
      this.#effects.push({ type: 'lock', nve, action });
      const code = action === 'steal' ? 'nve-claimed' : 'nve-offered';
      this.#notices.tell('info', code, recordKey('nve', nve), `${nve} is ${why}`);
    }
  }

  #takeOwner(state: NveState, owner: boolean): void {
    if (state.owner === owner) return;
    state.owner = owner;
    this.#federation.changed();
    if (!this.#federation.isShared) return;
    state.ownerWhy = owner ? this.#federation.whyOwner(state.name) : undefined;
    if (!owner) return;
    this.#federation.granted(state.name);
    const message = `${state.name} is served by this instance now: ${state.ownerWhy}`;
    this.#notices.tell('info', 'nve-taken', nveKey(state), message);
    this.#federation.startOver(this.#revision, this.#moment);
    this.#facts.assertNve(state.name);
    // Those of a long list may have come in part: what it has and did not show yet is awaited.
    this.#facts.decidePortsOf(state.name);
  }

  /** Its record is gone. One that is connected is served again by what is seen, unless it was let go. */
  #nveDeleted(name: NveName): void {
    if (this.#nves.get(name)?.alive !== false) return;
    this.#nves.delete(name);
    this.interfaces.forget(name);
  }

  #takeFacts(name: NveName, facts: NveFacts, connected: boolean): void {
    const state = this.#state(name);
    tellConditions(this.#notices, state, facts);
    state.facts = facts;
    state.lastFacts = facts;
    if (facts.takenBack === 'flows' || facts.takenBack === 'all') state.flowsInstalled = 0;
    if (connected) this.#connected(state);
    this.#facts.assertNve(name);
    this.#facts.settle();
    this.#facts.reconsider();
  }

  #connected(state: NveState): void {
    // Another connection, which has been told nothing.
    state.stand = undefined;
    this.tunnels.connected(state.name);
    this.#federation.changed();
    this.#notices.tell('info', 'nve-connected', nveKey(state), `${state.name} is connected`);
  }

  /** What its switch has is to be compared anew. */
  #served(state: NveState): void {
    if (state.version === undefined) return;
    if (this.#federation.isShared) state.link(this.compiler.desired(state.name));
    this.#planner.read(state, this.#moment);
  }

  #lose(name: NveName, reason: string): void {
    const state = this.#state(name);
    if (!state.connected) return;
    this.#federation.changed();
    state.facts = undefined;
    state.owner = false;
    state.ownerWhy = undefined;
    state.interfacesKnown = false;
    this.tunnels.touched(name);
    state.refusal = undefined;
    state.lacksEndpoints = false;
    const message = `${name} is not connected any more: ${reason}`;
    this.#notices.tell('warning', 'nve-lost', nveKey(state), message);
    // Nothing of it is up: what was last seen there no longer stands in the way of a newcomer.
    if (!state.alive) this.#facts.decideContestedPortsOf(name);
    this.#facts.nveGone(name);
  }

  #isLinked(nve: NveName): boolean {
    return !this.#federation.isShared || this.#nves.get(nve)?.version !== undefined;
  }

  #collect(name: NveName, delta: FragmentDelta): void {
    const state = this.#state(name);
    state.collect(state.linker.delta(delta));
  }

  #state(name: NveName): NveState {
    let state = this.#nves.get(name);
    if (state === undefined) {
      state = new NveState(name);
      this.#nves.set(name, state);
    }
    return state;
  }
}

function nveKey(state: NveState): string {
  return recordKey('nve', state.name);
}
