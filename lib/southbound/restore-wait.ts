/**
 * Keeps one NVE's flow-restore-wait as reconcile/restore-wait says: reads the row, writes the step.
 */
import type { Replica, RowChanged } from '../../protocols/ovsdb/replica.ts';
import { OPEN_VSWITCH } from '../../protocols/ovsdb/schemas/open-vswitch.ts';
import { Transaction, whereUuid } from '../../protocols/ovsdb/transaction.ts';
import { readRow } from '../../protocols/ovsdb/values/tables.ts';
import {
  planRestoreWait,
  RESTORE_WAIT,
  RESTORE_WAIT_KEY,
  RESTORE_WAIT_MARK,
  type RestoreWaitStep,
} from '../reconcile/restore-wait.ts';
import type { RootView } from './database-view.ts';

export interface RestoreWaitHost {
  /** No transaction is under way, and the lock is ours. */
  isWritable(): boolean;
  transact(transaction: Transaction): void;
}

export class RestoreWait {
  readonly #host: RestoreWaitHost;
  readonly #domain: string;
  #isProbed = false;

  constructor(domain: string, host: RestoreWaitHost) {
    this.#domain = domain;
    this.#host = host;
  }

  static touches({ table, old, new: row }: RowChanged): boolean {
    return table === 'Open_vSwitch' && old?.other_config !== row?.other_config;
  }

  /** `isServed`: false takes back what is ours. */
  follow(
    replica: Replica,
    { rootUuid, view }: RootView,
    isServed: boolean,
    hasSession: boolean,
  ): void {
    const found = replica.row('Open_vSwitch', rootUuid);
    if (hasSession) this.#isProbed = false;
    if (found === undefined || !this.#host.isWritable()) return;
    const { external_ids: marks, other_config: config } = readRow(OPEN_VSWITCH, found);
    const step = planRestoreWait({
      isAsked: isServed && marks.get(RESTORE_WAIT_KEY) === 'true',
      isSet: config.get(RESTORE_WAIT) === 'true',
      isOurs: marks.get(RESTORE_WAIT_MARK) === this.#domain,
      hasSession,
      isProbed: this.#isProbed,
      isRunning: view.curCfg >= view.nextCfg,
    });
    if (step === undefined) return;
    if (step === 'probe') this.#isProbed = true;
    this.#host.transact(this.#transaction(step, rootUuid));
  }

  #transaction(step: RestoreWaitStep, rootUuid: RootView['rootUuid']): Transaction {
    const transaction = new Transaction();
    const where = whereUuid(rootUuid);
    const mutate = (
      column: string,
      mutator: 'insert' | 'delete',
      value: Map<string, string> | string[],
    ) => transaction.mutate('Open_vSwitch', where, [[column, mutator, value]]);
    if (step === 'probe') transaction.mutate('Open_vSwitch', where, [['next_cfg', '+=', 1]]);
    else {
      mutate('other_config', 'delete', [RESTORE_WAIT]);
      mutate('external_ids', 'delete', [RESTORE_WAIT_MARK]);
    }
    if (step === 'set') mutate('other_config', 'insert', new Map([[RESTORE_WAIT, 'true']]));
    if (step === 'set' || step === 'clear') {
      mutate('external_ids', 'insert', new Map([[RESTORE_WAIT_MARK, this.#domain]]));
    }
    return transaction.comment(`nva: flow-restore-wait: ${step}`);
  }
}
