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

  it('has one batch under way, and then the newest value of each key only', () => {
    const outbox = new Outbox();
    expect(outbox.take()).to.equal(undefined);
    outbox.add(put(1));
    expect(outbox.take()).to.deep.equal([put(1)]);
    outbox.add(put(2));
    outbox.add(put(3));
    expect(outbox.take()).to.equal(undefined);
    outbox.taken(10);
    expect(outbox.take()).to.deep.equal([put(3)]);
  });

  it('does not believe what the feed says of a key that waits, is under way or was just taken', () => {
    const outbox = new Outbox();
    outbox.add(put(1));
    expect(outbox.overrides('nve/a', 5)).to.equal(true);
    outbox.take();
    expect(outbox.overrides('nve/a', 5)).to.equal(true);
    outbox.taken(10);
    expect(outbox.overrides('nve/a', 10)).to.equal(true);
    expect(outbox.overrides('nve/a', 11)).to.equal(false);
    expect(outbox.overrides('nve/b', 5)).to.equal(false);
    outbox.passed(10);
    expect(outbox.overrides('nve/a', 10)).to.equal(false);
  });

  it('never gives the store more than it takes in one batch, and loses nothing', () => {
    const outbox = new Outbox();
    const count = BATCH_WRITES_MAX + 5;
    for (let index = 0; index < count; index++) outbox.add({ key: `nve/${index}`, record: nve(1) });
    const seen = new Set<string>();
    for (let batch = outbox.take(); batch !== undefined; batch = outbox.take()) {
      expect(batch.length).to.be.at.most(BATCH_WRITES_MAX);
      for (const { key } of batch) seen.add(key);
      outbox.taken(seen.size);
    }
    expect(seen.size).to.equal(count);
  });
});
