/**
 * Takes back what is ours on one NVE: first the flows and groups of each bridge, confirmed by its switch, then its rows,
 * in one transaction. Begins anew from what is there at any time, so a crash in the middle costs nothing.
 */
import type { Replica } from '../../protocols/ovsdb/replica.ts';
import type { Transaction } from '../../protocols/ovsdb/transaction.ts';
import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import type { TakenBack } from '../control/inputs.ts';
import type { Condition } from '../model/views.ts';
import type { BridgePlan, BridgeSettings } from '../reconcile/bridge-plan.ts';
import { isFlushed, type MarkedBridge, planTakeBack, whyItStays } from '../reconcile/take-back.ts';
import type { RootView } from './database-view.ts';
import { markedBridges } from './property-view.ts';
import { takeBackTransaction } from './take-back-transaction.ts';

/** What a switch has after all with our mark was removed. */
export interface Wiped {
  /** Flows of others, and one of them in words. */
  readonly others: number;
  readonly example: string;
}

export interface TakeBackHost {
  /** The lock is ours, and no transaction is under way. */
  isWritable(): boolean;
  /** Removes what is ours on the switch. Undefined: it has no session; resolves to undefined: it was not confirmed. */
  wipe(datapathId: string): Promise<Wiped | undefined> | undefined;
  /** Sends it with an assertion of the lock, if nothing else is under way. */
  transact(transaction: Transaction): void;
  /** There is more to do. */
  replan(): void;
}

/** A switch that did not confirm is asked again after this. */
const AGAIN_MS = 1_000;

export class TakeBack {
  readonly #host: TakeBackHost;
  readonly #instance: string;
  readonly #domain: string;
  #last: TakenBack | undefined;
  readonly #wiped = new Map<Uuid, Wiped>();
  readonly #underWay = new Set<Uuid>();
  /** What is to be known of what was taken back, also when it is done. */
  readonly #remarks = new Map<string, Condition>();
  #again: NodeJS.Timeout | undefined;

  constructor(
    host: TakeBackHost,
    { instance, domain }: Pick<BridgeSettings, 'instance' | 'domain'>,
  ) {
    this.#host = host;
    this.#instance = instance;
    this.#domain = domain;
  }

  get remarks(): Condition[] {
    return [...this.#remarks.values()];
  }

  /** From now on what is there is to be looked at anew. */
  forget(): void {
    clearTimeout(this.#again);
    this.#wiped.clear();
    this.#remarks.clear();
  }

  /** Of an NVE that is not served: what is left; `isOurs`: to be gone on with. */
  all(replica: Replica, { rootUuid }: RootView, isOurs: boolean): TakenBack | undefined {
    const bridges = markedBridges(replica, this.#domain);
    // What is under way may bring one.
    if (isOurs && !this.#host.isWritable()) return bridges.length === 0 ? undefined : this.#last;
    if (bridges.length === 0) this.#last = 'all';
    else this.#last = isOurs ? this.#proceed(bridges, rootUuid) : 'nothing';
    return this.#last;
  }

  /** Bridges that were in use before nva-bridge named another: when that one is in use. */
  strays(replica: Replica, { rootUuid, view }: RootView, { steps, leaveAlone }: BridgePlan): void {
    const { bridge, curCfg, nextCfg } = view;
    const isInUse = bridge?.owner === this.#domain && curCfg >= nextCfg;
    if (!isInUse || steps.length > 0 || leaveAlone === true || !this.#host.isWritable()) return;
    const strays = markedBridges(replica, this.#domain, bridge.uuid);
    // What is in use, or was given back, may become a stray with new flows.
    for (const uuid of this.#wiped.keys()) {
      if (strays.every((stray) => stray.uuid !== uuid)) this.#wiped.delete(uuid);
    }
    if (strays.length > 0) this.#proceed(strays, rootUuid);
  }

  /** Goes on as far as it can now. */
  #proceed(bridges: readonly MarkedBridge[], rootUuid: Uuid): TakenBack {
    const waiting = bridges.filter((bridge) => !this.#isWiped(bridge));
    if (waiting.length > 0) return 'nothing';
    for (const bridge of bridges) this.#remark(bridge);
    const steps = bridges.map(planTakeBack);
    this.#host.transact(takeBackTransaction(steps, rootUuid, this.#instance));
    return 'flows';
  }

  #isWiped(bridge: MarkedBridge): boolean {
    const { uuid, name, datapathId } = bridge;
    if (this.#wiped.has(uuid)) return true;
    if (this.#underWay.has(uuid)) return false;
    const asked = datapathId === undefined ? undefined : this.#host.wipe(datapathId);
    const key = `flows-not-taken ${uuid}`;
    if (asked === undefined) {
      // Then Open vSwitch itself removes them, with the bridge or its last controller.
      const isGone = isFlushed(bridge) || planTakeBack(bridge).type === 'drop-bridge';
      if (isGone || bridge.ownControllers.length === 0) return true;
      const message = `the flows of ours on bridge ${name} wait to be taken back until its switch has an OpenFlow session with us`;
      this.#remarks.set(key, { code: 'flows-not-taken', message });
      return false;
    }
    this.#underWay.add(uuid);
    void asked.then((wiped) => {
      this.#underWay.delete(uuid);
      if (wiped === undefined) {
        clearTimeout(this.#again);
        this.#again = setTimeout(() => this.#host.replan(), AGAIN_MS);
        return;
      }
      this.#wiped.set(uuid, wiped);
      this.#remarks.delete(key);
      this.#host.replan();
    });
    return false;
  }

  #remark(bridge: MarkedBridge): void {
    const { uuid, name } = bridge;
    const stays = whyItStays(bridge);
    if (stays !== undefined) this.#remarks.set(`bridge-stays ${uuid}`, stays);
    const wiped = this.#wiped.get(uuid);
    if (wiped === undefined || wiped.others === 0) return;
    if (!isFlushed(bridge)) return;
    const message = `bridge ${name} has ${wiped.others} flows of others (${wiped.example}): Open vSwitch removes them, as it does when the last controller of a bridge goes`;
    this.#remarks.set(`flows-flushed ${uuid}`, { code: 'flows-flushed', message });
  }
}
