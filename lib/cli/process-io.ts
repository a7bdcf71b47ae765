/**
 * The process as `CliIo`: the one home of stdout, stderr, SIGINT and broken pipes.
 */
import { open, rename, rm } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import type { CliIo } from './cli-io.ts';
import { EXIT } from './exit-codes.ts';

/** The reader of our pipe has gone (`| head -1`): no error of ours. */
export const PIPE_CLOSED = 'pipe-closed';
export const INTERRUPTED = 'interrupted';

export function processIo(): CliIo {
  const stop = new AbortController();
  const interrupt = () => stop.abort(INTERRUPTED);
  process.once('SIGINT', interrupt);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE') stop.abort(PIPE_CLOSED);
      // A log that cannot be written (its disk is full) is no reason for the daemon to end.
      else if (stream === process.stdout) endForLackOfOutput(code);
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    // A terminal that does not know its size says 0.
    size: () => ({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 }),
    env: process.env,
    readFile: readFileBounded,
    stdin: () => addAbortSignal(stop.signal, process.stdin),
    readStdin: (maxBytes) => collectBounded(addAbortSignal(stop.signal, process.stdin), maxBytes),
    saveFile,
    stop: stop.signal,
    releaseSignals: () => void process.off('SIGINT', interrupt),
  };
}

function endForLackOfOutput(code = 'unknown'): never {
  process.stderr.write(`nva: the output cannot be written (${code}); look at where it goes\n`);
  process.exit(EXIT.fault);
}

async function readFileBounded(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    return await collectBounded(file.createReadStream({ autoClose: false }), maxBytes);
  } finally {
    await file.close();
  }
}

/** Pieces are gathered: a write for each line would be slow. */
const WRITE_CHARS = 256 * 1024;

export async function saveFile(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, 'w', 0o640);
    try {
      let text = '';
      for await (const piece of pieces) {
        text += piece;
        if (text.length < WRITE_CHARS) continue;
        await file.writeFile(text);
        text = '';
      }
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function collectBounded(
  stream: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) break;
  }
  return Buffer.concat(chunks);
}
