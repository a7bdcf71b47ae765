/**
 * NXT_CT_FLUSH: which tracked connections are to be forgotten.
 *
 *     ip_proto:8 | zeros 7 | properties
 *     property 0, 1:  the original, the reply direction: header:32 | pad 4 | properties of a direction
 *     property 2:     the zone: header:32 | zone:16 | pad 2
 *     of a direction: 0, 1 addresses of 128 bits; 2, 3 ports of 16 | pad 2; 4 icmp_id of 16 | pad 2; 5, 6 icmp_type and icmp_code of 8
 *
 * Trap: of a connection that is not ICMP's, ports of 0 are no property; of ICMP's, id, type and code always are.
 * Source: nicira-ext.h of Open vSwitch 3.1.
 */
import type { CtFlush, CtTuple } from '../../values/conntrack.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import {
  beginProperty,
  endProperty,
  type Property,
  putProperty,
  readProperties,
} from '../property.ts';

const FIXED = layout({ ipProtocol: 'u8', zero: 'u8', zero2: 'u16', zero4: 'u32' });
const ADDRESS = layout({ high: 'u64', low: 'u64' });

/** By the type of their property. */
const DIRECTIONS = ['original', 'reply'] as const;
const ZONE = 2;
const NESTED_HEADER_BYTES = 8;
const HEADER_BYTES = 4;

/** By the type of their property. */
const ADDRESSES = ['source', 'destination'] as const;
const SHORTS: Readonly<Record<number, 'sourcePort' | 'destinationPort' | 'icmpId'>> = {
  2: 'sourcePort',
  3: 'destinationPort',
  4: 'icmpId',
};
const BYTES: Readonly<Record<number, 'icmpType' | 'icmpCode'>> = { 5: 'icmpType', 6: 'icmpCode' };

export function putCtFlush(writer: ByteWriter, message: CtFlush): void {
  const { ipProtocol, zone, unknownProperties } = message;
  writer.view.setUint8(writer.reserve(FIXED.size), ipProtocol);
  DIRECTIONS.forEach((direction, type) => {
    const tuple = message[direction];
    if (tuple !== undefined) putTuple(writer, type, tuple);
  });
  if (zone !== undefined) putNumber(writer, ZONE, 2, zone);
  if (unknownProperties !== undefined) writer.put(unknownProperties);
}

function putTuple(writer: ByteWriter, type: number, tuple: CtTuple): void {
  const mark = beginProperty(writer, type);
  writer.reserve(NESTED_HEADER_BYTES - HEADER_BYTES);
  ADDRESSES.forEach((name, property) => {
    const address = tuple[name];
    if (address !== undefined) putAddress(writer, property, address);
  });
  for (const [property, name] of Object.entries(SHORTS)) {
    const number = tuple[name];
    if (number !== undefined) putNumber(writer, Number(property), 2, number);
  }
  for (const [property, name] of Object.entries(BYTES)) {
    const number = tuple[name];
    if (number !== undefined) putNumber(writer, Number(property), 1, number);
  }
  if (tuple.unknownProperties !== undefined) writer.put(tuple.unknownProperties);
  endProperty(writer, mark);
}

function putAddress(writer: ByteWriter, type: number, address: bigint): void {
  const mark = writer.mark();
  const at = putProperty(writer, type, HEADER_BYTES + ADDRESS.size);
  writer.view.setWide(at, ADDRESS.size, address);
  writer.padTo8(mark);
}

function putNumber(writer: ByteWriter, type: number, size: 1 | 2, number: number): void {
  const mark = writer.mark();
  // A property of 16 bits counts what fills it up.
  const at = putProperty(writer, type, HEADER_BYTES + (size === 1 ? 1 : 4));
  if (size === 1) writer.view.setUint8(at, number);
  else writer.view.setUint16(at, number);
  writer.padTo8(mark);
}

export function readCtFlush(cursor: Cursor): CtFlush {
  const { ipProtocol, zero, zero2, zero4 } = cursor.struct(FIXED, 'a connection flush');
  if (zero !== 0 || zero2 !== 0 || zero4 !== 0) {
    cursor.fail('NXBRC_MUST_BE_ZERO', 'padding of a connection flush is not zero');
  }
  const families = new Families();
  const known: Partial<Record<'original' | 'reply', CtTuple>> = {};
  const properties = readProperties<Omit<CtFlush, 'ipProtocol'>>(cursor, ({ type, body }) => {
    if (type === ZONE) return { zone: body.u16('a zone') };
    const direction = DIRECTIONS[type];
    if (direction === undefined) return undefined;
    known[direction] = { ...known[direction], ...readTuple(body, families) };
    return known;
  });
  return { ipProtocol, ...properties };
}

function readTuple(body: Cursor, families: Families): CtTuple {
  body.skip(NESTED_HEADER_BYTES - HEADER_BYTES, 'a direction');
  return readProperties<CtTuple>(body, (property) => readKnown(property, families));
}

function readKnown({ type, body }: Property, families: Families): CtTuple | undefined {
  const address = ADDRESSES[type];
  if (address !== undefined) {
    const { high, low } = body.struct(ADDRESS, 'an address');
    const value = (high << 64n) | low;
    families.take(body, value);
    return { [address]: value };
  }
  const short = SHORTS[type];
  if (short !== undefined) return { [short]: body.u16('a port') };
  const byte = BYTES[type];
  return byte === undefined ? undefined : { [byte]: body.u8('an ICMP number') };
}

/** Addresses of one connection are all IPv4's or all IPv6's. */
class Families {
  #family: 'none' | 'ipv4' | 'ipv6' = 'none';

  take(cursor: Cursor, address: bigint): void {
    const family = address === 0n ? 'none' : address >> 32n === 0xffffn ? 'ipv4' : 'ipv6';
    if (family !== 'none' && this.#family !== 'none' && family !== this.#family) {
      cursor.fail('OFPBPC_BAD_VALUE', 'addresses of IPv4 and IPv6 in one connection');
    }
    this.#family = family;
  }
}
