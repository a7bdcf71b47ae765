/**
 * OFPT_ROLE_REQUEST, OFPT_ROLE_REPLY and OFPT_ROLE_STATUS.
 *
 * Trap: 1.5 puts a short controller id where 1.3 and 1.4 have padding; Open vSwitch sends zeros and we ask nothing of it.
 * Sources: OpenFlow 1.3.5 §7.3.9, OpenFlow 1.4.1 §7.4.4; ONF extension 191 has the same role status for 1.3.
 */
import { nameOf } from '../values/commands.ts';
import type { Role, RoleReply, RoleRequest, RoleStatus } from '../values/messages.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { Cursor } from './cursor.ts';
import { layout } from './layout.ts';

const ROLES: Readonly<Record<Role, number>> = { nochange: 0, equal: 1, master: 2, slave: 3 };
const REASONS: Readonly<Record<RoleStatus['reason'], number>> = {
  master_request: 0,
  config: 1,
  experimenter: 2,
};

const ROLE = layout({ role: 'u32', pad: 'pad4', generationId: 'u64' });
const STATUS = layout({ role: 'u32', reason: 'u8', pad: 'pad3', generationId: 'u64' });

export function putRole(writer: ByteWriter, message: RoleRequest | RoleReply): void {
  const at = writer.reserve(ROLE.size);
  writer.view.setUint32(at, ROLES[message.role]);
  writer.view.setBigUint64(at + 8, message.generationId);
}

export function readRole(cursor: Cursor): Omit<RoleRequest, 'type'> {
  const { role, generationId } = cursor.struct(ROLE, 'a role message');
  return { role: roleOf(cursor, role), generationId };
}

export function putRoleStatus(writer: ByteWriter, message: RoleStatus): void {
  const at = writer.reserve(STATUS.size);
  writer.view.setUint32(at, ROLES[message.role]);
  writer.view.setUint8(at + 4, REASONS[message.reason]);
  writer.view.setBigUint64(at + 8, message.generationId);
}

export function readRoleStatus(cursor: Cursor): RoleStatus {
  const { role, reason, generationId } = cursor.struct(STATUS, 'a role status');
  const why = nameOf(REASONS, reason);
  if (why === undefined) cursor.fail('NXBRC_BAD_REASON', `no reason ${reason} for a role status`);
  return {
    type: 'role_status',
    role: roleOf(cursor, role),
    reason: why ?? 'config',
    generationId,
  };
}

function roleOf(cursor: Cursor, number: number): Role {
  const role = nameOf(ROLES, number);
  if (role === undefined) cursor.fail('OFPRRFC_BAD_ROLE', `no role ${number}`);
  return role ?? 'nochange';
}
