/**
 * One NVE as the core sees it: connected or not, in step or not, what is under way.
 *
 * A switch is in step when its own list was read and everything since then was sent in order; it has confirmed a
 * moment when every batch with changes from before it was answered by a barrier.
 */
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import type { Fragment } from '../desired/fragment.ts';
import type { FragmentDelta } from '../desired/network-plan.ts';
import type { NveName, NveRecord } from '../model/records.ts';
import type { Condition } from '../model/views.ts';
import type { GroupShortage } from '../reconcile/groups.ts';
import { Linker } from '../reconcile/link.ts';
import type { NveFacts, Stand } from './inputs.ts';

export interface BatchUnderWay {
  readonly batch: number;
  /** The oldest moment of which it has changes: they may have waited to be sent. */
  readonly since: number;
  readonly flowsGrowth: number;
}

/** Conditions with which no OpenFlow session comes up. */
const SESSION_HINDRANCES: ReadonlySet<string> = new Set(['foreign-domain', 'advertise-missing']);

export class NveState {
  readonly name: NveName;
  readonly linker = new Linker();
  /** Undefined: not connected. */
  facts: NveFacts | undefined;
  lastFacts: NveFacts | undefined;
  owner = false;
  /** Why this instance serves it; only while it does. */
  ownerWhy: string | undefined;
  /** Its whole list of interfaces has come since it connected. */
  interfacesKnown = false;
  /** Undefined: no OpenFlow session with the master role. */
  version: OpenFlowVersion | undefined;
  inStep = false;
  /** The read of the switch's list that is under way; the answer to an older one is not believed. */
  read: number | undefined;
  /** The audit that is under way; undefined also when something was sent since, for then its answer says nothing. */
  audit: number | undefined;
  /** Flows of all linked fragments that the NVE should hold now. */
  flowsDesired = 0;
  /** Flows with our mark that the switch has confirmed. */
  flowsInstalled = 0;
  readonly underWay: BatchUnderWay[] = [];
  /** Since this moment changes wait for the switch's answers; undefined: none does. */
  heldSince: number | undefined;
  readonly shortages = new Map<number, GroupShortage>();
  /** Why the switch is left as it is for now, although it holds what is not desired. */
  leftAlone: string | undefined;
  /** What the switch refused since its list was last read. */
  refusals: string[] = [];
  /** Reads of the switch's list that refusals have caused, one after the other. */
  retries = 0;
  /** Flows of somebody else on keys that we need. */
  occupied: string[] = [];
  occupiedKeys: ReadonlySet<number> = new Set();
  /** Flows of others that come before ours, in one sentence. */
  foreignFlows: string | undefined;
  /** What was told of its bridge since it connected; undefined: nothing yet. */
  stand: Stand | undefined;
  /** Why it is not let in by the name that it gives itself (control/identity). */
  refusal: Condition | undefined;
  /** Whose evidence it has. */
  refusedBy: NveName | undefined;
  /** It was connected while this one was, whose evidence it has, too: it is another. */
  copyOf: NveName | undefined;
  /** The record of the NVE that it was by another name, until its own is made. */
  renamedFrom: NveRecord | undefined;
  /** Another NVE has at least one of its underlay addresses. */
  lacksEndpoints = false;
  /** Others who say that they are this NVE. */
  rivals: readonly string[] = [];
  #added = new Set<Fragment>();
  #removed = new Set<Fragment>();

  constructor(name: NveName) {
    this.name = name;
  }

  /** What others do may let it in, or give it what it lacks. */
  get isUnsettled(): boolean {
    return this.refusal !== undefined || this.lacksEndpoints;
  }

  /** Nothing is sent to an NVE that is let go or refused. */
  get isServed(): boolean {
    return this.refusal === undefined && (this.stand === undefined || this.stand === 'serve');
  }

  get connected(): boolean {
    return this.facts !== undefined;
  }

  /** Either channel is up: its tenants go on, and what was last seen of it counts. */
  get alive(): boolean {
    return this.connected || this.version !== undefined;
  }

  /** Collects linked changes until `takeDelta`; what comes and goes in between cancels out. */
  collect(delta: FragmentDelta): void {
    for (const fragment of delta.removed) {
      this.flowsDesired -= fragment.flows.length;
      if (!this.#added.delete(fragment)) this.#removed.add(fragment);
    }
    for (const fragment of delta.added) {
      this.flowsDesired += fragment.flows.length;
      if (!this.#removed.delete(fragment)) this.#added.add(fragment);
    }
  }

  /** Forgets what the NVE should hold, until `link`; `flowsDesired` stays as it was. */
  unlink(): void {
    this.linker.clear();
    this.takeDelta();
  }

  /** Begins anew with all fragments that the NVE should hold. */
  link(fragments: Iterable<Fragment>): void {
    this.unlink();
    this.flowsDesired = 0;
    this.collect(this.linker.delta({ added: [...fragments], removed: [] }));
  }

  get hasDelta(): boolean {
    return this.#added.size + this.#removed.size > 0;
  }

  takeDelta(): FragmentDelta | undefined {
    this.heldSince = undefined;
    if (!this.hasDelta) return undefined;
    const delta = { added: [...this.#added], removed: [...this.#removed] };
    this.#added = new Set();
    this.#removed = new Set();
    return delta;
  }

  /** Everything up to and including `batch` has been answered by the switch. */
  confirmed(batch: number): void {
    while (this.underWay[0] !== undefined && this.underWay[0].batch <= batch) {
      this.flowsInstalled += this.underWay.shift()?.flowsGrowth ?? 0;
    }
  }

  outOfStep(): void {
    this.inStep = false;
    this.leftAlone = undefined;
    this.read = undefined;
    this.audit = undefined;
    this.underWay.length = 0;
  }

  /** It has confirmed all that there is to hold: what differs then, nobody of us has done. */
  get isQuiet(): boolean {
    const nothingToSend = this.#added.size + this.#removed.size + this.underWay.length === 0;
    return this.inStep && this.version !== undefined && nothingToSend && this.refusals.length === 0;
  }

  /** Why the switch has not confirmed everything up to `batch`; undefined: it has. */
  pending(batch: number): string | undefined {
    if (!this.connected) return 'it is not connected';
    // Nothing is desired of it.
    if (this.stand === 'hold' || this.stand === 'take-back') return undefined;
    if (this.version === undefined) return this.#whyNoSession();
    if (this.leftAlone !== undefined) return this.leftAlone;
    if (!this.inStep) return 'its flows are being read';
    if (this.refusals.length > 0) return `it refused: ${this.refusals[0]}`;
    const first = this.underWay[0];
    if (first !== undefined && first.since <= batch)
      return 'it has not answered the last batch yet';
    if (this.heldSince !== undefined && this.heldSince <= batch) {
      return 'it is sent the last changes when it has answered those before';
    }
    return undefined;
  }

  #whyNoSession(): string {
    const cause = this.facts?.conditions.find(({ code }) => SESSION_HINDRANCES.has(code));
    return cause?.message ?? 'its OpenFlow session is not up yet';
  }

  conditions(): Condition[] {
    const conditions = [...(this.facts?.conditions ?? this.lastFacts?.conditions ?? [])];
    if (this.leftAlone !== undefined) {
      conditions.push({ code: 'store-empty', message: this.leftAlone });
    }
    if (this.foreignFlows !== undefined) {
      conditions.push({ code: 'foreign-flows', message: this.foreignFlows });
    }
    if (this.refusal !== undefined) conditions.push(this.refusal);
    for (const message of this.rivals) conditions.push({ code: 'system-id-taken', message });
    for (const message of this.refusals) conditions.push({ code: 'refused', message });
    for (const message of this.occupied) conditions.push({ code: 'key-occupied', message });
    return conditions;
  }
}
