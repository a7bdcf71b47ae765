/**
 * What a process costs the machine, as Linux tells it.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export function residentMiB(pid: number): number {
  const [, kib = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

/** User and system time; Linux counts it in hundredths of a second. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The share of one core that it takes from now on for so long. */
export async function cpuShare(pid: number, forMs: number): Promise<number> {
  const before = cpuSeconds(pid);
  const started = performance.now();
  await sleep(forMs);
  return ((cpuSeconds(pid) - before) * 1000) / (performance.now() - started);
}
