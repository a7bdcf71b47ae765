/**
 * What to send to each switch: reads it, brings it into step, then feeds it differences.
 *
 * Owns the way from an NVE's changed fragments to its operations, and what the switch could not take: refusals,
 * occupied keys, groups that leave members out.
 */
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import type { Compiler } from '../desired/compiler.ts';
import type { Fragment, GroupBucket } from '../desired/fragment.ts';
import type { FragmentDelta } from '../desired/network-plan.ts';
import type { Domain } from '../model/domain.ts';
import { recordKey } from '../model/records.ts';
import { planDelta } from '../reconcile/delta.ts';
import { type DiffPlan, type Installed, planDiff } from '../reconcile/diff.ts';
import { foreignFlowsText } from '../reconcile/foreign-flows.ts';
import type { GroupShortage } from '../reconcile/groups.ts';
import type { Operation } from '../reconcile/operations.ts';
import { driftText } from './drift-text.ts';
import type { Effect } from './inputs.ts';
import { type Notices, shortageText } from './notices.ts';
import type { NveState } from './nve-state.ts';

/** Reads of a switch that keeps refusing: 2 s, 4 s … 60 s. */
const RETRY_FIRST_MS = 2_000;
const RETRY_MAX_MS = 60_000;

/** Of one switch, until it is read again. */
const REFUSALS_KEPT = 10;

/**
 * Unanswered batches of one switch. What changes meanwhile is collected, so that a switch that is slower than the
 * changes gets them in fewer and larger batches: when N edges join at once, each of them changes for N - 1 others.
 * One would cost a change that follows on another the switch's answer time.
 */
const BATCHES_UNDER_WAY_MAX = 2;

/** The difference to a switch's own list has what it was read for, and everything before. */
const SINCE_EVER = 0;

export interface PlannerOptions {
  readonly domain: Domain;
  readonly compiler: Compiler;
  readonly notices: Notices;
  readonly keyOf: (flow: Flow) => number;
  readonly translationBytesMax: number;
  readonly emit: (effect: Effect) => void;
}

export class SwitchPlanner {
  readonly #domain: Domain;
  readonly #compiler: Compiler;
  readonly #notices: Notices;
  readonly #options: PlannerOptions;

  constructor(options: PlannerOptions) {
    this.#domain = options.domain;
    this.#compiler = options.compiler;
    this.#notices = options.notices;
    this.#options = options;
  }

  /** What the NVE should hold now, linked. */
  *desired(state: NveState): Generator<Fragment> {
    for (const fragment of this.#compiler.desired(state.name)) {
      const linked = state.linker.linked(fragment);
      if (linked !== undefined) yield linked;
    }
  }

  /** Sends what was collected for the switch, if it is in step. */
  plan(state: NveState, moment: number): void {
    if (state.leftAlone !== undefined && this.#domain.wasDeclared) this.read(state, moment);
    if (state.inStep && state.underWay.length >= BATCHES_UNDER_WAY_MAX) {
      if (state.hasDelta) state.heldSince ??= moment;
      return;
    }
    const since = state.heldSince ?? moment;
    const delta = state.takeDelta();
    if (delta === undefined) return;
    if (!state.inStep || state.version === undefined) {
      if (state.connected) this.#prepare(delta);
      return;
    }
    const plan = planDelta(delta, {
      version: state.version,
      translationBytesMax: this.#options.translationBytesMax,
      buckets: (groupId) => this.#bucketsOf(state, groupId),
      wasShort: (groupId) => state.shortages.has(groupId),
    });
    for (const groupId of plan.fitting) this.#fits(state, groupId);
    for (const shortage of plan.shortages) this.#short(state, shortage);
    const operations = this.#sparingOthers(state, plan.operations);
    if (operations.length === 0) return;
    const spared = plan.operations.length - operations.length;
    state.underWay.push({ batch: moment, since, flowsGrowth: plan.flowsGrowth - spared });
    state.audit = undefined;
    this.#options.emit({ type: 'send', nve: state.name, batch: moment, operations });
  }

  /**
   * Keys are kept beside their flows: what an NVE shows bit by bit costs little when its switch is compared, which is one
   * turn for all.
   */
  #prepare({ added }: FragmentDelta): void {
    for (const { flows } of added) for (const flow of flows) this.#options.keyOf(flow);
  }

  /** Adding a flow replaces what has its key: where that was somebody else's, ours waits. */
  #sparingOthers(state: NveState, operations: readonly Operation[]): readonly Operation[] {
    if (state.occupiedKeys.size === 0) return operations;
    return operations.filter(
      (operation) =>
        operation.type !== 'flow-add' ||
        !state.occupiedKeys.has(this.#options.keyOf(operation.flow)),
    );
  }

  #bucketsOf(state: NveState, groupId: number): GroupBucket[] {
    const buckets: GroupBucket[] = [];
    const network = this.#domain.networkOfVni(groupId & 0xffffff);
    if (network === undefined) return buckets;
    for (const fragment of this.#compiler.bucketFragmentsIn(network, state.name)) {
      const linked = state.linker.linked(fragment);
      for (const entry of linked?.buckets ?? []) if (entry.groupId === groupId) buckets.push(entry);
    }
    return buckets;
  }

  read(state: NveState, moment: number): void {
    state.outOfStep();
    state.read = moment;
    this.#options.emit({ type: 'read-installed', nve: state.name, read: state.read });
  }

  /** The switch's own list has come: sends the difference. */
  bringIntoStep(state: NveState, installed: Installed, moment: number): void {
    if (state.version === undefined) return;
    // Drop what was collected: the difference to the switch's own list has it all.
    state.takeDelta();
    state.refusals = [];
    const plan = planDiff(
      this.desired(state),
      installed,
      this.#options.keyOf,
      this.#options.translationBytesMax,
    );
    state.read = undefined;
    this.#noteForeign(state, installed);
    state.flowsInstalled = plan.flowsBefore;
    if (!this.#domain.wasDeclared && plan.operations.some(isRemoval)) {
      this.#leaveAlone(state);
      return;
    }
    state.inStep = true;
    this.#sendDifference(state, plan, { moment, since: SINCE_EVER });
    const { operations } = plan;
    this.#notices.tell(
      'info',
      'nve-in-step',
      recordKey('nve', state.name),
      `${state.name} was read: ${plan.flowsBefore} flows found, ${operations.length} changes to make`,
    );
  }

  #sendDifference(
    state: NveState,
    plan: DiffPlan,
    { moment, since }: { moment: number; since: number },
  ): void {
    state.occupiedKeys = new Set(plan.occupied.map(this.#options.keyOf));
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
    const flowsGrowth = plan.flowsAfter - plan.flowsBefore;
    state.underWay.push({ batch: moment, since, flowsGrowth });
    const { operations } = plan;
    this.#options.emit({ type: 'send', nve: state.name, batch: moment, operations });
  }

  /** Reads a switch that should have all that it should hold; one that is busy is left for another time. */
  audit(state: NveState, moment: number): void {
    if (!state.isQuiet) return;
    state.audit = moment;
    this.#options.emit({ type: 'read-installed', nve: state.name, read: moment, isAudit: true });
  }

  /** The answer of an audit during which nothing was sent: what differs was changed by somebody else. */
  audited(state: NveState, installed: Installed, moment: number): void {
    state.audit = undefined;
    if (!state.isQuiet) return;
    this.#noteForeign(state, installed);
    const { keyOf, translationBytesMax } = this.#options;
    const plan = planDiff(this.desired(state), installed, keyOf, translationBytesMax);
    const isSame = plan.operations.length === 0 && plan.occupied.length === state.occupied.length;
    if (isSame) return;
    state.flowsInstalled = plan.flowsBefore;
    this.#sendDifference(state, plan, { moment, since: moment });
    const text = driftText(state.name, plan);
    this.#notices.tell('warning', 'drift-repaired', recordKey('nve', state.name), text);
  }

  #noteForeign(state: NveState, { flows }: Installed): void {
    state.foreignFlows = foreignFlowsText(flows);
    const object = recordKey('nve', state.name);
    this.#notices.stand('warning', 'foreign-flows', object, state.foreignFlows);
  }

  /** A store in which nothing was ever declared has rather been lost than emptied. */
  #leaveAlone(state: NveState): void {
    state.leftAlone = `no network was ever declared in this store, but ${state.name} has flows of networks, so the store has probably been lost; they stay until it is restored (nva restore), or networks and ports are applied, all at once`;
    const object = recordKey('nve', state.name);
    this.#notices.tell('error', 'store-empty', object, state.leftAlone);
  }

  /** The switch refused something; it is read again after a while, longer each time. */
  refused(state: NveState, message: string, cookie: bigint | undefined): void {
    // The switch is read again in any case; looking for the cause of each of many refusals would be its way to stop us.
    if (state.refusals.length === REFUSALS_KEPT) return;
    const cause = cookie === undefined ? undefined : this.#causeOf(state, cookie);
    const text = cause === undefined ? message : `${message} (because of ${cause})`;
    if (state.refusals.length === 0) {
      const delayMs = Math.min(RETRY_FIRST_MS * 2 ** state.retries++, RETRY_MAX_MS);
      this.#options.emit({ type: 'retry', nve: state.name, delayMs });
    }
    state.refusals.push(text);
    this.#notices.tell(
      'error',
      'refused',
      recordKey('nve', state.name),
      `${state.name} refused a change: ${text}`,
    );
  }

  /** A cookie leads back to the record that caused its flow. */
  #causeOf(state: NveState, cookie: bigint): string | undefined {
    for (const fragment of this.desired(state)) {
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
    const network = this.#domain.networkOfVni(groupId & 0xffffff);
    const object =
      network === undefined ? recordKey('nve', state.name) : recordKey('network', network);
    this.#notices.stand('error', 'replication-limit', object, text, `${groupId} ${state.name}`);
  }
}

function isRemoval({ type }: Operation): boolean {
  return type === 'installed-flow-remove' || type === 'group-delete';
}
