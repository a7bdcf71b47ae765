/**
 * Counts a bridge's flows every few milliseconds by table statistics, which cost the switch nothing per flow.
 *
 * A flow monitor would tell each of 100,000 flows and slow the switch down; this does not look at flows at all.
 * Source: OpenFlow 1.3.5 §7.3.5.3 (OFPMP_TABLE).
 */
import { connect, type Socket } from 'node:net';

const REQUEST = Buffer.from('041200100000000100030000' + '00000000', 'hex');
const HELLO = Buffer.from('0400000800000001', 'hex');
const TYPE = { echoRequest: 2, multipartReply: 19 };
const ENTRY_BYTES = 24;
const EVERY_MS = 3;

export interface CountTimes {
  /** performance.now() of the first count that is not the first one seen. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

export class FlowCountPoll {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #sum = 0;
  #take: (count: number) => void = () => {};

  static open(managementSocket: string): Promise<FlowCountPoll> {
    const socket = connect(managementSocket);
    const poll = new FlowCountPoll(socket);
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('connect', () => {
        socket.write(HELLO);
        resolve(poll);
      });
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
  }

  /** Until the number of flows satisfies; undefined: not within the deadline. */
  async until(
    done: (count: number) => boolean,
    deadlineMs: number,
  ): Promise<CountTimes | undefined> {
    const end = performance.now() + deadlineMs;
    let before: number | undefined;
    let firstAtMs = Number.NaN;
    while (performance.now() < end) {
      const count = await this.count();
      const atMs = performance.now();
      if (before !== undefined && count !== before && Number.isNaN(firstAtMs)) firstAtMs = atMs;
      before ??= count;
      if (done(count)) return { firstAtMs, lastAtMs: atMs };
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    return undefined;
  }

  count(): Promise<number> {
    return new Promise((resolve) => {
      this.#take = resolve;
      this.#sum = 0;
      this.#socket.write(REQUEST);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= 8 && bytes.length - at >= bytes.readUInt16BE(at + 2)) {
      const size = bytes.readUInt16BE(at + 2);
      this.#message(bytes.subarray(at, at + size));
      at += size;
    }
    this.#rest = bytes.subarray(at);
  }

  #message(message: Buffer): void {
    const type = message.readUInt8(1);
    if (type === TYPE.echoRequest) {
      const reply = Buffer.from(message);
      reply.writeUInt8(3, 1);
      this.#socket.write(reply);
    }
    if (type !== TYPE.multipartReply) return;
    for (let at = 16; at + ENTRY_BYTES <= message.length; at += ENTRY_BYTES) {
      this.#sum += message.readUInt32BE(at + 4);
    }
    const hasMore = (message.readUInt16BE(10) & 1) === 1;
    if (!hasMore) this.#take(this.#sum);
  }
}
