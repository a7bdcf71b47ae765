/**
 * Writes one NVE's bridge: while the NVE's lock is ours, one guarded transaction at a time, each asserting the lock.
 *
 * Keeps the generation of our master role: one that was written while the lock was held, which it is still. An answer
 * from before the lock was lost counts for nothing, so that a late one never makes a master.
 */
import type { Transaction } from '../../protocols/ovsdb/transaction.ts';
import {
  type BridgePlan,
  type BridgeSettings,
  wantedControllers,
} from '../reconcile/bridge-plan.ts';
import { bridgeTransaction, generationTransaction } from './bridge-transaction.ts';
import type { RootView } from './database-view.ts';
import type { WantedRole } from './switch-role.ts';

export interface BridgeWriterHost {
  /** Sends it with an assertion of the lock; its id comes back to `answered`. */
  transact(transaction: Transaction): number;
  /** There is another role for us on the switch. */
  roleKnown(): void;
  /** To be planned anew, now or at `RETRY_MS`. */
  replan(): void;
  /** The newest transaction was done (undefined) or failed. */
  outcome(complaint: string | undefined): void;
}

export interface TransactionFailure {
  readonly code: string;
  readonly details: string;
}

/** After a transaction that failed, the plan is made anew at the next change, or after this. */
const RETRY_MS = 1_000;

interface UnderWay {
  readonly id: number;
  /** Which of the times that the lock was ours. */
  readonly holding: number;
  /** The generation that the bridge had then. */
  readonly seen: bigint;
  /** That it writes. */
  readonly generation: bigint | undefined;
}

export class BridgeWriter {
  readonly #host: BridgeWriterHost;
  #holdsLock: boolean | undefined;
  #holdings = 0;
  #generation: bigint | undefined;
  #generationAsked = 0n;
  #generationSeen = 0n;
  #underWay: UnderWay | undefined;
  #isUnsettled = true;
  #retry: NodeJS.Timeout | undefined;

  constructor(host: BridgeWriterHost) {
    this.#host = host;
  }

  /** Undefined: the server has not said yet. */
  get holdsLock(): boolean | undefined {
    return this.#holdsLock;
  }

  /** Ours on the switch of the bridge; undefined: to be known soon. */
  get role(): WantedRole | undefined {
    if (this.#holdsLock === false) return { role: 'slave', generation: this.#generationSeen };
    if (this.#generation === undefined) return undefined;
    return { role: 'master', generation: this.#generation };
  }

  /** Something is to be written, or the switch has not taken what was: every step of its configuration counts. */
  get isUnsettled(): boolean {
    return this.#isUnsettled;
  }

  /** To be called before a plan that may have steps. */
  unsettle(): void {
    this.#isUnsettled = true;
  }

  lockHeld(): void {
    this.#holdsLock = true;
    this.#holdings++;
    this.#generation = undefined;
    this.#isUnsettled = true;
  }

  /** At once: what is under way does not count any more. */
  lockLost(): void {
    this.#holdsLock = false;
    this.#generation = undefined;
    this.#isUnsettled = false;
  }

  /** The switch has seen this generation, which is not below ours: the next one goes above it. False: it is not ours to ask. */
  raise(seen: bigint): boolean {
    this.#generationAsked = maximum(this.#generationAsked, seen);
    if (this.#holdsLock !== true) return false;
    this.#generation = undefined;
    this.#isUnsettled = true;
    return true;
  }

  /** The bridge has this generation now. */
  saw(generation: bigint): void {
    this.#generationSeen = generation;
  }

  write({ view, rootUuid }: RootView, { steps }: BridgePlan, settings: BridgeSettings): void {
    const { bridge } = view;
    if (this.#holdsLock !== true || this.#underWay !== undefined) return;
    this.#isUnsettled =
      steps.length > 0 || view.curCfg < view.nextCfg || bridge?.datapathId === undefined;
    const { domain, instance } = settings;
    const held = this.#generation;
    if (bridge !== undefined && held === undefined) {
      // First: the switch is served the sooner. Never behind the clock, nor what any master of this bridge has used.
      const least = maximum(bridge.generation, this.#generationAsked) + 1n;
      const generation = maximum(BigInt(Date.now()), least);
      this.#generationAsked = generation;
      this.#send(generationTransaction(bridge, instance, generation), generation);
    } else if (bridge !== undefined && held !== undefined && bridge.generation < held) {
      // Set back by hand: whoever is master next goes above what the bridge says.
      this.#send(generationTransaction(bridge, instance, held), held);
    } else if (steps.length > 0) {
      const controllers = wantedControllers(settings);
      const author = { instance, generation: this.#generation };
      this.#send(bridgeTransaction(steps, { view, rootUuid, domain, controllers, author }));
    }
  }

  /** The lock is ours, and no transaction is under way. */
  get isFree(): boolean {
    return this.#holdsLock === true && this.#underWay === undefined;
  }

  /** Something else than a plan of the bridge; not while a transaction is under way. */
  transact(transaction: Transaction): void {
    if (this.isFree) this.#send(transaction);
  }

  answered(id: number, failure: TransactionFailure | undefined): void {
    const answered = this.#underWay;
    if (answered?.id !== id) return;
    this.#underWay = undefined;
    // The lock was lost meanwhile, or lost and had again: what was asked then says nothing of now.
    const isOld = this.#holdsLock !== true || answered.holding !== this.#holdings;
    // What the last master wrote has come meanwhile: ours can go above it now.
    const isOvertaken = answered.seen !== this.#generationSeen;
    if (!isOld && !isOvertaken && failure !== undefined) {
      const words = `${failure.code}: ${failure.details}`;
      this.#host.outcome(`a change of its database was refused (${words}); it is tried again`);
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#host.replan(), RETRY_MS);
      return;
    }
    this.#host.outcome(undefined);
    if (!isOld && failure === undefined && answered.generation !== undefined) {
      this.#generation = answered.generation;
      this.#host.roleKnown();
    }
    this.#host.replan();
  }

  close(): void {
    clearTimeout(this.#retry);
  }

  #send(transaction: Transaction, generation?: bigint): void {
    const id = this.#host.transact(transaction);
    const seen = this.#generationSeen;
    this.#underWay = { id, holding: this.#holdings, seen, generation };
  }
}

function maximum(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
