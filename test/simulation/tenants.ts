/**
 * Operators and hypervisors of a simulated domain: networks and ports are declared and change, interfaces come, get
 * their numbers, move and go.
 */

import { planDelete } from '../../lib/control/intent.ts';
import type { DomainRecord, NetworkRecord, PortRecord } from '../../lib/model/records.ts';
import { keyOf } from '../../lib/model/records.ts';
import { macFromNumber } from '../../protocols/base/addresses.ts';
import type { NveModel } from './nve-model.ts';
import { storedDomain } from './stored-domain.ts';
import type { World } from './world.ts';

const NETWORKS = ['blue', 'red'];
const PORTS = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];

export class Tenants {
  /** What operators were told is stored; undefined: deleted. */
  readonly confirmed = new Map<string, DomainRecord | undefined>();
  /** What instances may have to write something for. */
  acts = 0;
  /** Written by operators. */
  writes = 0;
  readonly #world: World;
  #isOver = false;
  #ofport = 0;

  constructor(world: World) {
    this.#world = world;
  }

  declareAll(): void {
    for (const name of NETWORKS) this.#declare(network(name, 100));
    for (const name of PORTS) this.#declare(port(name, name < 'p4' ? 'blue' : 'red'));
    for (const name of PORTS) {
      const nve = this.#world.dice.pick(this.#world.nves);
      if (nve !== undefined) this.#plug(nve, name);
    }
  }

  begin(): void {
    const { timeline, dice } = this.#world;
    timeline.after(dice.between(50, 2500), () => {
      if (this.#isOver) return;
      this.#act();
      this.begin();
    });
  }

  end(): void {
    this.#isOver = true;
  }

  #act(): void {
    const { dice, nves } = this.#world;
    const name = dice.pick(PORTS);
    const nve = dice.pick(nves);
    if (name === undefined || nve === undefined) return;
    const acts = [
      () => this.#plug(nve, name),
      () => this.#unplug(nve, name),
      () => this.#move(name, nve),
      () => this.#move(name, nve),
      () => this.#declare(port(name, dice.pick(NETWORKS) ?? 'blue')),
      () => this.#withdraw(`port/${name}`),
      () => this.#declare(network(dice.pick(NETWORKS) ?? 'blue', 100 + dice.between(0, 1))),
      () => this.#letGo(nve),
      () => this.#setManager(nve),
      () => this.#renumber(nve),
    ];
    dice.pick(acts)?.();
  }

  #plug(nve: NveModel, name: string): void {
    if (nve.interfaces.get(`v-${name}`)?.ofport !== undefined) return;
    this.#world.trace(`${name} comes to ${nve.name}`);
    this.acts++;
    nve.setInterface(`v-${name}`, { ifaceId: name });
    const ofport = ++this.#ofport;
    this.#world.timeline.after(this.#world.dice.between(0, 100), () => {
      if (!nve.interfaces.has(`v-${name}`)) return;
      nve.setInterface(`v-${name}`, { ifaceId: name, ofport });
    });
  }

  #unplug(nve: NveModel, name: string): void {
    if (!nve.interfaces.has(`v-${name}`)) return;
    this.#world.trace(`${name} leaves ${nve.name}`);
    this.acts++;
    nve.setInterface(`v-${name}`, undefined);
  }

  /** The new one comes a little before or after the old one goes. */
  #move(name: string, to: NveModel): void {
    const { timeline, dice, nves } = this.#world;
    timeline.after(dice.between(0, 1500), () => this.#plug(to, name));
    timeline.after(dice.between(0, 1500), () => {
      for (const nve of nves) if (nve !== to) this.#unplug(nve, name);
    });
  }

  /** `nva delete nve`, through an instance that has heard everything. */
  #letGo(nve: NveModel): void {
    const { store } = this.#world;
    if (store.isAway) return;
    const domain = storedDomain(this.#world);
    const plan = planDelete(domain, [{ kind: 'Nve', name: nve.name }], () => ({
      ...{ connected: true, managers: nve.managers },
    }));
    if (domain.nve(nve.name) === undefined || plan.writes.length === 0) return;
    this.#world.trace(`${nve.name} is let go`);
    const writes = plan.writes.map((write) => ({
      ...write,
      basedOn: store.records.get(write.key)?.revision ?? ('absent' as const),
    }));
    this.acts += 4;
    this.writes++;
    store.apply(writes, '0');
  }

  /** `ovs-vsctl set-manager`: one that was let go is served again. */
  #setManager(nve: NveModel): void {
    this.#world.trace(`${nve.name} has another manager row`);
    this.acts += 4;
    nve.setManagers([`m${++this.#ofport}`]);
  }

  /** One with the address of another lacks it, until that one has another. */
  #renumber(nve: NveModel): void {
    const { dice, nves } = this.#world;
    const host = dice.between(1, nves.length + 1);
    this.#world.trace(`${nve.name} has the address ${host}`);
    this.acts += 2;
    nve.setHost(host);
  }

  #declare(record: DomainRecord): void {
    this.#write(keyOf(record), record);
  }

  #withdraw(key: string): void {
    this.#write(key, undefined);
  }

  #write(key: string, record: DomainRecord | undefined): void {
    const { store } = this.#world;
    if (store.isAway) return;
    this.#world.trace(`${key} is ${record === undefined ? 'deleted' : JSON.stringify(record)}`);
    const basedOn = store.records.get(key)?.revision ?? ('absent' as const);
    this.acts++;
    this.writes++;
    store.apply([{ key, record, basedOn }], '0');
    this.confirmed.set(key, record);
  }
}

function network(name: string, shift: number): NetworkRecord {
  const vni = shift + NETWORKS.indexOf(name) * 10;
  return { kind: 'network', name, vni, vniAllocated: false };
}

function port(name: string, of: string): PortRecord {
  const mac = macFromNumber(0x020000000000 + Number(name.slice(1)));
  return { kind: 'port', name, network: of, mac, ips: [] };
}
