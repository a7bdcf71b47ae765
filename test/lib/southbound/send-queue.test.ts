import { expect } from 'chai';
import type { Operation } from '../../../lib/reconcile/operations.ts';
import { SendQueue } from '../../../lib/southbound/send-queue.ts';

const operations = (count: number): Operation[] =>
  Array.from({ length: count }, (_, groupId) => ({ type: 'group-delete', groupId }));

/** So many entries; the numbers of the batches among them. */
function take(queue: SendQueue, count: number): number[] {
  const batches: number[] = [];
  for (let taken = 0; taken < count; taken++) {
    const entry = queue.next();
    if (typeof entry === 'number') batches.push(entry);
  }
  return batches;
}

describe('what waits to be sent to a switch', () => {
  it('comes out in order, each batch’s number behind its operations', () => {
    const queue = new SendQueue(10);
    queue.add(1, operations(2));
    queue.add(2, []);
    expect([queue.next(), queue.next()]).to.deep.equal(operations(2));
    expect([queue.next(), queue.next(), queue.next()]).to.deep.equal([1, 2, undefined]);
    expect(queue.isEmpty).to.equal(true);
  });

  it('takes a batch of any size when nothing waits, as a first difference is, and smaller ones behind it', () => {
    const queue = new SendQueue(10);
    expect(queue.add(1, operations(100))).to.equal(true);
    expect(queue.add(2, operations(9))).to.equal(true);
    expect(queue.add(3, operations(1))).to.equal(false);
    expect(take(queue, 200)).to.deep.equal([1, 2]);
    expect(queue.add(4, operations(100))).to.equal(true);
  });

  it('takes no more than its bound behind the batch that is being sent', () => {
    const queue = new SendQueue(10);
    queue.add(1, operations(100));
    take(queue, 50);
    expect(queue.add(2, operations(11))).to.equal(false);
    expect(queue.add(2, operations(8))).to.equal(true);
    expect(take(queue, 55)).to.deep.equal([1]);
    expect(queue.add(3, operations(5))).to.equal(true);
    expect(queue.add(4, operations(1))).to.equal(false);
    queue.clear();
    expect(queue.isEmpty).to.equal(true);
  });

  it('comes out in order and within its bound also when a switch is always a little behind', () => {
    const queue = new SendQueue(10);
    queue.add(0, operations(3_000));
    const batches: number[] = [];
    for (let batch = 1; batch <= 3_000; batch++) {
      expect(queue.add(batch, operations(1))).to.equal(true);
      batches.push(...take(queue, batch === 1 ? 3_001 : 2));
    }
    expect(queue.isEmpty).to.equal(false);
    expect(queue.add(4_000, operations(11))).to.equal(false);
    batches.push(...take(queue, 2));
    expect(batches).to.deep.equal(Array.from({ length: 3_001 }, (_, batch) => batch));
  });
});
