import { expect } from 'chai';
import { DomainAuthority } from '../../../lib/daemon/domain-authority.ts';
import { Engine } from '../../../lib/daemon/engine.ts';
import { EventLog } from '../../../lib/daemon/event-log.ts';
import type { Manifest } from '../../../lib/model/manifest.ts';
import type { Applied } from '../../../lib/northbound/authority.ts';
import type { Log } from '../../../lib/runtime/log.ts';
import { TurnWatch } from '../../../lib/runtime/turn-watch.ts';
import { Southbound } from '../../../lib/southbound/southbound.ts';
import type { Store } from '../../../lib/store/contract.ts';
import { openMemoryStore } from '../../../lib/store/memory-store.ts';
import { type MacAddress, parseMac } from '../../../protocols/base/addresses.ts';
import { until } from '../../../scripts/lab/waiting.ts';

const LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const BLUE: Manifest = { kind: 'Network', name: 'blue' };
const MAC: MacAddress = parseMac('02:00:00:00:00:01') ?? expect.fail();
const port = (name: string): Manifest => ({
  kind: 'Port',
  name,
  network: 'blue',
  mac: MAC,
  ips: [],
});
const results = ({ objects }: Applied): string[] => objects.map((object) => object.result);

describe('the authority', () => {
  let store: Store;
  let engine: Engine;
  let authority: DomainAuthority;
  let startedAt: Date;

  beforeEach(async () => {
    startedAt = new Date(0);
    store = openMemoryStore();
    const events = new EventLog(LOG);
    engine = new Engine({
      ...{ store, events, log: LOG, instance: 'i1', version: '0', startedAt: new Date(0) },
      nameTaken: () => undefined,
    });
    const southbound = new Southbound(
      {
        domain: 'default',
        instance: 'i1',
        lock: 'nva_default',
        openflowVersions: [6],
        probeIntervalMs: 5_000,
        requestTimeoutMs: 10_000,
        connectionsMax: 1,
        controllers: () => [],
      },
      LOG,
      (input) => engine.take(input),
    );
    await engine.start(southbound);
    authority = new DomainAuthority(engine, store, southbound, events, {
      instance: 'i1',
      domain: 'default',
      version: '0',
      get startedAt() {
        return startedAt;
      },
      listeners: [],
      turns: new TurnWatch(),
      isReady: () => true,
    });
    await authority.apply([BLUE]);
  });

  afterEach(async () => {
    await engine.close();
    await store.close();
  });

  it('waits for NVEs that it knows of and has not seen since its start, while they may be on their way', async () => {
    const nve = { v: 1, kind: 'nve', name: 'hv1', index: 1, endpoints: [] };
    await engine.caughtUp(
      await store.apply({ writes: [{ op: 'put', key: 'nve/hv1', value: nve }] }),
    );
    expect(await authority.wait(50)).to.include({ confirmed: true });
    startedAt = new Date();
    const early = await authority.wait(50);
    expect(early.confirmed).to.equal(false);
    expect(early.nves).to.deep.equal([
      { nve: 'hv1', confirmed: false, reason: 'it has not come back yet' },
    ]);
    const gone = new AbortController();
    const waiting = authority.wait(60_000, undefined, gone.signal);
    gone.abort();
    expect((await waiting).confirmed).to.equal(false);
  });

  it('gives one MAC of a network to one of many ports that are applied at the same time', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const outcomes = await Promise.allSettled(names.map((name) => authority.apply([port(name)])));
    expect(outcomes.map(({ status }) => status)).to.have.members([
      'fulfilled',
      ...['rejected', 'rejected', 'rejected'],
    ]);
    expect(authority.list('ports')).to.have.length(1);
  });

  it('keeps a network to which a port is applied while it is to be deleted', async () => {
    const applied = authority.apply([port('a')]);
    const deleted = authority.delete([{ kind: 'Network', name: 'blue' }]);
    const [first, second] = await Promise.allSettled([applied, deleted]);
    expect([first.status, second.status]).to.deep.equal(['fulfilled', 'rejected']);
    expect(authority.get('networks', 'blue')).to.not.equal(undefined);
  });

  it('goes on after a change that was refused', async () => {
    await authority.apply([port('a')]);
    const refused = authority.apply([port('b')]).catch((error: unknown) => error);
    const next = authority.delete([{ kind: 'Port', name: 'a' }]);
    expect(await refused).to.have.property('code', 'rejected');
    expect(results(await next)).to.deep.equal(['deleted']);
  });

  it('lets an NVE go whose database is away, shows that it waits for it, and forgets it by its manifest', async () => {
    const facts = { bridge: 'br-int', endpoints: [], conditions: [] };
    engine.take({ type: 'nve-connected', nve: 'hv1', facts });
    engine.take({ type: 'nve-lost', nve: 'hv1', reason: 'test' });
    await authority.apply([port('a')]);
    const one = { kind: 'Nve', name: 'hv1' } as const;
    expect(results(await authority.delete([one]))).to.deep.equal(['deleted']);
    const { status } = authority.get('nves', 'hv1') ?? {};
    expect(status?.phase).to.equal('withdrawing');
    expect(status?.conditions.map(({ code }) => code)).to.deep.equal(['leaving-away']);
    expect(results(await authority.delete([one]))).to.deep.equal(['unchanged']);
    expect(results(await authority.apply([one]))).to.deep.equal(['changed']);
    expect(authority.get('nves', 'hv1')).to.equal(undefined);
  });

  it('lists the NVEs that serve a network, and says what keeps one from having its flows', async () => {
    await authority.apply([port('a')]);
    const foreign = { code: 'foreign-domain', message: 'it belongs to another' };
    for (const nve of ['hv1', 'hv2']) {
      const facts = { bridge: 'br-int', endpoints: [], conditions: nve === 'hv2' ? [foreign] : [] };
      engine.take({ type: 'nve-connected', nve, facts });
    }
    const changes = [{ name: 'v0', tenant: { ifaceId: 'a', ofport: 1 } }];
    engine.take({ type: 'interfaces', nve: 'hv1', complete: true, changes });
    await until('it is attached', () => authority.list('mappings').length === 1, {
      deadlineMs: 1000,
    });
    expect(authority.list('nves', 'blue').map(({ name }) => name)).to.deep.equal(['hv1']);
    expect(authority.list('nves')).to.have.length(2);
    const { nves } = await authority.wait(0);
    expect(nves.map(({ reason }) => reason)).to.deep.equal([
      ...['its OpenFlow session is not up yet', 'it belongs to another'],
    ]);
  });

  it('says that nothing has changed when the same is applied again', async () => {
    const manifests = [{ ...BLUE, encapsulation: ['gre'] } as Manifest, port('a')];
    await authority.apply(manifests);
    const again = await authority.apply(manifests);
    expect(results(again)).to.deep.equal(['unchanged', 'unchanged']);
  });
});
