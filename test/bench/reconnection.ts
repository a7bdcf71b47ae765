/**
 * When a switch has come back to its controller, from its own logs: its back-off is its own, and no controller's time.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DummyEdge } from '../../scripts/lab/dummy-edges.ts';
import { until } from '../../scripts/lab/waiting.ts';
import type { Event, NvaDaemon } from './nva-daemon.ts';

interface Progress {
  readonly nves: readonly { readonly confirmed: boolean }[];
}

/** Date.now() of the last connection, by either daemon of any edge. */
export function lastConnectionMs(edges: readonly DummyEdge[]): number {
  const files = edges.flatMap(({ folder }) => [join(folder, 'vs.log'), join(folder, 'ovsdb.log')]);
  return Math.max(...files.map(lastIn));
}

function lastIn(file: string): number {
  const connected = /^(\S+)\|\d+\|(?:rconn|reconnect)\|INFO\|\S*tcp:\S+: connected$/gm;
  let last = 0;
  for (const [, time] of readFileSync(file, 'utf8').matchAll(connected)) {
    last = Date.parse(time ?? '');
  }
  return last;
}

/** Until each NVE was read and has answered what was sent to it; gives Date.now() of that. */
export async function untilAdopted(daemon: NvaDaemon, nves: number): Promise<number> {
  const adopted = async () => {
    const events = await daemon.get<readonly Event[]>('/v1/events');
    const read = events.filter(({ code }) => code === 'nve-in-step').map(({ object }) => object);
    return new Set(read).size === nves;
  };
  await until('every NVE to be read', adopted, { deadlineMs: 60_000, everyMs: 10 });
  // Not the answer's own verdict: an NVE that never connects here would be waited for a while after the start.
  const confirmed = async () => {
    const progress = await daemon.get<Progress>('/v1/wait?timeout=0');
    return progress.nves.filter((nve) => nve.confirmed).length === nves;
  };
  await until('every NVE to confirm', confirmed, { deadlineMs: 60_000, everyMs: 5 });
  return Date.now();
}
