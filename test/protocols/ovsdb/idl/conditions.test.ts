import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Clause } from '../../../../protocols/ovsdb/conditions.ts';
import { type Gardener, garden } from './garden.ts';

const sized = (...sizes: number[]): Clause[] => sizes.map((size) => ['size', '==', size]);

describe('a client that monitors some rows only', () => {
  const here = garden();

  async function plant(writer: Gardener, ...sizes: number[]): Promise<void> {
    await writer.do((txn) => {
      for (const size of sizes) txn.insert('Bed', { name: `bed${size}`, size });
    });
  }

  /** Told the conditions before it connects. */
  async function reader(clauses: readonly Clause[]): Promise<Gardener> {
    const gardener = here.newcomer();
    gardener.client.changeConditions('Bed', clauses);
    gardener.client.start();
    await gardener.client.until(() => gardener.client.synced !== undefined);
    return gardener;
  }

  async function change(gardener: Gardener, clauses: readonly Clause[]): Promise<string[]> {
    gardener.client.changeConditions('Bed', clauses);
    await gardener.client.until(() => gardener.client.areConditionsAnswered);
    return gardener.news();
  }

  it('has those that a clause finds, and all of the other tables', async () => {
    const writer = await here.gardener();
    await plant(writer, 1, 2, 3);
    await writer.do((txn) => txn.insert('Gate', { name: 'gate' }));
    const some = await reader(sized(1, 3));
    expect(some.names('Bed')).to.deep.equal(['bed1', 'bed3']);
    expect(some.names('Gate')).to.deep.equal(['gate']);
    const none = await reader([]);
    expect(none.names('Bed')).to.deep.equal([]);
  });

  it('is told the rows that come and go when the conditions change, before the change is confirmed', async () => {
    const writer = await here.gardener();
    await plant(writer, 1, 2, 3);
    const gardener = await reader([]);
    await gardener.news();
    expect(await change(gardener, sized(1, 2))).to.deep.equal(['+Bed bed1, +Bed bed2']);
    expect(await change(gardener, sized(2, 3))).to.deep.equal(['+Bed bed3, -Bed bed1']);
    expect(await change(gardener, [true])).to.deep.equal(['+Bed bed1']);
    expect(await change(gardener, [])).to.deep.equal(['-Bed bed1, -Bed bed2, -Bed bed3']);
    expect(await change(gardener, sized(9))).to.deep.equal([]);
  });

  it('sees a row come and go as its columns change, without a move of its own', async () => {
    const writer = await here.gardener();
    await plant(writer, 1);
    const gardener = await reader(sized(1));
    await gardener.news();
    const resize = (size: number) => writer.do((txn) => txn.update('Bed', [], { size }));
    await resize(2);
    await resize(3);
    await resize(1);
    expect(await gardener.news()).to.deep.equal(['-Bed bed1', '+Bed bed1']);
    await writer.do((txn) => txn.update('Bed', [], { note: 'dry' }));
    expect(await gardener.news()).to.deep.equal(['~Bed bed1 note']);
  });

  it('is not told of rows that no clause finds, nor of their end', async () => {
    const writer = await here.gardener();
    const gardener = await reader(sized(1));
    await gardener.news();
    await plant(writer, 5, 6);
    await writer.do((txn) => txn.delete('Bed', []));
    expect(await gardener.news()).to.deep.equal([]);
  });

  it('keeps a reference to a row that its conditions leave out', async () => {
    const writer = await here.gardener();
    await writer.do((txn) => {
      const far = txn.insert('Stone', { name: 'far' });
      txn.insert('Stone', { name: 'near', next: far });
    });
    const gardener = here.newcomer();
    gardener.client.changeConditions('Stone', [['name', '==', 'near']]);
    gardener.client.start();
    await gardener.client.until(() => gardener.client.synced !== undefined);
    const { next } = gardener.row('Stone', 'near');
    expect(next).to.equal(writer.uuid('Stone', 'far'));
    expect(gardener.names('Stone')).to.deep.equal(['near']);
  });

  it('has its newest conditions after a reconnect, also those that nobody had confirmed', async () => {
    const writer = await here.gardener();
    await plant(writer, 1, 2, 3);
    const gardener = await reader(sized(1));
    gardener.client.changeConditions('Bed', sized(2));
    gardener.client.changeConditions('Bed', sized(3));
    gardener.client.reconnect();
    await gardener.client.until(() => gardener.client.synced !== undefined);
    await gardener.news();
    expect(gardener.names('Bed')).to.deep.equal(['bed3']);
    await plant(writer, 4);
    expect(await change(gardener, sized(3, 4))).to.deep.equal(['+Bed bed4']);
  });

  it('of a server that cannot filter has all rows', async () => {
    const writer = await here.gardener();
    await plant(writer, 1, 2);
    const control = join(here.running().folder, 'ctl');
    execFileSync('ovs-appctl', ['-t', control, 'ovsdb-server/disable-monitor-cond']);
    const gardener = await reader(sized(1));
    expect(gardener.client.synced).to.include({ method: 'monitor', filters: false });
    expect(gardener.names('Bed')).to.deep.equal(['bed1', 'bed2']);
    await plant(writer, 3);
    expect(await gardener.news()).to.include('+Bed bed3');
  });
});

describe('a client that monitors some rows of a clustered database', () => {
  const here = garden(true);

  it('has those of its newest conditions when it connects anew, and no row that they left out', async () => {
    const writer = await here.gardener();
    await writer.do((txn) => {
      for (const size of [1, 2, 3]) txn.insert('Bed', { name: `bed${size}`, size });
    });
    const gardener = await here.gardener();
    gardener.client.disconnect();
    gardener.client.changeConditions('Bed', sized(2));
    gardener.client.start();
    await gardener.client.until(() => gardener.client.synced !== undefined);
    expect(await gardener.news()).to.deep.equal(['-Bed bed1, -Bed bed3']);
    gardener.client.disconnect();
    gardener.client.changeConditions('Bed', sized(1, 2));
    gardener.client.start();
    await gardener.client.until(() => gardener.client.synced !== undefined);
    expect(await gardener.news()).to.deep.equal(['+Bed bed1']);
  });
});
