/**
 * Runs `nva` in this process, with the streams, the environment and Ctrl-C in the hands of the test.
 */
import { readFile } from 'node:fs/promises';
import type { CliIo } from '../../lib/cli/cli-io.ts';
import { saveFile } from '../../lib/cli/process-io.ts';
import { runCli } from '../../lib/cli/run-cli.ts';
import type { LoadServe } from '../../lib/cli/serve-entry.ts';

export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliWorld {
  readonly terminal?: boolean;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly stop?: AbortSignal;
  readonly loadServe?: LoadServe;
  /** Called with all that was printed so far, each time. */
  readonly printed?: (out: string) => void;
}

export async function runInProcess(argv: readonly string[], world: CliWorld = {}): Promise<CliRun> {
  const { terminal = false, rows = 24, env = {}, stdin = '' } = world;
  const said = { out: '', err: '' };
  const io: CliIo = {
    out(text) {
      said.out += text;
      world.printed?.(said.out);
    },
    err(text) {
      said.err += text;
    },
    outIsTerminal: terminal,
    errIsTerminal: terminal,
    size: () => ({ columns: 80, rows }),
    env,
    readFile: (path) => readFile(path),
    async *stdin() {
      // In small parts: lines come in pieces.
      for (let at = 0; at < stdin.length; at += 7) yield Buffer.from(stdin.slice(at, at + 7));
    },
    readStdin: async () => Buffer.from(stdin),
    saveFile,
    stop: world.stop ?? new AbortController().signal,
    releaseSignals: () => undefined,
  };
  const code = await runCli(argv, io, world.loadServe);
  return { code, ...said };
}
