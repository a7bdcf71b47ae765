/**
 * The manifests that `-f` names: read whole and bounded, joined to one request, so that all of it is applied
 * or nothing; and problems led back to the file that they are in.
 */
import type { CliIo } from './cli-io.ts';
import { CliError, EXIT } from './exit-codes.ts';

/** Only bounds what we hold: the daemon's own limit, usually lower, is the daemon's to tell. */
const SIZE_MAX_BYTES = 64 * 1024 * 1024;

/** `...` ends a document whatever the next file begins with. */
const SEPARATOR = '\n...\n';
const SEPARATOR_LINES = 1;

/** How the API names a place in the text that it was sent. */
const PLACE = /document \d+(?:, item \d+)? \(line (\d+)(?:, column (\d+))?\)/g;

interface ManifestFile {
  readonly name: string;
  readonly text: string;
}

export class ManifestFiles {
  readonly #files: readonly ManifestFile[];

  private constructor(files: readonly ManifestFile[]) {
    this.#files = files;
  }

  /** @throws CliError when one cannot be read or is too large. */
  static async read(io: CliIo, names: readonly string[]): Promise<ManifestFiles> {
    const files: ManifestFile[] = [];
    let sizeBytes = 0;
    for (const name of names) {
      const bytes = await readOne(io, name);
      sizeBytes += bytes.length;
      if (sizeBytes > SIZE_MAX_BYTES) throw tooLarge(names);
      files.push({ name: shown(name), text: decode(name, bytes) });
    }
    return new ManifestFiles(files);
  }

  /** One stream of YAML documents. */
  get text(): string {
    return this.#files.map((file) => file.text).join(SEPARATOR);
  }

  /** Runs the request; a refusal's `document 2 (line 10)` becomes `FILE:LINE`. */
  async request<Value>(send: (text: string) => Promise<Value>): Promise<Value> {
    try {
      return await send(this.text);
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== EXIT.usage) throw error;
      const details = error.details.map((detail) => this.#locate(detail));
      throw new CliError(error.exitCode, error.message, details);
    }
  }

  #locate(detail: string): string {
    return detail.replace(PLACE, (place, line: string, column: string | undefined) =>
      this.#placeOf(Number(line), column === undefined ? '' : `:${column}`, place),
    );
  }

  #placeOf(line: number, column: string, unknown: string): string {
    let own = line;
    for (const { name, text } of this.#files) {
      const lines = text.split('\n').length;
      if (own <= lines) return `${name}:${own}${column}`;
      own -= lines + SEPARATOR_LINES;
    }
    return unknown;
  }
}

function shown(name: string): string {
  return name === '-' ? 'stdin' : name;
}

async function readOne(io: CliIo, name: string): Promise<Uint8Array> {
  try {
    return name === '-'
      ? await io.readStdin(SIZE_MAX_BYTES)
      : await io.readFile(name, SIZE_MAX_BYTES);
  } catch (error) {
    if (io.stop.aborted) throw new CliError(EXIT.interrupted, 'interrupted');
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = READ_FAILURES[code] ?? `it cannot be read (${code || 'unknown'})`;
    throw new CliError(EXIT.usage, `${shown(name)}: ${reason}`);
  }
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path',
  EACCES: 'permission denied; check who may read it',
  EISDIR: 'that is a directory; name the files in it, each with -f',
  ENOTDIR: 'there is no such file; check the path',
};

function decode(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CliError(EXIT.usage, `${shown(name)}: it is not UTF-8 text; is it a manifest?`);
  }
}

function tooLarge(names: readonly string[]): CliError {
  const what = names.length === 1 ? `${shown(names[0] ?? '')} is` : 'the manifests together are';
  return new CliError(
    EXIT.usage,
    `${what} larger than 64 MiB, more than any request takes; apply smaller files one after another`,
  );
}
