/**
 * What must be true of records and flow tables when nothing has gone wrong for a while.
 */
import { compileFull } from '../../lib/desired/full.ts';
import { TRANSLATION_BYTES_MAX } from '../../lib/desired/replication.ts';
import type { Domain } from '../../lib/model/domain.ts';
import type { DomainRecord } from '../../lib/model/records.ts';
import { planDiff } from '../../lib/reconcile/diff.ts';
import { Linker } from '../../lib/reconcile/link.ts';
import { keyOf } from '../fakes/fake-switch.ts';
import type { CoreBrain } from './brains.ts';
import type { NveModel } from './nve-model.ts';
import type { Tenants } from './tenants.ts';
import { Violation, type World } from './world.ts';

/** A port is where its interface is; one that is nowhere has no attachment. */
export function expectAttachments(world: World, domain: Domain): void {
  for (const port of domain.ports()) {
    const shown = world.nves
      .filter((nve) => shows(nve, port.name) && domain.departure(nve.name) === undefined)
      .map(({ name }) => name);
    const stored = domain.attachment(port.name)?.nve;
    const isRight = shown.length === 0 ? stored === undefined : shown.includes(stored ?? '');
    if (!isRight) {
      const where = shown.join(' and ') || 'nowhere';
      throw new Violation(`${port.name} is ${where}; the store says ${stored ?? 'nowhere'}`);
    }
  }
  for (const { port, nve } of domain.attachments()) {
    if (domain.port(port) === undefined) {
      throw new Violation(`${port} on ${nve} is stored, and not declared`);
    }
  }
}

function shows(nve: NveModel, port: string): boolean {
  return [...nve.interfaces.values()].some(({ ifaceId }) => ifaceId === port);
}

/** Each NVE has a record, and a number of its own that nobody else claims. */
export function expectNumbers(world: World, domain: Domain): void {
  const claims = new Map<number, string>();
  for (const { record } of world.store.records.values()) {
    if (record.kind === 'index') claims.set(record.index, record.nve);
  }
  for (const { name } of world.nves) {
    if (domain.departure(name) !== undefined) continue;
    const index = domain.nve(name)?.index;
    if (index === undefined) throw new Violation(`${name} has no record`);
    if (claims.get(index) !== name) {
      throw new Violation(`${name} has the number ${index} of ${claims.get(index) ?? 'nobody'}`);
    }
    claims.delete(index);
  }
  const idle = [...claims].map(([index, nve]) => `${index} of ${nve}`);
  if (idle.length > 0) throw new Violation(`numbers are claimed for nothing: ${idle.join(', ')}`);
}

/** One that was let go has nothing of ours any more, and nothing is known of it but that. */
export function expectDepartures(world: World, domain: Domain): void {
  for (const { nve: name, left } of domain.departures()) {
    const nve = world.nves.find((one) => one.name === name);
    if (left !== true) throw new Violation(`${name} was let go and has not left`);
    if (nve?.isOurs === true || nve?.device.ours() !== 0) {
      throw new Violation(`${name} has left, and something of ours is on it`);
    }
    if (domain.nve(name) !== undefined) throw new Violation(`${name} has left and has a record`);
    if (domain.attachedTo(name).size > 0) throw new Violation(`${name} has left and has ports`);
  }
}

/** No address is that of two, and nobody lacks one that is free. */
export function expectAddresses(world: World, domain: Domain): void {
  const served = world.nves.filter(({ name }) => domain.departure(name) === undefined);
  for (const { host } of served) {
    const ip = `10.9.0.${host}` as never;
    const holders = [...domain.nvesAt(ip)];
    if (holders.length !== 1) {
      throw new Violation(`${ip} is that of ${holders.join(' and ') || 'nobody'}`);
    }
  }
}

/** The flow table of each NVE is what a compile from nothing gives. */
export function expectTables(world: World, domain: Domain): void {
  // Lost by all at once: the switches are left as they are.
  if (!domain.wasDeclared) return;
  const desired = compileFull(domain);
  for (const nve of world.nves) {
    const linker = new Linker();
    for (const { ifaceId, ofport } of nve.interfaces.values()) linker.renumber(ifaceId, ofport);
    const { added } = linker.delta({ added: [...(desired.get(nve.name) ?? [])], removed: [] });
    const plan = planDiff(added, nve.device.installed(), keyOf, TRANSLATION_BYTES_MAX);
    const [first] = plan.operations;
    if (first !== undefined) {
      const text = JSON.stringify(first, (_, value) =>
        typeof value === 'bigint' ? value.toString(16) : value,
      );
      throw new Violation(`the table of ${nve.name} is not what it should be: ${text}`);
    }
  }
}

/** Every instance has the store's records, and waits for nothing. */
export function expectReplicas(world: World, brains: ReadonlyMap<string, CoreBrain>): void {
  for (const [name, { core }] of brains) {
    const keys = new Set([...core.domain.keys(), ...world.store.records.keys()]);
    for (const key of keys) {
      const own = core.domain.record(key);
      const stored = world.store.records.get(key)?.record;
      if (!sameRecord(own, stored)) {
        const text = `${JSON.stringify(own)}, the store ${JSON.stringify(stored)}`;
        throw new Violation(`${name} has ${key} as ${text}`);
      }
      const revision = world.store.records.get(key)?.revision;
      if (core.revisions.get(key) !== revision) {
        throw new Violation(
          `${name} has ${key} at revision ${core.revisions.get(key)}, the store at ${revision}`,
        );
      }
    }
    if (core.domain.wasDeclared && core.confirmed !== world.store.revision) {
      throw new Violation(
        `${name} has confirmed ${core.confirmed}, the store is at ${world.store.revision}`,
      );
    }
  }
}

/** What operators were told is stored is stored. */
export function expectIntent(
  world: World,
  confirmed: ReadonlyMap<string, DomainRecord | undefined>,
): void {
  for (const [key, record] of confirmed) {
    const stored = world.store.records.get(key)?.record;
    if (!sameRecord(record, stored)) {
      throw new Violation(
        `${key} was stored as ${JSON.stringify(record)}, and is ${JSON.stringify(stored)}`,
      );
    }
  }
}

function sameRecord(one: DomainRecord | undefined, other: DomainRecord | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Instances write when something happens, and seldom against each other. */
export function expectFewWrites(world: World, tenants: Tenants): void {
  const causes = tenants.acts + world.handOvers();
  const batches = world.store.attempts - tenants.writes;
  if (batches > causes + 12) {
    throw new Violation(`${batches} batches were written for ${causes} causes`);
  }
}
