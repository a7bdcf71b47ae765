import { expect } from 'chai';
import { codeOf } from '../../../../scripts/ovsdb-idl/client.ts';
import { garden } from './garden.ts';

describe('a client and the rows of a table', () => {
  const here = garden();

  it('is told each transaction as one change, and sees the rows as they are after it', async () => {
    const writer = await here.gardener();
    const reader = await here.gardener();
    await writer.do((txn) => {
      txn.insert('Bed', { name: 'a', size: 1 });
      txn.insert('Bed', { name: 'b', size: 2 });
    });
    await writer.do((txn) => txn.update('Bed', [['size', '>', 1]], { share: 0.5, sunny: true }));
    await writer.do((txn) => {
      txn.delete('Bed', [['name', '==', 'a']]);
      txn.insert('Bed', { name: 'c' });
    });
    const news = await reader.news();
    expect(news).to.deep.equal(['+Bed a, +Bed b', '~Bed b share sunny', '+Bed c, -Bed a']);
    expect(reader.names('Bed')).to.deep.equal(['b', 'c']);
    expect(reader.row('Bed', 'b')).to.include({ size: 2, share: 0.5, sunny: true });
  });

  it('reads a new row with what its columns are without a value', async () => {
    const reader = await here.gardener();
    await reader.do((txn) => txn.insert('Bed', {}));
    await reader.news();
    const row = reader.row('Bed', '');
    expect(row).to.include({ name: '', size: 0, share: 0, sunny: false, soil: '' });
    expect(row).to.include({ note: undefined, kind: undefined });
    expect([row.tools, [...(row.counts as Map<string, number>)]]).to.deep.equal([[], []]);
  });

  it('has every row that was there before it came', async () => {
    const writer = await here.gardener();
    await writer.do((txn) => {
      for (let bed = 0; bed < 50; bed++) txn.insert('Bed', { name: `bed${bed}`, size: bed });
    });
    const late = await here.gardener();
    expect(late.names('Bed')).to.have.length(50);
    expect(late.row('Bed', 'bed49').size).to.equal(49);
  });

  it('is told nothing of a transaction that changes nothing', async () => {
    const reader = await here.gardener();
    await reader.do((txn) => txn.insert('Bed', { name: 'a', size: 7, tools: ['rake', 'hoe'] }));
    await reader.news();
    const same = { size: 7, tools: ['hoe', 'rake'] };
    expect(codeOf(await reader.do((txn) => txn.update('Bed', [], same)))).to.equal('done');
    await reader.do((txn) => {
      txn.update('Bed', [], { size: 8 });
      txn.update('Bed', [], { size: 7 });
    });
    expect(await reader.news()).to.deep.equal([]);
  });

  it('is told nothing of a row that comes and goes within one transaction', async () => {
    const reader = await here.gardener();
    const { client } = reader;
    const before = client.serial;
    await reader.do((txn) => {
      txn.insert('Bed', { name: 'ghost' });
      txn.delete('Bed', [['name', '==', 'ghost']]);
    });
    expect(await reader.news()).to.deep.equal([]);
    expect(client.serial).to.equal(before);
  });

  it('sees single elements of sets and maps come and go', async () => {
    const reader = await here.gardener();
    await reader.do((txn) =>
      txn.insert('Bed', {
        name: 'a',
        tools: ['hoe', 'rake'],
        counts: { roses: 1, herbs: 2, oaks: 7 },
      }),
    );
    await reader.do((txn) =>
      txn.mutate(
        'Bed',
        [],
        [
          ['tools', 'insert', ['spade', 'hoe']],
          ['tools', 'delete', ['rake', 'axe']],
          ['counts', 'delete', ['herbs', 'oaks']],
          ['counts', 'insert', { herbs: 9, roses: 5, figs: 3 }],
        ],
      ),
    );
    const row = reader.row('Bed', 'a');
    expect([...(row.tools as string[])].sort()).to.deep.equal(['hoe', 'spade']);
    // A key that is there keeps its value: an insert does not replace (RFC 7047 §5.1).
    const counts = [...(row.counts as Map<string, number>)].sort();
    expect(counts).to.deep.equal([
      ['figs', 3],
      ['herbs', 9],
      ['roses', 1],
    ]);
  });

  it('sees numbers counted, and optional columns filled and emptied', async () => {
    const reader = await here.gardener();
    await reader.do((txn) => txn.insert('Bed', { name: 'a', size: 10, note: 'dry' }));
    await reader.do((txn) =>
      txn.mutate(
        'Bed',
        [],
        [
          ['size', '*=', 3],
          ['size', '-=', 1],
          ['share', '+=', 0.25],
        ],
      ),
    );
    expect(reader.row('Bed', 'a')).to.include({ size: 29, share: 0.25, note: 'dry' });
    await reader.do((txn) => txn.update('Bed', [], { note: undefined, kind: 'herbs' }));
    expect(reader.row('Bed', 'a')).to.include({ note: undefined, kind: 'herbs' });
    await reader.news();
  });

  it('sees by its version that a row was written, also where nothing else that it monitors changed', async () => {
    const writer = await here.gardener();
    const reader = await here.gardener({ tables: { Bed: ['name', '_version'] } });
    await writer.do((txn) => txn.insert('Bed', { name: 'a' }));
    await writer.do((txn) => txn.update('Bed', [], { size: 3 }));
    expect(await reader.news()).to.deep.equal(['+Bed a', '~Bed a _version']);
  });

  it('keeps text in every script, and long text, as it is', async () => {
    const reader = await here.gardener();
    const text = 'Grüße, 温室 \u{1f331} "quoted" \\ \n'.repeat(300);
    await reader.do((txn) => txn.insert('Bed', { name: 'a', note: text }));
    expect(reader.row('Bed', 'a').note).to.equal(text);
    const late = await here.gardener();
    expect(late.row('Bed', 'a').note).to.equal(text);
  });
});

describe('a client and the limits of a schema', () => {
  const here = garden();

  it('is refused a second row with the same index, and may replace the first in one transaction', async () => {
    const writer = await here.gardener();
    await writer.do((txn) => txn.insert('Bed', { name: 'a', size: 1 }));
    const twice = await writer.do((txn) => txn.insert('Bed', { name: 'a', size: 2 }));
    expect(codeOf(twice)).to.equal('constraint violation');
    const twins = await writer.do((txn) => {
      txn.insert('Bed', { name: 'b' });
      txn.insert('Bed', { name: 'b' });
    });
    expect(codeOf(twins)).to.equal('constraint violation');
    const replaced = await writer.do((txn) => {
      txn.delete('Bed', [['name', '==', 'a']]);
      txn.insert('Bed', { name: 'a', size: 3 });
    });
    expect(codeOf(replaced)).to.equal('done');
    expect(writer.row('Bed', 'a').size).to.equal(3);
    expect(writer.names('Bed')).to.deep.equal(['a']);
  });

  it('is refused a second row where there is room for one, and may replace it', async () => {
    const writer = await here.gardener();
    await writer.do((txn) => txn.insert('Gate', { name: 'north' }));
    const second = await writer.do((txn) => txn.insert('Gate', { name: 'south' }));
    expect(codeOf(second)).to.equal('constraint violation');
    await writer.do((txn) => {
      txn.delete('Gate', []);
      txn.insert('Gate', { name: 'south' });
    });
    await writer.news();
    expect(writer.names('Gate')).to.deep.equal(['south']);
  });

  it('is stopped before it sends what no row may hold', async () => {
    const writer = await here.gardener();
    for (const row of [
      { size: 101 },
      { size: -1 },
      { kind: 'weeds' },
      { sunny: 'yes' },
      { depth: 1 },
    ]) {
      expect(codeOf(await writer.do((txn) => txn.insert('Bed', row)))).to.equal('invalid-request');
    }
    expect(writer.names('Bed')).to.deep.equal([]);
  });

  it('is refused a sum that no row may hold, and nothing else of that transaction is done', async () => {
    const writer = await here.gardener();
    await writer.do((txn) => txn.insert('Bed', { name: 'a', size: 100 }));
    const outcome = await writer.do((txn) => {
      txn.insert('Bed', { name: 'b' });
      txn.mutate('Bed', [['name', '==', 'a']], [['size', '+=', 1]]);
    });
    expect(codeOf(outcome)).to.equal('constraint violation');
    expect('failure' in outcome && outcome.failure.operation).to.equal(1);
    expect(writer.names('Bed')).to.deep.equal(['a']);
  });

  it('sets a column that never changes when it inserts a row, and is stopped later', async () => {
    const writer = await here.gardener();
    await writer.do((txn) => txn.insert('Bed', { name: 'a', soil: 'clay' }));
    const outcome = await writer.do((txn) => txn.update('Bed', [], { soil: 'sand' }));
    expect(codeOf(outcome)).to.equal('invalid-request');
    expect(writer.row('Bed', 'a').soil).to.equal('clay');
  });

  it('chooses the UUID of a row, once', async () => {
    const writer = await here.gardener();
    const uuid = '7e7a6b0f-2c0e-4ae5-9f6f-9f0f5d1f7a01' as ReturnType<typeof writer.uuid>;
    await writer.do((txn) => txn.insert('Bed', { name: 'a' }, uuid));
    expect(writer.uuid('Bed', 'a')).to.equal(uuid);
    const again = await writer.do((txn) => txn.insert('Bed', { name: 'b' }, uuid));
    expect(codeOf(again)).to.equal('duplicate uuid');
    expect(writer.names('Bed')).to.deep.equal(['a']);
  });
});
