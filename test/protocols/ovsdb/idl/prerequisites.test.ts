import { expect } from 'chai';
import { whereUuid } from '../../../../protocols/ovsdb/transaction.ts';
import { codeOf } from '../../../../scripts/ovsdb-idl/client.ts';
import { type Gardener, garden } from './garden.ts';

/** Adds one to the size that this client knows, if it is still so. */
function grow(gardener: Gardener, name: string) {
  const uuid = gardener.uuid('Bed', name);
  const size = Number(gardener.row('Bed', name).size);
  return gardener.do((txn) => {
    txn.wait('Bed', whereUuid(uuid), [{ size }]);
    txn.update('Bed', whereUuid(uuid), { size: size + 1 });
  });
}

describe('a transaction that was decided on rows which have changed', () => {
  const here = garden();

  it('fails and does nothing, and is done when it is decided anew', async () => {
    const writer = await here.gardener();
    await writer.do((txn) => txn.insert('Bed', { name: 'a', size: 1 }));
    const busy = await here.gardener();
    busy.client.hold();
    await writer.do((txn) => txn.update('Bed', [], { size: 50 }));
    const decided = grow(busy, 'a');
    busy.client.release();
    expect(codeOf(await decided)).to.equal('timed out');
    await writer.news();
    expect(writer.row('Bed', 'a').size).to.equal(50);
    expect(codeOf(await grow(busy, 'a'))).to.equal('done');
    await writer.news();
    expect(writer.row('Bed', 'a').size).to.equal(51);
  });

  it('fails also when the row has gone', async () => {
    const writer = await here.gardener();
    await writer.do((txn) => txn.insert('Bed', { name: 'a', size: 1 }));
    const busy = await here.gardener();
    busy.client.hold();
    await writer.do((txn) => txn.delete('Bed', []));
    const decided = grow(busy, 'a');
    busy.client.release();
    expect(codeOf(await decided)).to.equal('timed out');
    expect(await busy.news()).to.deep.equal(['-Bed a']);
  });

  it('is done once for each of many that count at the same time, each trying until it is', async () => {
    const first = await here.gardener();
    await first.do((txn) => txn.insert('Bed', { name: 'a', size: 0 }));
    const all = [first, ...(await Promise.all([1, 2, 3].map(() => here.gardener())))];
    let failed = 0;
    const count = async (gardener: Gardener) => {
      for (let done = 0; done < 5; ) {
        if (codeOf(await grow(gardener, 'a')) === 'done') done++;
        else failed++;
        await gardener.client.catchUp();
      }
    };
    await Promise.all(all.map(count));
    await first.news();
    expect(first.row('Bed', 'a').size).to.equal(20);
    expect(failed).to.be.greaterThan(0);
  });

  it('waits for a row when it is given time', async () => {
    const writer = await here.gardener();
    const waiting = await here.gardener();
    const done = waiting.do((txn) => {
      txn.wait('Bed', [['name', '==', 'a']], [{ name: 'a' }], { timeoutMs: 5000 });
      txn.insert('Bed', { name: 'after' });
    });
    await writer.do((txn) => txn.insert('Bed', { name: 'a' }));
    expect(codeOf(await done)).to.equal('done');
    await writer.news();
    expect(writer.names('Bed')).to.deep.equal(['a', 'after']);
  });

  it('is aborted by its own word, and nothing of it is done', async () => {
    const writer = await here.gardener();
    const outcome = await writer.do((txn) => {
      txn.insert('Bed', { name: 'a' });
      txn.abort();
    });
    expect(codeOf(outcome)).to.equal('aborted');
    expect(writer.names('Bed')).to.deep.equal([]);
  });
});

for (const clustered of [false, true]) {
  describe(`a client of a ${clustered ? 'clustered' : 'standalone'} database that connects anew`, () => {
    const here = garden(clustered);

    it('has the rows as they are now, with what changed meanwhile, and goes on from there', async () => {
      const writer = await here.gardener();
      // The server keeps no more history than it has content.
      const counts = Object.fromEntries(Array.from({ length: 500 }, (_, key) => [`key${key}`, 1]));
      await writer.do((txn) => txn.insert('Bed', { name: 'z', counts }));
      await writer.do((txn) => {
        for (const name of ['a', 'b']) txn.insert('Bed', { name });
      });
      const gardener = await here.gardener();
      await writer.do((txn) => txn.insert('Bed', { name: 'c' }));
      expect(await gardener.news()).to.deep.equal(['+Bed c']);
      gardener.client.disconnect();
      await writer.do((txn) => {
        txn.delete('Bed', [['name', '==', 'a']]);
        txn.update('Bed', [['name', '==', 'b']], { size: 5 });
        txn.insert('Bed', { name: 'd' });
      });
      gardener.client.start();
      await gardener.client.until(() => gardener.client.synced !== undefined);
      // Where nothing can be carried on, the client begins anew.
      const missed = clustered ? '+Bed d, -Bed a, ~Bed b size' : '+Bed b, +Bed c, +Bed d, +Bed z';
      expect(await gardener.news()).to.deep.equal([missed]);
      expect(gardener.client.synced?.resumed).to.equal(clustered);
      expect(gardener.names('Bed')).to.deep.equal(['b', 'c', 'd', 'z']);
      await writer.do((txn) => txn.delete('Bed', [['name', '==', 'd']]));
      expect(await gardener.news()).to.deep.equal(['-Bed d']);
    });

    it('does not know what became of a transaction, and cannot do it twice when it guards it', async () => {
      const writer = await here.gardener();
      await writer.do((txn) => txn.insert('Bed', { name: 'a', size: 1 }));
      const gardener = await here.gardener();
      const guarded = () =>
        gardener.do((txn) => {
          txn.wait('Bed', [['name', '==', 'a']], [{ size: 1 }]);
          txn.mutate('Bed', [['name', '==', 'a']], [['size', '+=', 1]]);
        });
      const lost = guarded();
      gardener.client.reconnect();
      expect(codeOf(await lost)).to.equal('connection-lost');
      const again = codeOf(await guarded());
      expect(again).to.be.oneOf(['done', 'timed out']);
      await writer.news();
      expect(writer.row('Bed', 'a').size).to.equal(2);
    });

    it('five times in a row, without a rest, is in step at the end', async () => {
      const writer = await here.gardener();
      const gardener = await here.gardener();
      for (let round = 0; round < 5; round++) {
        await writer.do((txn) => txn.insert('Bed', { name: `bed${round}` }));
        gardener.client.reconnect();
      }
      await gardener.client.until(() => gardener.client.synced !== undefined);
      await gardener.news();
      expect(gardener.names('Bed')).to.deep.equal(['bed0', 'bed1', 'bed2', 'bed3', 'bed4']);
    });
  });
}
