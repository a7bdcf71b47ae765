import { expect } from 'chai';
import fc from 'fast-check';
import { type KeptRecord, planRecovery, type Recovery } from '../../../lib/control/recovery.ts';
import { recordToJson } from '../../../lib/model/record-parse.ts';
import { type DomainRecord, keyOf } from '../../../lib/model/records.ts';

const kept = (record: DomainRecord, revision: number): KeptRecord => ({
  key: keyOf(record),
  revision,
  value: recordToJson(record),
});
const network = (name: string, vni: number): DomainRecord => ({
  ...{ kind: 'network', name, vni, vniAllocated: false },
});
const claim = (vni: number, name: string): DomainRecord => ({ kind: 'vni', vni, network: name });
const port = (name: string, mac: string, ips: string[] = []): DomainRecord => ({
  ...{ kind: 'port', name, network: 'blue', mac: mac as never, ips: ips as never },
});
const roster = (count: number): DomainRecord => ({ kind: 'roster', network: 'blue', count });

const plan = (
  ours: KeptRecord[],
  ancestor: number,
  store: KeptRecord[],
  pending: string[] = [],
): Recovery => planRecovery({ kept: ours, ancestor, store, pending: new Set(pending) });
const keysOf = (recovery: Recovery): string[] => recovery.writes.map(({ key }) => key);

describe('what is given back to a store that has lost its newest writes', () => {
  const blue = kept(network('blue', 5), 1);
  const vni = kept(claim(5, 'blue'), 1);

  it('is what was written after what both have read', () => {
    const a = kept(port('a', '02:00:00:00:00:01'), 2);
    const b = kept(port('b', '02:00:00:00:00:02'), 3);
    const { writes, lost } = plan([blue, vni, a, b], 2, [blue, vni, a]);
    expect(writes).to.deep.equal([
      { key: 'port/b', value: b.value, basedOn: 'absent' },
      { key: 'roster/blue', value: recordToJson(roster(1)), basedOn: 'absent' },
    ]);
    expect(lost).to.deep.equal([]);
  });

  it('is the newer value of a record, based on the older one that the store has', () => {
    const before = kept(port('a', '02:00:00:00:00:01'), 2);
    const after = kept(port('a', '02:00:00:00:00:09'), 3);
    const [write] = plan([blue, vni, after], 2, [blue, vni, before]).writes;
    expect(write).to.deep.equal({ key: 'port/a', value: after.value, basedOn: 2 });
  });

  it('is the deletion of what was deleted', () => {
    const a = kept(port('a', '02:00:00:00:00:01'), 2);
    const [write] = plan([blue, vni], 2, [blue, vni, a]).writes;
    expect(write).to.deep.equal({ key: 'port/a', value: undefined, basedOn: 2 });
  });

  it('is nothing that was deleted or written there since, and the latter is named', () => {
    const a = kept(port('a', '02:00:00:00:00:01'), 2);
    const ours = kept(port('b', '02:00:00:00:00:02'), 3);
    const theirs = kept(port('b', '02:00:00:00:00:03'), 3);
    const recovery = plan([blue, vni, a, ours], 2, [blue, vni, theirs]);
    expect(recovery.writes).to.deep.equal([]);
    expect(recovery.lost).to.deep.equal(['port/b: it was written anew meanwhile']);
  });

  it('is no fact that is on its way, neither as a write nor as a deletion', () => {
    const attachment = kept({ kind: 'attachment', port: 'a', nve: 'h1', sequence: 0 }, 2);
    expect(plan([], 2, [attachment], ['attachment/a']).writes).to.deep.equal([]);
  });

  it('changes the roster of each network whose ports it changes, so that nobody plans by the old one', () => {
    const a = kept(port('a', '02:00:00:00:00:01'), 3);
    const theirs = kept(roster(7), 3);
    const recovery = plan([blue, vni, a, kept(roster(4), 2)], 2, [blue, vni, theirs]);
    expect(recovery.writes.at(-1)).to.deep.equal({
      ...{ key: 'roster/blue', value: recordToJson(roster(8)), basedOn: 3 },
    });
  });

  it('is a record of a newer release, as it was', () => {
    const newer = { key: 'port/x', revision: 3, value: { v: 9, kind: 'port', text: 'new' } };
    expect(plan([newer], 2, []).writes).to.deep.equal([
      { key: 'port/x', value: newer.value, basedOn: 'absent' },
    ]);
  });
});

describe('what is given back to a store with another history', () => {
  it('is no network whose VNI is that of another there, and it is named', () => {
    const ours = [kept(network('blue', 5), 4), kept(claim(5, 'blue'), 4)];
    const recovery = plan(ours, 0, [kept(network('red', 5), 1), kept(claim(5, 'red'), 1)]);
    expect(keysOf(recovery)).to.deep.equal([]);
    expect(recovery.lost).to.deep.equal([
      'network/blue: its VNI 5 is that of network red now: apply it with another',
    ]);
  });

  it('is no port whose address another has there, and it is named', () => {
    const store = [
      kept(network('blue', 5), 1),
      kept(claim(5, 'blue'), 1),
      kept(port('new', '02:00:00:00:00:01', ['192.0.2.1']), 1),
    ];
    const ours = [
      kept(port('a', '02:00:00:00:00:01'), 3),
      kept(port('b', '02:00:00:00:00:02', ['192.0.2.1']), 3),
      kept(port('c', '02:00:00:00:00:03'), 3),
    ];
    const recovery = plan(ours, 0, store);
    expect(keysOf(recovery)).to.deep.equal(['port/c', 'roster/blue']);
    expect(recovery.lost).to.deep.equal([
      'port/a: its address 02:00:00:00:00:01 is that of port new now',
      'port/b: its address 192.0.2.1 is that of port new now',
    ]);
  });

  it('is no NVE whose index is taken: its owner finds another', () => {
    const nve = { kind: 'nve', name: 'h1', index: 3, endpoints: [] } as const;
    const ours = [kept(nve, 3), kept({ kind: 'index', index: 3, nve: 'h1' }, 3)];
    const store = [kept({ kind: 'index', index: 3, nve: 'h2' }, 1)];
    expect(plan(ours, 0, store)).to.deep.equal({ writes: [], lost: [] });
  });
});

describe('a store that two have read to different ends, and that lost both', () => {
  it('comes to hold the newest of what they know, whoever is first', () => {
    type Step = { key: number; value: number | undefined };
    const step: fc.Arbitrary<Step> = fc.record({
      key: fc.nat(5),
      value: fc.option(fc.nat(3), { nil: undefined }),
    });
    const cut = fc.nat(20);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), cut, cut, cut, (steps, a, b, c) => {
        const [ancestor = 0, older = 0, newer = 0] = [a, b, c]
          .map((at) => Math.min(at, steps.length))
          .sort((x, y) => x - y);
        const at = (revision: number): KeptRecord[] => {
          const records = new Map<string, KeptRecord>();
          steps.slice(0, revision).forEach(({ key, value }, index) => {
            const record = { kind: 'index', index: key, nve: `n${value}` } as const;
            if (value === undefined) records.delete(keyOf(record));
            else records.set(keyOf(record), kept(record, index + 1));
          });
          return [...records.values()];
        };
        const carryOut = (store: KeptRecord[], { writes }: Recovery): KeptRecord[] => {
          const records = new Map(store.map((record) => [record.key, record]));
          for (const { key, value, basedOn } of writes) {
            expect(records.get(key)?.revision ?? 'absent', key).to.equal(basedOn);
            if (value === undefined) records.delete(key);
            else records.set(key, { key, value, revision: 1000 });
          }
          return [...records.values()];
        };
        const values = (records: KeptRecord[]) =>
          Object.fromEntries(records.map(({ key, value }) => [key, value]));
        // The newest first: the other has nothing to add.
        const first = carryOut(at(ancestor), plan(at(newer), ancestor, at(ancestor)));
        expect(values(first)).to.deep.equal(values(at(newer)));
        // The older first, by an empty store that took its revisions over: the newer one adds what it knows more.
        const second = carryOut(at(older), plan(at(newer), older, at(older)));
        expect(values(second)).to.deep.equal(values(at(newer)));
      }),
      { numRuns: 300 },
    );
  });
});
