import { expect } from 'chai';
import { decideAttachment } from '../../../lib/control/attachments.ts';
import { Interfaces } from '../../../lib/control/interfaces.ts';
import { Outbox } from '../../../lib/control/outbox.ts';
import type { AttachmentRecord, DomainRecord } from '../../../lib/model/records.ts';
import { BATCH_WRITES_MAX } from '../../../lib/store/contract.ts';

describe('the attachment of a port', () => {
  const on = (nve: string, sequence = 0): AttachmentRecord => ({
    ...{ kind: 'attachment', port: 'vm1', nve, sequence },
  });
  const cases: [
    title: string,
    current: AttachmentRecord | undefined,
    claimants: string[],
    connected: string[],
    decided: AttachmentRecord | undefined,
    former?: AttachmentRecord | undefined,
    awaited?: string,
  ][] = [
    ['is none while nobody names the port', undefined, [], ['a'], undefined],
    ['goes to the first claimant by name', undefined, ['b', 'a'], ['a', 'b'], on('a')],
    ['stays with a holder that still shows it', on('b', 4), ['a', 'b'], ['a', 'b'], on('b', 4)],
    ['moves, one up, when the holder let go', on('b', 4), ['a'], ['a', 'b'], on('a', 5)],
    ['moves when the holder is away', on('b', 4), ['a'], ['a'], on('a', 5)],
    ['stays while its holder is away', on('b', 4), [], ['a'], on('b', 4)],
    ['ends when a connected holder let go', on('b', 4), [], ['b'], undefined],
    [
      'counts a move up when it was nowhere in between',
      undefined,
      ['a'],
      [],
      on('a', 5),
      on('b', 4),
    ],
    [
      'stays while its holder may be on its way back',
      on('b', 4),
      ['a'],
      ['a'],
      on('b', 4),
      undefined,
      'b',
    ],
    ['counts nothing when it comes back', undefined, ['b'], ['b'], on('b', 4), on('b', 4)],
  ];
  for (const [title, current, claimants, connected, decided, former, awaited] of cases) {
    it(title, () => {
      const claims = {
        claimants,
        connected: (nve: string) => connected.includes(nve),
        awaited: (nve: string) => nve === awaited,
        former,
      };
      expect(decideAttachment('vm1', current, claims)).to.deep.equal(decided);
    });
  }
});

describe('the interfaces of all NVEs', () => {
  const up = (name: string, ifaceId: string, ofport = 1) => ({ name, tenant: { ifaceId, ofport } });

  it('are found by iface-id, the numbered ones first', () => {
    const interfaces = new Interfaces();
    interfaces.update('a', [{ name: 'v0', tenant: { ifaceId: 'vm1' } }, up('v1', 'vm1', 7)], false);
    interfaces.update('b', [{ name: 'v0', tenant: { ifaceId: 'vm1', error: 'gone' } }], false);
    expect(interfaces.working('vm1', 'a')?.name).to.equal('v1');
    expect(interfaces.claimants('vm1')).to.deep.equal(['a']);
    expect(interfaces.naming('vm1')).to.deep.equal(['a', 'b']);
  });

  it('tell both iface-ids when an interface changes its own', () => {
    const interfaces = new Interfaces();
    interfaces.update('a', [up('v0', 'vm1')], false);
    expect([...interfaces.update('a', [up('v0', 'vm2')], false)]).to.have.members(['vm1', 'vm2']);
    expect(interfaces.claimants('vm1')).to.deep.equal([]);
  });

  it('forget those that a complete list does not name', () => {
    const interfaces = new Interfaces();
    interfaces.update('a', [up('v0', 'vm1'), up('v1', 'vm2', 2)], false);
    expect([...interfaces.update('a', [up('v1', 'vm2', 2)], true)]).to.have.members(['vm1', 'vm2']);
    expect([...interfaces.of('a')].map(({ name }) => name)).to.deep.equal(['v1']);
    interfaces.forget('a');
    expect(interfaces.naming('vm2')).to.deep.equal([]);
  });
});

describe('the outbox', () => {
  const nve = (index: number): DomainRecord => ({ kind: 'nve', name: 'a', index, endpoints: [] });
  const put = (index: number) => ({ key: 'nve/a', record: nve(index) });

  const none = new Map<string, number>();
  const write = (index: number, basedOn: number | 'absent' = 'absent') => ({
    ...put(index),
    basedOn,
  });
  const word = (index: number, revision: number) => ({ ...put(index), revision });

  it('has one batch under way, and then the newest value of each key only', () => {
    const outbox = new Outbox();
    expect(outbox.take(none)).to.equal(undefined);
    outbox.add(put(1));
    expect(outbox.take(none)).to.deep.equal([write(1)]);
    outbox.add(put(2));
    outbox.add(put(3));
    expect(outbox.take(none)).to.equal(undefined);
    outbox.taken(10);
    outbox.passed(10);
    expect(outbox.take(new Map([['nve/a', 10]]))).to.deep.equal([write(3, 10)]);
  });

  it('writes a key again only when the feed has told the revision of the last time', () => {
    const outbox = new Outbox();
    outbox.add(put(1));
    outbox.take(none);
    outbox.add(put(2));
    outbox.taken(10);
    expect(outbox.take(none)).to.equal(undefined);
    outbox.passed(9);
    expect(outbox.take(none)).to.equal(undefined);
    outbox.passed(10);
    expect(outbox.take(none)).to.deep.equal([write(2)]);
  });

  it('holds the store’s word on a key that is under way, and knows its own echo', () => {
    const outbox = new Outbox();
    outbox.add(put(1));
    outbox.take(none);
    expect(outbox.hear(word(1, 10))).to.equal('held');
    expect(outbox.hear({ ...word(1, 10), key: 'nve/b' })).to.equal('believed');
    const later = outbox.taken(10);
    expect(later).to.deep.equal([word(1, 10)]);
    expect(later.map((held) => outbox.hear(held))).to.deep.equal(['echo']);
    expect(outbox.hear(word(7, 11))).to.equal('believed');
  });

  it('believes what somebody else wrote after it, and gives up what it decided before', () => {
    const outbox = new Outbox();
    outbox.add(put(1));
    outbox.take(none);
    outbox.hear(word(7, 11));
    expect(outbox.taken(10).map((held) => outbox.hear(held))).to.deep.equal(['believed']);
    outbox.passed(11);
    outbox.add(put(2));
    expect(outbox.hear(word(8, 12))).to.equal('believed');
    expect(outbox.take(none)).to.equal(undefined);
  });

  it('gives a refused key up, tries the others again, and tells what it held', () => {
    const outbox = new Outbox();
    outbox.add(put(1));
    outbox.add({ key: 'nve/b', record: nve(2) });
    outbox.take(none);
    outbox.hear(word(7, 11));
    expect(outbox.refused('nve/a')).to.deep.equal({ given: nve(1), words: [word(7, 11)] });
    expect(outbox.hear(word(7, 11))).to.equal('believed');
    expect(outbox.take(none)?.map(({ key }) => key)).to.deep.equal(['nve/b']);
  });

  it('tries all again when it is not known what became of it, the newer value where there is one', () => {
    const outbox = new Outbox();
    outbox.add(put(1));
    outbox.add({ key: 'nve/b', record: nve(2) });
    outbox.take(none);
    outbox.add(put(3));
    expect(outbox.failed()).to.deep.equal([]);
    expect(outbox.take(none)).to.have.deep.members([
      write(3),
      { ...write(2), key: 'nve/b', record: nve(2) },
    ]);
  });

  it('never gives the store more than it takes in one batch, and loses nothing', () => {
    const outbox = new Outbox();
    const count = BATCH_WRITES_MAX + 5;
    for (let index = 0; index < count; index++) outbox.add({ key: `nve/${index}`, record: nve(1) });
    const seen = new Set<string>();
    for (let batch = outbox.take(none); batch !== undefined; batch = outbox.take(none)) {
      expect(batch.length).to.be.at.most(BATCH_WRITES_MAX);
      for (const { key } of batch) seen.add(key);
      outbox.taken(seen.size);
    }
    expect(seen.size).to.equal(count);
  });
});
