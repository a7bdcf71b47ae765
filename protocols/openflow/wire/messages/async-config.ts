/**
 * Which asynchronous messages a controller gets: OFPT_GET_ASYNC_REPLY, OFPT_SET_ASYNC, NXT_SET_ASYNC_CONFIG and
 * NXT_SET_ASYNC_CONFIG2.
 *
 *     masks:       packet_in, port_status, flow_removed: 2 × 32 bits each, the master's and the slave's (1.3, NXT_SET_ASYNC_CONFIG)
 *     properties:  type:16 | 8:16 | mask:32 (1.4 on, NXT_SET_ASYNC_CONFIG2)
 *
 * Trap: 1.3 says 24 bytes and no more; who has nothing to say of packet-ins says 0, which switches them off.
 * Sources: OpenFlow 1.3.5 §7.3.10, OpenFlow 1.4.1 §7.3.10; nicira-ext.h of Open vSwitch 3.1.
 */
import {
  ASYNC_MESSAGES,
  ASYNC_REASONS,
  type AsyncConfig,
  type AsyncMask,
} from '../../values/async-config.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import {
  expectSize,
  joinBytes,
  keptProperty,
  type Property,
  putProperty,
  readProperty,
} from '../property.ts';

const MASKED_MESSAGES = ASYNC_MESSAGES.slice(0, 3);
const ROLES = ['master', 'slave'] as const;
const PROPERTY_BYTES = 8;
/** An experimenter's properties have two types: this one for slaves, 0xffff for masters. */
const EXPERIMENTER_SLAVE = 0xfffe;
const EXPERIMENTER_MASTER = 0xffff;

export function putAsyncConfig(
  writer: ByteWriter,
  version: OpenFlowVersion,
  config: AsyncConfig,
): void {
  if (version < 5) putAsyncMasks(writer, config);
  else putAsyncProperties(writer, config);
}

export function readAsyncConfig(
  cursor: Cursor,
  version: OpenFlowVersion,
  part: 'request' | 'reply',
): AsyncConfig {
  return version < 5 ? readAsyncMasks(cursor) : readAsyncProperties(cursor, version, part);
}

/** As OpenFlow 1.3 has it. */
export function putAsyncMasks(writer: ByteWriter, { masks, unknownProperties }: AsyncConfig): void {
  if (unknownProperties !== undefined) throw new TypeError('asynchronous masks have no properties');
  const at = writer.reserve(MASKED_MESSAGES.length * 8);
  for (const { message, role, reasons } of masks) {
    const place = MASKED_MESSAGES.indexOf(message);
    const half = ROLES.indexOf(role);
    if (place < 0 || half < 0) {
      throw new TypeError(`OpenFlow 1.3 has no mask for ${message} of a ${role}`);
    }
    writer.view.setUint32(at + place * 8 + half * 4, reasons);
  }
}

export function readAsyncMasks(cursor: Cursor): AsyncConfig {
  const masks: AsyncMask[] = [];
  for (const message of MASKED_MESSAGES) {
    for (const role of ROLES) masks.push({ message, role, reasons: cursor.u32('a mask') });
  }
  return { masks };
}

/** As OpenFlow 1.4 has it. */
export function putAsyncProperties(writer: ByteWriter, config: AsyncConfig): void {
  for (const { message, role, reasons } of config.masks) {
    const type = ASYNC_MESSAGES.indexOf(message) * 2 + (role === 'master' ? 1 : 0);
    writer.view.setUint32(putProperty(writer, type, PROPERTY_BYTES), reasons);
  }
  if (config.unknownProperties !== undefined) writer.put(config.unknownProperties);
}

/** What a switch is asked to do, where an unknown reason is a fault; or what it says that it does. */
export function readAsyncProperties(
  cursor: Cursor,
  version: OpenFlowVersion,
  part: 'request' | 'reply',
): AsyncConfig {
  const masks: AsyncMask[] = [];
  const unknown: Uint8Array[] = [];
  while (cursor.left > 0) {
    const property = readProperty(cursor);
    const message = ASYNC_MESSAGES[property.type >>> 1];
    if (message === undefined) {
      if (part === 'request') refuse(cursor, property);
      else readExperimenter(cursor, property);
      unknown.push(keptProperty(cursor, property));
      continue;
    }
    expectSize(cursor, property, PROPERTY_BYTES, 'an asynchronous mask');
    const mask: AsyncMask = {
      message,
      role: (property.type & 1) === 1 ? 'master' : 'slave',
      reasons: property.body.u32('an asynchronous mask'),
    };
    if (part === 'request') judge(cursor, version, mask);
    masks.push(mask);
  }
  return unknown.length === 0 ? { masks } : { masks, unknownProperties: joinBytes(unknown) };
}

function judge(cursor: Cursor, version: OpenFlowVersion, { message, reasons }: AsyncMask): void {
  const { legacy, current } = ASYNC_REASONS[message];
  const unknown = reasons & ~(version < 5 ? legacy : current);
  if (unknown !== 0) cursor.unknown('OFPACFC_INVALID', `${message} has no reasons ${unknown}`);
}

function refuse(cursor: Cursor, property: Property): void {
  if (readExperimenter(cursor, property)) {
    cursor.unknown('OFPBPC_BAD_EXP_TYPE', 'no experimenter has an asynchronous mask');
  } else {
    cursor.unknown('OFPACFC_UNSUPPORTED', `no asynchronous mask ${property.type}`);
  }
}

/** Whether it is an experimenter's. */
function readExperimenter(cursor: Cursor, { type, body }: Property): boolean {
  if (type === EXPERIMENTER_SLAVE) {
    const experimenter = body.u32('an experimenter property');
    body.skip(4, 'an experimenter property');
    if (experimenter === 0) {
      cursor.fail('OFPBPC_BAD_EXPERIMENTER', 'a property of experimenter 0');
    }
  }
  return type === EXPERIMENTER_SLAVE || type === EXPERIMENTER_MASTER;
}
