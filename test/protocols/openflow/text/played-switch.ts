/**
 * A switch that is only played: it greets, confirms barriers, and keeps every other message that it is sent. So a test sees
 * the bytes that the real `ovs-ofctl` makes of a text.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** OFPT_* that the switch answers itself; all else is kept. */
const HELLO = 0;
const ERROR = 1;
const BARRIER_REQUEST = 20;
const BARRIER_REPLY = 21;

export interface Sent {
  /** Each message that came, with xid 0, in hexadecimal. */
  readonly messages: readonly string[];
  /** What ovs-ofctl complained about; empty when it was content. */
  readonly complaint: string;
}

export interface PlayedSwitch {
  /** `ovs-ofctl --no-names -O VERSION COMMAND SWITCH ARGS…`, with `input` on stdin. */
  send(version: string, words: readonly string[], input?: string): Promise<Sent>;
  stop(): Promise<void>;
}

export async function playSwitch(): Promise<PlayedSwitch> {
  const folder = await mkdtemp(join(tmpdir(), 'nva-played-'));
  const path = join(folder, 'switch');
  let kept: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    answer(socket, (message) => kept.push(message));
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    async send(version, [command = '', ...words], input = '') {
      kept = [];
      const args = ['--no-names', '-O', version, command, `unix:${path}`, ...words];
      const complaint = await run('ovs-ofctl', args, input);
      return { messages: kept, complaint };
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What the program said on stderr when it failed; empty when it did not. */
async function run(program: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return code === 0 ? '' : Buffer.concat(said).toString('utf8').trim() || `exit ${code}`;
}

function answer(socket: Socket, keep: (message: string) => void): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 8 && pending.length >= pending.readUInt16BE(2)) {
      const message = pending.subarray(0, pending.readUInt16BE(2));
      pending = pending.subarray(message.length);
      const type = message[1];
      if (type === HELLO || type === BARRIER_REQUEST) {
        socket.write(header(message, type === HELLO ? HELLO : BARRIER_REPLY));
      } else if (type !== ERROR) {
        keep(`${message.toString('hex', 0, 4)}00000000${message.toString('hex', 8)}`);
      }
    }
  });
}

/** Eight bytes of the same version and xid. */
function header(request: Buffer, type: number): Buffer {
  const reply = Buffer.from(request.subarray(0, 8));
  reply.writeUInt8(type, 1);
  reply.writeUInt16BE(8, 2);
  return reply;
}
