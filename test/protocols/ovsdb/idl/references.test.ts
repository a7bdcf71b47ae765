import { expect } from 'chai';
import { type Uuid, UuidRef } from '../../../../protocols/ovsdb/values/atoms.ts';
import { codeOf } from '../../../../scripts/ovsdb-idl/client.ts';
import { garden } from './garden.ts';

const NOBODY = new UuidRef('00000000-0000-4000-8000-000000000001' as Uuid);

describe('a client and references between rows', () => {
  const here = garden();

  it('links rows that it inserts in the same transaction: to each other, and to themselves', async () => {
    const writer = await here.gardener();
    const outcome = await writer.do((txn) => {
      const a = txn.insert('Stone', { name: 'a' });
      const b = txn.insert('Stone', { name: 'b', next: a });
      txn.update('Stone', [['_uuid', '==', a]], { next: b, friends: [a, b] });
    });
    expect(codeOf(outcome)).to.equal('done');
    const [a, b] = [writer.uuid('Stone', 'a'), writer.uuid('Stone', 'b')];
    expect(writer.row('Stone', 'a').next).to.equal(b);
    expect(writer.row('Stone', 'b').next).to.equal(a);
    expect([...(writer.row('Stone', 'a').friends as Uuid[])].sort()).to.deep.equal([a, b].sort());
    const [first, second] = outcome.ok ? outcome.results : [];
    expect([first?.uuid, second?.uuid]).to.deep.equal([a, b]);
  });

  it('is told a ring of rows and their end as one change each', async () => {
    const writer = await here.gardener();
    const reader = await here.gardener();
    await writer.do((txn) => {
      const a = txn.insert('Stone', { name: 'a' });
      txn.update('Stone', [['_uuid', '==', a]], { next: a });
    });
    await writer.do((txn) => txn.delete('Stone', []));
    expect(await reader.news()).to.deep.equal(['+Stone a', '-Stone a']);
  });

  it('is refused a reference to a row that is not there, and nothing of the transaction is done', async () => {
    const writer = await here.gardener();
    const outcome = await writer.do((txn) => {
      txn.insert('Bed', { name: 'bed' });
      txn.insert('Stone', { name: 'a', next: NOBODY });
    });
    expect(codeOf(outcome)).to.equal('referential integrity violation');
    expect('failure' in outcome && outcome.failure.operation).to.equal('commit');
    expect([writer.names('Bed'), writer.names('Stone')]).to.deep.equal([[], []]);
  });

  it('is refused the end of a row that others need, until they let go', async () => {
    const writer = await here.gardener();
    await writer.do((txn) => {
      const base = txn.insert('Stone', { name: 'base' });
      txn.insert('Stone', { name: 'top', next: base });
    });
    const remove = () => writer.do((txn) => txn.delete('Stone', [['name', '==', 'base']]));
    expect(codeOf(await remove())).to.equal('referential integrity violation');
    await writer.do((txn) => txn.update('Stone', [['name', '==', 'top']], { next: undefined }));
    expect(codeOf(await remove())).to.equal('done');
    expect(writer.names('Stone')).to.deep.equal(['top']);
  });

  it('sees weak references go with the rows that they name, as a change of the row that had them', async () => {
    const writer = await here.gardener();
    const reader = await here.gardener();
    await writer.do((txn) => {
      const [a, b] = ['a', 'b'].map((name) => txn.insert('Stone', { name }));
      if (a !== undefined && b !== undefined) txn.insert('Stone', { name: 'c', friends: [a, b] });
    });
    await reader.news();
    await writer.do((txn) => txn.delete('Stone', [['name', '==', 'a']]));
    expect(await reader.news()).to.deep.equal(['-Stone a, ~Stone c friends']);
    expect(reader.row('Stone', 'c').friends).to.deep.equal([reader.uuid('Stone', 'b')]);
    const dangling = await writer.do((txn) =>
      txn.update('Stone', [['name', '==', 'c']], { friends: [NOBODY] }),
    );
    expect(codeOf(dangling)).to.equal('done');
    await reader.news();
    expect(reader.row('Stone', 'c').friends).to.deep.equal([]);
  });

  it('sees rows that nobody refers to any more collected, and those that somebody still does kept', async () => {
    const writer = await here.gardener();
    const reader = await here.gardener();
    await writer.do((txn) => {
      const [thyme, mint] = ['thyme', 'mint'].map((name) => txn.insert('Pot', { name }));
      if (thyme === undefined || mint === undefined) return;
      txn.insert('Shelf', { name: 'low', pots: [thyme, mint] });
      txn.insert('Shelf', { name: 'high', pots: [mint] });
    });
    await reader.news();
    await writer.do((txn) => txn.delete('Shelf', [['name', '==', 'low']]));
    expect(await reader.news()).to.deep.equal(['-Pot thyme, -Shelf low']);
    await writer.do((txn) => txn.update('Shelf', [], { pots: [] }));
    expect(await reader.news()).to.deep.equal(['-Pot mint, ~Shelf high pots']);
  });

  it('inserts a row that nobody refers to in vain', async () => {
    const writer = await here.gardener();
    expect(codeOf(await writer.do((txn) => txn.insert('Pot', { name: 'x' })))).to.equal('done');
    expect(await writer.news()).to.deep.equal([]);
  });

  it('finds rows of the same transaction by what it has just written', async () => {
    const writer = await here.gardener();
    const outcome = await writer.do((txn) => {
      txn.insert('Bed', { name: 'a', size: 1 });
      txn.mutate('Bed', [['name', '==', 'a']], [['size', '+=', 4]]);
      txn.select('Bed', [['size', '==', 5]], ['name']);
    });
    expect(outcome.ok && outcome.results[2]?.rows).to.deep.equal([{ name: 'a' }]);
  });
});
