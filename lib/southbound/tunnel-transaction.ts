/**
 * Tunnel steps (reconcile/tunnel-plan) as operations of the bridge's transaction.
 */
import { type Transaction, whereUuid } from '../../protocols/ovsdb/transaction.ts';
import { type NamedUuidRef, type Uuid, UuidRef } from '../../protocols/ovsdb/values/atoms.ts';
import { TUNNEL_PORTS } from '../desired/pipeline.ts';
import type { Encapsulation } from '../model/encapsulation.ts';
import { OWNER_KEY } from '../reconcile/bridge-plan.ts';
import type { TunnelStep } from '../reconcile/tunnel-plan.ts';

export function changeTunnel(
  transaction: Transaction,
  bridge: Uuid,
  step: TunnelStep,
  domain: string,
): void {
  const where = whereUuid(bridge);
  switch (step.type) {
    case 'add-tunnel': {
      const port = insertTunnel(transaction, step.encapsulation, step.name, domain);
      transaction.mutate('Bridge', where, [['ports', 'insert', port]]);
      return;
    }
    case 'remove-tunnel':
      transaction.mutate('Bridge', step.strayOn === undefined ? where : whereUuid(step.strayOn), [
        ['ports', 'delete', new UuidRef(step.portUuid)],
      ]);
  }
}

function insertTunnel(
  transaction: Transaction,
  type: Encapsulation,
  name: string,
  domain: string,
): NamedUuidRef {
  const iface = transaction.insert('Interface', {
    name,
    type,
    ofport_request: TUNNEL_PORTS[type],
    options: new Map([
      ['remote_ip', 'flow'],
      ['key', 'flow'],
    ]),
    external_ids: new Map([[OWNER_KEY, domain]]),
  });
  return transaction.insert('Port', {
    name,
    interfaces: iface,
    external_ids: new Map([[OWNER_KEY, domain]]),
  });
}
