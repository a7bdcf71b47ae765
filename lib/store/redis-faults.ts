/**
 * What Redis, its Sentinels and the network say, in the store's own words: a code, one sentence, a remedy.
 *
 * Source: the error prefixes of Redis (server.c, cluster.c, acl.c of 6.2 and 7); errors inside of a script carry the
 * prefix somewhere in the text, so it is searched for as a word.
 */
import { StoreError, type StoreErrorCode } from './contract.ts';

/** The connection ended, or a deadline passed: nothing more is known of what was sent. */
export class ConnectionLost extends Error {
  /** False: the command never left. */
  readonly sent: boolean;

  constructor(reason: string, sent: boolean) {
    super(reason);
    this.name = 'ConnectionLost';
    this.sent = sent;
  }
}

interface Row {
  readonly word: RegExp;
  readonly code: StoreErrorCode;
  readonly retryable: boolean;
  /** The connection leads to the wrong place, or to nobody: make a new one. */
  readonly leave?: boolean;
  readonly says: (description: string, detail: string) => string;
}

/** All that the store needs; +wait and +waitaof only where batches are confirmed by them. */
const ACL_RULE =
  '~nva:{DOMAIN}:* +@read +@write +@connection +eval +evalsha +info +time +wait +waitaof';

const ROWS: readonly Row[] = [
  {
    word: /\b(WRONGPASS|invalid password|invalid username)/i,
    code: 'store-unavailable',
    retryable: false,
    says: (store) =>
      `The Redis ${store} refuses the user name or the password; correct them in the store's location.`,
  },
  {
    word: /\bNOAUTH\b/,
    code: 'store-unavailable',
    retryable: false,
    says: (store) =>
      `The Redis ${store} asks for a password; write it into the store's location, as in redis://USER:PASSWORD@HOST.`,
  },
  {
    word: /without any password configured|no password is set/,
    code: 'store-unavailable',
    retryable: false,
    says: (store) =>
      `The Redis ${store} has no password and one was given; take it out of the store's location, or protect the Redis by it.`,
  },
  {
    word: /\bNOPERM\b|can't run this command|can't access at least one of the keys/,
    code: 'store-unavailable',
    retryable: false,
    says: (store, detail) =>
      `The user of the Redis ${store} may not do what the store needs (${detail}); grant it with ACL SETUSER NAME ${ACL_RULE}.`,
  },
  {
    word: /\bREADONLY\b|\bUNBLOCKED\b/,
    code: 'store-unavailable',
    retryable: true,
    leave: true,
    says: (store) =>
      `The Redis ${store} is a replica and takes no writes; the store looks for the master and tries again.`,
  },
  {
    word: /\b(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|NOREPLICAS)\b/,
    code: 'store-unavailable',
    retryable: true,
    says: (store, detail) =>
      `The Redis ${store} cannot serve now (${detail}); the same will be tried again.`,
  },
  {
    word: /\b(MOVED|ASK)\b \d+/,
    code: 'store-unavailable',
    retryable: true,
    leave: true,
    says: (store) =>
      `The Redis ${store} has moved the domain's slot to another node of its Cluster; write redis+cluster:// as location, the store then follows it.`,
  },
  {
    word: /\bOOM\b/,
    code: 'store-full',
    retryable: true,
    says: (store) =>
      `The Redis ${store} has used up its maxmemory and nothing was written; raise maxmemory or free some, then try again.`,
  },
  {
    word: /\bMISCONF\b/,
    code: 'store-read-only',
    retryable: true,
    says: (store) =>
      `The Redis ${store} cannot write to its disk and refuses writes; look at its log and disk, then try again.`,
  },
  {
    word: /\bWRONGTYPE\b/,
    code: 'store-foreign',
    retryable: false,
    says: (store) =>
      `The Redis ${store} has a key of another program where the domain's keys belong, and it was left as it is; name another domain or another database.`,
  },
];

/** `writing`: a batch may be under way, so that a lost connection leaves its fate open. */
export function redisFault(description: string, error: unknown, writing = false): StoreError {
  if (error instanceof StoreError) return error;
  const detail = shortened(error);
  if (error instanceof ConnectionLost) {
    if (writing && error.sent) return unconfirmed(description, detail);
    return unavailable(description, detail);
  }
  if (error instanceof SyntaxError) {
    return foreign(
      `The domain in the Redis ${description} is damaged (${detail}) and was left as it is; restore it from a backup.`,
    );
  }
  const row = ROWS.find(({ word }) => word.test(detail));
  if (row === undefined) return unavailable(description, detail);
  return new StoreError(row.code, row.says(description, detail), row.retryable);
}

/** After this answer the connection is of no use. */
export function mustLeave(error: unknown): boolean {
  const detail = shortened(error);
  return ROWS.some(({ word, leave }) => leave === true && word.test(detail));
}

export function unavailable(description: string, detail: string): StoreError {
  return new StoreError(
    'store-unavailable',
    `The Redis ${description} cannot be reached (${detail}); the connection is tried again by itself.`,
    true,
  );
}

function unconfirmed(description: string, detail: string): StoreError {
  return new StoreError(
    'store-unconfirmed',
    `It is not known whether the Redis ${description} has applied the batch (${detail}); read the records again before it is repeated.`,
    true,
  );
}

export function closedStore(description: string): StoreError {
  return new StoreError(
    'store-unavailable',
    `The store ${description} is closed; open it again.`,
    false,
  );
}

/** The answers by which a script says that what it found cannot be used. */
export function unusable(description: string, answer: readonly string[]): StoreError | undefined {
  const [word, detail = ''] = answer;
  switch (word) {
    case 'foreign':
      return foreign(
        `The key ${detail} in the Redis ${description} belongs to another program and was left as it is; name another domain or another database.`,
      );
    case 'headless':
      return foreign(
        `The Redis ${description} has the records ${detail} without their meta, which was deleted or evicted, and they were left as they are; set maxmemory-policy noeviction, and restore the domain from a backup or delete its keys.`,
      );
    case 'format':
      return foreign(
        `The domain in the Redis ${description} was written by a newer release (format ${detail}) and was left as it is; upgrade this instance.`,
      );
    default:
      return undefined;
  }
}

function foreign(message: string): StoreError {
  return new StoreError('store-foreign', message, false);
}

const DETAIL_MAX_CHARS = 200;

/** One line, without a full stop. */
function shortened(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // A server that does not know AUTH says all that was sent with it.
  const harmless = text.replace(/(unknown command\W+AUTH).*/is, '$1');
  const line = harmless.replaceAll(/\s+/g, ' ').trim();
  return line.slice(0, DETAIL_MAX_CHARS).replace(/\.+$/, '');
}
