/**
 * The core: inputs in, effects out. No clock, no sockets, no store.
 *
 * Everything of one turn of the event loop is taken together: changed records and observations become changed
 * fragments, these are linked, and each NVE that is in step gets one batch. An NVE that is not in step is read first
 * and then brought there by the difference.
 */
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import { Compiler, type RecordChange } from '../desired/compiler.ts';
import type { Fragment } from '../desired/fragment.ts';
import type { FragmentDelta } from '../desired/network-plan.ts';
import { TRANSLATION_BYTES_MAX } from '../desired/replication.ts';
import { Domain } from '../model/domain.ts';
import {
  type AttachmentRecord,
  keyOf,
  type NveName,
  type NveRecord,
  type PortName,
  recordKey,
} from '../model/records.ts';
import { decideAttachment } from './attachments.ts';
import type { Effect, Input, NveFacts } from './inputs.ts';
import { Interfaces } from './interfaces.ts';
import { conflictText, Notices, unknownPortText } from './notices.ts';
import { NveState } from './nve-state.ts';
import { Outbox } from './outbox.ts';
import { SwitchPlanner } from './switch-planner.ts';

export interface CoreOptions {
  /** The hash that the flow scan gives (a flow's table, priority and match). */
  readonly keyOf: (flow: Flow) => number;
  /** For tests; default TRANSLATION_BYTES_MAX. */
  readonly translationBytesMax?: number;
}

export class Core {
  readonly domain = new Domain();
  readonly compiler = new Compiler(this.domain);
  readonly interfaces = new Interfaces();
  readonly #planner: SwitchPlanner;
  readonly #nves = new Map<NveName, NveState>();
  readonly #outbox = new Outbox();
  readonly #notices = new Notices();
  /** Declared ports that are attached nowhere now and were before: a move counts up, however it went. */
  readonly #former = new Map<PortName, AttachmentRecord>();
  #staged: RecordChange[] = [];
  #effects: Effect[] = [];
  #arrivalsOver = false;
  #moment = 0;
  #revision = 0;
  #lastIndex = 0;
  readonly #indexes = new Set<number>();

  constructor(options: CoreOptions) {
    this.#planner = new SwitchPlanner({
      domain: this.domain,
      compiler: this.compiler,
      notices: this.#notices,
      keyOf: options.keyOf,
      translationBytesMax: options.translationBytesMax ?? TRANSLATION_BYTES_MAX,
      emit: (effect) => this.#effects.push(effect),
    });
  }

  /** Takes everything that came in one turn; the effects are to be carried out in their order. */
  step(inputs: readonly Input[]): Effect[] {
    this.#moment++;
    // What a switch has is compared last, so that the difference holds the whole turn and one batch stands for it.
    for (const input of inputs) if (input.type !== 'installed') this.#take(input);
    for (const input of inputs) if (input.type === 'installed') this.#take(input);
    for (const state of this.#nves.values()) this.#planner.plan(state, this.#moment);
    const writes = this.#outbox.take();
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

  nves(): Iterable<NveState> {
    return this.#nves.values();
  }

  nve(name: NveName): NveState | undefined {
    return this.#nves.get(name);
  }

  /** NVEs that are up and have a working interface for the port. */
  claimants(port: PortName): NveName[] {
    return this.interfaces.claimants(port).filter((nve) => this.#nves.get(nve)?.alive === true);
  }

  /** What the NVE should hold now, linked. */
  *desired(name: NveName): Generator<Fragment> {
    const state = this.#nves.get(name);
    if (state !== undefined) yield* this.#planner.desired(state);
  }

  #take(input: Input): void {
    switch (input.type) {
      case 'records':
        this.#takeRecords(input.changes, input.revision);
        return;
      case 'published':
        this.#outbox.taken(input.revision);
        return;
      case 'nve-connected':
      case 'nve-facts':
        this.#takeFacts(input.nve, input.facts, input.type === 'nve-connected');
        return;
      case 'nve-lost':
        this.#lose(input.nve, input.reason);
        return;
      case 'nve-owner':
        this.#state(input.nve).owner = input.owner;
        return;
      case 'arrivals-over':
        this.#arrivalsOver = true;
        for (const { port, nve } of this.domain.attachments()) {
          if (this.#nves.get(nve)?.lastFacts === undefined) this.#decide(port);
        }
        this.#takeStaged();
        return;
      case 'interfaces': {
        const touched = this.interfaces.update(input.nve, input.changes, input.complete);
        if (input.complete) {
          for (const port of this.domain.attachedTo(input.nve)) touched.add(port);
        }
        for (const id of touched) this.#decide(id, input.nve);
        this.#takeStaged();
        return;
      }
      default:
        this.#takeFlowInput(input);
    }
  }

  #takeFlowInput(
    input: Extract<Input, { nve: string }> & {
      type:
        | 'flows-ready'
        | 'flows-lost'
        | 'reread'
        | 'installed'
        | 'confirmed'
        | 'refused'
        | 'behind';
    },
  ): void {
    const state = this.#state(input.nve);
    switch (input.type) {
      case 'flows-ready':
        state.version = input.version;
        state.retries = 0;
        this.#planner.read(state, this.#moment);
        return;
      case 'reread':
        if (state.version !== undefined) this.#planner.read(state, this.#moment);
        return;
      case 'flows-lost':
        if (state.version !== undefined) {
          const message = `the switch of ${state.name} is not served any more and forwards by what it has: ${input.reason}`;
          this.#notices.tell('warning', 'switch-lost', nveKey(state), message);
        }
        state.version = undefined;
        state.outOfStep();
        if (!state.alive) this.#yieldPorts(state.name);
        return;
      case 'behind':
        this.#notices.tell(
          'warning',
          'nve-behind',
          nveKey(state),
          `${state.name} does not take its flows as fast as they change; it is read again when it does`,
        );
        this.#planner.read(state, this.#moment);
        return;
      case 'installed':
        if (input.read === state.read)
          this.#planner.bringIntoStep(state, input.installed, this.#moment);
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

  #takeRecords(changes: readonly RecordChange[], revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
    const news = changes.filter(({ key }) => !this.#outbox.overrides(key, revision));
    this.#change(news);
    this.#outbox.passed(revision);
    const ports = new Set<PortName>();
    for (const { key, record } of news) {
      const [kind, name] = splitKey(key);
      if (kind === 'port' || kind === 'attachment') ports.add(name);
      if (kind === 'nve' && record === undefined) this.#nveDeleted(name);
      if (record?.kind === 'nve') this.#indexes.add(record.index);
      if (kind === 'index') this.#indexes.add(Number(name));
    }
    for (const port of ports) this.#decide(port);
    this.#takeStaged();
  }

  /** An operator deleted the NVE; one that is connected all the same comes back by what is seen. */
  #nveDeleted(name: NveName): void {
    const state = this.#nves.get(name);
    if (state === undefined) return;
    if (state.facts !== undefined) this.#takeFacts(name, state.facts, false);
    else if (!state.alive) {
      this.#nves.delete(name);
      this.interfaces.forget(name);
    }
  }

  #takeFacts(name: NveName, facts: NveFacts, connected: boolean): void {
    const state = this.#state(name);
    const before = state.lastFacts?.conditions ?? [];
    state.facts = facts;
    state.lastFacts = facts;
    for (const { code } of before) {
      if (facts.conditions.every((condition) => condition.code !== code)) {
        this.#notices.stand('warning', code, nveKey(state), undefined);
      }
    }
    for (const { code, message } of facts.conditions) {
      this.#notices.stand('warning', code, nveKey(state), message);
    }
    if (connected)
      this.#notices.tell('info', 'nve-connected', nveKey(state), `${name} is connected`);
    const index = this.domain.nve(name)?.index ?? this.#freeIndex(name);
    const record: NveRecord = { kind: 'nve', name, index, endpoints: facts.endpoints };
    this.#stage({ key: keyOf(record), record });
    this.#takeStaged();
  }

  #freeIndex(nve: NveName): number {
    do this.#lastIndex++;
    while (this.#indexes.has(this.#lastIndex));
    this.#indexes.add(this.#lastIndex);
    const record = { kind: 'index', index: this.#lastIndex, nve } as const;
    this.#stage({ key: keyOf(record), record });
    return this.#lastIndex;
  }

  #lose(name: NveName, reason: string): void {
    const state = this.#state(name);
    if (!state.connected) return;
    state.facts = undefined;
    state.owner = false;
    this.#notices.tell(
      'warning',
      'nve-lost',
      nveKey(state),
      `${name} is not connected any more: ${reason}`,
    );
    if (!state.alive) this.#yieldPorts(name);
  }

  /** Nothing of the NVE is up: what was last seen there no longer stands in the way of a newcomer. */
  #yieldPorts(name: NveName): void {
    const ports = new Set([...this.interfaces.of(name)].map(({ ifaceId }) => ifaceId));
    for (const port of ports) this.#decide(port);
    this.#takeStaged();
  }

  /** Decides anew which NVE has the port, and what its number is on `seenOn` (and where it was). */
  #decide(port: PortName, seenOn?: NveName): void {
    const current = this.domain.attachment(port);
    const declared = this.domain.port(port) !== undefined;
    const claimants = this.claimants(port);
    const decided = declared
      ? decideAttachment(port, current, {
          claimants,
          connected: (nve) => this.#nves.get(nve)?.connected === true,
          awaited: (nve) => this.#isAwaited(nve),
          former: this.#former.get(port),
        })
      : undefined;
    if (decided !== current) {
      this.#notices.moved(port, current?.nve, decided?.nve);
      this.#stage({ key: recordKey('attachment', port), record: decided });
    }
    if (decided !== undefined || !declared) this.#former.delete(port);
    else if (current !== undefined) this.#former.set(port, current);
    const rivals = declared && claimants.length > 1;
    this.#notices.stand(
      'warning',
      'port-conflict',
      recordKey('port', port),
      rivals ? conflictText(port, decided?.nve, claimants) : undefined,
    );
    if (seenOn !== undefined) this.#noticeUnknown(port, seenOn, declared);
    for (const nve of new Set([
      ...this.interfaces.naming(port),
      ...(seenOn === undefined ? [] : [seenOn]),
    ])) {
      const state = this.#nves.get(nve);
      state?.collect(state.linker.renumber(port, this.interfaces.working(port, nve)?.ofport));
    }
  }

  /** After our start NVEs come back one by one: who is first must not take what another had. */
  #isAwaited(nve: NveName): boolean {
    return !this.#arrivalsOver && this.#nves.get(nve)?.lastFacts === undefined;
  }

  #noticeUnknown(port: PortName, nve: NveName, declared: boolean): void {
    const iface = declared ? undefined : this.interfaces.any(port, nve)[0]?.name;
    const text = iface === undefined ? undefined : unknownPortText(port, nve, iface);
    this.#notices.stand('warning', 'port-unknown', recordKey('nve', nve), text, `${nve} ${port}`);
  }

  /** A fact of ours, to be taken in by `#takeStaged` together with the others of its input. */
  #stage(change: RecordChange): void {
    const { key, record } = change;
    const isNews =
      record === undefined ? this.domain.record(key) !== undefined : !this.domain.holds(record);
    if (isNews) this.#staged.push(change);
  }

  /** One compile for all, so that a thousand ports that come at once cost their network one visit. */
  #takeStaged(): void {
    if (this.#staged.length === 0) return;
    const changes = this.#staged;
    this.#staged = [];
    this.#change(changes);
    for (const change of changes) this.#outbox.add(change);
  }

  #change(changes: readonly RecordChange[]): void {
    for (const [name, delta] of this.compiler.apply(changes)) this.#collect(name, delta);
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

function splitKey(key: string): [string, string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
