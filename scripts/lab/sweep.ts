/**
 * Removes everything that a lab's state file names: processes, namespaces, folder. Safe to repeat.
 */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execute } from './command.ts';
import { isAlive, type LabState, markOf, type ProcessMark, readState } from './state-file.ts';

const DAEMONS = ['ovsdb', 'vs'] as const;
const NETNS = '/run/netns';

/** Milliseconds between SIGTERM and SIGKILL: what a controller may take to close its store. */
const GRACE_MS = 2000;

/** False: there was nothing to sweep. */
export async function sweep(folder: string): Promise<boolean> {
  const state = readState(folder);
  if (state === undefined) return false;
  await endProcesses(() => processesOf(state, folder));
  await deleteNamespaces(state.namespaces);
  rmSync(folder, { recursive: true, force: true });
  return true;
}

function processesOf(state: LabState, folder: string): number[] {
  return [...new Set([...pidsInNamespaces(state.namespaces), ...daemonsOf(folder)])];
}

/** Daemons by the pidfiles in the folder's own folders. */
function daemonsOf(folder: string): number[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => DAEMONS.map((daemon) => join(folder, entry.name, `${daemon}.pid`)))
    .map((pidfile) => Number(textOf(pidfile)))
    .filter((pid) => pid > 0 && textOf(`/proc/${pid}/cmdline`).includes(`${folder}/`));
}

/** Empty: there is no such file. (The command line of a zombie is empty, too.) */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Asks first, because a controller wants to close its store; then kills whoever is left, stopped ones too. Ends when
 * all are gone: a process that is ending leaves its namespace, and so the list, some time before.
 */
async function endProcesses(list: () => number[]): Promise<void> {
  const seen = new Map<number, ProcessMark>();
  const left = () => {
    for (const pid of list()) {
      const mark = markOf(pid);
      if (mark !== undefined) seen.set(pid, mark);
    }
    return [...seen.values()].filter(isAlive).map(({ pid }) => pid);
  };
  signalAll(left(), 'SIGTERM');
  signalAll(left(), 'SIGCONT');
  const deadline = performance.now() + GRACE_MS;
  while (left().length > 0 && performance.now() < deadline) await sleep(10);
  for (let pids = left(); pids.length > 0; pids = left()) {
    signalAll(pids, 'SIGKILL');
    await sleep(10);
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended meanwhile.
    }
  }
}

/** Every process whose network namespace is one of those named; one pass over /proc for all. */
export function pidsInNamespaces(names: readonly string[]): number[] {
  const wanted = new Set<string>();
  for (const name of names) {
    const identity = identityOf(join(NETNS, name));
    if (identity !== undefined) wanted.add(identity);
  }
  wanted.delete(identityOf('/proc/self/ns/net') ?? ''); // never our own, whatever the file says
  wanted.delete(identityOf('/proc/1/ns/net') ?? '');
  if (wanted.size === 0) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => wanted.has(identityOf(`/proc/${pid}/ns/net`) ?? '') && !isZombie(pid))
    .map(Number);
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** A zombie left its namespaces already; waiting for one that its parent does not reap would never end. */
function isZombie(pid: string): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

export function existingNamespaces(): Set<string> {
  try {
    return new Set(readdirSync(NETNS));
  } catch {
    return new Set();
  }
}

async function deleteNamespaces(names: readonly string[]): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const there = existingNamespaces();
    const left = names.filter((name) => there.has(name));
    if (left.length === 0) return;
    const batch = left.map((name) => `netns del ${name}`).join('\n');
    await execute(['ip', '-force', '-batch', '-'], { input: batch });
  }
}
