/**
 * Who holds a store: one process at a time.
 *
 * The holder writes its process id, that process's start time and the boot's id into the store itself, under LMDB's
 * write lock, so that of two starters only one succeeds; a holder that is gone (also by kill -9 or a power cut) is
 * recognised and replaced. The text is a fence too: every commit checks that it is still there, so a holder that was
 * wrongly taken for dead (one in another container) loses its next write instead of mixing it in.
 *
 * Source: proc(5), /proc/PID/stat, fields 3 (state) and 22 (starttime).
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

interface Holder {
  readonly pid: number;
  readonly started: string;
  readonly boot: string;
  readonly token: string;
}

export function thisHolder(): string {
  const holder: Holder = {
    pid: process.pid,
    started: startTime(process.pid) ?? '',
    boot: bootId(),
    token: randomUUID(),
  };
  return JSON.stringify(holder);
}

/** The process id of a holder that still runs. */
export function livingHolder(text: string | undefined): number | undefined {
  const holder = parseHolder(text);
  if (holder === undefined || holder.boot !== bootId()) return undefined;
  return startTime(holder.pid) === holder.started ? holder.pid : undefined;
}

function parseHolder(text: string | undefined): Holder | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    if (typeof value?.pid !== 'number' || typeof value.started !== 'string') return undefined;
    return {
      pid: value.pid,
      started: value.started,
      boot: value.boot ?? '',
      token: value.token ?? '',
    };
  } catch {
    return undefined;
  }
}

/** Undefined: no such process, or a dead one that nobody has waited for. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}
