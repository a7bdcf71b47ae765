/**
 * Numbers, ports, tables, fields and bytes at their place in a text.
 *
 * What is too large is refused and never cut off, nor is a word read as 0: so a flow says what was meant. Tables and ports have
 * no names here, but for the reserved ports: the switch alone knows them.
 *
 * Source: ovs-ofctl(8), ovs-fields(7) of Open vSwitch 3.1.
 */
import type { Subfield } from '../../values/actions.ts';
import type { Field } from '../../values/fields.ts';
import { OFPP_ANY, OFPP_IN_PORT, OFPP_LOCAL } from '../../values/ports.ts';
import { type ParsedFieldValue, parseFieldValue, parseSubfield } from './field-parse.ts';
import { type Piece, quoted, refuse, take } from './text-fault.ts';
import { parseInteger, parsePort, parseUnsigned } from './value-number-parse.ts';

const U8_MAX = 0xff;
export const U16_MAX = 0xffff;

/** OpenFlow 1.0's numbers for the ports that it reserves end where a later version's could begin. */
const OFPP_MAX_16 = 0xff00;

/** A number of 0 to 2 ** bits - 1, of at most 32 bits. */
export function numberAt({ text, at }: Piece, what: string, bits: number): number {
  return Number(take(at, parseUnsigned(what, text, bits)));
}

/** 32 bits; -1 and the like are their two's complement. */
export function u32At({ text, at }: Piece, what: string): number {
  const value = text.trim().startsWith('-') ? parseInteger(text) : undefined;
  const isSmall = value !== undefined && BigInt.asIntN(32, value) === BigInt.asIntN(64, value);
  if (isSmall) return Number(BigInt.asUintN(32, value));
  return Number(take(at, parseUnsigned(what, text, 32)));
}

/** 64 bits; -1 and the like are their two's complement. */
export function u64At({ text, at }: Piece, what: string): bigint {
  return take(at, parseUnsigned(what, text, 64));
}

/** From `min` to `max`, in decimal alone. */
export function decimalAt({ text, at }: Piece, what: string, max: number, min = 0): number {
  const value = /^\s*[0-9]{1,15}\s*$/.test(text) ? Number(text) : undefined;
  if (value === undefined || value > max || value < min) {
    refuse(at, `${what}: ${text || 'nothing'} is not a decimal number of ${min} to ${max}`);
  }
  return value;
}

/** A value of so many bits, for a load or a learn. */
export function bitsAt({ text, at }: Piece, what: string, bits: number): bigint {
  const value = parseInteger(text);
  if (value === undefined) refuse(at, `${what}: ${quoted(text)} is not a number`);
  if (value >> BigInt(bits) !== 0n) {
    refuse(at, `${what}: ${text} does not fit into ${bits} ${bits === 1 ? 'bit' : 'bits'}`);
  }
  return value;
}

export function portAt({ text, at }: Piece, what: string): number {
  return take(at, parsePort(what, text.trim()));
}

/** A port that a packet can be sent to. */
export function outputPortAt(piece: Piece, what: string): number {
  const port = portAt(piece, what);
  const exists = port < OFPP_MAX_16 || (port >= OFPP_IN_PORT && port !== OFPP_ANY);
  if (!exists) {
    refuse(piece.at, `${what}: nothing can be sent to ${quoted(piece.text)}`);
  }
  return port;
}

/** LOCAL, where the packet came in, or any other port that the switch really has. */
export function isPortOfSwitch(port: number): boolean {
  return port < OFPP_MAX_16 || port === OFPP_IN_PORT || port === OFPP_LOCAL;
}

export function tableAt({ text, at }: Piece, what: string, max = U8_MAX): number {
  const table = /^\s*[0-9]{1,6}\s*$/.test(text) ? Number(text) : undefined;
  if (table === undefined || table > max) {
    refuse(at, `${what}: ${text || 'nothing'} is not a table's number of 0 to ${max}`);
  }
  return table;
}

export function fieldValueAt(field: Field, { text, at }: Piece): ParsedFieldValue {
  const result = parseFieldValue(field, text);
  return result.ok ? result : refuse(at, result.error);
}

export function subfieldAt({ text, at }: Piece): Subfield {
  return take(at, parseSubfield(text));
}

/** Bytes in pairs of hexadecimal digits; dots and white space may stand between them. */
export function bytesAt({ text, at }: Piece, what: string): Uint8Array {
  const bytes: number[] = [];
  for (let position = 0; position < text.length; ) {
    const pair = text.slice(position, position + 2);
    if (/^[0-9a-f]{2}$/i.test(pair)) {
      bytes.push(Number.parseInt(pair, 16));
      position += 2;
    } else if (/^[ .\t\r\n]/.test(pair)) {
      position += 1;
    } else {
      refuse(at + position, `${what}: ${quoted(pair)} is no pair of hexadecimal digits`);
    }
  }
  return Uint8Array.from(bytes);
}
