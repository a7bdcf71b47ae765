/**
 * Numbers and ports as ovs-ofctl takes them: 10, 0xa, 012 (octal), -1 (in 64 bits); LOCAL, in any case.
 *
 * Source: ovs-fields(7) ("Value formats"), ovs-ofctl(8) ("Port names"); strtoull(3) for the forms of a number.
 */
import {
  OFPP_ALL,
  OFPP_ANY,
  OFPP_CONTROLLER,
  OFPP_FLOOD,
  OFPP_IN_PORT,
  OFPP_LOCAL,
  OFPP_NORMAL,
  OFPP_TABLE,
  OFPP_UNSET,
} from '../../values/ports.ts';
import { type ParseResult, parsed, unparsed } from './parse-result.ts';

/** More than the widest field takes: 992 bits in octal. */
const NUMBER_MAX_CHARACTERS = 400;

const HEXADECIMAL = /^0x[0-9a-f]+$/i;
const OCTAL = /^[+-]?0[0-7]*$/;
const DECIMAL = /^[+-]?[1-9][0-9]*$/;

/** undefined: not a number. But for hexadecimal ones numbers have 64 bits, as in C, and negative ones wrap there. */
export function parseInteger(text: string): bigint | undefined {
  const word = text.trim();
  if (word.length > NUMBER_MAX_CHARACTERS) return undefined;
  if (HEXADECIMAL.test(word)) return BigInt(word.toLowerCase());
  if (!OCTAL.test(word) && !DECIMAL.test(word)) return undefined;
  const digits = word.replace(/^[+-]/, '');
  const magnitude = BigInt(OCTAL.test(word) && digits !== '0' ? `0o${digits.slice(1)}` : digits);
  if (magnitude >> 64n !== 0n) return undefined;
  return word.startsWith('-') ? BigInt.asUintN(64, -magnitude) : magnitude;
}

/** A number of 0 to 2 ** bits - 1. `word` is what the sentence of an error begins with. */
export function parseUnsigned(word: string, text: string, bits: number): ParseResult<bigint> {
  const value = parseInteger(text);
  if (value !== undefined && value < 1n << BigInt(bits)) return parsed(value);
  const most = bits > 16 ? `0x${((1n << BigInt(bits)) - 1n).toString(16)}` : String(2 ** bits - 1);
  return unparsed(`${word}: ${text || 'nothing'} is not a number of 0 to ${most}`);
}

const NAMED_PORTS: ReadonlyMap<string, number> = new Map([
  ['UNSET', OFPP_UNSET],
  ['IN_PORT', OFPP_IN_PORT],
  ['TABLE', OFPP_TABLE],
  ['NORMAL', OFPP_NORMAL],
  ['FLOOD', OFPP_FLOOD],
  ['ALL', OFPP_ALL],
  ['CONTROLLER', OFPP_CONTROLLER],
  ['LOCAL', OFPP_LOCAL],
  ['ANY', OFPP_ANY],
  ['NONE', OFPP_ANY],
]);

/** OpenFlow 1.0's reserved ports begin here; they lie 0xffff0000 lower than those of OpenFlow 1.1 on. */
const RESERVED_16 = 0xff00;
const RESERVED_32 = 0xffffff00;
const RESERVED_OFFSET = 0xffff0000;

/** A port's number, or a reserved port's name in any case, to 32 bits. Names of a bridge's own ports are not known here. */
export function parsePort(word: string, text: string): ParseResult<number> {
  const named = NAMED_PORTS.get(text.toUpperCase());
  if (named !== undefined) return parsed(named);
  if (/^[0-9]{1,10}$/.test(text)) {
    const port = Number(text);
    if (port < RESERVED_16 || (port >= RESERVED_32 && port <= OFPP_ANY)) return parsed(port);
    if (port <= 0xffff) return parsed(port + RESERVED_OFFSET);
    return unparsed(`${word}: ${text} is not a port: they are 0 to 65279 and the reserved ones`);
  }
  const names = [...NAMED_PORTS.keys()].join(', ');
  return unparsed(`${word}: ${text || 'nothing'} is not a port: give a number, or one of ${names}`);
}
