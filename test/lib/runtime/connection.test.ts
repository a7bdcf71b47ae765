import { once } from 'node:events';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Connection } from '../../../lib/runtime/connection.ts';
import type { ByteSession } from '../../../protocols/base/byte-session.ts';

/** Answers each byte with `answerBytes`, and tells what it received. */
class Parrot implements ByteSession<number> {
  readonly #answerBytes: number;
  readonly #events: number[] = [];
  readonly #output: Uint8Array[] = [];
  due: number | undefined;
  ticks = 0;

  constructor(answerBytes = 0) {
    this.#answerBytes = answerBytes;
  }

  say(bytes: number): void {
    this.#output.push(new Uint8Array(bytes));
  }

  receive(chunk: Uint8Array): void {
    this.#events.push(chunk.length);
    if (this.#answerBytes > 0) this.say(chunk.length * this.#answerBytes);
  }

  tick(): void {
    this.ticks++;
    this.due = undefined;
  }

  deadline(): number | undefined {
    return this.due;
  }

  takeEvents(): number[] {
    return this.#events.splice(0);
  }

  takeOutput(): Uint8Array[] {
    return this.#output.splice(0);
  }
}

describe('a connection', () => {
  let server: Server;
  let peer: Socket;
  let ours: Socket;
  let heard: number[];

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    peer = dial(port, '127.0.0.1').on('error', () => undefined);
    [ours] = await accepted;
    heard = [];
  });

  afterEach(() => {
    peer.destroy();
    ours.destroy();
    server.close();
  });

  function join(session: Parrot): { connection: Connection<number>; closed: Promise<string> } {
    const made: { connection?: Connection<number> } = {};
    const closed = new Promise<string>((resolve) => {
      made.connection = new Connection(ours, session, {
        onEvent: (event) => heard.push(event),
        onClosed: resolve,
      });
    });
    if (made.connection === undefined) throw new Error('not reached');
    return { connection: made.connection, closed };
  }

  it('is closed soon although its peer has stopped reading', async () => {
    peer.pause();
    const session = new Parrot();
    const { connection, closed } = join(session);
    session.say(8 << 20);
    connection.flush();
    await sleep(50);
    expect(connection.unsentBytes).to.be.greaterThan(1 << 20);
    const started = performance.now();
    connection.close('it is enough');
    expect(await closed).to.equal('it is enough');
    expect(performance.now() - started).to.be.lessThan(2000);
  });

  it('delivers its last words to a peer that reads', async () => {
    let received = 0;
    peer.on('data', (chunk: Uint8Array) => {
      received += chunk.length;
    });
    const session = new Parrot();
    const { connection, closed } = join(session);
    session.say(1 << 20);
    connection.flush();
    connection.close('bye');
    await closed;
    await once(peer, 'close');
    expect(received).to.equal(1 << 20);
  });

  it('tells nothing of what comes after it was closed', async () => {
    const session = new Parrot();
    const { connection, closed } = join(session);
    connection.close('it is enough');
    session.due = performance.now();
    connection.flush();
    peer.write('late');
    await closed;
    expect(heard).to.deep.equal([]);
    expect(session.ticks).to.equal(0);
  });

  it('ends a peer that asks and does not read the answers', async () => {
    peer.pause();
    const { closed } = join(new Parrot(1000));
    peer.write(new Uint8Array(256 * 1024));
    expect(await closed).to.match(/does not read/);
  });

  it('says in whose words the socket failed', async () => {
    const { closed } = join(new Parrot());
    peer.resetAndDestroy();
    expect(await closed).to.match(/ECONNRESET/);
  });

  it('keeps its timer while what comes puts the deadline off, and is in time all the same', async () => {
    const session = new Parrot();
    const { connection } = join(session);
    const receive = session.receive.bind(session);
    let due = 0;
    session.receive = (chunk) => {
      receive(chunk);
      due = performance.now() + 80;
      session.due = due;
    };
    let tickedAt = 0;
    session.tick = () => {
      tickedAt = performance.now();
      session.ticks++;
      session.due = undefined;
    };
    for (let turn = 0; turn < 8; turn++) {
      peer.write('x');
      await sleep(20);
    }
    expect(session.ticks).to.equal(0);
    await sleep(150);
    expect(session.ticks).to.equal(1);
    expect(tickedAt).to.be.within(due, due + 60);
    connection.close('done');
  });
});
