/**
 * How instances know of each other in Redis: each announces itself with one script call, which also gives everybody's
 * newest word and checks our place in the store's history.
 *
 * Bodies travel only when they have changed: the caller names the stamp of the body that it has of each member.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { type Json, type Membership, type MemberWord, StoreError } from './contract.ts';
import { unusable } from './redis-faults.ts';
import { type DomainKeys, MEMBERS_SCRIPT } from './redis-scripts.ts';
import type { RedisSession } from './redis-session.ts';

export interface MembershipSurroundings {
  readonly description: string;
  readonly domain: string;
  readonly keys: DomainKeys;
  /** Rejects with a StoreError when there is none; faults of the work are put into the store's words. */
  readonly use: <Result>(work: (session: RedisSession) => Promise<Result>) => Promise<Result>;
  /** The words of a look: domain, incarnation and two positions. */
  readonly place: () => readonly string[];
  /** Our place is no longer in the store's history, or its incarnation was met. */
  readonly looked: (session: RedisSession, word: string, incarnation: string) => void;
}

interface CachedBody {
  readonly stamp: string;
  readonly body: Json;
}

const NO_WORD = ['', '', '', '', '', ''];
/** Words of an answer before the members: ok, incarnation, revision, nonce. */
const ANSWER_HEAD = 4;

export class RedisMembership implements Membership {
  readonly #around: MembershipSurroundings;
  readonly #bodies = new Map<string, CachedBody>();
  /** The run by which this handle has announced a name. */
  readonly #announced = new Map<string, string>();

  constructor(around: MembershipSurroundings) {
    this.#around = around;
  }

  members(): Promise<readonly MemberWord[]> {
    return this.#around.use((session) => this.#ask(session, ['members', ...NO_WORD]));
  }

  async announce({
    name,
    run,
    head,
    body,
  }: Omit<MemberWord, 'beat'>): Promise<readonly MemberWord[]> {
    const bodyText = text(body);
    const stamp = createHash('sha1').update(bodyText).digest('base64').slice(0, 16);
    const first = this.#announced.get(name) === run ? '0' : '1';
    const own = ['announce', name, JSON.stringify(run), first, text(head), stamp];
    const known = this.#bodies.get(name)?.stamp === stamp;
    const members = await this.#around.use(async (session) => {
      if (known) {
        const answer = await this.#send(session, [...own, '']);
        if (answer[0] !== 'body') return this.#read(session, answer);
      }
      return this.#ask(session, [...own, bodyText]);
    });
    this.#announced.set(name, run);
    return members;
  }

  forget(name: string): Promise<boolean> {
    const { keys } = this.#around;
    return this.#around.use(async ({ reads }) => {
      const [removed] = await Promise.all([
        reads.call('HDEL', [keys.members, name]),
        reads.call('HDEL', [keys.bodies, name]),
      ]);
      return removed === 1;
    });
  }

  async #ask(session: RedisSession, own: readonly string[]): Promise<readonly MemberWord[]> {
    return this.#read(session, await this.#send(session, own));
  }

  #send(session: RedisSession, own: readonly string[]): Promise<readonly unknown[]> {
    const { keys, place } = this.#around;
    const cached = [...this.#bodies].flatMap(([name, { stamp }]) => [name, stamp]);
    return session.reads.run(
      MEMBERS_SCRIPT,
      [keys.meta, keys.records, keys.feed, keys.members, keys.bodies],
      [...place(), ...own, ...cached],
    );
  }

  #read(session: RedisSession, answer: readonly unknown[]): MemberWord[] {
    const words = answer.map(String);
    const { description, looked } = this.#around;
    const fault = unusable(description, words);
    if (fault !== undefined) throw fault;
    const [word = '', incarnation = ''] = words;
    if (word === 'taken') throw taken(description);
    looked(session, word, incarnation);
    const members: MemberWord[] = [];
    const present = new Set<string>();
    for (let index = ANSWER_HEAD; index < words.length; index += 3) {
      const [name = '', entry = '', body = ''] = words.slice(index, index + 3);
      const member = this.#member(name, entry, body);
      if (member === undefined) continue;
      members.push(member);
      present.add(name);
    }
    for (const name of this.#bodies.keys()) if (!present.has(name)) this.#bodies.delete(name);
    return members;
  }

  /** Undefined: what is there is not ours; it is left as it is. */
  #member(name: string, entry: string, bodyText: string): MemberWord | undefined {
    const [, beat, stamp = '', run = '', head = ''] = entry.split('\n');
    try {
      const cached = this.#bodies.get(name);
      const body =
        cached?.stamp === stamp ? cached.body : ((JSON.parse(bodyText || 'null') as Json) ?? null);
      this.#bodies.set(name, { stamp, body });
      return {
        name,
        run: String(JSON.parse(run)),
        beat: Number(beat),
        head: JSON.parse(head) as Json,
        body,
      };
    } catch {
      return undefined;
    }
  }
}

function text(value: Json): string {
  const canonical = canonicalJson(value);
  if (canonical !== undefined) return canonical;
  throw new StoreError(
    'batch-invalid',
    'What an instance says of itself is not plain JSON; give finite numbers, text, lists and objects.',
    false,
  );
}

function taken(description: string): StoreError {
  return new StoreError(
    'name-taken',
    `Another instance announces itself in ${description} by the same name; give each instance a name of its own.`,
    false,
  );
}
