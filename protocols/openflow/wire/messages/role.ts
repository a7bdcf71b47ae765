/**
 * OFPT_ROLE_REQUEST, OFPT_ROLE_REPLY, OFPT_ROLE_STATUS, and Nicira's role messages.
 *
 *     request, reply:  role:32 | pad 4 | generation_id:64
 *     status:          role:32 | reason:8 | pad 3 | generation_id:64 | properties
 *     Nicira's:        role:32, one less than OpenFlow's, and no generation
 *
 * Trap: 1.5 puts a short controller id where 1.3 and 1.4 have padding; Open vSwitch sends zeros and we ask nothing of it.
 * Sources: OpenFlow 1.3.5 §7.3.9, OpenFlow 1.4.1 §7.4.4; ONF extension 191 has the same role status for 1.3; nicira-ext.h of
 * Open vSwitch 3.1.
 */
import { nameOf } from '../../values/commands.ts';
import type { Role, RoleRequest, RoleStatus } from '../../values/messages.ts';
import type { NxRole } from '../../values/nicira-messages.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';

const ROLES: Readonly<Record<Role, number>> = { nochange: 0, equal: 1, master: 2, slave: 3 };
const REASONS: Readonly<Record<Exclude<RoleStatus['reason'], number>, number>> = {
  master_request: 0,
  config: 1,
  experimenter: 2,
};

const ROLE = layout({ role: 'u32', pad: 'pad4', generationId: 'u64' });
const STATUS = layout({ role: 'u32', reason: 'u8', pad: 'pad3', generationId: 'u64' });

export function putRole(writer: ByteWriter, message: Omit<RoleRequest, 'type'>): void {
  const at = writer.reserve(ROLE.size);
  writer.view.setUint32(at, ROLES[message.role]);
  writer.view.setBigUint64(at + 8, message.generationId);
}

export function readRole(cursor: Cursor): Omit<RoleRequest, 'type'> {
  const { role, generationId } = cursor.struct(ROLE, 'a role message');
  return { role: roleOf(cursor, role), generationId };
}

export function putRoleStatus(writer: ByteWriter, message: RoleStatus): void {
  const { role, reason, generationId, properties } = message;
  const at = writer.reserve(STATUS.size);
  writer.view.setUint32(at, ROLES[role]);
  writer.view.setUint8(at + 4, typeof reason === 'number' ? reason : REASONS[reason]);
  writer.view.setBigUint64(at + 8, generationId);
  if (properties !== undefined) writer.put(properties);
}

export function readRoleStatus(cursor: Cursor): RoleStatus {
  const { role, reason, generationId } = cursor.struct(STATUS, 'a role status');
  return {
    type: 'role_status',
    role: roleOf(cursor, role),
    reason: nameOf(REASONS, reason) ?? reason,
    generationId,
    ...(cursor.left === 0 ? {} : { properties: cursor.rest() }),
  };
}

export function putNxRole(writer: ByteWriter, { role }: NxRole): void {
  writer.view.setUint32(writer.reserve(4), ROLES[role] - 1);
}

export function readNxRole(cursor: Cursor): NxRole {
  const role = roleOf(cursor, cursor.u32('a role message') + 1);
  return { role: role === 'nochange' ? 'equal' : role };
}

function roleOf(cursor: Cursor, number: number): Role {
  const role = nameOf(ROLES, number);
  if (role === undefined) cursor.fail('OFPRRFC_BAD_ROLE', `no role ${number}`);
  return role ?? 'nochange';
}
