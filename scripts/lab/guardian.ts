/**
 * Sweeps a lab whose owner died without closing it (kill -9, out of memory).
 *
 * The owner starts it with a pipe as its standard input and a session of its own; the pipe's end is the owner's end.
 * A lab that was closed has no state file any more, and a kept one says so in it: then there is nothing to do.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readState } from './state-file.ts';
import { sweep } from './sweep.ts';

const SELF = fileURLToPath(import.meta.url);

export function startGuardian(folder: string): ChildProcess {
  // Run from its source (tests), it needs the same loader as we have.
  const loader = extname(SELF) === '.ts' ? ['--import', import.meta.resolve('tsx')] : [];
  const child = spawn(process.execPath, [...loader, SELF, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => {}); // without a guardian the next start sweeps
  child.stdin.on('error', () => {});
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}

async function guard(folder: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('close', resolve));
  const state = readState(folder);
  if (state !== undefined && !state.kept) await sweep(folder);
}

const [, program, folder] = process.argv;
if (program === SELF && folder !== undefined) await guard(folder);
