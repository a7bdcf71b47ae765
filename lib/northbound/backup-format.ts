/**
 * The backup file: everything that a store holds, one JSON text a line (NDJSON, UTF-8, every line ended by \n).
 *
 *   {"format":"nva-backup","version":1,"domain":"default","revision":42,"records":2}
 *   {"key":"network/blue","revision":40,"value":{…}}
 *   {"key":"vni/5001","revision":40,"value":{…}}
 *   {"end":2,"sha256":"…"}
 *
 * The last line counts the records and has the SHA-256, in hexadecimal, of all bytes before it: a file that was cut
 * short or changed is refused as a whole. Values are copied as they are, also those that this release cannot read.
 */
import { createHash } from 'node:crypto';
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';
import type { Backup, BackupRecord } from './authority.ts';

const FORMAT = 'nva-backup';
const VERSION = 1;
/** Lines are handed on in pieces of about this many characters. */
const PIECE_CHARS = 64 * 1024;
/** Longer than any record that a store takes. */
const LINE_CHARS_MAX = 64 * 1024 * 1024;

/** The whole file in pieces, each of whole lines. */
export function* backupPieces({ domain, revision, records }: Backup): Generator<string> {
  const hash = createHash('sha256');
  let piece = `${JSON.stringify({ format: FORMAT, version: VERSION, domain, revision, records: records.length })}\n`;
  for (const { key, revision: written, value } of records) {
    piece += `${JSON.stringify({ key, revision: written, value })}\n`;
    if (piece.length < PIECE_CHARS) continue;
    hash.update(piece);
    yield piece;
    piece = '';
  }
  hash.update(piece);
  yield `${piece}${JSON.stringify({ end: records.length, sha256: hash.digest('hex') })}\n`;
}

/** Takes a file as it comes, in pieces of any size; `finish` says whether it was whole. */
export class BackupReader {
  readonly #hash = createHash('sha256');
  readonly #records: BackupRecord[] = [];
  readonly #keys = new Set<string>();
  #rest = '';
  #head:
    | { readonly domain: string; readonly revision: number; readonly records: number }
    | undefined;
  #isOver = false;
  #fault: string | undefined;

  get count(): number {
    return this.#records.length;
  }

  /** False: it is no use to go on. */
  push(text: string): boolean {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LINE_CHARS_MAX) this.#fault ??= NO_BACKUP;
    for (const line of lines) {
      if (this.#fault === undefined) this.#fault = this.#take(line);
    }
    return this.#fault === undefined;
  }

  finish(): Result<Backup, string> {
    if (this.#fault !== undefined) return failed(this.#fault);
    if (this.#head === undefined) return failed(NO_BACKUP);
    if (!this.#isOver || this.#rest !== '') {
      return failed('it was cut short: its last line is missing; use a whole backup');
    }
    const { domain, revision } = this.#head;
    return ok({ domain, revision, records: this.#records });
  }

  /** What is wrong. */
  #take(line: string): string | undefined {
    if (this.#isOver) return 'it goes on after its last line; use a backup that nobody has changed';
    const value = parsed(line);
    if (value === undefined) return this.#head === undefined ? NO_BACKUP : CHANGED;
    if (this.#head === undefined) return this.#takeHead(line, value);
    if ('end' in value) return this.#takeEnd(value);
    this.#hash.update(`${line}\n`);
    return this.#takeRecord(value, this.#head.revision);
  }

  #takeHead(line: string, { format, version, domain, revision, records }: Members) {
    if (format !== FORMAT || typeof version !== 'number') return NO_BACKUP;
    if (version !== VERSION) {
      return `it has version ${version} of the format and this release reads version ${VERSION}; use the release that wrote it`;
    }
    if (typeof domain !== 'string' || !isCount(revision) || !isCount(records)) return CHANGED;
    this.#head = { domain, revision, records };
    this.#hash.update(`${line}\n`);
    return undefined;
  }

  #takeRecord({ key, revision, value }: Members, newest: number): string | undefined {
    if (typeof key !== 'string' || value === undefined || this.#keys.has(key)) return CHANGED;
    if (!isCount(revision) || revision < 1 || revision > newest) return CHANGED;
    this.#keys.add(key);
    this.#records.push({ key, revision, value });
    return undefined;
  }

  #takeEnd({ end, sha256 }: Members): string | undefined {
    this.#isOver = true;
    const isWhole = end === this.#records.length && end === this.#head?.records;
    return isWhole && sha256 === this.#hash.digest('hex') ? undefined : CHANGED;
  }
}

type Members = Readonly<Record<string, unknown>>;

const NO_BACKUP = 'it is no backup of nva; name a file that "nva backup" wrote';
const CHANGED =
  'its lines are not those that were written, by its checksum; use a backup that nobody has changed';

function parsed(line: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
