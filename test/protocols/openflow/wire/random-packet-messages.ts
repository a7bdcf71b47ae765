/**
 * Random messages that carry packets, as bytes: in every version and format, with random fields, properties and continuations. One in
 * six has a byte changed, one in six is cut off (and says so in its length).
 */
import { bytes, randomFrame, word16 } from '../../packet/random-packets.ts';
import type { Random } from '../capture/random.ts';

type Bytes = readonly number[];

const word32 = (value: number) => [...word16(value >>> 16), ...word16(value & 0xffff)];
const NICIRA = [0, 0, 0x23, 0x20];
const COOKIE_PADDING = [0, 0, 0, 0];
const NO_BUFFER = 0xffffffff;

function padded(content: Bytes): number[] {
  return [...content, ...new Array<number>((8 - (content.length % 8)) % 8).fill(0)];
}

function property(type: number, content: Bytes): number[] {
  return padded([...word16(type), ...word16(4 + content.length), ...content]);
}

function tlv(oxmClass: number, field: number, value: Bytes, mask: Bytes = []): number[] {
  const size = value.length + mask.length;
  return [...word16(oxmClass), (field << 1) | (mask.length > 0 ? 1 : 0), size, ...value, ...mask];
}

/** Mostly of the pipeline, some that are not, some that nobody knows, and one whose value goes beyond its mask. */
function field(random: Random): number[] {
  const types = [0, 0x00010800, 0x000186dd, 0x00010806, 0x0001894f, 0x00018847, 0x00020005];
  const make = random.pick<() => number[]>([
    () => inPort(random),
    () => tlv(0x0000, 0, word16(random.pick([1, 0xfffe]))),
    () => tlv(0x8000, random.pick([2, 38]), bytes(random, 8)),
    () => tlv(0x0001, 16, bytes(random, 8)),
    () => tlv(0x0001, random.number(0, 15), bytes(random, 4)),
    () => tlv(0x8001, random.number(0, 7), bytes(random, 8)),
    () => tlv(0x0001, random.number(111, 114), bytes(random, 16)),
    () => tlv(0x0001, random.number(31, 33), bytes(random, 4)),
    () => tlv(0x8000, 44, word32(random.pick(types))),
    () => tlv(0x8000, 5, word16(0x0800)),
    () => tlv(0x0001, 105, [0, 0, 0, random.word() & 255]),
    () => tlv(0x0001, 106, bytes(random, 2)),
    () => tlv(0x0001, 107, bytes(random, 4)),
    () => tlv(0x0001, 108, bytes(random, 16)),
    () => tlv(0x8000, random.number(60, 119), bytes(random, 4)),
    () => tlv(0x0001, 0, [1, 0, 0, 0], [1, 0, 0, 0]),
    () => tlv(0x0001, 1, [3, 0, 0, 0], [1, 0, 0, 0]),
  ]);
  return make();
}

function fields(random: Random): number[] {
  return Array.from({ length: random.number(0, 3) }, () => field(random)).flat();
}

function inPort(random: Random): number[] {
  return tlv(0x8000, 0, word32(random.pick([1, 2, 5, 0xfffffffe, 0xfffffffd])));
}

function match(random: Random): number[] {
  const content = [...inPort(random), ...(random.chance(50) ? fields(random) : [])];
  return padded([...word16(1), ...word16(4 + content.length), ...content]);
}

function actions(random: Random): number[] {
  return Array.from({ length: random.number(0, 2) }, () => [
    ...[0, 0, 0, 16, ...word32(random.pick([1, 0xfffffffb, 0xfffffffd]))],
    ...[...word16(random.pick([0, 128, 0xffff])), 0, 0, 0, 0, 0, 0],
  ]).flat();
}

function continuation(random: Random): number[] {
  const part = () =>
    random.pick([
      property(0x8000, bytes(random, 16)),
      property(0x8000, new Array<number>(16).fill(0)),
      property(0x8001, bytes(random, random.number(0, 20))),
      property(0x8001, [0, 0, 0, 0]),
      property(0x8002, bytes(random, 4)),
      property(0x8003, []),
      property(0x8004, bytes(random, 1)),
      property(0x8005, [...COOKIE_PADDING, ...bytes(random, 8)]),
      property(0x8006, [...COOKIE_PADDING, ...actions(random)]),
      property(0x8007, [...COOKIE_PADDING, ...actions(random)]),
      property(0x8008, bytes(random, 4)),
      property(0x8009, bytes(random, 3)),
    ]);
  return Array.from({ length: random.number(0, 5) }, part).flat();
}

function properties(random: Random): number[] {
  const packet = [...randomFrame(random)];
  const length = packet.length + random.pick([0, 5, 5, -1]);
  const all: (Bytes | false)[] = [
    property(0, packet),
    random.chance(30) && property(1, word32(length)),
    random.chance(25) && property(2, bytes(random, 4)),
    property(3, [random.number(0, 2)]),
    random.chance(50) && property(4, [...COOKIE_PADDING, ...bytes(random, 8)]),
    property(5, [random.number(0, 8)]),
    property(6, fields(random)),
    random.chance(50) && property(8, [...COOKIE_PADDING, ...continuation(random)]),
    random.chance(50) && property(7, bytes(random, random.number(0, 8))),
    random.chance(20) && property(random.number(9, 13), bytes(random, 4)),
    random.chance(15) && property(0xffff, bytes(random, 10)),
  ];
  const present = all.filter((one) => one !== false);
  if (random.chance(25)) present.splice(random.word() % present.length, 1);
  return present.flat();
}

function message(random: Random, version: number, type: number, body: Bytes): Uint8Array {
  const header = [version, type, ...word16(8 + body.length), ...word32(random.number(0, 999))];
  return new Uint8Array([...header, ...body]);
}

/** What OFPT_PACKET_IN and NXT_PACKET_IN begin with. */
function packetInHead(random: Random, size: number): number[] {
  const length = Math.max(0, size + random.pick([0, 0, 3, -1]));
  const cookie = random.pick([bytes(random, 8), new Array<number>(8).fill(255)]);
  return [
    ...word32(random.pick([NO_BUFFER, random.word()])),
    ...[...word16(length), random.number(0, 8), random.pick([0, 0, 3, 255]), ...cookie],
  ];
}

function packetOut(random: Random, version: number): Uint8Array {
  const list = actions(random);
  const buffer = word32(random.pick([NO_BUFFER, NO_BUFFER, random.word()]));
  const tail = [...list, ...randomFrame(random)];
  if (version === 6) {
    const body = [...buffer, ...word16(list.length), 0, 0, ...match(random), ...tail];
    return message(random, version, 13, body);
  }
  const ports = [1, 0xfffffffe, 0xfffffffd, 0xffffffff, 0xfffffffb, 0xff05, 0xfffffff8];
  const size = Math.max(0, list.length + random.pick([0, 0, 0, 0, -3]));
  const head = [...buffer, ...word32(random.pick(ports)), ...word16(size), 0, 0, 0, 0, 0, 0];
  return message(random, version, 13, [...head, ...tail]);
}

function wellFormed(random: Random): Uint8Array {
  const version = random.pick([4, 5, 6]);
  const frame = randomFrame(random);
  switch (random.number(0, 4)) {
    case 0: {
      const head = packetInHead(random, frame.length);
      return message(random, version, 10, [...head, ...match(random), 0, 0, ...frame]);
    }
    case 1: {
      const content = fields(random);
      const head = packetInHead(random, frame.length);
      const size = [...word16(content.length), 0, 0, 0, 0, 0, 0];
      const body = [...NICIRA, ...word32(17), ...head, ...size, ...padded(content), 0, 0, ...frame];
      return message(random, version, 4, body);
    }
    case 2:
      return packetOut(random, version);
    default: {
      const type = random.pick([30, 30, 28]);
      return message(random, version, 4, [...NICIRA, ...word32(type), ...properties(random)]);
    }
  }
}

export function randomPacketMessage(random: Random): Uint8Array {
  const whole = wellFormed(random);
  switch (random.number(0, 5)) {
    case 0:
      whole[random.number(8, whole.length - 1)] = random.word() & 255;
      return whole;
    case 1: {
      const cut = whole.slice(0, random.number(8, whole.length));
      new DataView(cut.buffer).setUint16(2, cut.length);
      return cut;
    }
    default:
      return whole;
  }
}
