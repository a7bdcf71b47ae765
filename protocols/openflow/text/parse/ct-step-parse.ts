/**
 * ct(…): connection tracking, with nat(…) and exec(…) inside it.
 *
 * Source: ovs-actions(7) of Open vSwitch 3.1 ("The ct action").
 */
import { ipFamily, ipv4ToNumber, ipv6ToBigInt, parseIp } from '../../../base/addresses.ts';
import type { Action, ConnectionTracking, Nat, Subfield } from '../../values/actions.ts';
import { judging, type Scope, type Step, type StepParser } from './action-step.ts';
import { needShortHeader } from './hash-step-parse.ts';
import type { KnownPacket } from './known-packet.ts';
import { decimalAt, numberAt, subfieldAt, tableAt, U16_MAX } from './piece-parse.ts';
import { type Piece, quoted, refuse } from './text-fault.ts';
import { parseInteger } from './value-number-parse.ts';
import { cutWords, lookUp, type Word } from './words.ts';

const FTP = 21;
const TFTP = 69;
const TCP = 6;
const UDP = 17;

/** 255 stands for "do not recirculate". */
const TABLE_MAX = 254;
const ZONE_BITS = 16;

interface Tracking {
  commit?: boolean;
  force?: boolean;
  table?: number;
  zone?: number | Subfield;
  alg?: number;
  steps: Step[];
}

const KEYS: Readonly<Record<string, (word: Word, scope: Scope, into: Tracking) => void>> = {
  commit: (_word, _scope, into) => {
    into.commit = true;
  },
  force: (_word, _scope, into) => {
    into.force = true;
  },
  table: ({ value }, _scope, into) => {
    into.table = tableAt(value, 'table', TABLE_MAX);
  },
  zone: ({ value }, _scope, into) => {
    const zone = zoneAt(value);
    // Zone 0 is the one that no word means.
    if (zone === 0) delete into.zone;
    else into.zone = zone;
  },
  alg: ({ value }, _scope, into) => {
    into.alg = algAt(value);
  },
  nat: (word, scope, into) => {
    into.steps.push(parseNat(word, scope));
  },
  exec: (word, scope, into) => {
    into.steps.push(...scope.nested(word, 'ct'));
  },
};

export const parseCt: StepParser = (word, scope) => {
  const tracking: Tracking = { steps: [] };
  for (const inner of cutWords(word.value)) {
    lookUp(KEYS, word, inner)(inner, scope, tracking);
  }
  if (tracking.force === true && tracking.commit !== true) {
    refuse(word.at, 'ct with force needs commit as well');
  }
  return judging(word, (packet) => lower(word, tracking, packet));
};

function zoneAt(value: Piece): number | Subfield {
  if (parseInteger(value.text) !== undefined) return numberAt(value, 'zone', ZONE_BITS);
  const from = subfieldAt(value);
  needShortHeader(from, value.at);
  if (from.bits !== ZONE_BITS) {
    refuse(
      value.at,
      `a zone has ${ZONE_BITS} bits, as in reg0[0..15]; ${value.text} has ${from.bits}`,
    );
  }
  return from;
}

function algAt({ text, at }: Piece): number {
  if (text === 'ftp') return FTP;
  return text === 'tftp' ? TFTP : refuse(at, `alg is ftp or tftp, not ${quoted(text)}`);
}

function lower(
  { at }: Word,
  { steps, ...words }: Tracking,
  packet: KnownPacket,
): readonly [ConnectionTracking] {
  const { zone, alg, commit } = words;
  packet.need(packet.isIp, at, 'ct tracks IP packets; add ip or ipv6 to the match');
  packet.need(
    !(packet.isInvalidConnection && commit === true),
    at,
    'ct cannot commit a packet that the match says is invalid; drop commit, or match on ct_state=-inv',
  );
  packet.need(alg !== FTP || packet.ipProto === TCP, at, 'alg=ftp needs tcp in the match');
  packet.need(alg !== TFTP || packet.ipProto === UDP, at, 'alg=tftp needs udp in the match');
  const hasZoneField = typeof zone === 'object';
  if (hasZoneField) packet.needSubfield(zone, at);
  // Open vSwitch does not look into a ct whose zone is a field.
  const inside = packet.inside(hasZoneField ? 'blind' : packet.judgement);
  return [
    { type: 'ct', ...words, actions: steps.flatMap((step) => step.lower(inside) as Action[]) },
  ];
}

interface Range {
  ipv4Min?: number;
  ipv4Max?: number;
  ipv6Min?: bigint;
  ipv6Max?: bigint;
  portMin?: number;
  portMax?: number;
  family?: 4 | 6;
}

type NatWords = Pick<Nat, 'direction' | 'persistent' | 'hash' | 'random'> & { range?: Range };

/** nat, nat(src), nat(src=10.0.0.1-10.0.0.9:1024-65535,random) */
export const parseNat: StepParser = (word) => {
  const { range = {}, ...flags } = cutWords(word.value).reduce(withNatWord, {});
  if (flags.direction === undefined && Object.keys(flags).length > 0) {
    refuse(word.at, 'nat with persistent, hash or random needs src or dst as well');
  }
  if (flags.hash === true && flags.random === true) {
    refuse(word.at, 'nat takes hash or random, not both');
  }
  const { family, ...bounds } = range;
  return judging(word, (packet) => {
    packet.need(packet.isIp, word.at, 'nat changes IP packets; add ip or ipv6 to the match');
    packet.need(
      family !== 4 || packet.isIpv4,
      word.at,
      'nat to an IPv4 address needs ip in the match',
    );
    packet.need(
      family !== 6 || packet.isIpv6,
      word.at,
      'nat to an IPv6 address needs ipv6 in the match',
    );
    return [{ type: 'nat', ...flags, ...bounds }];
  });
};

function withNatWord(words: NatWords, { key, at, value }: Word): NatWords {
  if (key === 'src' || key === 'dst') {
    if (words.direction !== undefined && words.direction !== key) {
      refuse(at, 'nat changes either src or dst; use two flows for both');
    }
    return { ...words, direction: key, range: rangeOf(value) };
  }
  if (key === 'persistent' || key === 'hash' || key === 'random') return { ...words, [key]: true };
  return refuse(at, `nat has src, dst, persistent, hash and random, not ${quoted(key)}`);
}

/** ADDRESS[-ADDRESS][:PORT[-PORT]]; an IPv6 address before a port stands in brackets. */
const RANGE =
  /^(?:(?<v4min>[0-9.]+)(?:-(?<v4max>[0-9.]+))?|(?<v6min>\[[0-9a-f:.]+\]|[0-9a-f:.]+)(?:-(?<v6max>\[[0-9a-f:.]+\]|[0-9a-f:.]+))?)(?::(?<pmin>[0-9]+)(?:-(?<pmax>[0-9]+))?)?$/i;

function rangeOf(value: Piece): Range {
  if (value.text === '') return {};
  const groups = RANGE.exec(value.text)?.groups;
  if (groups === undefined) {
    return refuse(
      value.at,
      `${quoted(value.text)} is no range; it is written ADDRESS-ADDRESS:PORT-PORT, an IPv6 address before a port in brackets`,
    );
  }
  const { v4min, v4max, v6min, v6max, pmin, pmax } = groups;
  const range: Range = { family: v4min === undefined ? 6 : 4 };
  if (v4min !== undefined) setIpv4(range, value, v4min, v4max);
  if (v6min !== undefined) setIpv6(range, value, v6min, v6max);
  if (pmin !== undefined) setPorts(range, value, pmin, pmax);
  return range;
}

/** A bound of zero is none: it is not sent. */
function setIpv4(range: Range, { at }: Piece, minText: string, maxText: string | undefined): void {
  const min = ipv4At(minText, at);
  const max = maxText === undefined ? 0 : ipv4At(maxText, at);
  if (maxText !== undefined && max < min)
    refuse(at, `the range ends with ${maxText}, before ${minText}`);
  if (min !== 0) range.ipv4Min = min;
  if (max !== 0) range.ipv4Max = max;
}

function ipv4At(text: string, at: number): number {
  const ip = parseIp(text);
  if (ip === undefined || ipFamily(ip) !== 4) return refuse(at, `${text} is no IPv4 address`);
  return ipv4ToNumber(ip);
}

function setIpv6(range: Range, { at }: Piece, minText: string, maxText: string | undefined): void {
  const min = ipv6At(minText, at);
  const max = maxText === undefined ? 0n : ipv6At(maxText, at);
  if (maxText !== undefined && max < min)
    refuse(at, `the range ends with ${maxText}, before ${minText}`);
  if (min !== 0n) range.ipv6Min = min;
  if (max !== 0n) range.ipv6Max = max;
}

function ipv6At(text: string, at: number): bigint {
  const ip = parseIp(text.replace(/^\[|\]$/g, ''));
  if (ip === undefined || ipFamily(ip) !== 6) return refuse(at, `${text} is no IPv6 address`);
  return ipv6ToBigInt(ip);
}

function setPorts(range: Range, { at }: Piece, minText: string, maxText: string | undefined): void {
  const min = decimalAt({ text: minText, at }, 'a port of nat', U16_MAX);
  const max =
    maxText === undefined ? 0 : decimalAt({ text: maxText, at }, 'a port of nat', U16_MAX);
  if (maxText !== undefined && max < min)
    refuse(at, `the ports end with ${maxText}, before ${minText}`);
  if (min !== 0) range.portMin = min;
  if (max !== 0) range.portMax = max;
}
