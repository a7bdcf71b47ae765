import { expect } from 'chai';
import fc from 'fast-check';
import type { Replica, RowChanged } from '../../../protocols/ovsdb/replica.ts';
import type { OvsdbEvent } from '../../../protocols/ovsdb/session-events.ts';
import { Transaction } from '../../../protocols/ovsdb/transaction.ts';
import { type Uuid, uuidRef } from '../../../protocols/ovsdb/values/atoms.ts';
import { cuttingProxy } from './cutting-proxy.ts';
import { type Dump, dumpOf, dumpOfReplica } from './database-dump.ts';
import { transact } from './real-lab.ts';
import { RealServer } from './real-server.ts';
import { OPTIONS, SocketDriver } from './socket-driver.ts';

const TABLES = {
  Open_vSwitch: ['bridges', 'next_cfg', 'external_ids'],
  Bridge: ['name', 'fail_mode', 'protocols', 'external_ids', 'ports'],
  Port: ['name', 'tag', 'trunks'],
};

const NAMES = ['a', 'b', 'c', 'd'];
const SECURE = { Bridge: [['fail_mode', '==', 'secure']] } as const;

type Step =
  | { readonly kind: 'add'; readonly name: string; readonly secure: boolean }
  | { readonly kind: 'remove' | 'replace'; readonly name: string }
  | { readonly kind: 'secure'; readonly name: string; readonly secure: boolean }
  | { readonly kind: 'ids'; readonly name: string; readonly ids: Readonly<Record<string, string>> }
  | { readonly kind: 'trunks'; readonly name: string; readonly trunks: readonly number[] }
  | { readonly kind: 'protocols'; readonly name: string; readonly versions: readonly string[] }
  /** After so many bytes more. */
  | { readonly kind: 'cut'; readonly bytes: number }
  | { readonly kind: 'filter'; readonly isOn: boolean };

const name = fc.constantFrom(...NAMES);
const versions = fc.subarray(['OpenFlow10', 'OpenFlow13', 'OpenFlow14', 'OpenFlow15']);
const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('add' as const), name, secure: fc.boolean() }),
  },
  fc.record({ kind: fc.constantFrom('remove' as const, 'replace' as const), name }),
  fc.record({ kind: fc.constant('secure' as const), name, secure: fc.boolean() }),
  fc.record({
    kind: fc.constant('ids' as const),
    name,
    ids: fc.dictionary(
      fc.constantFrom('x', 'y', 'z', '__proto__'),
      fc.constantFrom('1', '2', 'ü"'),
    ),
  }),
  fc.record({
    kind: fc.constant('trunks' as const),
    name,
    trunks: fc.uniqueArray(fc.integer({ min: 0, max: 9 })),
  }),
  fc.record({ kind: fc.constant('protocols' as const), name, versions }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cut' as const), bytes: fc.nat(3000) }) },
  fc.record({ kind: fc.constant('filter' as const), isOn: fc.boolean() }),
);

function add(transaction: Transaction, bridge: string, secure: boolean): void {
  const iface = transaction.insert('Interface', { name: bridge, type: 'internal' });
  const port = transaction.insert('Port', { name: bridge, interfaces: iface });
  const row = { name: bridge, ports: port, fail_mode: secure ? 'secure' : undefined };
  const made = transaction.insert('Bridge', row);
  transaction.mutate('Open_vSwitch', [], [['bridges', 'insert', made]]);
}

/** Undefined: it changes no row. */
function transactionOf(step: Step, known: ReadonlyMap<string, string>): Transaction | undefined {
  if (step.kind === 'cut' || step.kind === 'filter') return undefined;
  const transaction = new Transaction();
  const where = [['name', '==', step.name]] as const;
  const uuid = known.get(step.name);
  if (step.kind === 'add') {
    if (uuid === undefined) add(transaction, step.name, step.secure);
    return transaction;
  }
  if (uuid === undefined) return transaction;
  switch (step.kind) {
    case 'replace':
    case 'remove': {
      const gone = [...known].filter(([other]) => other !== step.name).map(([, id]) => id);
      transaction.update('Open_vSwitch', [], { bridges: gone.map(reference) });
      if (step.kind === 'replace') add(transaction, step.name, true);
      return transaction;
    }
    case 'secure':
      return transaction.update('Bridge', where, { fail_mode: step.secure ? 'secure' : undefined });
    case 'ids':
      return transaction
        .update('Bridge', where, { external_ids: new Map(Object.entries(step.ids)) })
        .update('Open_vSwitch', [], { external_ids: new Map(Object.entries(step.ids)) });
    case 'trunks':
      return transaction.update('Port', where, { trunks: [...step.trunks], tag: step.trunks[0] });
    case 'protocols':
      return transaction.update('Bridge', where, { protocols: [...step.versions] });
  }
}

const reference = (id: string) => uuidRef(id as Uuid);

/** A session over the connection that is cut, always the newest one, and the rows that its events lead to. */
class Follower {
  readonly #path: string;
  #driver: SocketDriver;
  readonly #told = new Map<string, RowChanged['new']>();
  #isFiltered = false;
  sessions = 1;

  constructor(path: string) {
    this.#path = path;
    this.#driver = this.#connect(undefined);
  }

  get isFiltered(): boolean {
    return this.#isFiltered;
  }

  filter(isOn: boolean): void {
    this.#isFiltered = isOn;
    const conditions = isOn ? SECURE : ({ Bridge: [true] } as const);
    this.#driver.act((session, now) => session.changeConditions(conditions, now));
  }

  /** The replica as soon as it has come to this state, and has the rows of the filter. */
  async at(nextCfg: number): Promise<Replica> {
    for (;;) {
      await this.#take();
      const { replica, isSynced } = this.#driver.session;
      const [root] = replica?.table('Open_vSwitch').values() ?? [];
      const isThere = isSynced && root?.next_cfg === nextCfg && replica?.conditions !== undefined;
      if (isThere && replica !== undefined) return replica;
      await this.#driver.idle(20);
    }
  }

  /** What its events have led to, beside what the replica holds. */
  expectToldAll(replica: Replica): void {
    let count = 0;
    for (const table of Object.keys(TABLES)) {
      for (const [uuid, row] of replica.table(table)) {
        count++;
        expect(this.#told.get(`${table} ${uuid}`), `${table} ${uuid} as told`).to.equal(row);
      }
    }
    expect(this.#told.size).to.equal(count);
  }

  async close(): Promise<void> {
    await this.#driver.close();
  }

  #connect(resume: Replica | undefined): SocketDriver {
    const conditions = this.#isFiltered ? SECURE : {};
    const options = { ...OPTIONS, tables: TABLES, conditions };
    return SocketDriver.connect(this.#path, resume ? { ...options, resume } : options);
  }

  async #take(): Promise<void> {
    for (const event of this.#driver.events.splice(0)) this.#follow(event);
    if (!this.#driver.session.isEnded) return;
    const { replica } = this.#driver.session;
    await this.#driver.close();
    this.sessions++;
    this.#driver = this.#connect(replica);
  }

  #follow(event: OvsdbEvent): void {
    if (event.type === 'dropped') throw new Error(event.error.detail);
    if (event.type === 'ended') expect(event.error.code).to.equal('connection-lost');
    if (event.type !== 'changed' && event.type !== 'synced') return;
    for (const { table, uuid, old, new: row } of event.changes) {
      const key = `${table} ${uuid}`;
      expect(this.#told.get(key), `${key} before`).to.equal(old);
      if (row === undefined) this.#told.delete(key);
      else this.#told.set(key, row);
    }
  }
}

function filtered(dump: Dump): Dump {
  const bridges = Object.entries(dump.Bridge ?? {});
  const secure = bridges.filter(([, row]) => row.fail_mode?.includes('secure'));
  return { ...dump, Bridge: Object.fromEntries(secure) };
}

async function run(steps: readonly Step[], clustered: boolean) {
  const server = new RealServer(clustered);
  await server.start();
  server.initialise();
  const proxy = await cuttingProxy(server);
  const writer = SocketDriver.connect(server.socket, { ...OPTIONS, tables: TABLES });
  const follower = new Follower(proxy.path);
  try {
    await writer.event('synced');
    let nextCfg = 0;
    for (const step of steps) {
      if (step.kind === 'cut') proxy.cutAfter(step.bytes);
      if (step.kind === 'filter') follower.filter(step.isOn);
      const bridges = [...(writer.session.replica?.table('Bridge') ?? [])];
      const known = new Map(bridges.map(([uuid, row]) => [String(row.name), uuid as string]));
      const transaction = transactionOf(step, known);
      if (transaction !== undefined) {
        nextCfg++;
        transaction.mutate('Open_vSwitch', [], [['next_cfg', '+=', 1]]);
        const result = await transact(writer, transaction);
        if (!result.ok) throw new Error(JSON.stringify([step, result.failure]));
      }
      const replica = await follower.at(nextCfg);
      const dump = dumpOf(server.socket, TABLES);
      const expected = follower.isFiltered ? filtered(dump) : dump;
      expect(dumpOfReplica(replica, TABLES)).to.deep.equal(expected);
      follower.expectToldAll(replica);
    }
    return follower.sessions;
  } finally {
    await follower.close();
    await writer.close();
    await proxy.close();
    await server.destroy();
  }
}

describe('a replica over a connection that is cut at random', () => {
  for (const clustered of [false, true]) {
    const kind = clustered ? 'clustered' : 'standalone';
    it(`equals what ovsdb-client dumps after every transaction of a ${kind} server`, async function () {
      this.timeout(30_000);
      let sessions = 0;
      const property = fc.asyncProperty(
        fc.array(STEP, { minLength: 40, maxLength: 40 }),
        async (steps) => {
          sessions += await run(steps, clustered);
        },
      );
      await fc.assert(property, { numRuns: 2, endOnFailure: true });
      expect(sessions).to.be.above(2);
    });
  }
});
