/**
 * P8 and P9, and what several instances cost: a change that is made at one instance and applied by the others; the
 * time until the edges of an instance that is killed have another; loading; Redis operations; an idle instance.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { recordToJson } from '../../lib/model/record-parse.ts';
import { type DomainRecord, keyOf } from '../../lib/model/records.ts';
import type { Write } from '../../lib/store/contract.ts';
import { parseRedisLocation } from '../../lib/store/redis-location.ts';
import { openRedisStore } from '../../lib/store/redis-store.ts';
import { until } from '../../scripts/lab/waiting.ts';
import { RedisServer } from '../support/redis-server.ts';
import {
  type InstancesContestant,
  type InstanceView,
  untilSpread,
} from './contestant-instances.ts';
import { type Event, NvaDaemon } from './nva-daemon.ts';
import { cpuShare, residentMiB } from './process-cost.ts';
import type { Report } from './report.ts';
import { figure, sampleOf, spread } from './statistics.ts';
import { tenantPort, tenantPorts } from './tenant-port.ts';

/** P9: the owner of a third of the edges is killed, and comes back; nothing in a flow table may change. */
export async function benchTakeOver(
  { contestant, daemons }: InstancesContestant,
  rounds: number,
  report: Report,
): Promise<void> {
  const { edges } = contestant.edges;
  const times: number[] = [];
  const inStep: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const victim = daemons[round % daemons.length];
    const witness = daemons[(round + 1) % daemons.length];
    if (victim === undefined || witness === undefined) return;
    await untilSpread(witness, contestant.edges);
    const views = await witness.get<readonly InstanceView[]>('/v1/instances');
    const owned = views.find(({ name }) => name === victim.instance)?.status.nves ?? [];
    contestant.observer.resetCounts();
    const others = daemons.filter((daemon) => daemon !== victim);
    const killedAt = Date.now();
    await victim.stop('SIGKILL');
    times.push((await lastEvent(others, owned, 'nve-taken', killedAt)) - killedAt);
    inStep.push((await lastEvent(others, owned, 'nve-in-step', killedAt)) - killedAt);
    await victim.start();
    await untilSpread(witness, contestant.edges);
    const { added, deleted, modified } = contestant.observer.counts();
    if (added + deleted + modified > 0) {
      report.fault(`P9: ${added} flows were added, ${deleted} removed, ${modified} changed`);
    }
  }
  const [taken, read] = [sampleOf(times), sampleOf(inStep)];
  const ports = contestant.attachedCount;
  report.figure({ bench: 'P9', edges: edges.length, ports, takenMs: taken, inStepMs: read });
  report.table({
    title: `P9  kill -9 of one of ${daemons.length} instances beside ${ports} ports on ${edges.length} edges`,
    columns: ['', 'median ms', 'spread'],
    rows: [
      ['last of its edges has a new writer', figure(taken.median), spread(taken)],
      ['… and was read and compared', figure(read.median), spread(read)],
    ],
    notes: ['no flow was added, removed or changed by it, nor by its return and the spreading'],
  });
}

/** Date.now() of the last of these edges that the instances tell of. */
async function lastEvent(
  daemons: readonly NvaDaemon[],
  nves: readonly string[],
  code: string,
  after: number,
): Promise<number> {
  const times = new Map<string, number>();
  const all = async () => {
    for (const daemon of daemons) {
      for (const event of await daemon.get<readonly Event[]>('/v1/events')) {
        const at = Date.parse(event.time);
        const nve = event.object.slice('nve/'.length);
        if (event.code === code && at >= after && nves.includes(nve)) {
          times.set(nve, Math.min(times.get(nve) ?? at, at));
        }
      }
    }
    return times.size === nves.length;
  };
  await until(`${code} of ${nves.length} edges`, all, { deadlineMs: 20_000, everyMs: 20 });
  return Math.max(after, ...times.values());
}

/** What one attach costs Redis, and an instance at rest costs the machine. */
export async function benchCost(
  { contestant, daemons, redis }: InstancesContestant,
  firstIndex: number,
  report: Report,
): Promise<void> {
  const attaches = 20;
  const idle = await callsOf(redis, 5_000);
  const started = performance.now();
  const before = await commandCalls(redis);
  for (let at = 0; at < attaches; at++) {
    await contestant.attachOne(tenantPort(firstIndex + at), 10_000);
    await sleep(100);
  }
  const after = await commandCalls(redis);
  const seconds = (performance.now() - started) / 1000;
  const names = [...after.keys()].filter((name) => /eval|xr|hscan|wait/.test(name)).sort();
  const rows = names.map((name) => {
    const rest = idle.get(name) ?? 0;
    const each = ((after.get(name) ?? 0) - (before.get(name) ?? 0) - rest * seconds) / attaches;
    return [name, figure(rest), figure(each)];
  });
  report.figure({ bench: 'redis-operations', rows });
  report.table({
    title: `Redis operations of ${daemons.length} instances`,
    columns: ['command', 'at rest, per s', 'more per attach'],
    rows,
    notes: [],
  });
}

async function callsOf(redis: RedisServer, forMs: number): Promise<Map<string, number>> {
  const before = await commandCalls(redis);
  await sleep(forMs);
  const after = await commandCalls(redis);
  return new Map(
    [...after].map(([name, calls]) => [name, ((calls - (before.get(name) ?? 0)) * 1000) / forMs]),
  );
}

async function commandCalls(redis: RedisServer): Promise<Map<string, number>> {
  const text = await redis.cli('INFO', 'commandstats');
  const calls = new Map<string, number>();
  for (const [, name = '', count] of text.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)) {
    calls.set(name, Number(count));
  }
  return calls;
}

const NETWORKS = 1000;
const NVES = 100;

/** A starting instance takes in that many mappings; then it serves no edge and is looked at. */
export async function benchLoading(mappings: number, report: Report): Promise<void> {
  const redis = await RedisServer.start();
  try {
    report.progress(`writing ${mappings} mappings to Redis`);
    await fill(redis, mappings);
    const daemon = await NvaDaemon.prepare(redis.folder, {
      ...{ instance: 'loading', store: redis.location },
    });
    const times: number[] = [];
    let memory = 0;
    let cpu = 0;
    for (let round = 1; round <= 3; round++) {
      const { startedAtMs } = await daemon.start();
      times.push(performance.now() - startedAtMs);
      await sleep(3_000);
      cpu = await cpuShare(daemon.pid, 10_000);
      memory = residentMiB(daemon.pid);
      await daemon.stop();
    }
    const took = sampleOf(times);
    report.figure({ bench: 'loading', mappings, ms: took, residentMiB: memory, cpu });
    report.table({
      title: `An instance that starts with ${mappings} mappings in Redis and owns nothing`,
      columns: ['', 'median', 'spread'],
      rows: [
        ['from exec until it is ready, ms', figure(took.median), spread(took)],
        ['resident memory afterwards, MiB', figure(memory), ''],
        ['CPU at rest, % of a core', figure(cpu * 100), ''],
      ],
      notes: [],
    });
  } finally {
    await redis.stop();
  }
}

async function fill(redis: RedisServer, mappings: number): Promise<void> {
  const location = parseRedisLocation(redis.location);
  if (!location.ok) throw new Error(location.error);
  const store = await openRedisStore({ location: location.value, domain: 'default' });
  const records: DomainRecord[] = [];
  for (let index = 1; index <= NETWORKS; index++) {
    const name = `n${index}`;
    records.push({ kind: 'network', name, vni: index, vniAllocated: false });
    records.push({ kind: 'vni', vni: index, network: name });
  }
  for (let index = 1; index <= NVES; index++) {
    const endpoints = [{ type: 'geneve' as const, ip: `10.9.1.${index}` as never }];
    records.push({ kind: 'nve', name: `e${index}`, index, endpoints });
    records.push({ kind: 'index', index, nve: `e${index}` });
  }
  for (const { index, name, mac, ip } of tenantPorts(1, mappings)) {
    const network = `n${(index % NETWORKS) + 1}`;
    records.push({ kind: 'port', name, network, mac: mac as never, ips: [ip as never] });
    // Each network on ten edges.
    const nve = `e${(((index % NETWORKS) + (Math.floor(index / NETWORKS) % 10) * 7) % NVES) + 1}`;
    records.push({ kind: 'attachment', port: name, nve, sequence: 0 });
  }
  const writes = records.map((record): Write => {
    return { op: 'put', key: keyOf(record), value: recordToJson(record) };
  });
  for (let at = 0; at < writes.length; at += 5_000) {
    await store.apply({ writes: writes.slice(at, at + 5_000) });
  }
  await store.close();
}
