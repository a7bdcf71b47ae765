/**
 * Hostile peers of both southbound ports, as a process of their own so that they take no time of the one under test.
 *
 *     hostile-peer.ts KIND PORT DURATION_MS
 *
 * Each kind comes from an address of its own in the loopback network, and no switch of the test has it.
 */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { JsonSplitter } from '../../../protocols/ovsdb/wire/json-splitter.ts';

const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';
const SELF = fileURLToPath(import.meta.url);

/** Resolves when the attack is over. */
export async function attack(kind: AttackKind, port: number, durationMs: number): Promise<void> {
  const words = ['--import', 'tsx', SELF, kind, String(port), String(durationMs)];
  const child = spawn(execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the attack ${kind} ended with ${code}`);
}

type Peer = (socket: Socket) => void;

/** Of a version 6 message. */
function openFlow(type: number, xid: number, body: Uint8Array = new Uint8Array(0)): Buffer {
  const message = Buffer.alloc(8 + body.length);
  message.writeUInt8(6, 0);
  message.writeUInt8(type, 1);
  message.writeUInt16BE(message.length, 2);
  message.writeUInt32BE(xid, 4);
  message.set(body, 8);
  return message;
}

const HELLO = openFlow(0, 1);

function featuresReply(datapathId: bigint, auxiliaryId: number): Buffer {
  const body = Buffer.alloc(24);
  body.writeBigUInt64BE(datapathId, 0);
  body.writeUInt8(254, 12);
  body.writeUInt8(auxiliaryId, 13);
  return openFlow(6, 2, body);
}

/** Writes again and again, as fast as the other side takes it; `makes` is asked for each chunk. */
function flood(socket: Socket, makes: () => Uint8Array): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(makes()));
  };
  socket.on('drain', more);
  more();
}

function dribble(socket: Socket, text: Uint8Array): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at < text.length) socket.write(text.subarray(at, ++at));
  }, 20);
  socket.on('close', () => clearInterval(timer));
}

/** A switch that has shaken hands. */
function switchOf(datapathId: bigint, auxiliaryId = 0, then?: Peer): Peer {
  return (socket) => {
    socket.on('data', () => undefined);
    socket.write(Buffer.concat([HELLO, featuresReply(datapathId, auxiliaryId)]));
    then?.(socket);
  };
}

const EVIL = 0x0000deadbeef0000n;
const echoes = Buffer.concat(Array.from({ length: 4096 }, (_, xid) => openFlow(2, xid)));
const errors = Buffer.concat(
  Array.from({ length: 1000 }, (_, xid) => openFlow(1, 0x80000001 + xid, new Uint8Array(68))),
);
const large = openFlow(2, 7, new Uint8Array(65_527));

type Answer = (params: readonly unknown[]) => unknown;

/** A database server that answers so. */
function databaseOf(answers: Readonly<Record<string, Answer>>, then?: Peer): Peer {
  return (socket) => {
    const splitter = new JsonSplitter();
    const answer = ({ method, params, id }: Record<string, unknown>): void => {
      if (typeof method !== 'string' || id === null) return;
      const result = answers[method]?.(params as unknown[]) ?? [];
      socket.write(JSON.stringify({ id, result, error: null }));
      if (method === 'monitor_cond_since') then?.(socket);
    };
    socket.on('data', (chunk: Uint8Array) => {
      splitter.push(chunk);
      for (let next = splitter.next(); next !== undefined; next = splitter.next()) {
        if (next.message.ok) answer(next.message.value);
      }
    });
  };
}

const uuid = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

function rootRow(ids: Readonly<Record<string, string>>): unknown {
  const external_ids = ['map', Object.entries(ids)];
  return { Open_vSwitch: { [uuid(1)]: { initial: { external_ids, next_cfg: 1, cur_cfg: 1 } } } };
}

function wellSpoken(ids: Readonly<Record<string, string>>): Record<string, Answer> {
  const schema: unknown = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  return {
    get_schema: () => schema,
    monitor_cond: () => ({}),
    monitor_cond_since: () => [false, uuid(9), rootRow(ids)],
    lock: () => ({ locked: true }),
    transact: () => [{ error: 'resources exhausted', details: 'no' }],
  };
}

let updates = 0;
function nextUpdates(): Uint8Array {
  const texts: string[] = [];
  for (let count = 0; count < 50; count++) {
    updates++;
    const external_ids = [
      'map',
      [
        ['system-id', 'evil'],
        ['nva-encap-ip', `10.66.${updates & 255}.1`],
      ],
    ];
    const rows = { Open_vSwitch: { [uuid(1)]: { modify: { external_ids } } } };
    const params = ['nva', uuid(updates), rows];
    texts.push(JSON.stringify({ method: 'update3', params, id: null }));
  }
  return Buffer.from(texts.join(''));
}

export const ATTACKS = {
  garbage: (socket) => flood(socket, () => randomBytes(65_536)),
  'half-openflow': (socket) =>
    dribble(socket, openFlow(0, 1, new Uint8Array(2000)).subarray(0, 1500)),
  'half-json': (socket) =>
    dribble(socket, Buffer.from(`{"method":"echo","params":["${'x'.repeat(3000)}`)),
  silence: (socket) => void socket,
  'large-openflow': switchOf(EVIL, 0, (socket) => flood(socket, () => large)),
  'large-json': (socket) =>
    flood(socket, () => Buffer.from(`{"method":"${'x'.repeat(65_500)}","id":7}`)),
  'echo-flood': switchOf(EVIL, 0, (socket) => flood(socket, () => echoes)),
  'echo-unread': (socket) => {
    socket.pause();
    socket.write(Buffer.concat([HELLO, featuresReply(EVIL, 0)]));
    flood(socket, () => large);
  },
  'error-flood': switchOf(EVIL, 0, (socket) => flood(socket, () => errors)),
  'json-echo-flood': (socket) => {
    const one = '{"method":"echo","params":[],"id":"e"}';
    socket.on('data', () => undefined);
    flood(socket, () => Buffer.from(one.repeat(1000)));
  },
  resets: (socket) => void setTimeout(() => socket.resetAndDestroy(), 1),
  'unknown-datapath': switchOf(EVIL),
  'taken-datapath': (socket) => switchOf(BigInt(`0x${process.env.TAKEN_DATAPATH}`))(socket),
  auxiliary: switchOf(EVIL, 1),
  'bad-schema': databaseOf({ get_schema: () => ({ tables: [1, 2, { deep: [[[]]] }] }) }),
  'bad-monitor': databaseOf({
    ...wellSpoken({}),
    monitor_cond_since: () => [true, 'x', { Bridge: 7 }],
  }),
  nameless: databaseOf(wellSpoken({})),
  namesake: (socket) => databaseOf(wellSpoken({ 'system-id': 'e1' }))(socket),
  'update-flood': databaseOf(wellSpoken({ 'system-id': 'evil' }), (socket) =>
    flood(socket, nextUpdates),
  ),
  'refuse-changes': databaseOf(wellSpoken({ 'system-id': 'evil-too' })),
} satisfies Record<string, Peer>;

export type AttackKind = keyof typeof ATTACKS;

/** How many at once; a connection that ends is made again. */
const MANY: Partial<Record<AttackKind, number>> = {
  ...{ silence: 200, 'half-openflow': 100, 'half-json': 100, resets: 50 },
  ...{
    'echo-flood': 2,
    'update-flood': 1,
    'refuse-changes': 1,
    'error-flood': 2,
    'json-echo-flood': 2,
  },
};

export function addressOf(kind: AttackKind): string {
  return `127.0.66.${Object.keys(ATTACKS).indexOf(kind) + 1}`;
}

function comeAgainAndAgain(kind: AttackKind, port: number, end: number): void {
  const left = end - performance.now();
  if (left <= 0) return;
  const socket = connect({ port, host: '127.0.0.1', localAddress: addressOf(kind) });
  const timer = setTimeout(() => socket.destroy(), left);
  socket.on('connect', () => ATTACKS[kind](socket));
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(timer);
    setTimeout(() => comeAgainAndAgain(kind, port, end), 5);
  });
}

if (process.argv[1] === SELF) {
  const [kind, port, duration] = process.argv.slice(2);
  const end = performance.now() + Number(duration);
  for (let peer = 0; peer < (MANY[kind as AttackKind] ?? 4); peer++) {
    comeAgainAndAgain(kind as AttackKind, Number(port), end);
  }
}
