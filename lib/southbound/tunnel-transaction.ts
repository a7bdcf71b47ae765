/**
 * Tunnel steps (reconcile/tunnel-plan) as operations of the bridge's transaction.
 */
import { type Transaction, whereUuid } from '../../protocols/ovsdb/transaction.ts';
import { type NamedUuidRef, type Uuid, UuidRef } from '../../protocols/ovsdb/values/atoms.ts';
import { TUNNEL_PORTS } from '../desired/pipeline.ts';
import { OWNER_KEY } from '../reconcile/bridge-plan.ts';
import type { TunnelStep } from '../reconcile/tunnel-steps.ts';

export function changeTunnel(
  transaction: Transaction,
  bridge: Uuid,
  step: TunnelStep,
  domain: string,
): void {
  const where = whereUuid(bridge);
  switch (step.type) {
    case 'add-tunnel': {
      const port = insertTunnel(transaction, step, domain);
      transaction.mutate('Bridge', where, [['ports', 'insert', port]]);
      return;
    }
    case 'set-tunnel': {
      const { uuid, options, bfd } = step;
      const type = step.encapsulation;
      transaction.update('Interface', whereUuid(uuid), {
        options,
        ...(bfd === undefined ? {} : { bfd }),
        ...(type === undefined ? {} : { type, ofport_request: TUNNEL_PORTS[type] }),
      });
      return;
    }
    case 'mark-tunnel': {
      const mark = [['external_ids', 'insert', new Map([[OWNER_KEY, domain]])]] as const;
      transaction.mutate('Interface', whereUuid(step.uuid), mark);
      transaction.mutate('Port', whereUuid(step.portUuid), mark);
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
  { encapsulation, name, options, bfd }: Extract<TunnelStep, { type: 'add-tunnel' }>,
  domain: string,
): NamedUuidRef {
  const external_ids = new Map([[OWNER_KEY, domain]]);
  const iface = transaction.insert('Interface', {
    name,
    type: encapsulation,
    options,
    external_ids,
    ...(bfd === undefined ? { ofport_request: TUNNEL_PORTS[encapsulation] } : { bfd }),
  });
  return transaction.insert('Port', { name, interfaces: iface, external_ids });
}
