/**
 * A site under test: a lab, one `nva serve`, and the operator's steps as short calls.
 *
 * Everything is asked through the command line, as an operator's script would.
 */

import type { EventView, NetworkView, NveView, PortView } from '../../../lib/model/views.ts';
import type { Controller } from '../../../scripts/lab/controller.ts';
import type { Hypervisor, Underlay } from '../../../scripts/lab/hypervisor.ts';
import { endLab, Lab } from '../../../scripts/lab/lab.ts';
import type { Tenant } from '../../../scripts/lab/tenant.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { type NetworkPlan, networkManifest, portManifest, portPlan } from './manifests.ts';

export interface SiteOptions {
  readonly prefix: string;
  readonly hypervisors: number;
  readonly underlay?: Underlay;
  /** More words for `nva serve`. */
  readonly args?: readonly string[];
  /** What hypervisors are told to connect to. Default: its first listener. */
  readonly manager?: (controller: Controller) => string;
  /** Before a hypervisor joins: what an operator may have done there. */
  readonly prepare?: (lab: Lab) => Promise<void>;
}

/** Several of ovsdb-server's own pauses between attempts (8 s at most), on a machine with other work to do. */
const WAIT_MS = 40_000;

export class Site {
  readonly lab: Lab;
  readonly controller: Controller;

  /** All hypervisors have joined, and have their bridges. */
  static async open(options: SiteOptions): Promise<Site> {
    const { prefix, hypervisors, underlay = 4, args = [] } = options;
    await endLab(prefix);
    const lab = await Lab.open({ prefix, hypervisors, underlay });
    try {
      await options.prepare?.(lab);
      const controller = await lab.startController({ args });
      const site = new Site(lab, controller, options.manager?.(controller) ?? controller.manager);
      const more = args.filter((word) => word === '--ovsdb' || word === '--openflow').length;
      await site.#ready(2 + more);
      await site.join(...lab.hypervisors);
      return site;
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  readonly #manager: string;

  private constructor(lab: Lab, controller: Controller, manager: string) {
    this.lab = lab;
    this.controller = controller;
    this.#manager = manager;
  }

  /** Whoever comes before the listeners are open is refused, and tries again a second or two later. */
  async #ready(listeners: number): Promise<void> {
    await this.until('all listeners', async () => {
      const status = JSON.parse(await this.controller.must('status', '-o', 'json'));
      return (status.listeners as readonly string[]).length === listeners;
    });
  }

  close(): Promise<void> {
    return this.lab.close();
  }

  hv(index: number): Hypervisor {
    return this.lab.hv(index);
  }

  tenant(name: string): Tenant {
    return this.lab.tenant(name);
  }

  async join(...hypervisors: readonly Hypervisor[]): Promise<void> {
    for (const hypervisor of hypervisors) await hypervisor.joinManager(this.#manager);
    await this.inStep();
  }

  /** Every hypervisor is connected (ovsdb-server itself comes back only every 8 s in the end), its flows as desired. */
  async inStep(): Promise<void> {
    let nves: readonly NveView[] = [];
    const all = async () => {
      nves = await this.nves();
      return this.lab.hypervisors.every(({ name }) =>
        nves.some((nve) => nve.name === name && isUp(nve)),
      );
    };
    await this.until(() => `every hypervisor in step: ${JSON.stringify(nves)}`, all);
  }

  /**
   * Declares a network and its members, one per place (the number of a hypervisor), and attaches them there. A place of
   * 0: declared and nowhere attached.
   */
  async declare(network: NetworkPlan, places: readonly number[]): Promise<void> {
    const plans = places.map((_, position) => portPlan(network.name, position + 1));
    await this.controller.apply(networkManifest(network) + plans.map(portManifest).join(''));
    await Promise.all(
      places.map(async (place, position) => {
        const plan = plans[position];
        if (plan === undefined || place === 0) return;
        const tenant = await this.lab.addTenant({ ...plan, hypervisor: this.hv(place) });
        await tenant.attach();
      }),
    );
    await this.settled();
  }

  /** Changes networks; the switches have it afterwards. */
  async change(...networks: readonly NetworkPlan[]): Promise<void> {
    await this.controller.apply(networks.map(networkManifest).join(''), WAIT_MS / 1000);
  }

  /** Every hypervisor is in step, every attached tenant's port active, and the switches have confirmed it all. */
  async settled(): Promise<void> {
    await this.inStep();
    await this.until('every attached port active', async () => {
      const active = new Set(
        (await this.ports())
          .filter(({ status }) => status.phase === 'active')
          .map((port) => `${port.name} on ${port.status.nve}`),
      );
      return this.lab.tenants
        .filter((tenant) => tenant.attached)
        .every((tenant) => active.has(`${tenant.ifaceId} on ${tenant.hypervisor.name}`));
    });
    await this.controller.must('wait', '--timeout', String(WAIT_MS / 1000));
  }

  nves(): Promise<readonly NveView[]> {
    return this.controller.get<readonly NveView[]>('nves');
  }

  nve(name: string): Promise<NveView> {
    return this.controller.get<NveView>('nve', name);
  }

  ports(): Promise<readonly PortView[]> {
    return this.controller.get<readonly PortView[]>('ports');
  }

  port(name: string): Promise<PortView> {
    return this.controller.get<PortView>('port', name);
  }

  network(name: string): Promise<NetworkView> {
    return this.controller.get<NetworkView>('network', name);
  }

  async events(): Promise<readonly EventView[]> {
    return JSON.parse(await this.controller.must('events', '-o', 'json')) as EventView[];
  }

  /** Waits until the port's status is so; else the error says what it was last. */
  async portBecomes(
    name: string,
    isSo: (status: PortView['status']) => boolean,
  ): Promise<PortView['status']> {
    let status: PortView['status'] | undefined;
    const ask = async () => {
      ({ status } = await this.port(name));
      return isSo(status) ? status : undefined;
    };
    return this.until(() => `port ${name}: ${JSON.stringify(status)}`, ask);
  }

  async nveBecomes(name: string, isSo: (nve: NveView) => boolean): Promise<NveView> {
    let view: NveView | undefined;
    const ask = async () => {
      view = await this.nve(name);
      return isSo(view) ? view : undefined;
    };
    return this.until(() => `nve ${name}: ${JSON.stringify(view?.status)}`, ask);
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

  /** What `nva flows --diff` shows of each connected NVE that differs. Empty: all are as they should be. */
  async differences(): Promise<readonly string[]> {
    const connected = (await this.nves()).filter(({ status }) => status.connected);
    const outcomes = await Promise.all(
      connected.map(async ({ name }) => {
        const { code, stdout, stderr } = await this.controller.nva('flows', name, '--diff');
        return code === 0 ? [] : [`${name}: ${stdout}${stderr}`];
      }),
    );
    return outcomes.flat();
  }
}

export function isUp({ status }: NveView): boolean {
  return (
    status.connected &&
    status.owner !== undefined &&
    status.openflow !== undefined &&
    status.flows.installed > 0 &&
    status.flows.installed === status.flows.desired
  );
}
