/**
 * Writes plans of intent to the store: each relies on what it has read, and is made anew when somebody else was
 * faster, by the state as it is then.
 *
 * Within one instance one after the other, so that they do not refuse each other. A plan that was written counts as
 * done even when its own feed is late.
 */
import type { IntentPlan } from '../control/intent.ts';
import type { RecordChange } from '../desired/compiler.ts';
import { type RecordKey, recordKey } from '../model/records.ts';
import { type Applied, AuthorityError } from '../northbound/authority.ts';
import { now } from '../runtime/clock.ts';
import { type Batch, type Precondition, type Store, StoreError } from '../store/contract.ts';
import { type Engine, toWrite } from './engine.ts';

/** So long a plan is made anew when others are faster: one of them has its way each time. */
const CONTENTION_MAX_MS = 10_000;
/** Between two attempts, doubled from 1 ms and by chance, so that the same two do not meet again. */
const PAUSE_MAX_MS = 64;
/** A store that was emptied is given back what it held within this. */
const FORK_MAX_MS = 5_000;
const FORK_PAUSE_MS = 200;

/** Asks for the newest revision; there is nothing that replicas or disks could confirm. */
const NOTHING: Batch = { writes: [], confirm: false };

type WriterEngine = Pick<Engine, 'core' | 'revisions' | 'caughtUp' | 'unreadable' | 'isFollowing'>;

export class StoreWriter {
  readonly #engine: WriterEngine;
  readonly #store: Store;
  #lastWrite: Promise<unknown> = Promise.resolve();
  /** What was written last may not be as durable as was asked for. */
  #inDoubt = false;

  constructor(engine: WriterEngine, store: Store) {
    this.#engine = engine;
    this.#store = store;
  }

  /** @throws AuthorityError */
  write(plan: () => IntentPlan): Promise<Applied> {
    const written = this.#lastWrite.then(() => this.#writeAlone(plan));
    this.#lastWrite = written.catch(() => undefined);
    return written;
  }

  /** The store's own newest revision. @throws StoreError */
  newest(): Promise<number> {
    return this.#store.apply(NOTHING);
  }

  async #writeAlone(plan: () => IntentPlan): Promise<Applied> {
    const begun = now();
    for (let attempt = 0; now() - begun < CONTENTION_MAX_MS; attempt++) {
      await this.#followed();
      const { writes: planned, reliesOn, objects, problems } = plan();
      if (problems.length > 0) {
        throw new AuthorityError('rejected', 'nothing was changed', problems);
      }
      const writes = planned.length === 0 && this.#inDoubt ? this.#touch() : planned;
      if (writes.length === 0) {
        if (await this.#isNewest()) return { objects, revision: this.#engine.core.revision };
        continue;
      }
      const keys = [...writes.map((write) => write.key), ...reliesOn];
      const preconditions = keys.map((key) => this.#precondition(key));
      const revision = await this.#try({ writes: writes.map(toWrite), preconditions });
      if (revision !== undefined) {
        await this.#engine.caughtUp(revision);
        return { objects, revision };
      }
      await this.#lookAgain(attempt);
    }
    throw new AuthorityError(
      'conflict',
      'somebody else changes the same objects all the time; nothing was changed: apply again',
    );
  }

  /** Nothing is left to do, but whether it is durable is open: a later change that is confirmed confirms it too. */
  #touch(): RecordChange[] {
    const { core, unreadable } = this.#engine;
    for (const { name: network } of core.domain.networks()) {
      const key = recordKey('roster', network);
      if (unreadable.has(key)) continue;
      const count = (core.domain.roster(network)?.count ?? 0) + 1;
      return [{ key, record: { kind: 'roster', network, count } }];
    }
    return [];
  }

  /** Whether what the plan was made by is all that the store has; if it is not, the rest has come when this resolves. */
  async #isNewest(): Promise<boolean> {
    // Nobody else writes to it.
    if (this.#store.membership === undefined) return true;
    const newest = (await this.#try(NOTHING)) ?? 0;
    if (newest <= this.#engine.core.revision) return true;
    await this.#catchUp(newest);
    return false;
  }

  async #lookAgain(attempt: number): Promise<void> {
    const newest = await this.newest().catch((error: unknown) => {
      if (error instanceof StoreError) return this.#engine.core.revision;
      throw error;
    });
    await this.#catchUp(newest);
    await pause(Math.random() * Math.min(2 ** attempt, PAUSE_MAX_MS));
  }

  async #catchUp(newest: number): Promise<void> {
    if (await this.#engine.caughtUp(newest)) return;
    throw new AuthorityError(
      'store',
      'nothing was changed: the store does not tell what others have changed; see nva status, and apply again',
    );
  }

  /** Undefined: the state has moved on since it was read. */
  async #try(batch: Batch): Promise<number | undefined> {
    try {
      const revision = await this.#store.apply(batch);
      if (batch.writes.length > 0) this.#inDoubt = false;
      return revision;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.code === 'precondition-failed') return undefined;
      if (error.code === 'store-unconfirmed') this.#inDoubt = true;
      if (error.code !== 'store-forked') throw refusal(error);
    }
    // The history by which the plan was made is lost; soon it will be given back, or be another.
    await pause(FORK_PAUSE_MS);
    return undefined;
  }

  /** Revisions of a history that was lost say nothing: no plan while it is given back. */
  async #followed(): Promise<void> {
    const begun = now();
    while (!this.#engine.isFollowing) {
      if (now() - begun > FORK_MAX_MS) {
        throw new AuthorityError(
          'store',
          'nothing was changed: the store is not read, or is being given back what it lost; see nva status, and apply again',
        );
      }
      await this.#try(NOTHING);
      await pause(FORK_PAUSE_MS);
    }
  }

  #precondition(key: RecordKey): Precondition {
    return { key, revision: this.#engine.revisions.get(key) ?? 'absent' };
  }
}

/** The store's sentence, and what has become of the change. */
function refusal({ code, message }: StoreError): AuthorityError {
  return new AuthorityError(
    'store',
    code === 'store-unconfirmed'
      ? `${message.replace(/\.$/, '')}; doing it again is harmless`
      : `nothing was changed: ${message}`,
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
