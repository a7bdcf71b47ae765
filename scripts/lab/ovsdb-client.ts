/**
 * The least OVSDB client: one transaction after the other over a unix socket.
 *
 * For benches and tests that want a thousand interfaces in one transaction, independent of the client under test.
 * Source: RFC 7047 §4.1.3.
 */
import { connect, type Socket } from 'node:net';

export type Operation = Readonly<Record<string, unknown>>;

interface Reply {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

interface Waiting {
  readonly resolve: (results: readonly Operation[]) => void;
  readonly reject: (error: Error) => void;
}

export class OvsdbClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #text = '';

  static async open(path: string): Promise<OvsdbClient> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    return new OvsdbClient(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text) => this.#take(String(text)));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('ovsdb-server closed the connection')));
  }

  /** Rejects with the first operation's error that ovsdb-server reports. */
  transact(operations: readonly Operation[]): Promise<readonly Operation[]> {
    const id = this.#next++;
    const request = { method: 'transact', params: ['Open_vSwitch', ...operations], id };
    this.#socket.write(JSON.stringify(request));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** ovsdb-server writes whole messages, so what ends in a brace and parses is one or several of them. */
  #take(text: string): void {
    this.#text += text;
    const { messages, rest } = splitMessages(this.#text);
    this.#text = rest;
    for (const message of messages) this.#handle(JSON.parse(message) as Reply);
  }

  #handle(reply: Reply): void {
    if (reply.method === 'echo') {
      this.#socket.write(JSON.stringify({ result: reply.params, error: null, id: reply.id }));
      return;
    }
    const waiting = this.#waiting.get(Number(reply.id));
    if (waiting === undefined) return;
    this.#waiting.delete(Number(reply.id));
    const results = (reply.result ?? []) as readonly (Operation | null)[];
    const fault = reply.error ?? results.find((result) => result !== null && 'error' in result);
    if (fault !== undefined && fault !== null) waiting.reject(new Error(JSON.stringify(fault)));
    else waiting.resolve(results.map((result) => result ?? {}));
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Whole JSON objects, by counting braces outside of strings. */
function splitMessages(text: string): { messages: string[]; rest: string } {
  const messages: string[] = [];
  let start = 0;
  let depth = 0;
  const tokens = /"(?:[^"\\]|\\.)*"|[{}]/gs;
  for (const token of text.matchAll(tokens)) {
    if (token[0] === '{') depth += 1;
    else if (token[0] === '}') depth -= 1;
    if (token[0] === '}' && depth === 0) {
      const end = token.index + 1;
      messages.push(text.slice(start, end));
      start = end;
    }
  }
  return { messages, rest: text.slice(start) };
}
