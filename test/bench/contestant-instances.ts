/**
 * Ours with several instances over one Redis; the edges are told all managers.
 */
import type { DummyEdges } from '../../scripts/lab/dummy-edges.ts';
import { until } from '../../scripts/lab/waiting.ts';
import { RedisServer } from '../support/redis-server.ts';
import { Contestant, openEdges } from './contestant.ts';
import { BLUE, controllerOf, joinEdges } from './contestant-nva.ts';
import { NvaDaemon } from './nva-daemon.ts';

export interface InstancesContestant {
  readonly contestant: Contestant;
  readonly daemons: readonly NvaDaemon[];
  readonly redis: RedisServer;
}

export interface InstanceView {
  readonly name: string;
  readonly status: { readonly alive: boolean; readonly nves: readonly string[] };
}

export async function openInstances(
  edgeCount: number,
  instanceCount: number,
): Promise<InstancesContestant> {
  const edges = await openEdges('bmany', edgeCount);
  // As an operator who wants to lose nothing runs it.
  const redis = await RedisServer.start({ args: ['--appendonly', 'yes'] });
  const daemons: NvaDaemon[] = [];
  try {
    for (let number = 1; number <= instanceCount; number++) {
      const options = { instance: `i${number}`, store: redis.location };
      const daemon = await NvaDaemon.prepare(edges.folder, options);
      daemons.push(daemon);
      await daemon.start();
    }
    await joinEdges(edges, daemons);
    const [first] = daemons;
    if (first === undefined) throw new Error('There must be an instance.');
    await untilSpread(first, edges);
    await first.apply([BLUE]);
    const contestant = await Contestant.open(`nva x ${instanceCount}`, edges, {
      ...controllerOf(first),
      close: async () => {
        for (const daemon of daemons) await daemon.stop();
        await redis.stop();
      },
    });
    return { contestant, daemons, redis };
  } catch (error) {
    for (const daemon of daemons) await daemon.stop('SIGKILL');
    await redis.stop();
    await edges.close();
    throw error;
  }
}

/** Until every edge is served, no instance serves two more than another, and nothing moved in the last second. */
export async function untilSpread(daemon: NvaDaemon, edges: DummyEdges): Promise<void> {
  let before = '';
  const isSpread = async () => {
    const views = await daemon.get<readonly InstanceView[]>('/v1/instances');
    const counts = views
      .filter(({ status }) => status.alive)
      .map(({ status }) => status.nves.length);
    const served = counts.reduce((sum, count) => sum + count, 0);
    const now = JSON.stringify(views.map(({ status }) => status.nves));
    const isStill = now === before;
    before = now;
    return (
      isStill && served === edges.edges.length && Math.max(...counts) - Math.min(...counts) < 2
    );
  };
  await until('the edges to be spread over the instances', isSpread, {
    deadlineMs: 60_000,
    everyMs: 1_000,
  });
}
