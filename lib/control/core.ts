/**
 * The core: inputs in, effects out. No clock, no sockets, no store.
 *
 * Everything of one turn of the event loop is taken together: changed records and observations become changed
 * fragments, these are linked, and each NVE that is in step gets one batch. An NVE that is not in step is read first
 * and then brought there by the difference.
 */
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import { Compiler, type RecordChange } from '../desired/compiler.ts';
import type { Fragment, GroupBucket } from '../desired/fragment.ts';
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
import { planDelta } from '../reconcile/delta.ts';
import { type Installed, planDiff } from '../reconcile/diff.ts';
import type { GroupShortage } from '../reconcile/groups.ts';
import { decideAttachment } from './attachments.ts';
import type { Effect, Input, NveFacts } from './inputs.ts';
import { Interfaces } from './interfaces.ts';
import { conflictText, Notices, shortageText, unknownPortText } from './notices.ts';
import { NveState } from './nve-state.ts';
import { Outbox } from './outbox.ts';

export interface CoreOptions {
  /** The hash that the flow scan gives (a flow's table, priority and match). */
  readonly keyOf: (flow: Flow) => number;
  /** For tests; default TRANSLATION_BYTES_MAX. */
  readonly translationBytesMax?: number;
}

/** Reads of a switch that keeps refusing: 2 s, 4 s … 60 s. */
const RETRY_FIRST_MS = 2_000;
const RETRY_MAX_MS = 60_000;

/** Of one switch, until it is read again. */
const REFUSALS_KEPT = 10;

export class Core {
  readonly domain = new Domain();
  readonly compiler = new Compiler(this.domain);
  readonly interfaces = new Interfaces();
  readonly #keyOf: (flow: Flow) => number;
  readonly #translationBytesMax: number;
  readonly #nves = new Map<NveName, NveState>();
  readonly #outbox = new Outbox();
  readonly #notices = new Notices();
  /** Declared ports that are attached nowhere now and were before: a move counts up, however it went. */
  readonly #former = new Map<PortName, AttachmentRecord>();
  #staged: RecordChange[] = [];
  #effects: Effect[] = [];
  #moment = 0;
  #revision = 0;
  #lastIndex = 0;
  readonly #indexes = new Set<number>();

  constructor(options: CoreOptions) {
    this.#keyOf = options.keyOf;
    this.#translationBytesMax = options.translationBytesMax ?? TRANSLATION_BYTES_MAX;
  }

  /** Takes everything that came in one turn; the effects are to be carried out in their order. */
  step(inputs: readonly Input[]): Effect[] {
    this.#moment++;
    // What a switch has is compared last, so that the difference holds the whole turn and one batch stands for it.
    for (const input of inputs) if (input.type !== 'installed') this.#take(input);
    for (const input of inputs) if (input.type === 'installed') this.#take(input);
    for (const state of this.#nves.values()) this.#plan(state);
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
    for (const fragment of this.compiler.desired(name)) {
      const linked = state === undefined ? undefined : state.linker.linked(fragment);
      if (linked !== undefined) yield linked;
    }
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
        this.#read(state);
        return;
      case 'reread':
        if (state.version !== undefined) this.#read(state);
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
        this.#read(state);
        return;
      case 'installed':
        if (input.read === state.read) this.#bringIntoStep(state, input.installed);
        return;
      case 'confirmed':
        state.confirmed(input.batch);
        return;
      case 'refused':
        this.#refused(state, input.message, input.cookie);
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

  #plan(state: NveState): void {
    const delta = state.takeDelta();
    if (delta === undefined || !state.inStep || state.version === undefined) return;
    const plan = planDelta(delta, {
      version: state.version,
      translationBytesMax: this.#translationBytesMax,
      buckets: (groupId) => this.#bucketsOf(state, groupId),
      wasShort: (groupId) => state.shortages.has(groupId),
    });
    for (const groupId of plan.fitting) this.#fits(state, groupId);
    for (const shortage of plan.shortages) this.#short(state, shortage);
    if (plan.operations.length === 0) return;
    state.underWay.push({ batch: this.#moment, flowsGrowth: plan.flowsGrowth });
    const { operations } = plan;
    this.#effects.push({ type: 'send', nve: state.name, batch: this.#moment, operations });
  }

  #bucketsOf(state: NveState, groupId: number): GroupBucket[] {
    const buckets: GroupBucket[] = [];
    const network = this.domain.networkOfVni(groupId & 0xffffff);
    if (network === undefined) return buckets;
    for (const fragment of this.compiler.bucketFragmentsIn(network, state.name)) {
      const linked = state.linker.linked(fragment);
      for (const entry of linked?.buckets ?? []) if (entry.groupId === groupId) buckets.push(entry);
    }
    return buckets;
  }

  #read(state: NveState): void {
    state.outOfStep();
    state.read = this.#moment;
    this.#effects.push({ type: 'read-installed', nve: state.name, read: state.read });
  }

  #bringIntoStep(state: NveState, installed: Installed): void {
    if (state.version === undefined) return;
    // Drop what was collected: the difference to the switch's own list has it all.
    state.takeDelta();
    state.refusals = [];
    const plan = planDiff(
      this.desired(state.name),
      installed,
      this.#keyOf,
      this.#translationBytesMax,
    );
    state.inStep = true;
    state.read = undefined;
    state.occupied = plan.occupied.map(
      (flow) =>
        `a flow that is not ours has table ${flow.table}, priority ${flow.priority} with the match of ours; it stays, and ours waits: remove it by hand`,
    );
    for (const groupId of [...state.shortages.keys()]) {
      if (plan.shortages.every((shortage) => shortage.groupId !== groupId)) {
        this.#fits(state, groupId);
      }
    }
    for (const shortage of plan.shortages) this.#short(state, shortage);
    state.flowsInstalled = plan.flowsBefore;
    state.underWay.push({ batch: this.#moment, flowsGrowth: plan.flowsAfter - plan.flowsBefore });
    const { operations } = plan;
    this.#effects.push({ type: 'send', nve: state.name, batch: this.#moment, operations });
    this.#notices.tell(
      'info',
      'nve-in-step',
      nveKey(state),
      `${state.name} was read: ${plan.flowsBefore} flows found, ${operations.length} changes to make`,
    );
  }

  #refused(state: NveState, message: string, cookie: bigint | undefined): void {
    // The switch is read again in any case; looking for the cause of each of many refusals would be its way to stop us.
    if (state.refusals.length === REFUSALS_KEPT) return;
    const cause = cookie === undefined ? undefined : this.#causeOf(state.name, cookie);
    const text = cause === undefined ? message : `${message} (because of ${cause})`;
    if (state.refusals.length === 0) {
      const delayMs = Math.min(RETRY_FIRST_MS * 2 ** state.retries++, RETRY_MAX_MS);
      this.#effects.push({ type: 'retry', nve: state.name, delayMs });
    }
    state.refusals.push(text);
    this.#notices.tell(
      'error',
      'refused',
      nveKey(state),
      `${state.name} refused a change: ${text}`,
    );
  }

  /** A cookie leads back to the record that caused its flow. */
  #causeOf(nve: NveName, cookie: bigint): string | undefined {
    for (const fragment of this.desired(nve)) {
      if (fragment.flows.some((flow) => flow.cookie === cookie)) return fragment.cause;
    }
    return undefined;
  }

  #short(state: NveState, shortage: GroupShortage): void {
    state.shortages.set(shortage.groupId, shortage);
    this.#noticeShortage(state, shortage.groupId, shortageText(state.name, shortage));
  }

  #fits(state: NveState, groupId: number): void {
    if (state.shortages.delete(groupId)) this.#noticeShortage(state, groupId, undefined);
  }

  #noticeShortage(state: NveState, groupId: number, text: string | undefined): void {
    const network = this.domain.networkOfVni(groupId & 0xffffff);
    const object = network === undefined ? nveKey(state) : recordKey('network', network);
    this.#notices.stand('error', 'replication-limit', object, text, `${groupId} ${state.name}`);
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
