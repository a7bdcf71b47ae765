/**
 * The leader of a cluster moves while rows are written and two clients look on.
 *
 * NVA_LEADER_MOVES: how many times (6 when left out; 100 for the figures of docs).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { Transaction } from '../../../../protocols/ovsdb/transaction.ts';
import type { OvsdbRow } from '../../../../protocols/ovsdb/values/tables.ts';
import { codeOf, IdlClient } from '../../../../scripts/ovsdb-idl/client.ts';
import { dumpOf, dumpOfReplica } from '../database-dump.ts';
import { Cluster, type Departure } from './cluster.ts';
import { SCHEMA, TABLES } from './garden.ts';

const MOVES = Number(process.env.NVA_LEADER_MOVES ?? 6);
const DEPARTURES: readonly Departure[] = ['transfer', 'kill', 'transfer', 'freeze'];

/** Of a move: until a client is in step with a new leader. Elections on a loaded machine take their time. */
const MOVE_TIMEOUT_MS = 30_000;

const COUNTER = [['name', '==', 'counter']] as const;

/** A client that notes when it was in step, and that what it is told never goes back in time. */
class Watcher {
  readonly client: IdlClient;
  readonly synced: { readonly resumed: boolean }[] = [];
  readonly backwards: string[] = [];
  #seen = 0;

  constructor(cluster: Cluster, leaderOnly: boolean) {
    const { remotes } = cluster;
    const options = { database: 'Garden', tables: TABLES, remotes, leaderOnly };
    this.client = new IdlClient({ ...options, probeIntervalMs: 500 });
    this.client.onSynced = ({ resumed }) => this.synced.push({ resumed });
    this.client.onChanges = () => {
      const count = this.count;
      if (count < this.#seen) this.backwards.push(`${this.#seen} to ${count}`);
      this.#seen = count;
    };
  }

  /** As its rows have it. */
  get count(): number {
    return Number(this.#find('counter')?.share ?? 0);
  }

  get isInStep(): boolean {
    return this.client.synced !== undefined;
  }

  /** Until it has seen the counter come this far. */
  async reaches(count: number): Promise<void> {
    await within(
      this.client.until(() => this.isInStep && this.count >= count),
      `count ${count}`,
    );
  }

  #find(name: string): OvsdbRow | undefined {
    for (const row of this.client.rows.get('Bed')?.values() ?? []) {
      if (row.name === name) return row;
    }
    return undefined;
  }
}

async function within(done: Promise<void>, what: string): Promise<void> {
  const timeout = AbortSignal.timeout(MOVE_TIMEOUT_MS);
  const late = new Promise<never>((_, reject) => {
    timeout.addEventListener('abort', () => reject(new Error(`waited in vain for ${what}`)));
  });
  await Promise.race([done, late]);
}

/** Counts up for ever, in the database, and lets rows come, change and go on the way. */
class Writer {
  readonly watcher: Watcher;
  readonly outcomes = new Map<string, number>();
  longestGapMs = 0;
  #isStopped = false;
  #lastAt = performance.now();

  constructor(watcher: Watcher) {
    this.watcher = watcher;
  }

  get written(): number {
    return this.outcomes.get('done') ?? 0;
  }

  async run(): Promise<void> {
    this.#isStopped = false;
    this.#lastAt = performance.now();
    while (!this.#isStopped) {
      await this.once();
      await sleep(2);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Guarded by the count that it was decided on: done once, though nobody may know whether it was. */
  async once(): Promise<void> {
    const { count, client } = this.watcher;
    const bed = `bed${count % 40}`;
    const transaction = new Transaction()
      .wait('Bed', COUNTER, [{ share: count }])
      .update('Bed', COUNTER, { share: count + 1 });
    if (count % 2 === 0) transaction.delete('Bed', [['name', '==', bed]]);
    if (count % 2 === 0 && count % 3 !== 0)
      transaction.insert('Bed', { name: bed, size: count % 100 });
    else transaction.mutate('Bed', [['size', '>', 50]], [['counts', 'insert', { [bed]: count }]]);
    const code = codeOf(await client.transact(transaction));
    this.outcomes.set(code, (this.outcomes.get(code) ?? 0) + 1);
    const now = performance.now();
    if (code !== 'done') {
      await sleep(10);
      return;
    }
    this.longestGapMs = Math.max(this.longestGapMs, now - this.#lastAt);
    this.#lastAt = now;
  }
}

function quantiles(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
  return `median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms`;
}

describe(`a cluster of three whose leader moves ${MOVES} times while rows are written`, () => {
  let folder: string;
  let cluster: Cluster;
  const watchers: Watcher[] = [];

  before(async function () {
    this.timeout(20_000);
    folder = mkdtempSync(join(tmpdir(), 'nva-cluster-'));
    const schema = join(folder, 'garden.ovsschema');
    writeFileSync(schema, JSON.stringify(SCHEMA));
    cluster = await Cluster.start('Garden', schema);
  });
  after(async () => {
    for (const { client } of watchers) client.close();
    await cluster.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is followed by a client that wants the leader and by one that does not, whose rows equal the database after each move', async function () {
    this.timeout(MOVES * MOVE_TIMEOUT_MS);
    const watch = (leaderOnly: boolean) => {
      const watcher = new Watcher(cluster, leaderOnly);
      watchers.push(watcher);
      watcher.client.start();
      return watcher;
    };
    const [atLeader, anywhere, writing] = [watch(true), watch(false), watch(true)];
    const seed = new Transaction();
    seed.insert('Bed', { name: 'counter' });
    // A server keeps no more history, from which a client could go on, than it has content.
    const keys = Array.from({ length: 1000 }, (_, key) => [`key${key}`, 0]);
    seed.insert('Bed', { name: 'padding', counts: Object.fromEntries(keys) });
    expect(codeOf(await writing.client.transact(seed))).to.equal('done');
    const writer = new Writer(writing);
    const spans: number[] = [];
    for (let move = 0; move < MOVES; move++) {
      const kind = DEPARTURES[move % DEPARTURES.length] ?? 'transfer';
      const running = writer.run();
      await writing.reaches(writing.count + 5);
      // The other client's server goes too now and then: it need not be the leader.
      if (move % 3 === 2) await cluster.restart(anywhere.client.remote);
      const began = performance.now();
      const { from, back } = await cluster.depart(kind);
      const leader = await cluster.leader(from);
      const remote = `unix:${leader.socket}`;
      const { client } = atLeader;
      await within(
        client.until(() => atLeader.isInStep && client.remote === remote),
        remote,
      );
      spans.push(performance.now() - began);
      await writing.reaches(writing.count + 5);
      await back();
      writer.stop();
      await running;
      await compare(leader.socket, writing, [atLeader, anywhere]);
    }
    tell(spans, writer, atLeader, anywhere);
    // Once for each that is known to be done, and at most once for each of which nobody knows.
    const unknown = writer.outcomes.get('connection-lost') ?? 0;
    expect(writing.count).to.be.within(writer.written, writer.written + unknown);
    expect([atLeader.backwards, anywhere.backwards, writing.backwards]).to.deep.equal([[], [], []]);
  });

  /** What both were told, what both hold, and what is there. */
  async function compare(
    socket: string,
    writing: Watcher,
    both: readonly Watcher[],
  ): Promise<void> {
    const { count } = writing;
    for (const watcher of both) await watcher.reaches(count);
    const dump = dumpOf(socket, TABLES, 'Garden');
    for (const { client } of both) {
      await client.catchUp();
      const told = { table: (name: string) => client.rows.get(name) ?? new Map() };
      expect(dumpOfReplica(told, TABLES)).to.deep.equal(dump);
      expect(client.inconsistency()).to.equal(undefined);
    }
  }

  function tell(spans: readonly number[], writer: Writer, ...both: readonly Watcher[]): void {
    const resumed = both.map(({ synced }) => synced.filter((one) => one.resumed).length);
    const lines = [
      `leader gone to client in step with the new one: ${quantiles(spans)}`,
      `sessions: ${both.map(({ synced }) => synced.length).join(' and ')}, of them resumed ${resumed.join(' and ')}`,
      `transactions: ${[...writer.outcomes].map(([code, count]) => `${count} ${code}`).join(', ')}`,
      `longest time without a commit: ${Math.round(writer.longestGapMs)} ms`,
    ];
    for (const line of lines) process.stdout.write(`      ${line}\n`);
  }
});
