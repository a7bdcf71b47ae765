import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import { jsonArrayStream } from '../../../lib/northbound/list-stream.ts';

async function textOf(items: Iterable<unknown>): Promise<string> {
  let text = '';
  for await (const piece of jsonArrayStream(items)) text += String(piece);
  return text;
}

describe('a list that is made while it is read', () => {
  for (const count of [0, 1, 399, 400, 401, 1_000]) {
    it(`is one JSON array of ${count}`, async () => {
      const items = Array.from({ length: count }, (_, number) => ({ number }));
      expect(JSON.parse(await textOf(items))).to.deep.equal(items);
    });
  }

  it('leaves the turns between its pieces to others', async () => {
    let made = 0;
    function* items(): Generator<number> {
      for (let number = 0; number < 4_000; number++) yield ++made;
    }
    const seen: number[] = [];
    let reads = true;
    const other = (async () => {
      while (reads) {
        seen.push(made);
        await setImmediate();
      }
    })();
    await textOf(items());
    reads = false;
    await other;
    seen.push(made);
    const steps = seen.slice(1).map((count, position) => count - (seen[position] ?? 0));
    expect(Math.max(...steps)).to.be.at.most(800);
  });

  it('is made no faster than it is read', async () => {
    let made = 0;
    function* items(): Generator<string> {
      for (;;) yield 'x'.repeat(1_000) + made++;
    }
    const stream = jsonArrayStream(items());
    await new Promise((resolve) => stream.once('readable', resolve));
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    expect(made).to.be.below(2_000);
    stream.destroy();
  });
});
