/**
 * A site under test with several instances of one domain: a lab, a Redis, instances that share it, and hypervisors
 * that have all of them as managers.
 *
 * `healthy` is what every failure must end in: each NVE owned by one living instance, the load spread, one master per
 * bridge, flows as desired, the same mappings at every instance.
 */
import { expect } from 'chai';
import { ApiClient } from '../../../lib/cli/api-client.ts';
import type { MappingView, NveView, PortView } from '../../../lib/model/views.ts';
import type { Controller } from '../../../scripts/lab/controller.ts';
import type { Hypervisor } from '../../../scripts/lab/hypervisor.ts';
import { endLab, Lab } from '../../../scripts/lab/lab.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { type NetworkPlan, networkManifest, portManifest, portPlan } from './manifests.ts';
import { writersOf } from './one-writer.ts';
import { databaseEventsOf, recordMessages, switchEventsOf } from './switch-log.ts';

export interface InstancesSiteOptions {
  readonly prefix: string;
  readonly hypervisors: number;
  /** Default 3. */
  readonly instances?: number;
  /** More words for each `nva serve`. */
  readonly args?: readonly string[];
  /** Makes the store in the lab, and says what `--store` is to be told. */
  readonly store: (lab: Lab) => Promise<string>;
}

/** Several of ovsdb-server's pauses, on a machine with other work to do. */
const WAIT_MS = 40_000;
/** Between ovsdb-server's attempts to come back to an instance; its own default of 8 s would be most of the time. */
const MANAGER_BACKOFF_MS = 1_000;
const LOG_LINES = 12;

export class InstancesSite {
  readonly lab: Lab;
  readonly instances: readonly Controller[];
  readonly #stop = new AbortController();

  /** All instances run, all hypervisors have joined all of them, and the NVEs are spread. */
  static async open(options: InstancesSiteOptions): Promise<InstancesSite> {
    const { prefix, hypervisors, args = ['--probe-interval-ms', '1000'] } = options;
    await endLab(prefix);
    const lab = await Lab.open({ prefix, hypervisors });
    try {
      const store = await options.store(lab);
      const count = options.instances ?? 3;
      const instances = await Promise.all(
        Array.from({ length: count }, () => lab.startController({ args, store })),
      );
      const site = new InstancesSite(lab, instances);
      await Promise.all(
        lab.hypervisors.map(async (hypervisor) => {
          await recordMessages(hypervisor);
          await hypervisor.joinManager(...instances.map(({ manager }) => manager));
          await hypervisor.setManagerBackoff(MANAGER_BACKOFF_MS);
        }),
      );
      await site.spread();
      return site;
    } catch (error) {
      process.stderr.write(logTails(lab.controllers));
      await lab.close();
      throw error;
    }
  }

  private constructor(lab: Lab, instances: readonly Controller[]) {
    this.lab = lab;
    this.instances = instances;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.lab.close();
  }

  hv(index: number): Hypervisor {
    return this.lab.hv(index);
  }

  /** Started and not stopped. */
  get living(): readonly Controller[] {
    return this.instances.filter(({ isRunning }) => isRunning);
  }

  /** Any living one. */
  get anyone(): Controller {
    const [first] = this.living;
    if (first === undefined) throw new Error('no instance runs');
    return first;
  }

  instance(name: string): Controller {
    const found = this.instances.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no instance ${name}.`);
    return found;
  }

  api(instance: Controller): ApiClient {
    const path = instance.api.slice('unix:'.length);
    return new ApiClient({ unix: path }, instance.api, this.#stop.signal);
  }

  async until<T>(
    what: string | (() => string),
    ask: () => Promise<T | undefined | false>,
    deadlineMs = WAIT_MS,
  ): Promise<T> {
    try {
      return await until('the condition', ask, { deadlineMs, everyMs: 50 });
    } catch (error) {
      const sentence = typeof what === 'string' ? what : what();
      throw new Error(`${sentence} (${error instanceof Error ? error.message : error})`);
    }
  }

  /** Who holds which NVE, as an instance has it. */
  async owners(asked = this.anyone): Promise<ReadonlyMap<string, string | undefined>> {
    const nves = await this.api(asked).list('nves');
    return new Map(nves.map(({ name, status }) => [name, status.owner]));
  }

  /** Hypervisors that this instance serves. */
  async ownedBy(instance: Controller): Promise<readonly Hypervisor[]> {
    const owners = await this.owners();
    return this.lab.hypervisors.filter(({ name }) => owners.get(name) === instance.name);
  }

  /** The instance with the most NVEs. */
  async busiest(): Promise<Controller> {
    const owners = [...(await this.owners()).values()];
    const load = (one: Controller) => owners.filter((owner) => owner === one.name).length;
    return [...this.living].sort((left, right) => load(right) - load(left))[0] ?? this.anyone;
  }

  /** Declares a network and its members, one per place (the number of a hypervisor), and attaches them there. */
  async declare(network: NetworkPlan, places: readonly number[]): Promise<void> {
    const plans = places.map((_, position) => portPlan(network.name, position + 1));
    await this.anyone.apply(networkManifest(network) + plans.map(portManifest).join(''));
    await Promise.all(
      plans.map(async (plan, position) => {
        const hypervisor = this.hv(places[position] ?? 1);
        await (await this.lab.addTenant({ ...plan, hypervisor })).attach();
      }),
    );
  }

  /** A member that is declared and not attached yet. */
  async addSpare(network: string, number: number, hypervisor: Hypervisor): Promise<void> {
    const plan = portPlan(network, number);
    await this.anyone.apply(portManifest(plan));
    await this.lab.addTenant({ ...plan, hypervisor });
  }

  /** All living instances name the same living owner of each NVE. Gives how many NVEs each of them has. */
  async served(
    isEnough: (loads: readonly number[]) => boolean = () => true,
  ): Promise<readonly number[]> {
    let seen: readonly number[] | string = [];
    return this.until(
      () => `every NVE served by one living instance: ${JSON.stringify(seen)}`,
      async () => {
        seen = await this.#loads();
        return typeof seen !== 'string' && isEnough(seen) ? seen : undefined;
      },
    );
  }

  /** And none has two more than another. */
  async spread(): Promise<void> {
    await this.served((loads) => Math.max(...loads) - Math.min(...loads) <= 1);
  }

  /** What every failure must end in. */
  async healthy(): Promise<void> {
    await this.#connected();
    await this.spread();
    const waits = await Promise.all(
      this.living.map(async (one) => [one.name, await one.nva('wait', '--timeout', '30')] as const),
    );
    for (const [name, { code, stdout, stderr }] of waits) {
      expect(code, `nva wait at ${name}: ${stdout}${stderr}`).to.equal(0);
    }
    await this.placed();
    const owners = await this.owners();
    expect(await this.#differences(owners), 'nva flows --diff').to.deep.equal([]);
    await this.#sameMappings();
    this.#oneMasterEach(owners);
  }

  /** Every living instance shows each tenant's port where it is. */
  async placed(): Promise<void> {
    const wanted = this.lab.tenants.map((tenant) =>
      tenant.attached ? `${tenant.ifaceId} on ${tenant.hypervisor.name}` : `${tenant.ifaceId} off`,
    );
    let seen: readonly string[] = [];
    const all = async (instance: Controller) => {
      const ports = await this.api(instance).list('ports');
      seen = wanted.filter((text) => !ports.some((port) => placeOf(port) === text));
      return seen.length === 0;
    };
    for (const instance of this.living) {
      await this.until(
        () => `${instance.name} shows the ports where they are, not so: ${seen}`,
        () => all(instance),
      );
    }
  }

  /** One master role per bridge in what ovs-vswitchd writes into its database, some seconds after each change. */
  async oneMasterWrittenDown(): Promise<void> {
    const owners = await this.owners();
    for (const hypervisor of this.lab.hypervisors) {
      const owner = this.instance(owners.get(hypervisor.name) ?? '');
      let masters: readonly string[] = [];
      await this.until(
        () => `${owner.name} (${owner.ip}) the one master of ${hypervisor.name}, not ${masters}`,
        async () => {
          masters = await mastersOf(hypervisor);
          return masters.length === 1 && masters[0] === `tcp:${owner.ip}:6653`;
        },
      );
    }
  }

  /** ms from `since` (Date.now()) until each of the hypervisors had another master than `before`. */
  async nextWriters(
    hypervisors: readonly Hypervisor[],
    before: Controller,
    since: number,
  ): Promise<number> {
    const firstOf = (hypervisor: Hypervisor) =>
      switchEventsOf(hypervisor).find(
        (event) =>
          event.kind === 'role' &&
          event.role === 'primary' &&
          event.at >= since &&
          event.from !== before.ip,
      )?.at;
    const times = await this.until(
      () => `another master than ${before.name} on ${hypervisors.map(({ name }) => name)}`,
      async () => {
        const found = hypervisors.map(firstOf);
        return found.every((at) => at !== undefined) ? found.map(Number) : undefined;
      },
    );
    return Math.max(0, ...times) - since;
  }

  /** Undoes what a scenario that failed may have left. */
  async repaired(): Promise<void> {
    await this.lab.heal();
    for (const instance of this.instances) {
      if (instance.pid !== undefined && !instance.isRunning) instance.resume();
      instance.clockOffsetMs = 0;
      if (instance.pid === undefined) instance.launch();
    }
    for (const instance of this.instances) await instance.ready();
  }

  /** Or what is not so. */
  async #loads(): Promise<readonly number[] | string> {
    const loads = new Map(this.living.map(({ name }) => [name, 0]));
    const views = await Promise.all(
      this.living.map(async (one) => {
        const nves = await this.api(one).list('nves').catch(String);
        return { name: one.name, nves };
      }),
    );
    for (const { name: hypervisor } of this.lab.hypervisors) {
      const said = views.map(({ name, nves }) => ({ name, owner: ownerIn(nves, hypervisor) }));
      const owners = new Set(said.map(({ owner }) => owner));
      const [owner = ''] = owners;
      const load = loads.get(owner);
      if (owners.size !== 1 || load === undefined) return `${hypervisor}: ${JSON.stringify(said)}`;
      loads.set(owner, load + 1);
    }
    return [...loads.values()];
  }

  /** Every NVE to every instance, as each of them says of all. */
  async #connected(): Promise<void> {
    const wanted = this.lab.hypervisors.length;
    for (const asked of this.living) {
      let lacking: readonly string[] = [];
      await this.until(
        () => `${asked.name} shows all instances alive and connected, not so ${lacking}`,
        async () => {
          const views = await this.api(asked).list('instances');
          const full = views
            .filter(({ status }) => status.alive && status.connected === wanted)
            .map(({ name }) => name);
          lacking = this.living.map(({ name }) => name).filter((name) => !full.includes(name));
          return lacking.length === 0;
        },
      );
    }
  }

  async #differences(owners: ReadonlyMap<string, string | undefined>): Promise<readonly string[]> {
    const outcomes = await Promise.all(
      [...owners].map(async ([nve, owner = '']) => {
        const { code, stdout, stderr } = await this.instance(owner).nva('flows', nve, '--diff');
        return code === 0 ? [] : [`${nve} at ${owner}: ${stdout}${stderr}`];
      }),
    );
    return outcomes.flat();
  }

  async #sameMappings(): Promise<void> {
    let all: readonly (readonly MappingView[])[] = [];
    const same = async () => {
      all = await Promise.all(this.living.map((one) => this.api(one).list('mappings')));
      return new Set(all.map((one) => JSON.stringify(one))).size === 1;
    };
    // Between two requests a change may be on its way.
    await this.until('equal mappings', same, 5_000).catch(() => {
      for (const one of all) expect(one, 'mappings').to.deep.equal(all[0]);
    });
  }

  /** As the switches have written it down: one writer at a time so far, and now whom the instances name. */
  #oneMasterEach(owners: ReadonlyMap<string, string | undefined>): void {
    for (const hypervisor of this.lab.hypervisors) {
      const { faults, master } = writersOf(
        switchEventsOf(hypervisor),
        databaseEventsOf(hypervisor),
      );
      const { name } = hypervisor;
      expect(faults, `who wrote to ${name}`).to.deep.equal([]);
      expect(master, `the master of ${name}`).to.equal(
        this.instance(owners.get(name) ?? '').managementIp,
      );
    }
  }
}

/** For a message to a person. */
export function logTails(instances: readonly Controller[]): string {
  return instances
    .map((one) => `--- the last lines of the log of ${one.name}\n${one.logTail(LOG_LINES)}\n`)
    .join('');
}

async function mastersOf(hypervisor: Hypervisor): Promise<readonly string[]> {
  const text = await hypervisor.vsctl(
    '-f',
    'csv',
    '--no-headings',
    '--columns=role,target',
    'list',
    'controller',
  );
  return text
    .split('\n')
    .filter((line) => line.startsWith('master,'))
    .map((line) => line.slice('master,'.length).replaceAll('"', '').trim());
}

function ownerIn(nves: readonly NveView[] | string, name: string): string {
  if (typeof nves === 'string') return nves;
  const nve = nves.find((one) => one.name === name);
  if (nve === undefined) return 'unknown';
  return nve.status.connected ? (nve.status.owner ?? 'nobody') : 'not connected';
}

function placeOf({ name, status }: PortView): string {
  return status.phase === 'active' ? `${name} on ${status.nve}` : `${name} off`;
}
