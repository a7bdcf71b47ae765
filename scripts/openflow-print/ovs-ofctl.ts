/**
 * The judge: what the installed `ovs-ofctl` prints for messages.
 *
 * Many messages go through few processes: `ofp-parse` prints a file of them one after the other, and between two of ours
 * stands one that nobody else sends. What it cannot take (a length that lies, a verbosity of its own) is printed alone.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1: ofp-print, ofp-parse.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The release whose words ours are: another one would say other words. */
export const JUDGED_RELEASE = '3.1';

export interface Printable {
  readonly bytes: Uint8Array;
  /** Absent: 2, the default of ofp-print. */
  readonly verbosity?: number | undefined;
}

/** `OFPT_BARRIER_REQUEST (OF1.5)` with this xid stands between messages. */
const SEPARATOR_XID = 'feedc0de';
const SEPARATOR = Buffer.from(`06140008${SEPARATOR_XID}`, 'hex');
const SEPARATOR_TEXT = `OFPT_BARRIER_REQUEST (OF1.5) (xid=0x${SEPARATOR_XID}):\n`;

const OUTPUT_MAX_BYTES = 1 << 28;

/** Undefined: it is not installed. */
export function installedRelease(): string | undefined {
  try {
    const text = execFileSync('ovs-ofctl', ['--version'], { encoding: 'utf8' });
    return /\(Open vSwitch\) (\d+\.\d+)/.exec(text)?.[1];
  } catch {
    return undefined;
  }
}

/** For each message what `ovs-ofctl --no-names ofp-print` prints, exactly. */
export async function theirTexts(messages: readonly Printable[]): Promise<string[]> {
  const texts: string[] = [];
  const together: number[] = [];
  const alone: number[] = [];
  for (const [index, message] of messages.entries()) {
    (isWhole(message) ? together : alone).push(index);
  }
  const printed = await printTogether(together.map((index) => messages[index]?.bytes ?? EMPTY));
  for (const [at, index] of together.entries()) texts[index] = printed[at] ?? '';
  for (let at = 0; at < alone.length; at += PROCESSES) {
    const batch = alone.slice(at, at + PROCESSES);
    const answers = await Promise.all(batch.map((index) => printAlone(messages[index])));
    for (const [place, index] of batch.entries()) texts[index] = answers[place] ?? '';
  }
  return texts;
}

const PROCESSES = 2;
const EMPTY = new Uint8Array(0);

function isWhole({ bytes, verbosity }: Printable): boolean {
  const stated = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  return verbosity === undefined && bytes.length >= 8 && stated === bytes.length;
}

async function printTogether(messages: readonly Uint8Array[]): Promise<string[]> {
  if (messages.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), 'nva-ofp-'));
  try {
    const file = join(folder, 'messages');
    writeFileSync(file, Buffer.concat(messages.flatMap((bytes) => [bytes, SEPARATOR])));
    const { stdout } = await run('ovs-ofctl', ['--no-names', '-voff', 'ofp-parse', file], {
      maxBuffer: OUTPUT_MAX_BYTES,
    });
    const texts = stdout.split(SEPARATOR_TEXT).slice(0, -1);
    if (texts.length !== messages.length) {
      throw new Error(`ovs-ofctl printed ${texts.length} of ${messages.length} messages`);
    }
    return texts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function printAlone(message: Printable | undefined): Promise<string> {
  const { bytes, verbosity } = message ?? { bytes: EMPTY };
  const words = ['--no-names', '-voff', 'ofp-print', Buffer.from(bytes).toString('hex')];
  if (verbosity !== undefined) words.push(String(verbosity));
  return (await run('ovs-ofctl', words, { maxBuffer: OUTPUT_MAX_BYTES })).stdout;
}
