/**
 * Three instances over a Redis that Sentinels fail over: an orderly failover, one to a replica that had not heard of
 * everything while the old master still answers, and one after a death. What was confirmed is there in the end.
 */
import type { RedisServer, Sentinel } from '../../scripts/lab/redis.ts';
import { figure } from './support/figures.ts';
import { InstancesSite } from './support/instances-site.ts';
import { networkManifest } from './support/manifests.ts';
import {
  acquaint,
  attachMoveDetach,
  type Newcomer,
  scenariosUnderPings,
} from './support/under-pings.ts';

let site: InstancesSite;
let servers: readonly RedisServer[];
let sentinels: readonly Sentinel[];
const scenario = scenariosUnderPings(() => site, newcomer);
const churn = (when: string) => attachMoveDetach(newcomer(), when);

function newcomer(): Newcomer {
  const { lab } = site;
  return {
    ...{ spare: lab.tenant('blue-4'), neighbour: lab.tenant('blue-3') },
    ...{ witness: lab.tenant('blue-2'), other: lab.hv(4) },
  };
}

describe('three instances over a Redis with Sentinels', () => {
  before(async () => {
    site = await InstancesSite.open({
      ...{ prefix: 'nves', hypervisors: 4 },
      store: async (lab) => {
        // A replica takes the master's data at once instead of waiting five seconds for others that might want it.
        const args = ['--repl-diskless-sync-delay', '0'];
        const first = await lab.startRedis({ args });
        const replicaOf = ['--replicaof', first.managementIp, String(first.port)];
        const second = await lab.startRedis({ args: [...args, ...replicaOf] });
        servers = [first, second];
        sentinels = await lab.startSentinels({ master: first });
        const hosts = sentinels.map(({ managementIp, port }) => `${managementIp}:${port}`);
        return `redis+sentinel://${hosts.join(',')}/nva`;
      },
    });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2, 3]);
    await site.addSpare('blue', 4, site.hv(3));
    await site.healthy();
    await acquaint(newcomer());
  });

  after(() => site?.close());

  scenario('an orderly failover', async () => {
    const [before, replica] = await masterAndReplica();
    await sentinels[0]?.cli('SENTINEL', 'FAILOVER', 'nva');
    await churn('amid the failover');
    await failedOver(before);
    await declared('after-failover');
    await demote(before, replica);
    await storedInMaster('after-failover');
  });

  scenario(
    'a failover while the old master still answers, and what it took meanwhile',
    async () => {
      const [before, replica] = await masterAndReplica();
      await site.lab.cut(before, [replica, ...sentinels]);
      // Perhaps the old master takes it, perhaps it is refused until the new one is found: never lost in silence.
      const outcome = await declared('amid-failover').catch(String);
      await churn('while two masters answer');
      await failedOver(before);
      await declared('with-the-new-master');
      await site.lab.heal();
      await demote(before, replica);
      await declared('after-the-demotion');
      // What the old master alone had taken is given to the new one.
      const confirmed = ['with-the-new-master', 'after-the-demotion'];
      if (outcome === undefined) confirmed.push('amid-failover');
      else figure(`declared while two masters answered: ${outcome}`);
      await storedInMaster(...confirmed);
      for (const name of confirmed) await knownToAll(name);
    },
  );

  scenario('the death of the master', async () => {
    const [before] = await masterAndReplica();
    const start = performance.now();
    await before.kill();
    await churn('while no master answers');
    await failedOver(before);
    await site.until('a network declared again', async () => {
      return (await declared('after-the-death').catch(() => false)) === undefined;
    });
    figure(
      `kill -9 of the master: intent is taken again after ${Math.round(performance.now() - start)} ms`,
    );
    await before.start();
  });
});

/** Confirmed by an instance, and known to all of them. */
async function declared(name: string): Promise<void> {
  await site.anyone.apply(networkManifest({ name }));
  await knownToAll(name);
}

async function knownToAll(name: string): Promise<void> {
  await site.until(`network ${name} at every instance`, async () => {
    const lists = await Promise.all(site.living.map((one) => site.api(one).list('networks')));
    return lists.every((networks) => networks.some((network) => network.name === name));
  });
}

/** As the Sentinels have it. */
async function masterAndReplica(): Promise<readonly [RedisServer, RedisServer]> {
  const ip = await sentinels[0]?.masterIp();
  const master = servers.find(({ managementIp }) => managementIp === ip);
  const replica = servers.find(({ managementIp }) => managementIp !== ip);
  if (master === undefined || replica === undefined) throw new Error(`${ip} is no Redis of ours`);
  return [master, replica];
}

/** The Sentinels would do it some ten seconds later. */
async function demote(before: RedisServer, master: RedisServer): Promise<void> {
  await before.cli('REPLICAOF', master.managementIp, String(master.port));
}

/** In the records of the master that the Sentinels name, and of its replica. */
async function storedInMaster(...names: readonly string[]): Promise<void> {
  const fields = names.map((name) => `network/${name}`);
  await site.until(`${names} in the new master and in its replica`, async () => {
    const [master, replica] = await masterAndReplica();
    if (!/slave0:.*state=online/.test(await master.cli('INFO', 'replication'))) return false;
    const lists = await Promise.all(
      [master, replica].map((server) => server.cli('HKEYS', 'nva:{default}:records')),
    );
    return lists.every((list) => fields.every((field) => list.split('\n').includes(field)));
  });
}

async function failedOver(before: RedisServer): Promise<void> {
  await site.until('the failover', async () => {
    const ips = await Promise.all(sentinels.map((sentinel) => sentinel.masterIp()));
    return ips.every((ip) => ip !== before.managementIp);
  });
}
