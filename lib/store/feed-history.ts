/**
 * What one reader knows of a store's history: its incarnation, and the nonce of each of the last revisions it has met.
 *
 * Two histories that parted differ in the nonces from there on. Once they are found to differ, the history is forked
 * until a snapshot (or a restore) adopts what the store has now.
 */
import { type Revision, StoreError } from './contract.ts';

/** A tail that is lost in a failover is far shorter; as many batches as the feed keeps. */
const NONCES_MAX = 10_000;

export interface FeedPosition {
  readonly revision: Revision;
  readonly nonce: string;
}

export const NOWHERE: FeedPosition = { revision: 0, nonce: '0' };

export class FeedHistory {
  readonly #nonces = new Map<Revision, string>();
  #incarnation = '';
  #newest: FeedPosition = NOWHERE;
  #fork: StoreError | undefined;

  /** Empty: none was met yet. */
  get incarnation(): string {
    return this.#incarnation;
  }

  /** The newest that was met; 0 and its nonce at first. */
  get newest(): FeedPosition {
    return this.#newest;
  }

  get fork(): StoreError | undefined {
    return this.#fork;
  }

  nonceOf(revision: Revision): string | undefined {
    return revision === 0 ? NOWHERE.nonce : this.#nonces.get(revision);
  }

  /** Newest first. */
  positions(): FeedPosition[] {
    return [...this.#nonces]
      .map(([revision, nonce]) => ({ revision, nonce }))
      .sort((left, right) => right.revision - left.revision);
  }

  /** False: the revision was met with another nonce. */
  meet(revision: Revision, nonce: string): boolean {
    if (revision === 0) return true;
    const known = this.#nonces.get(revision);
    if (known !== undefined) return known === nonce;
    this.#nonces.set(revision, nonce);
    if (revision > this.#newest.revision) this.#newest = { revision, nonce };
    this.#forgetOldest();
    return true;
  }

  /** An incarnation may be met by a reader that has read nothing yet. */
  meetIncarnation(incarnation: string): void {
    if (this.#newest.revision === 0 && incarnation !== '') this.#incarnation = incarnation;
  }

  forked(description: string, ancestor: Revision): StoreError {
    this.#fork = new StoreError(
      'store-forked',
      ancestor === 0
        ? `The store ${description} no longer has what was read from it up to revision ${this.#newest.revision}; take a snapshot, and put back what it lacks.`
        : `The store ${description} has lost what was read from it after revision ${ancestor}; take a snapshot, and put back what it lacks.`,
      true,
      undefined,
      ancestor,
    );
    return this.#fork;
  }

  /** Others have given back what was lost: our position is in the store's history again. */
  rejoin(): void {
    this.#fork = undefined;
  }

  /** What the store has now is the history from here on; what was met up to the ancestor stays known. */
  adopt(incarnation: string, { revision, nonce }: FeedPosition): void {
    this.#take(incarnation, this.#fork?.ancestor ?? this.#newest.revision);
    this.#nonces.delete(revision);
    this.meet(revision, nonce);
  }

  /** Our own content is the store's again: what was met up to its revision is in the history. */
  restored(incarnation: string, { revision, nonce }: FeedPosition): void {
    this.#take(incarnation, revision);
    this.meet(revision, nonce);
  }

  #take(incarnation: string, common: Revision): void {
    const same = incarnation === this.#incarnation;
    this.#fork = undefined;
    this.#incarnation = incarnation;
    this.#newest = NOWHERE;
    for (const [revision, nonce] of [...this.#nonces]) {
      if (!same || revision > common) this.#nonces.delete(revision);
      else if (revision > this.#newest.revision) this.#newest = { revision, nonce };
    }
  }

  #forgetOldest(): void {
    if (this.#nonces.size <= NONCES_MAX) return;
    const [oldest] = this.#nonces.keys();
    if (oldest !== undefined) this.#nonces.delete(oldest);
  }
}
