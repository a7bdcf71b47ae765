import { expect } from 'chai';
import fc from 'fast-check';
import { planApply, planDelete } from '../../../lib/control/intent.ts';
import { Engine } from '../../../lib/daemon/engine.ts';
import { EventLog } from '../../../lib/daemon/event-log.ts';
import { StoreWriter } from '../../../lib/daemon/store-writer.ts';
import { Domain } from '../../../lib/model/domain.ts';
import type { Manifest, ObjectRef } from '../../../lib/model/manifest.ts';
import { parseRecord } from '../../../lib/model/record-parse.ts';
import { type Applied, AuthorityError } from '../../../lib/northbound/authority.ts';
import type { Log } from '../../../lib/runtime/log.ts';
import { type Store, StoreError, type StoreErrorCode } from '../../../lib/store/contract.ts';
import { openMemoryServer } from '../../../lib/store/memory-server.ts';
import { openMemoryStore } from '../../../lib/store/memory-store.ts';
import { ipv4FromNumber, macFromNumber } from '../../../protocols/base/addresses.ts';

const nothing = (): void => undefined;
const LOG: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** One instance's way to the store: its own copy of the state, and its writer. */
class Writer {
  readonly engine: Engine;
  readonly writer: StoreWriter;

  constructor(store: Store, instance = 'i1') {
    this.engine = new Engine({
      ...{ store, events: new EventLog(LOG), log: LOG, nameTaken: nothing },
      ...{ instance, version: '0', startedAt: new Date(0) },
    });
    this.writer = new StoreWriter(this.engine, store);
  }

  start(): Promise<void> {
    return this.engine.start({
      carryOut: nothing,
      takePeers: nothing,
      controllersOf: () => [],
      hasSwitch: () => true,
    });
  }

  apply(...manifests: Manifest[]): Promise<Applied> {
    const { core, unreadable } = this.engine;
    return this.writer.write(() => planApply(core.domain, manifests, unreadable));
  }

  delete(...refs: ObjectRef[]): Promise<Applied> {
    const { core } = this.engine;
    return this.writer.write(() => planDelete(core.domain, refs, () => ({ connected: false })));
  }
}

/** As a store behind a network: writes and news are under way for some turns. */
function slowly(inner: Store, turns: () => number): Store {
  const delay = async (): Promise<void> => {
    for (let left = turns(); left > 0; left--) await new Promise(setImmediate);
  };
  let told = Promise.resolve();
  return {
    description: inner.description,
    snapshot: () => inner.snapshot(),
    apply: (batch) => delay().then(() => inner.apply(batch)),
    watch: (after, listener, ended) =>
      inner.watch(
        after,
        (set) => {
          told = told.then(delay).then(() => listener(set));
        },
        ended,
      ),
    close: () => inner.close(),
  };
}

const network = (name: string, vni?: number): Manifest => ({
  kind: 'Network',
  name,
  ...(vni === undefined ? {} : { vni }),
});
const port = (name: string, at: string, number: number): Manifest => ({
  kind: 'Port',
  name,
  network: at,
  mac: macFromNumber(0x020000000000 + number),
  ips: [ipv4FromNumber(0x0a000000 + number)],
});

const NETWORKS = ['blue', 'red', 'green'] as const;
const PORTS = ['p1', 'p2', 'p3', 'p4'] as const;
type Order =
  | { readonly what: 'apply'; readonly manifest: Manifest }
  | { readonly what: 'delete'; readonly ref: ObjectRef };
const order: fc.Arbitrary<Order> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...NETWORKS), fc.constantFrom(undefined, 5, 6))
    .map(([name, vni]): Order => ({ what: 'apply', manifest: network(name, vni) })),
  fc
    .tuple(fc.constantFrom(...PORTS), fc.constantFrom(...NETWORKS), fc.nat(1))
    .map(([name, at, number]): Order => ({ what: 'apply', manifest: port(name, at, number) })),
  fc
    .constantFrom(...NETWORKS)
    .map((name): Order => ({ what: 'delete', ref: { kind: 'Network', name } })),
  fc.constantFrom(...PORTS).map((name): Order => ({ what: 'delete', ref: { kind: 'Port', name } })),
);

async function domainIn(store: Store): Promise<Domain> {
  const domain = new Domain();
  for (const { key, value } of (await store.snapshot()).records) {
    const record = parseRecord(key, value);
    if (record.ok) domain.put(record.value);
  }
  return domain;
}

/** What no two writers together may bring about. */
function expectSound(domain: Domain): void {
  const addresses = domain
    .ports()
    .flatMap(({ network: at, mac, ips }) => [mac, ...ips].map((address) => `${at} ${address}`));
  expect(addresses).to.have.lengthOf(new Set(addresses).size);
  for (const { name, network: at } of domain.ports()) {
    expect(domain.network(at), `the network of ${name}`).to.not.equal(undefined);
  }
  const vnis = domain.networks().map(({ vni }) => vni);
  expect(vnis).to.have.lengthOf(new Set(vnis).size);
  const claims = domain.vniClaims().map(({ vni, network: name }) => `${name} ${vni}`);
  expect(claims).to.have.members(domain.networks().map(({ name, vni }) => `${name} ${vni}`));
}

describe('two writers of one store', () => {
  it('never bring about an address or a VNI twice, nor a port without its network', async function () {
    this.timeout(20_000);
    const scenario = fc.record({
      first: fc.array(order, { maxLength: 12 }),
      second: fc.array(order, { maxLength: 12 }),
      delays: fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ first, second, delays }) => {
        let asked = 0;
        const store = openMemoryStore();
        const slow = slowly(store, () => delays[asked++ % delays.length] ?? 0);
        const writers = [new Writer(slow), new Writer(slow)];
        for (const writer of writers) await writer.start();
        const perform = async (writer: Writer, orders: readonly Order[]): Promise<void> => {
          for (const one of orders) {
            const done = one.what === 'apply' ? writer.apply(one.manifest) : writer.delete(one.ref);
            const refused = await done.then(nothing, (error: unknown) => error);
            if (refused !== undefined) expect(refused).to.have.property('code', 'rejected');
          }
        };
        const [one, other] = writers;
        if (one === undefined || other === undefined) throw new Error('not reached');
        await Promise.all([perform(one, first), perform(other, second)]);
        expectSound(await domainIn(store));
        for (const { engine } of writers) await engine.close();
        await store.close();
      }),
      { numRuns: 150 },
    );
  });
});

describe('a writer that has not heard what another has written', () => {
  const server = openMemoryServer();
  const stores = [server.open(), server.open()] as const;
  let isHeld = false;
  const held: (() => void)[] = [];
  const late: Store = {
    ...stores[1],
    description: 'late',
    membership: stores[1].membership,
    snapshot: () => stores[1].snapshot(),
    apply: (batch) => stores[1].apply(batch),
    close: () => stores[1].close(),
    watch: (after, listener, ended) =>
      stores[1].watch(
        after,
        (set) => (isHeld ? held.push(() => listener(set)) : listener(set)),
        ended,
      ),
  };
  const one = new Writer(stores[0], 'i1');
  const other = new Writer(late, 'i2');

  before(() => Promise.all([one.start(), other.start()]));
  after(async () => {
    for (const { engine } of [one, other]) await engine.close();
    for (const store of stores) await store.close();
  });

  it('does not take its change for done because it was so before', async () => {
    const { revision } = await one.apply(network('blue', 5));
    await other.engine.caughtUp(revision);
    isHeld = true;
    await one.apply(network('blue', 6));
    const again = other.apply(network('blue', 5));
    await new Promise((resolve) => setTimeout(resolve, 20));
    isHeld = false;
    for (const tell of held.splice(0)) tell();
    expect((await again).objects[0]).to.have.property('result', 'changed');
    expect((await domainIn(stores[0])).network('blue')?.vni).to.equal(5);
  });

  it('says that it cannot know while the store is out of reach', async () => {
    await other.apply(network('blue', 5));
    server.partition(stores[1]);
    const refused = await other.apply(network('blue', 5)).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(AuthorityError).and.to.include({ code: 'store' });
    server.heal(stores[1]);
  });
});

describe('a writer whose store', () => {
  let store: Store;
  let refusals: StoreErrorCode[];
  let writer: Writer;

  beforeEach(async () => {
    const inner = openMemoryStore();
    refusals = [];
    store = {
      ...inner,
      description: 'by hand',
      snapshot: () => inner.snapshot(),
      watch: (...given) => inner.watch(...given),
      close: () => inner.close(),
      apply: async (batch) => {
        const code = refusals.shift();
        // Taken, but perhaps not by enough copies.
        if (code === 'store-unconfirmed') await inner.apply(batch);
        if (code !== undefined) throw new StoreError(code, `The store says ${code}.`, true);
        return inner.apply(batch);
      },
    };
    writer = new Writer(store);
    await writer.start();
  });

  afterEach(async () => {
    await writer.engine.close();
    await store.close();
  });

  it('does not know whether it has a change says so, and that doing it again is harmless', async () => {
    refusals = ['store-unconfirmed'];
    const refused = await writer.apply(network('blue')).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(AuthorityError).and.to.include({ code: 'store' });
    expect(refused)
      .to.have.property('message')
      .that.equals('The store says store-unconfirmed; doing it again is harmless');
  });

  it('did not confirm a change is asked to when the same comes again, and then no more', async () => {
    const code = (error: unknown) => (error instanceof AuthorityError ? error.code : error);
    refusals = ['store-unconfirmed'];
    expect(await writer.apply(network('blue')).catch(code)).to.equal('store');
    await writer.engine.caughtUp((await store.snapshot()).revision);
    refusals = ['store-unconfirmed'];
    expect(await writer.apply(network('blue')).catch(code)).to.equal('store');
    const { objects, revision } = await writer.apply(network('blue'));
    expect(objects[0]).to.have.property('result', 'unchanged');
    expect(revision).to.equal((await store.snapshot()).revision);
    expect((await writer.apply(network('blue'))).revision).to.equal(revision);
  });

  it('is away says that nothing was changed', async () => {
    refusals = ['store-unavailable'];
    const refused = await writer.apply(network('blue')).catch((error: unknown) => error);
    expect(refused)
      .to.have.property('message')
      .that.matches(/^nothing was changed: The store/);
  });

  it('is being given back what it lost is asked again for a while', async () => {
    refusals = ['store-forked', 'store-forked'];
    const { objects } = await writer.apply(network('blue'));
    expect(objects[0]).to.have.property('result', 'created');
  });

  it('is asked by very many others at the same time has its way all the same', async () => {
    refusals = new Array<StoreErrorCode>(12).fill('precondition-failed');
    // Every second question is that for the newest revision.
    const { objects } = await writer.apply(network('blue'));
    expect(objects[0]).to.have.property('result', 'created');
  });

  it('holds a record of a newer release does not lose it', async () => {
    const value = { v: 2, kind: 'network', name: 'red', vni: 9, tenant: 'x' };
    const revision = await store.apply({ writes: [{ op: 'put', key: 'network/red', value }] });
    await writer.engine.caughtUp(revision);
    const refused = await writer.apply(network('red')).catch((error: unknown) => error);
    expect(refused)
      .to.have.nested.property('problems[0].message')
      .that.matches(/^The record network\/red has version 2, .*update this instance first/);
    expect((await store.snapshot()).records[0])
      .to.have.property('value')
      .that.deep.equals(value);
  });
});
