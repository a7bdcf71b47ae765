/**
 * Whether an NVE that is told of ssl: targets can connect to them: its table SSL is read, and never written.
 */
import type { Replica } from '../../protocols/ovsdb/replica.ts';
import type { Condition } from '../model/views.ts';

/** `isTls`: its database came by TLS, so the hypervisor has keys, if not in this table. */
export function sslConditions(
  replica: Replica,
  controllers: readonly string[],
  isTls: boolean,
): readonly Condition[] {
  const isTold = controllers.length > 0 && controllers.every((target) => target.startsWith('ssl:'));
  if (!isTold || isTls) return [];
  // A row that no switch refers to does not stay in the database.
  for (const _ of replica.table('SSL')) return [];
  const message =
    'its switch is told of ssl: targets only and has no keys: give it some with "ovs-vsctl set-ssl PRIVATE-KEY CERTIFICATE CA-CERT", or listen with --openflow ptcp:6653, too';
  return [{ code: 'ssl-missing', message }];
}
