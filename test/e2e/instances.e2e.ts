/**
 * Three instances over one Redis, four hypervisors, and every failure that may befall them: what the tenants notice
 * (pings between all at 100 Hz), who writes next and how soon, and that a port attached or moved in the middle of it
 * works at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Controller } from '../../scripts/lab/controller.ts';
import type { RedisServer } from '../../scripts/lab/redis.ts';
import { figure } from './support/figures.ts';
import { changesDuring } from './support/flow-events.ts';
import { InstancesSite } from './support/instances-site.ts';
import { networkManifest, portManifest, portPlan } from './support/manifests.ts';
import {
  acquaint,
  attachMoveDetach,
  type Newcomer,
  scenariosUnderPings,
} from './support/under-pings.ts';

let site: InstancesSite;
let redis: RedisServer;
const scenario = scenariosUnderPings(() => site, newcomer);
const churn = (when: string) => attachMoveDetach(newcomer(), when);

function newcomer(): Newcomer {
  const { lab } = site;
  return {
    ...{ spare: lab.tenant('blue-6'), neighbour: lab.tenant('blue-5') },
    ...{ witness: lab.tenant('blue-4'), other: lab.hv(6) },
  };
}

describe('three instances over one Redis', () => {
  before(async () => {
    site = await InstancesSite.open({
      ...{ prefix: 'nvei', hypervisors: 6 },
      store: async (lab) => {
        redis = await lab.startRedis({ persistence: 'aof' });
        return redis.url;
      },
    });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2, 3, 4, 5]);
    await site.declare({ name: 'red', vni: 5002 }, [2, 3]);
    await site.addSpare('blue', 6, site.hv(5));
    await site.healthy();
    await acquaint(newcomer());
  });

  after(() => site?.close());

  describe('and one that goes', oneGoes);
  describe('and a network that is cut', networkIsCut);
  describe('and a Redis that goes', redisGoes);
  describe('and an operator', operator);
});

/** Lets `fail` befall the busiest instance; gives it when others serve all that it did. */
async function handedOver(
  what: string,
  fail: (victim: Controller) => Promise<void> | void,
): Promise<Controller> {
  const victim = await site.busiest();
  const served = await site.ownedBy(victim);
  const since = Date.now();
  await fail(victim);
  const ms = await site.nextWriters(served, victim, since);
  figure(`${what}: another writer for each of its ${served.length} NVEs after ${ms} ms`);
  return victim;
}

/** No flow and no group may change while an instance comes back and the load spreads again. */
async function withoutFlowChanges(work: () => Promise<void>): Promise<void> {
  await site.placed();
  const changes = await changesDuring(site.lab.hypervisors, async () => {
    const start = performance.now();
    await work();
    await site.spread();
    figure(`back, and the load spread again, after ${Math.round(performance.now() - start)} ms`);
  });
  expect(changes).to.deep.equal([]);
}

function oneGoes(): void {
  scenario('kill -9 of an owner', async () => {
    const victim = await handedOver('kill -9', (one) => one.kill());
    await churn('while an instance is dead');
    await withoutFlowChanges(() => victim.start());
  });

  scenario('SIGTERM of an owner', async () => {
    const victim = await handedOver('SIGTERM', (one) => one.stop());
    await churn('while an instance is down');
    await withoutFlowChanges(() => victim.start());
  });

  scenario('SIGSTOP of an owner, which wakes and does not write', async () => {
    const victim = await handedOver('SIGSTOP', (one) => one.pause());
    await site.served();
    await churn('while an instance sleeps');
    await withoutFlowChanges(async () => victim.resume());
  });
}

function networkIsCut(): void {
  scenario('cut between one instance and Redis: it yields, the others serve all', async () => {
    await handedOver('cut from Redis', (one) => site.lab.cut(one, redis));
    await churn('while an instance is cut from Redis');
    await site.lab.heal();
  });

  scenario('cut between one instance and half of the NVEs', async () => {
    const victim = await site.busiest();
    const served = await site.ownedBy(victim);
    const others = site.lab.hypervisors.filter((one) => !served.includes(one));
    const half = [...served, ...others].slice(0, 2);
    const since = Date.now();
    await site.lab.cut(victim, half);
    const ms = await site.nextWriters(served, victim, since);
    figure(`cut from half of the NVEs: another writer for ${served.length} after ${ms} ms`);
    await churn('while an instance is cut from half of the NVEs');
    await site.lab.heal();
  });

  scenario('cut between all instances and Redis', async () => {
    await site.lab.cut(site.instances, redis);
    await churn('while all are cut from Redis');
    await site.lab.heal();
  });
}

function redisGoes(): void {
  scenario('Redis killed, and started again with its data', async () => {
    await redis.kill();
    await churn('while Redis is dead');
    await redis.start();
  });

  scenario('Redis killed, and started again without its data', async () => {
    await redis.kill();
    redis.dropData();
    await churn('while Redis is dead');
    await redis.start();
    await refilled();
  });

  scenario('FLUSHALL', async () => {
    await redis.flushAll();
    await churn('after FLUSHALL');
    await refilled();
  });

  scenario('Redis stopped for 5 s', async () => {
    redis.pause();
    const until = performance.now() + 5_000;
    await churn('while Redis is stopped');
    await sleep(until - performance.now());
    redis.resume();
  });
}

const RECORDS = 'nva:{default}:records';

/** Redis has again what was declared. */
async function refilled(): Promise<void> {
  await site.until('the networks and ports in Redis', async () => {
    const keys = (await redis.cli('HKEYS', RECORDS)).split('\n');
    const wanted = [
      'network/blue',
      'network/red',
      ...site.lab.tenants.map((one) => `port/${one.name}`),
    ];
    return wanted.every((key) => keys.includes(key));
  });
}

const NEWER = '{"kind":"Future","v":2,"words":["of","tomorrow"]}';

function operator(): void {
  scenario('a rolling upgrade to wrong clocks, beside a record of a newer release', async () => {
    await redis.cli('HSET', RECORDS, 'network/future', `1 ${NEWER}`);
    for (const [position, instance] of site.instances.entries()) {
      // Ten minutes between the first and the last.
      instance.clockOffsetMs = [300_000, 0, -300_000][position] ?? 0;
      await instance.restart(['--feed-revisions-max', '10']);
      if (position === 1) await churn('amid a rolling restart');
      await site.served();
    }
    expect(await redis.cli('HGET', RECORDS, 'network/future')).to.equal(`1 ${NEWER}`);
    await redis.cli('HDEL', RECORDS, 'network/future');
  });

  scenario('kill -9 of the instance whose clock is ahead of the others', async () => {
    const [fast] = site.instances;
    if (fast === undefined) throw new Error('there is no instance');
    const served = await site.ownedBy(fast);
    expect(served).not.to.have.length(0);
    const since = Date.now();
    await fast.kill();
    const ms = await site.nextWriters(served, fast, since);
    figure(`the fast clock gone: another writer for ${served.length} NVEs after ${ms} ms`);
    await churn('after the fast clock died');
    await fast.start(['--feed-revisions-max', '10']);
  });

  scenario('the feed trimmed beyond what a sleeping instance had read', async () => {
    const sleeper = await site.busiest();
    sleeper.pause();
    const ports = Array.from({ length: 30 }, (_, index) => portPlan('blue', 20 + index));
    for (const plan of ports) await site.api(site.anyone).apply(portManifest(plan));
    await site.served();
    await churn('while an instance sleeps');
    sleeper.resume();
    await site.until('the sleeper to know all ports', async () => {
      const names = (await site.api(sleeper).list('ports')).map(({ name }) => name);
      return ports.every(({ name }) => names.includes(name));
    });
    await site.api(site.anyone).deleteListed(ports.map(portManifest).join(''));
  });

  it('finds one master role per bridge in what the switches write down themselves', async () => {
    await site.oneMasterWrittenDown();
  });

  scenario('a network declared at one instance and removed at another', async () => {
    const [first, second] = site.instances;
    if (first === undefined || second === undefined) throw new Error('two instances are wanted');
    await first.apply(networkManifest({ name: 'green', vni: 5003 }), 20);
    expect((await site.api(second).list('networks')).map(({ name }) => name)).to.include('green');
    await second.must('delete', 'network', 'green');
  });
}
