/**
 * One core, a store that takes what it publishes, and switches that answer when they are told to.
 */
import { Core } from '../../../lib/control/core.ts';
import type { Effect, Input, NveFacts, Stand } from '../../../lib/control/inputs.ts';
import { planApply, planDelete } from '../../../lib/control/intent.ts';
import { seenNve } from '../../../lib/control/nve-views.ts';
import type { RecordChange } from '../../../lib/desired/compiler.ts';
import type { DomainRecord } from '../../../lib/model/records.ts';
import { keyOf as recordKeyOf } from '../../../lib/model/records.ts';
import { FakeSwitch, keyOf } from '../../fakes/fake-switch.ts';

export class NveScene {
  readonly core: Core;
  readonly effects: Effect[] = [];
  #revision = 0;

  constructor(instance?: string) {
    this.core = new Core({ keyOf, ...(instance === undefined ? {} : { instance }) });
  }

  take(...inputs: Input[]): void {
    const waiting = [...inputs];
    while (waiting.length > 0) {
      const effects = this.core.step(waiting.splice(0));
      this.effects.push(...effects);
      for (const effect of effects) {
        if (effect.type !== 'publish') continue;
        const revision = ++this.#revision;
        waiting.push({ type: 'published', revision });
        waiting.push({ type: 'records', revision, changes: effect.writes });
      }
    }
  }

  write(changes: readonly RecordChange[]): void {
    this.take({ type: 'records', revision: ++this.#revision, changes });
  }

  records(...records: DomainRecord[]): void {
    this.write(records.map((record) => ({ key: recordKeyOf(record), record })));
  }

  /** Its database; the underlay address 10.0.0.`host`. */
  connect(nve: string, host: number, more: Partial<NveFacts> = {}, ports: string[] = []): void {
    const endpoints = [{ type: 'geneve' as const, ip: `10.0.0.${host}` as never }];
    const facts = {
      ...{ bridge: 'br-int', endpoints, conditions: [], database: `db-${host}` },
      ...{ datapathId: `00000000000000${host}`, managers: ['m0'], ...more },
    };
    this.take(
      { type: 'nve-connected', nve, facts },
      { type: 'nve-owner', nve, owner: true },
      { type: 'interfaces', nve, complete: true, changes: ports.map(placed) },
    );
  }

  facts(nve: string, more: Partial<NveFacts>): void {
    const facts = this.core.nve(nve)?.facts;
    if (facts === undefined) throw new Error(`${nve} is not connected`);
    this.take({ type: 'nve-facts', nve, facts: { ...facts, ...more } });
  }

  lose(nve: string): void {
    this.take({ type: 'nve-lost', nve, reason: 'test' });
  }

  /** Its switch is there, is read, and confirms. */
  inStep(nve: string): void {
    this.take({ type: 'flows-ready', nve, version: 6 });
    const read = this.core.nve(nve)?.read ?? 0;
    this.take({ type: 'installed', nve, read, installed: new FakeSwitch().installed() });
    this.confirm(nve);
  }

  confirm(nve: string): void {
    const batch = this.core.nve(nve)?.underWay.at(-1)?.batch;
    if (batch !== undefined) this.take({ type: 'confirmed', nve, batch });
  }

  letGo(name: string): void {
    const { core } = this;
    const plan = planDelete(core.domain, [{ kind: 'Nve', name }], (nve) => seenNve(core, nve));
    this.write(plan.writes);
  }

  name(name: string): void {
    this.write(planApply(this.core.domain, [{ kind: 'Nve', name }]).writes);
  }

  /** The stands that the NVE was told, in order; forgets them. */
  stands(nve: string): Stand[] {
    const stands = this.effects.flatMap((effect) =>
      effect.type === 'bridge' && effect.nve === nve ? effect.stand : [],
    );
    this.effects.length = 0;
    return stands;
  }

  codes(nve: string): string[] {
    return (
      this.core
        .nve(nve)
        ?.conditions()
        .map(({ code }) => code) ?? []
    );
  }

  notices(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'notice' ? effect.code : []));
  }
}

function placed(port: string, at: number) {
  return { name: `v-${port}`, tenant: { ifaceId: port, ofport: at + 1 } };
}

export const BLUE: DomainRecord[] = [
  { kind: 'network', name: 'blue', vni: 5, vniAllocated: false },
  ...['vm1', 'vm2'].map(
    (name, at): DomainRecord => ({
      ...{ kind: 'port', name, network: 'blue', mac: `02:00:00:00:00:0${at}` as never, ips: [] },
    }),
  ),
];
