/**
 * Entries of the feed's stream, from Redis' answer to change sets; reading pages of them.
 */
import { changeSetOf, type TextWrite } from './batch-effect.ts';
import type { ChangeSet, Revision } from './contract.ts';
import { NOWHERE } from './feed-history.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { DomainKeys } from './redis-scripts.ts';

export interface FeedEntry {
  readonly revision: Revision;
  readonly nonce: string;
  /** The nonce of the revision before it. */
  readonly previousNonce: string;
  readonly writes: readonly TextWrite[];
  readonly set: ChangeSet;
}

/** What the head of the domain said just before a page was read. */
export interface FeedPage {
  readonly incarnation: string;
  readonly newest: Revision;
  readonly nonce: string;
  readonly entries: readonly FeedEntry[];
}

const PAGE_ENTRIES_MIN = 1;
const PAGE_ENTRIES_MAX = 512;
/** One entry may hold the largest batch: some 20 MB on a slow network. */
const PAGE_TRANSFER_MS = 10_000;
const PAGE_CHARS_LOW = 128 * 1024;
const PAGE_CHARS_HIGH = 1024 * 1024;
/** Longer work in one turn would show as latency of every socket of the process. */
export const TURN_MAX_MS = 4;

/** How many entries are asked for at once: follows their size, so that a page stays below some megabytes. */
export class PageSize {
  entries = PAGE_ENTRIES_MIN;

  learn(items: readonly RawEntry[]): void {
    const chars = items.reduce((sum, { payload }) => sum + payload.length, 0);
    if (chars > PAGE_CHARS_HIGH) this.entries = Math.max(PAGE_ENTRIES_MIN, this.entries >> 1);
    else if (chars < PAGE_CHARS_LOW) this.entries = Math.min(PAGE_ENTRIES_MAX, this.entries << 1);
  }
}

export interface RawEntry {
  readonly id: string;
  readonly previousNonce: string;
  readonly payload: string;
}

/** Of XRANGE, or of one stream of XREAD. */
export function rawEntries(answer: unknown): RawEntry[] {
  if (!Array.isArray(answer)) return [];
  return answer.map((item: unknown) => {
    const [id, fields] = Array.isArray(item) ? item : [];
    const words = Array.isArray(fields) ? fields : [];
    return {
      id: String(id),
      previousNonce: String(words[words.indexOf('p') + 1]),
      payload: String(words[words.indexOf('b') + 1]),
    };
  });
}

/** Parses in slices: other work goes on in between. */
export async function* parsedEntries(items: readonly RawEntry[]): AsyncGenerator<FeedEntry> {
  const turn = new Turn();
  for (const { id, previousNonce, payload } of items) {
    const writes: TextWrite[] = [];
    const changes: ChangeSet['changes'][number][] = [];
    const [revisionText = '', nonce = ''] = id.split('-');
    const revision = Number(revisionText);
    let from = 0;
    while (from < payload.length) {
      const middle = payload.indexOf('\n', from);
      const end = payload.indexOf('\n', middle + 1);
      if (middle < 0 || end < 0) throw new SyntaxError(`the feed's entry ${id} is cut short`);
      const text = middle + 1 === end ? undefined : payload.slice(middle + 1, end);
      const write = { key: payload.slice(from, middle), text };
      writes.push(write);
      changes.push(...changeSetOf(revision, [write]).changes);
      from = end + 1;
      if (turn.isOver) await turn.next();
    }
    yield { revision, nonce, previousNonce, writes, set: { revision, changes } };
  }
}

export class Turn {
  #until = performance.now() + TURN_MAX_MS;

  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  async next(): Promise<void> {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    this.#until = performance.now() + TURN_MAX_MS;
  }
}

/** The entries after a revision, and what the domain's head said before them. */
export async function readPage(
  connection: RedisConnection,
  keys: DomainKeys,
  after: Revision,
  size: PageSize,
): Promise<FeedPage> {
  const [head, answer] = await Promise.all([
    connection.call('HMGET', [keys.meta, 'incarnation', 'revision', 'nonce']),
    connection.call(
      'XRANGE',
      [keys.feed, String(after + 1), '+', 'COUNT', size.entries],
      PAGE_TRANSFER_MS,
    ),
  ]);
  const raw = rawEntries(answer);
  size.learn(raw);
  const entries: FeedEntry[] = [];
  for await (const entry of parsedEntries(raw)) entries.push(entry);
  const [incarnation, revision, nonce] = Array.isArray(head) ? head : [];
  return {
    incarnation: String(incarnation ?? ''),
    newest: Number(revision ?? 0),
    nonce: String(nonce ?? NOWHERE.nonce),
    entries,
  };
}
