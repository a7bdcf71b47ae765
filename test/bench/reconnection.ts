/**
 * When a switch has come back to its controller, from its own logs: its back-off is its own, and no controller's time.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DummyEdge } from '../../scripts/lab/dummy-edges.ts';
import { until } from '../../scripts/lab/waiting.ts';
import type { Event, NvaDaemon } from './nva-daemon.ts';

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
  await daemon.get('/v1/wait?timeout=60');
  return Date.now();
}
