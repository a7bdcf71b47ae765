/**
 * The switch's own share: when ovs-vswitchd has given an interface its OpenFlow number, as its database tells.
 *
 * No controller can know the port earlier, so what comes before this moment is nobody's but the switch's.
 */
import { connect, type Socket } from 'node:net';
import { until } from '../../scripts/lab/waiting.ts';
import { JsonStream } from './json-stream.ts';

interface Row {
  readonly new?: { readonly name?: unknown; readonly ofport?: unknown };
}

interface Message {
  readonly method?: string;
  readonly id?: unknown;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
}

export class NumberWatch {
  readonly #socket: Socket;
  readonly #numberedAtMs = new Map<string, number>();

  static async open(databaseSocket: string): Promise<NumberWatch> {
    const socket = connect(databaseSocket);
    const watch = new NumberWatch(socket);
    const columns = { Interface: [{ columns: ['name', 'ofport'] }] };
    const request = { method: 'monitor', id: 1, params: ['Open_vSwitch', null, columns] };
    const stream = new JsonStream();
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.setEncoding('utf8').on('data', (text) => {
        for (const message of stream.take(String(text))) {
          if (watch.#take(message as Message)) resolve();
        }
      });
      socket.write(JSON.stringify(request));
    });
    return watch;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** performance.now() of the moment. */
  async numberedAtMs(name: string, deadlineMs = 5_000): Promise<number> {
    const known = () => this.#numberedAtMs.get(name);
    return until(`the number of ${name}`, known, { deadlineMs, everyMs: 5 });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** True for the first answer. */
  #take(message: Message): boolean {
    if (message.method === 'echo') {
      const reply = { id: message.id, result: message.params, error: null };
      this.#socket.write(JSON.stringify(reply));
    }
    if (message.method === 'update') {
      const tables = message.params?.[1] as { Interface?: Readonly<Record<string, Row>> };
      for (const row of Object.values(tables.Interface ?? {})) this.#row(row);
    }
    return message.id === 1;
  }

  #row({ new: row }: Row): void {
    if (typeof row?.name !== 'string' || typeof row.ofport !== 'number' || row.ofport < 1) return;
    if (!this.#numberedAtMs.has(row.name)) this.#numberedAtMs.set(row.name, performance.now());
  }
}
