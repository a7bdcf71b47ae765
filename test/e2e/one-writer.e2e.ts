/**
 * One writer, proved on real parts: random failures by a seed, every write recorded by the NVE itself, and a judge that
 * replays the records. `SEED=` and `STEPS=` try others, or one of them again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Controller } from '../../scripts/lab/controller.ts';
import type { Hypervisor } from '../../scripts/lab/hypervisor.ts';
import type { RedisServer } from '../../scripts/lab/redis.ts';
import { type FailureStep, planFailures, planTenants } from './support/failure-plan.ts';
import { figure } from './support/figures.ts';
import { InstancesSite, logTails } from './support/instances-site.ts';
import { writersOf } from './support/one-writer.ts';
import { commitsOf, databaseEventsOf, switchEventsOf } from './support/switch-log.ts';

const SEED = Number(process.env.SEED ?? 5);
const STEPS = Number(process.env.STEPS ?? 20);
const PAUSE_MAX_MS = 1_000;
/** Tenants that come, move and go meanwhile, so that there is always something to write. */
const TENANT_PAUSE_MAX_MS = 200;
const SPARES = [4, 5] as const;
const HYPERVISORS = 3;
const INSTANCES = 3;

let site: InstancesSite;
let redis: RedisServer;

describe('three instances under random failures', () => {
  before(async () => {
    site = await InstancesSite.open({
      ...{ prefix: 'nveo', hypervisors: HYPERVISORS, instances: INSTANCES },
      store: async (lab) => {
        redis = await lab.startRedis({ persistence: 'aof' });
        return redis.url;
      },
    });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2, 3]);
    for (const number of SPARES) await site.addSpare('blue', number, site.hv(1));
    await site.healthy();
  });

  after(() => site?.close());

  it(`write to each NVE one at a time, and end with what is desired (SEED=${SEED})`, async () => {
    const shape = { instances: INSTANCES, nves: HYPERVISORS, pauseMaxMs: PAUSE_MAX_MS };
    const plan = planFailures({ seed: SEED, steps: STEPS, ...shape });
    const done: string[] = [];
    const note = (step: unknown) => {
      done.push(`${new Date().toISOString()} ${JSON.stringify(step)}`);
    };
    const moves = new AbortController();
    try {
      const moving = tenantsMove(note, moves.signal);
      for (const step of plan) {
        await sleep(step.afterMs);
        note(step);
        await carryOut(step);
      }
      moves.abort();
      await moving;
      await site.repaired();
      await site.healthy();
      for (const hypervisor of site.lab.hypervisors) await expectOneWriter(hypervisor);
    } catch (error) {
      moves.abort();
      process.stderr.write(`SEED=${SEED} did:\n${done.join('\n')}\n${logTails(site.instances)}`);
      throw error;
    }
  });
});

async function expectOneWriter(hypervisor: Hypervisor): Promise<void> {
  const writers = writersOf(switchEventsOf(hypervisor), databaseEventsOf(hypervisor));
  const { accepted, refused, masters, committed, aborted } = writers;
  figure(
    `${hypervisor.name}: ${masters} masters; ${accepted} writes taken, ${refused} refused; ${committed} transactions, ${aborted} aborted`,
  );
  expect(writers.faults, hypervisor.name).to.deep.equal([]);
  expect(accepted).to.be.above(0);
  // The database's own file tells the same: each change says whose it is, and generations rise.
  const commits = await commitsOf(hypervisor);
  expect(commits).to.have.length(committed);
  const authors = commits.map(({ comment }) => /^nva: (c\d): /.exec(comment)?.[1]);
  expect(authors).not.to.include(undefined);
  const generations = commits.flatMap(({ generation }) => generation ?? []);
  expect(generations).to.deep.equal([...new Set(generations)].sort((a, b) => (a < b ? -1 : 1)));
}

async function carryOut(step: FailureStep): Promise<void> {
  switch (step.action) {
    case 'cut-store':
      return site.lab.cut(instance(step.instance), redis);
    case 'heal-store':
      return site.lab.heal(instance(step.instance), redis);
    case 'cut-nve':
      return site.lab.cut(instance(step.instance), nve(step.nve));
    case 'heal-nve':
      return site.lab.heal(instance(step.instance), nve(step.nve));
    case 'flush':
      return redis.flushAll();
    default:
      return processStep(instance(step.instance), step.action);
  }
}

async function processStep(
  one: Controller,
  action: 'kill' | 'start' | 'restart' | 'pause' | 'resume',
): Promise<void> {
  if (action === 'kill') return one.kill();
  // Without waiting: one that is cut from the store gets no further for now.
  if (action === 'start') return one.launch();
  if (action === 'pause') return one.pause();
  if (action === 'resume') return one.resume();
  await one.kill();
  one.launch();
}

/** Until it is told to end. */
async function tenantsMove(note: (step: unknown) => void, end: AbortSignal): Promise<void> {
  const shape = { tenants: SPARES.length, nves: HYPERVISORS, pauseMaxMs: TENANT_PAUSE_MAX_MS };
  for (const step of planTenants({ seed: SEED, ...shape })) {
    await sleep(step.afterMs);
    if (end.aborted) return;
    note(step);
    const tenant = site.lab.tenant(`blue-${SPARES[step.tenant]}`);
    if (step.nve === undefined) await tenant.detach();
    else if (tenant.hypervisor !== nve(step.nve)) await tenant.moveTo(nve(step.nve));
    if (step.nve !== undefined && !tenant.attached) await tenant.attach();
  }
}

function instance(index: number): Controller {
  const found = site.instances[index];
  if (found === undefined) throw new Error(`There is no instance ${index}.`);
  return found;
}

function nve(index: number): Hypervisor {
  return site.hv(index + 1);
}
