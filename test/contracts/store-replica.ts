/**
 * The contract's property: whoever follows the feed from a snapshot holds what the store holds.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Batch,
  type Json,
  type Store,
  StoreError,
  type Write,
} from '../../lib/store/contract.ts';
import { eventually, Watched } from './store-probe.ts';

const KEYS = ['network/a', 'port/a', 'port/b', 'port/c', 'vni/1'];
const anyWrite: fc.Arbitrary<Write> = fc.oneof(
  fc.record({
    op: fc.constant('put' as const),
    key: fc.constantFrom(...KEYS),
    value: fc.oneof(fc.nat(3), fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>),
  }),
  fc.record({ op: fc.constant('delete' as const), key: fc.constantFrom(...KEYS) }),
);
const anyBatch: fc.Arbitrary<Batch> = fc.record({
  writes: fc.uniqueArray(anyWrite, { selector: ({ key }) => key, maxLength: 5 }),
  preconditions: fc.array(
    fc.record({
      key: fc.constantFrom(...KEYS),
      revision: fc.oneof(fc.constant('absent' as const), fc.integer({ min: 1, max: 20 })),
    }),
    { maxLength: 1 },
  ),
});

/** Several writers, each one batch after the other; refused preconditions are part of the game. */
async function runWriters(store: Store, writers: readonly (readonly Batch[])[]): Promise<void> {
  await Promise.all(
    writers.map(async (batches) => {
      for (const batch of batches) {
        await store.apply(batch).catch((error: unknown) => {
          if (!(error instanceof StoreError) || error.code !== 'precondition-failed') throw error;
        });
      }
    }),
  );
}

export function replicaProperty(open: () => Promise<Store>, runs: number): void {
  it('keeps a replica built from a snapshot and the feed equal to the store', async function () {
    this.timeout(30_000);
    const scenario = fc.tuple(
      fc.array(anyBatch, { maxLength: 10 }),
      fc.array(fc.array(anyBatch, { maxLength: 10 }), { minLength: 1, maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(scenario, async ([before, writers]) => {
        const store = await open();
        await runWriters(store, [before]);
        const writing = runWriters(store, writers);
        const start = await store.snapshot();
        const replica = new Map(start.records.map((record) => [record.key, record]));
        let reached = start.revision;
        const watched = new Watched();
        store.watch(
          start.revision,
          ({ revision, changes }) => {
            expect(revision).to.be.greaterThan(reached);
            expect(changes).not.to.deep.equal([]);
            reached = revision;
            for (const change of changes) {
              if (change.op === 'put') replica.set(change.record.key, change.record);
              else expect(replica.delete(change.key), change.key).to.equal(true);
            }
          },
          watched.ended,
        );
        await writing;
        const end = await store.snapshot();
        await eventually(() => reached >= end.revision || watched.errors.length > 0, 'the replica');
        expect(watched.errors).to.deep.equal([]);
        expect([...replica.values()]).to.have.deep.members([...end.records]);
        await store.close();
      }),
      { numRuns: runs },
    );
  });
}
