/**
 * P6, our side: one process, one thread, one JSON line.
 *
 * Usage: `node --expose-gc --import tsx test/bench/codec-work.ts COUNT ROUNDS`; with `--cpu-prof` it shows where the time goes.
 * What it measures is checked: every message that was encoded is decoded again and must say the same.
 */
import { deepStrictEqual } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import { decodeMessage } from '../../protocols/openflow/wire/decode.ts';
import { encodeFlowMod, encodeMessage } from '../../protocols/openflow/wire/encode.ts';
import { scanFlowStats } from '../../protocols/openflow/wire/flow-scan.ts';
import { Framer } from '../../protocols/openflow/wire/framer.ts';

const count = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 7);

/** What one round did, in its unit, per second. */
type Rates = readonly number[];

const OPENFLOW_13 = 4;
/** What a socket gives at once, and what a packet of an Ethernet holds. */
const CHUNKS = { chunk64k: 65_536, segment: 1_448 };
const FLOWS_PER_PART = 400;
/** Encoded and decoded between two looks at the heap. */
const STEADY_ROUNDS = 30;

/** The overlay's flow: network and MAC to tunnel. The same as os-ken-codec.py's. */
function flowOf(number: number): Flow {
  return {
    table: 20,
    priority: 100,
    cookie: BigInt(number + 1),
    match: [
      { field: 'metadata', value: BigInt(5000 + (number % 16)) },
      { field: 'eth_dst', value: 0x020000000000 + number },
    ],
    instructions: [
      {
        type: 'apply_actions',
        actions: [
          { type: 'set_field', field: 'tun_id', value: BigInt(5000 + (number % 16)) },
          { type: 'set_field', field: 'tun_dst', value: 0x0a000001 + (number % 64) },
          { type: 'output', port: 100 },
        ],
      },
    ],
  };
}

const numbers = Array.from({ length: count }, (_, number) => number);
const flows = numbers.map(flowOf);

function encodeAll(): Uint8Array[] {
  return flows.map((flow, number) => encodeFlowMod(OPENFLOW_13, 'add', flow, number));
}

function buildAndEncodeAll(): Uint8Array[] {
  return numbers.map((number) => encodeFlowMod(OPENFLOW_13, 'add', flowOf(number), number));
}

function decodeAll(messages: readonly Uint8Array[]): number {
  let understood = 0;
  for (const bytes of messages) if (decodeMessage(bytes).ok) understood += 1;
  return understood;
}

function perSecond(amount: number, work: () => number): Rates {
  work();
  return Array.from({ length: rounds }, () => {
    const start = performance.now();
    if (work() !== amount) throw new Error('not everything was done');
    return (amount / (performance.now() - start)) * 1000;
  });
}

function packetIn(): Uint8Array {
  const packet = new Uint8Array(64);
  packet.set([2, 1, 0, 0, 0, 8, 2, 1, 0, 0, 0, 1, 8, 0]);
  return encodeMessage(OPENFLOW_13, 0, {
    type: 'packet_in',
    bufferId: 0xffffffff,
    totalLength: 64,
    reason: 0,
    table: 0,
    cookie: 0n,
    match: [{ field: 'in_port', value: 1 }],
    data: packet,
  });
}

/** Bodies of a flow dump, as a switch cuts them. */
function dumpParts(): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < count; at += FLOWS_PER_PART) {
    const reply = encodeMessage(OPENFLOW_13, 1, {
      type: 'multipart_reply',
      more: true,
      reply: {
        kind: 'flow',
        flows: flows.slice(at, at + FLOWS_PER_PART).map((flow) => ({
          ...flow,
          ...{ importance: 0, durationSeconds: 1, durationNanoseconds: 0 },
          ...{ packets: 0n, bytes: 0n },
        })),
      },
    });
    parts.push(new Uint8Array(reply.subarray(16)));
  }
  return parts;
}

function scanAll(parts: readonly Uint8Array[]): number {
  let seen = 0;
  let cookies = 0;
  const keys = new Set<number>();
  for (const part of parts) {
    scanFlowStats(OPENFLOW_13, part, (entry) => {
      seen += 1;
      cookies += entry.cookieLo;
      if (seen <= FLOWS_PER_PART) keys.add(entry.key);
    });
  }
  if (cookies !== (count * (count + 1)) / 2) throw new Error('wrong cookies');
  if (keys.size !== Math.min(count, FLOWS_PER_PART)) throw new Error('keys are not apart');
  return seen;
}

/** Bytes of a stream, cut into chunks of `size`. */
function frameAll(stream: Uint8Array, size: number): number {
  const framer = new Framer();
  let bytes = 0;
  for (let at = 0; at < stream.length; at += size) {
    framer.push(stream.subarray(at, at + size), (message) => {
      bytes += message.length;
      return true;
    });
  }
  return bytes;
}

function joined(messages: readonly Uint8Array[]): Uint8Array {
  const stream = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const message of messages) {
    stream.set(message, at);
    at += message.length;
  }
  return stream;
}

/** Bytes that stay after collections: heap and buffers, which are freed a little later than what holds them. */
async function memory(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  for (let turn = 0; turn < 4; turn++) {
    globalThis.gc();
    await sleep(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What stays after many rounds, beyond what stayed after the first ones. */
async function growth(work: () => number): Promise<number> {
  for (let round = 0; round < STEADY_ROUNDS; round++) work();
  const before = await memory();
  for (let round = 0; round < STEADY_ROUNDS; round++) work();
  return (await memory()) - before;
}

function check(messages: readonly Uint8Array[]): void {
  for (const [number, bytes] of messages.entries()) {
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) throw new Error(decoded.error.detail);
    const expected = { type: 'flow_mod', command: 'add', flow: flowOf(number) };
    if (number % 97 === 0) deepStrictEqual(decoded.value.message, expected);
  }
}

const messages = encodeAll();
check(messages);
const packet = packetIn();
const packets = numbers.map(() => packet);
const parts = dumpParts();
const stream = joined(messages);
const result = {
  encode: perSecond(count, () => buildAndEncodeAll().length),
  encodeReady: perSecond(count, () => encodeAll().length),
  decode: perSecond(count, () => decodeAll(messages)),
  packetIn: perSecond(count, () => decodeAll(packets)),
  scan: perSecond(count, () => scanAll(parts)),
  frame64k: perSecond(stream.length, () => frameAll(stream, CHUNKS.chunk64k)),
  frameSegments: perSecond(stream.length, () => frameAll(stream, CHUNKS.segment)),
  growthBytes: await growth(
    () => decodeAll(encodeAll()) + scanAll(parts) + frameAll(stream, CHUNKS.segment),
  ),
  steadyMessages: STEADY_ROUNDS * count,
  messageBytes: messages[0]?.length ?? 0,
  first: Buffer.from(messages[0] ?? []).toString('hex'),
  packet: Buffer.from(packet).toString('hex'),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
