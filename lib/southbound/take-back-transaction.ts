/**
 * Take-back steps (reconcile/take-back) as one guarded transaction: it changes nothing when a port or a controller has
 * come or gone on one of the bridges since the plan was made.
 */
import { type Condition, Transaction, whereUuid } from '../../protocols/ovsdb/transaction.ts';
import { type Uuid, UuidRef } from '../../protocols/ovsdb/values/atoms.ts';
import type { MarkedBridge, TakeBackStep } from '../reconcile/take-back.ts';

export function takeBackTransaction(
  steps: readonly TakeBackStep[],
  rootUuid: Uuid,
  instance: string,
): Transaction {
  const transaction = new Transaction();
  const root = whereUuid(rootUuid);
  for (const step of steps) {
    const { bridge } = step;
    const where = whereUuid(bridge.uuid);
    const seen = { ports: refs(bridge.ports), controller: refs(bridge.controllers) };
    transaction.wait('Bridge', where, [seen], { columns: ['ports', 'controller'] });
    if (step.type === 'drop-bridge') {
      transaction.mutate('Open_vSwitch', root, [['bridges', 'delete', new UuidRef(bridge.uuid)]]);
    } else strip(transaction, where, bridge, step.restore);
  }
  transaction.mutate('Open_vSwitch', root, [['next_cfg', '+=', 1]]);
  const names = steps.map(({ bridge }) => bridge.name).join(', ');
  return transaction.comment(`nva: ${instance}: ${names} taken back`);
}

function strip(
  transaction: Transaction,
  where: readonly Condition[],
  { ownPorts, ownControllers, ownKeys }: MarkedBridge,
  { failMode, protocols }: Extract<TakeBackStep, { type: 'strip-bridge' }>['restore'],
): void {
  if (failMode !== undefined) {
    transaction.update('Bridge', where, { fail_mode: failMode === null ? [] : failMode });
  }
  transaction.mutate('Bridge', where, [
    ['external_ids', 'delete', [...ownKeys]],
    ...(ownPorts.length === 0 ? [] : [['ports', 'delete', refs(ownPorts)] as const]),
    ...(ownControllers.length === 0
      ? []
      : [['controller', 'delete', refs(ownControllers)] as const]),
    ...(protocols === undefined ? [] : [['protocols', 'delete', [...protocols]] as const]),
  ]);
}

function refs(uuids: readonly Uuid[]): UuidRef[] {
  return uuids.map((uuid) => new UuidRef(uuid));
}
