/**
 * Actions that hold actions, and connection tracking: ct, nat, ct_clear, clone.
 *
 *     ct (35): … | subtype:16 | flags:16 | header of the zone:32 | zone:16, or its offset and bits | table:8 | 0:24 | alg:16 | actions
 *     nat (36): … | subtype:16 | 0:16 | flags:16 | present:16 | [addresses] | [ports] | zeros
 *
 * Traps: without a header the zone's 16 bits are the zone. What nat's `present` names follows in the order of its bits, unaligned.
 *
 * Source: ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action, ActionOf, ConnectionTracking, Nat, Subfield } from '../../values/actions.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { wideAt } from '../match/field-value-decode.ts';
import {
  putNxmFieldAt,
  readNxmField,
  spanBits,
  spanOf,
  spanOffset,
  subfieldOf,
} from './action-fields.ts';
import {
  type ActionForm,
  type ActionWriters,
  badArgument,
  endAction,
  nicira,
  type PutContext,
  putNicira,
  type ReadContext,
  refuse,
} from './action-form.ts';

const CT = 35;
const NAT = 36;
const CLONE = 42;
const CT_CLEAR = 43;

const COMMIT = 1;
const FORCE = 2;
/** Do not recirculate. */
const NO_TABLE = 0xff;
const ZONE_BITS = 16;

const SRC = 1;
const DST = 2;
const PERSISTENT = 4;
const HASH = 8;
const RANDOM = 16;
const NAT_FLAGS = SRC | DST | PERSISTENT | HASH | RANDOM;

const IPV4_MIN = 1;
const IPV4_MAX = 2;
const IPV6_MIN = 4;
const IPV6_MAX = 8;
const PORT_MIN = 16;
const PORT_MAX = 32;

const CT_HEAD = layout({ flags: 'u16' });
const CT_REST = layout({ table: 'u8', _0: 'pad3', alg: 'u16' });
const NAT_HEAD = layout({ _0: 'pad2', flags: 'u16', present: 'u16' });

export const CONNTRACK_FORMS: readonly ActionForm[] = [
  nicira(CT, 24, readCt, { longer: true }),
  nicira(NAT, 16, readNat, { longer: true }),
  nicira(CLONE, 16, readClone, { longer: true }),
  nicira(CT_CLEAR, 16, () => ({ type: 'ct_clear' })),
];

function readClone(cursor: Cursor, { actions }: ReadContext): Action {
  cursor.skip(6, 'clone');
  return { type: 'clone', actions: actions(cursor, 'clone') };
}

function readCt(cursor: Cursor, context: ReadContext): Action | undefined {
  const { flags } = cursor.struct(CT_HEAD, 'ct');
  const commit = (flags & COMMIT) !== 0;
  const force = (flags & FORCE) !== 0;
  const otherFlags = flags & ~(COMMIT | FORCE);
  if (force && !commit) return badArgument(cursor, 'ct(force) without commit');
  const zone = readZone(cursor);
  if (zone === undefined) return undefined;
  const { table, alg } = cursor.struct(CT_REST, 'ct');
  const actions = context.actions(cursor, 'ct');
  if (!commit && !actions.every(undoesOnly)) {
    return badArgument(cursor, 'actions in ct without commit');
  }
  return {
    type: 'ct',
    ...(commit ? { commit } : {}),
    ...(force ? { force } : {}),
    ...(otherFlags === 0 ? {} : { otherFlags }),
    ...(table === NO_TABLE ? {} : { table }),
    ...(zone === 0 ? {} : { zone }),
    ...(alg === 0 ? {} : { alg }),
    actions,
  };
}

function readZone(cursor: Cursor): number | Subfield | undefined {
  const named = cursor.peekU16(0, 'ct') + cursor.peekU16(2, 'ct') !== 0;
  const field = named ? readNxmField(cursor) : undefined;
  if (named && field === undefined) return undefined;
  if (!named) cursor.skip(4, 'ct');
  const number = cursor.u16('ct');
  if (field === undefined) return number;
  const zone = subfieldOf(cursor, field, spanOffset(number), spanBits(number), 'read');
  if (zone !== undefined && zone.bits !== ZONE_BITS) {
    return refuse(cursor, 'OFPBAC_BAD_SET_LEN', `a zone of ${zone.bits} bits`);
  }
  return zone;
}

/** A nat without arguments: what needs no commit. */
function undoesOnly(action: Action): boolean {
  if (action.type === 'unknown') return true;
  return action.type === 'nat' && Object.keys(action).length === 1;
}

function readNat(cursor: Cursor): Action | undefined {
  const { flags, present } = cursor.struct(NAT_HEAD, 'nat');
  const both = (two: number) => (flags & two) === two;
  if ((flags & ~NAT_FLAGS) !== 0 || both(SRC | DST) || both(HASH | RANDOM)) {
    return badArgument(cursor, `nat flags 0x${flags.toString(16)}`);
  }
  const addresses = readAddresses(cursor, present);
  if (addresses === undefined) return undefined;
  const ports = readPorts(cursor, present, addresses);
  if (ports === undefined) return undefined;
  return {
    type: 'nat',
    ...((flags & SRC) !== 0 ? { direction: 'src' as const } : {}),
    ...((flags & DST) !== 0 ? { direction: 'dst' as const } : {}),
    ...((flags & PERSISTENT) !== 0 ? { persistent: true } : {}),
    ...((flags & HASH) !== 0 ? { hash: true } : {}),
    ...((flags & RANDOM) !== 0 ? { random: true } : {}),
    ...addresses,
    ...ports,
  };
}

type Addresses = Pick<Nat, 'ipv4Min' | 'ipv4Max' | 'ipv6Min' | 'ipv6Max'>;
type Ports = Pick<Nat, 'portMin' | 'portMax'>;

function readAddresses(cursor: Cursor, present: number): Addresses | undefined {
  if ((present & IPV4_MIN) !== 0) {
    if ((present & (IPV6_MIN | IPV6_MAX)) !== 0) return badArgument(cursor, 'nat to two families');
    return readIpv4(cursor, present);
  }
  if ((present & IPV4_MAX) !== 0) return badArgument(cursor, 'nat to a range without beginning');
  if ((present & IPV6_MIN) !== 0) return readIpv6(cursor, present);
  return (present & IPV6_MAX) === 0 ? {} : badArgument(cursor, 'nat to a range without beginning');
}

function readIpv4(cursor: Cursor, present: number): Addresses | undefined {
  const ranged = (present & IPV4_MAX) !== 0;
  if (cursor.left < (ranged ? 8 : 4)) return badArgument(cursor, 'nat ends too early');
  const ipv4Min = cursor.u32('nat');
  const ipv4Max = ranged ? cursor.u32('nat') : undefined;
  if (ipv4Min === 0 || (ipv4Max !== undefined && ipv4Max < ipv4Min)) {
    return badArgument(cursor, 'nat to no addresses');
  }
  return ipv4Max === undefined ? { ipv4Min } : { ipv4Min, ipv4Max };
}

function readIpv6(cursor: Cursor, present: number): Addresses | undefined {
  const ranged = (present & IPV6_MAX) !== 0;
  if (cursor.left < (ranged ? 32 : 16)) return badArgument(cursor, 'nat ends too early');
  const ipv6Min = readIpv6Address(cursor);
  const ipv6Max = ranged ? readIpv6Address(cursor) : undefined;
  if (ipv6Min === 0n || (ipv6Max !== undefined && ipv6Max < ipv6Min)) {
    return badArgument(cursor, 'nat to no addresses');
  }
  return ipv6Max === undefined ? { ipv6Min } : { ipv6Min, ipv6Max };
}

function readIpv6Address(cursor: Cursor): bigint {
  const at = cursor.position;
  cursor.skip(16, 'an IPv6 address');
  return wideAt(cursor.view, at, 16);
}

function readPorts(cursor: Cursor, present: number, addresses: Addresses): Ports | undefined {
  const ranged = (present & PORT_MAX) !== 0;
  if ((present & PORT_MIN) === 0) {
    return ranged ? badArgument(cursor, 'nat to a range without beginning') : {};
  }
  const none = addresses.ipv4Min === undefined && addresses.ipv6Min === undefined;
  if (none || cursor.left < (ranged ? 4 : 2)) return badArgument(cursor, 'nat ends too early');
  const portMin = cursor.u16('nat');
  const portMax = ranged ? cursor.u16('nat') : undefined;
  if (portMin === 0 || (portMax !== undefined && portMax < portMin)) {
    return badArgument(cursor, 'nat to no ports');
  }
  return portMax === undefined ? { portMin } : { portMin, portMax };
}

export const CONNTRACK_WRITERS: ActionWriters<'ct' | 'nat' | 'ct_clear' | 'clone'> = {
  ct: putCt,
  nat: putNat,
  ct_clear: (writer) => void putNicira(writer, CT_CLEAR, 16),
  clone: putClone,
};

function putClone(writer: ByteWriter, action: ActionOf<'clone'>, context: PutContext): void {
  const mark = writer.mark();
  putNicira(writer, CLONE, 16);
  context.actions(writer, action.actions);
  writer.patchSize(mark, 2);
}

function putCt(writer: ByteWriter, action: ConnectionTracking, context: PutContext): void {
  const mark = writer.mark();
  const at = putNicira(writer, CT, 24);
  const { zone = 0, table = NO_TABLE, alg = 0 } = action;
  const named = (action.commit === true ? COMMIT : 0) | (action.force === true ? FORCE : 0);
  writer.view.setUint16(at + 10, named + otherFlags(action));
  putZone(writer, at + 12, zone);
  writer.view.setUint8(at + 18, table);
  writer.view.setUint16(at + 22, alg);
  context.actions(writer, action.actions);
  writer.patchSize(mark, 2);
}

function otherFlags({ otherFlags: others = 0 }: ConnectionTracking): number {
  const named = COMMIT | FORCE;
  if ((others & ~named) !== others) throw new RangeError(`ct with other flags ${others}`);
  return others;
}

function putZone(writer: ByteWriter, at: number, zone: number | Subfield): void {
  if (typeof zone === 'number') {
    writer.view.setUint16(at + 4, zone);
    return;
  }
  putNxmFieldAt(writer, at, zone);
  writer.view.setUint16(at + 4, spanOf(zone));
}

function putNat(writer: ByteWriter, action: Nat): void {
  const mark = writer.mark();
  const at = putNicira(writer, NAT, 16);
  writer.view.setUint16(at + 12, natFlags(action));
  const present =
    putU32(writer, action.ipv4Min, IPV4_MIN) |
    putU32(writer, action.ipv4Max, IPV4_MAX) |
    putIpv6(writer, action.ipv6Min, IPV6_MIN) |
    putIpv6(writer, action.ipv6Max, IPV6_MAX) |
    putU16(writer, action.portMin, PORT_MIN) |
    putU16(writer, action.portMax, PORT_MAX);
  writer.view.setUint16(writer.start + mark + 14, present);
  endAction(writer, mark);
}

function natFlags({ direction, persistent, hash, random }: Nat): number {
  const directed = direction === undefined ? 0 : direction === 'src' ? SRC : DST;
  return (
    directed |
    (persistent === true ? PERSISTENT : 0) |
    (hash === true ? HASH : 0) |
    (random === true ? RANDOM : 0)
  );
}

/** Each answers the bit that says that it is there. */
function putU32(writer: ByteWriter, value: number | undefined, bit: number): number {
  if (value === undefined) return 0;
  writer.view.setUint32(writer.reserve(4), value);
  return bit;
}

function putU16(writer: ByteWriter, value: number | undefined, bit: number): number {
  if (value === undefined) return 0;
  writer.view.setUint16(writer.reserve(2), value);
  return bit;
}

function putIpv6(writer: ByteWriter, value: bigint | undefined, bit: number): number {
  if (value === undefined) return 0;
  const at = writer.reserve(16);
  writer.view.setBigUint64(at, value >> 64n);
  writer.view.setBigUint64(at + 8, value & 0xffffffffffffffffn);
  return bit;
}
