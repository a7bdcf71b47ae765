/**
 * Random packets of every kind that `protocols/packet` decodes: mostly well-formed, with options, extension headers, tags and labels,
 * lengths that sometimes lie, and one in four cut off somewhere.
 */
import type { Random } from '../openflow/capture/random.ts';

type Bytes = readonly number[];

export function bytes(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.word() & 255);
}

export function word16(value: number): number[] {
  return [(value >>> 8) & 255, value & 255];
}

/** A frame, never empty. */
export function randomFrame(random: Random): Uint8Array {
  const [type, packet] = randomPacket(random);
  const tags = Array.from({ length: random.pick([0, 0, 0, 1, 2, 3]) }, () => [
    ...word16(random.pick([0x8100, 0x88a8])),
    ...bytes(random, 2),
  ]).flat();
  const header = [...bytes(random, 12), ...tags, ...randomType(random, type)];
  const frame = new Uint8Array([...header, ...packet]);
  return random.chance(25) ? frame.slice(0, random.number(1, frame.length)) : frame;
}

/** Mostly an EtherType, else SNAP with it, or some LLC. */
function randomType(random: Random, type: number): number[] {
  const snap = (last: number) => [0, 60, 0xaa, 0xaa, 3, 0, 0, last, ...word16(type)];
  return random.pick([word16(type), word16(type), word16(type), word16(type), snap(0), snap(1)]);
}

/** EtherType and what it names. */
export function randomPacket(random: Random): readonly [etherType: number, packet: Bytes] {
  const make = random.pick(MAKERS);
  return make(random);
}

const MAKERS: readonly ((random: Random) => readonly [number, Bytes])[] = [
  (random) => [0x0800, ipv4(random)],
  (random) => [0x0800, ipv4(random)],
  (random) => [0x86dd, ipv6(random)],
  (random) => [0x86dd, ipv6(random)],
  (random) => [random.pick([0x0806, 0x8035]), arp(random)],
  (random) => [random.pick([0x8847, 0x8848]), mpls(random)],
  (random) => [0x894f, nsh(random)],
  (random) => [0x88cc, bytes(random, 20)],
];

function ipv4(random: Random): number[] {
  const protocol = random.pick([1, 2, 6, 17, 58, 89, 132]);
  const options = random.pick([0, 0, 4, 8]);
  const content = transport(random, protocol);
  const size = 20 + options;
  const total = size + content.length + random.pick([0, 0, 0, 0, 0, -3, 5]);
  const fragment = random.pick([0, 0, 0, 0x4000, 0x2000, 0x2005, 0x0010]);
  return [
    ...[0x40 | (size / 4), random.word() & 255, ...word16(total), ...bytes(random, 2)],
    ...[...word16(fragment), random.word() & 255, protocol],
    ...[...bytes(random, 10 + options), ...content, ...bytes(random, random.number(0, 3))],
  ];
}

function ipv6(random: Random): number[] {
  const protocol = random.pick([6, 17, 58, 58, 132, 1, 2, 59]);
  const [next, content] = extensions(random, protocol, random.number(0, 3));
  const length = content.length + random.pick([0, 0, 0, 0, 0, 4, -2]);
  return [
    ...[0x60 | (random.word() & 15), ...bytes(random, 3), ...word16(Math.max(0, length))],
    ...[next, random.word() & 255, ...bytes(random, 32), ...content],
    ...bytes(random, random.number(0, 3)),
  ];
}

function extensions(random: Random, protocol: number, count: number): readonly [number, Bytes] {
  if (count === 0) return [protocol, transport(random, protocol)];
  const [next, rest] = extensions(random, protocol, count - 1);
  const type = random.pick([0, 43, 44, 51, 60]);
  if (type === 44) {
    const fragment = word16(random.pick([0, 1, 1, 0x10, 0x18, 6]));
    return [type, [next, 0, ...fragment, ...bytes(random, 4), ...rest]];
  }
  if (type === 51) return [type, [next, 2, ...bytes(random, 14), ...rest]];
  const units = random.number(0, 1);
  return [type, [next, units, ...bytes(random, 6 + units * 8), ...rest]];
}

function transport(random: Random, protocol: number): number[] {
  switch (protocol) {
    case 6: {
      const options = random.pick([0, 0, 4, 12]);
      const size = (20 + options) / 4 + random.pick([0, 0, 0, 0, 0, -1, 1]);
      const control = (size << 4) | (random.word() & 15);
      const payload = random.number(0, 4);
      return [...bytes(random, 12), control, ...bytes(random, 7 + options + payload)];
    }
    case 17:
      return bytes(random, 8 + random.number(0, 5));
    case 132:
      return bytes(random, 12 + random.number(0, 5));
    case 58:
      return icmpv6(random);
    default:
      return bytes(random, 4 + random.number(0, 16));
  }
}

function icmpv6(random: Random): number[] {
  const type = random.pick([135, 136, 135, 136, 128, 1]);
  const options = Array.from({ length: random.number(0, 3) }, () =>
    random.pick([
      [1, 1, ...bytes(random, 6)],
      [2, 1, ...bytes(random, 6)],
      [1, 1, 0, 0, 0, 0, 0, 0],
      [14, 1, ...bytes(random, 6)],
      [3, 4, ...bytes(random, 30)],
      [1, 2, ...bytes(random, 14)],
      [2, 0, ...bytes(random, 6)],
    ]),
  ).flat();
  return [type, random.pick([0, 0, 0, 1]), ...bytes(random, 6 + 16), ...options];
}

function arp(random: Random): number[] {
  return [
    ...[...word16(random.pick([1, 1, 1, 6])), ...word16(random.pick([0x800, 0x800, 0x86dd]))],
    ...[random.pick([6, 6, 6, 8]), 4, ...word16(random.pick([1, 2, 3, 255, 256]))],
    ...bytes(random, 20),
  ];
}

function mpls(random: Random): number[] {
  return Array.from({ length: random.number(1, 5) }, () => [
    ...bytes(random, 2),
    random.word() & random.pick([0xfe, 0xff]),
    random.word() & 255,
  ]).flat();
}

function nsh(random: Random): number[] {
  const mdType = random.pick([1, 1, 2, 3]);
  const units = mdType === 1 ? random.pick([6, 6, 6, 7]) : random.number(2, 5);
  const version = random.pick([0, 0, 0, 1]);
  const first = (version << 14) | (random.number(0, 3) << 12) | (random.number(0, 63) << 6) | units;
  return [...word16(first), mdType, random.number(0, 5), ...bytes(random, units * 4 - 4)];
}
