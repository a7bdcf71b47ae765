/**
 * The records of NVEs, and the number that each has: what an NVE's database shows, and a claim (`index/N`) by which no
 * two have the same number, whichever instances gave them.
 *
 * The one home of whether an NVE is let in: not one that an operator let go (control/departures), nor one that is
 * refused by what is known of others (control/identity).
 */
import type { RecordChange } from '../desired/compiler.ts';
import type { Domain } from '../model/domain.ts';
import type { Endpoint } from '../model/encapsulation.ts';
import {
  type DepartureRecord,
  type IndexClaim,
  keyOf,
  type NveName,
  type NveRecord,
  type RecordKey,
  recordKey,
} from '../model/records.ts';
import type { Federation } from './federation.ts';
import { holderOf, type IdentityContext, judgeIdentity, type Verdict } from './identity.ts';
import type { NveFacts } from './inputs.ts';
import type { Notices } from './notices.ts';
import type { NveState } from './nve-state.ts';

export interface NveRecordsContext {
  readonly domain: Domain;
  readonly federation: Federation;
  readonly nves: ReadonlyMap<NveName, NveState>;
  readonly notices: Notices;
  readonly identity: IdentityContext;
  /** Whether a value of ours is on its way to the store. */
  isOnItsWay(key: RecordKey): boolean;
  /** Whether the store has the record, by its last word. */
  isInStore(key: RecordKey): boolean;
  /** A fact of ours. */
  stage(change: RecordChange): void;
}

/**
 * Records of NVEs that are gone and have no port are kept up to this number, the newest: whoever reaches our listener can
 * make one for each system-id that he thinks of.
 */
export const IDLE_NVES_MAX = 1_000;

export class NveRecords {
  readonly #context: NveRecordsContext;
  /** Claimed once by anybody: never chosen again. */
  readonly #indexes = new Set<number>();
  /** By NVE: numbers that were claimed for it. */
  readonly #claims = new Map<NveName, Set<number>>();
  /** Numbers that were chosen and not taken in yet. */
  readonly #fresh = new Map<NveName, number>();
  /** Those that have gone since we started, in that order. */
  readonly #gone = new Set<NveName>();
  #lastIndex = 0;

  constructor(context: NveRecordsContext) {
    this.#context = context;
  }

  /** The NVE's record is what its database shows, if that is ours to say. */
  assert(nve: NveName): void {
    if (this.#context.federation.mayLetIn(nve)) this.#assert(nve);
  }

  /** Also where it was ours to say, and what we said is on its way. */
  assertOurs(nve: NveName): void {
    const { federation, isOnItsWay } = this.#context;
    if (federation.speaksFor(nve) || isOnItsWay(recordKey('nve', nve))) this.#assert(nve);
  }

  /** The store's words: numbers that somebody has claimed, or given back. */
  noteClaims(words: readonly RecordChange[]): void {
    for (const { key, record } of words) {
      if (key.startsWith('index/')) this.#indexes.add(Number(key.slice('index/'.length)));
      if (record?.kind === 'index') this.#noteClaim(record.nve, record.index);
    }
  }

  /** After them: who has a number that is another's gets a new one. */
  claimed(words: readonly RecordChange[]): void {
    const claims = new Map<number, NveName>();
    for (const { record } of words) {
      if (record?.kind === 'index') claims.set(record.index, record.nve);
    }
    if (claims.size > 0) this.#renumber(claims);
    for (const nve of claims.values()) {
      if (this.#context.domain.departure(nve) !== undefined) this.assert(nve);
    }
  }

  /** The store has the NVE's record, or none: what was claimed for it in vain is given back. */
  sweep(nve: NveName): void {
    if (this.#context.isOnItsWay(recordKey('nve', nve))) return;
    for (const index of this.#claims.get(nve) ?? []) this.giveBack({ kind: 'index', index, nve });
  }

  /** What was staged has been taken in. */
  settled(): void {
    this.#fresh.clear();
  }

  #noteClaim(nve: NveName, index: number): void {
    const claims = this.#claims.get(nve);
    if (claims === undefined) this.#claims.set(nve, new Set([index]));
    else claims.add(index);
  }

  /** NVEs to which we gave numbers that others have claimed for another get new ones; what is claimed in vain is free. */
  #renumber(claims: ReadonlyMap<number, NveName>): void {
    const { domain, isOnItsWay } = this.#context;
    for (const [index, nve] of claims) {
      const present = domain.nve(nve)?.index;
      const isSettled = present !== undefined && !isOnItsWay(recordKey('nve', nve));
      if (isSettled && present !== index) this.giveBack({ kind: 'index', index, nve });
    }
    for (const { name, index } of domain.nves()) {
      const claimant = claims.get(index);
      if (claimant !== undefined && claimant !== name) this.assertOurs(name);
    }
  }

  /** A number that we had claimed for an NVE which has another by the store's word. */
  giveBack({ index, nve }: IndexClaim): void {
    const { domain, federation, isInStore, stage } = this.#context;
    const key = recordKey('index', index);
    const claim = domain.record(key);
    const isClaimed = claim?.kind === 'index' && claim.nve === nve;
    if (!isClaimed) this.#claims.get(nve)?.delete(index);
    if (this.#claims.get(nve)?.size === 0) this.#claims.delete(nve);
    const isIdle = isClaimed && domain.nve(nve)?.index !== index;
    // What the store does not know is on its way there, and nobody else's to take back.
    const isOurs = federation.speaksFor(nve) || !isInStore(key);
    if (isIdle && isOurs) stage({ key, record: undefined });
  }

  /** Others that have an underlay address of the NVE, too. */
  neighbours(nve: NveName): Set<NveName> {
    const { domain } = this.#context;
    const ips = domain.nve(nve)?.endpoints.map(({ ip }) => ip) ?? [];
    const others = new Set(ips.flatMap((ip) => [...domain.nvesAt(ip)]));
    others.delete(nve);
    return others;
  }

  /** Those whose identity, or one of whose addresses, waits for what others do. */
  *unsettled(): Generator<NveName> {
    for (const { name, connected, isUnsettled } of this.#context.nves.values()) {
      if (connected && isUnsettled) yield name;
    }
  }

  /** An NVE has gone: the records of idle ones are bounded, and who was away longest pays. */
  dropIdle(gone: NveName): void {
    const { domain, federation, identity } = this.#context;
    this.#gone.delete(gone);
    if (domain.nve(gone) !== undefined) this.#gone.add(gone);
    if (domain.nves().length <= IDLE_NVES_MAX) return;
    for (const name of this.#gone) if (domain.nve(name) === undefined) this.#gone.delete(name);
    const before = domain.nves().filter(({ name }) => !this.#gone.has(name));
    const since = [...this.#gone].flatMap((name) => domain.nve(name) ?? []);
    const idle = [...before, ...since].filter(({ name }) => {
      const isGone = identity.presence(name) === 'gone' && federation.isOrphan(name);
      return isGone && domain.attachedTo(name).size === 0;
    });
    const surplus = idle.length - IDLE_NVES_MAX;
    for (const record of idle.slice(0, Math.max(0, surplus))) this.#drop(record);
  }

  #drop({ name, index }: NveRecord): void {
    const { domain, stage } = this.#context;
    stage({ key: recordKey('nve', name), record: undefined });
    this.#gone.delete(name);
    if (domain.isClaimedByOther(index, name)) return;
    stage({ key: recordKey('index', index), record: undefined });
  }

  #assert(name: NveName): void {
    const state = this.#context.nves.get(name);
    if (state?.facts === undefined) return;
    const { facts } = state;
    const departure = this.#context.domain.departure(name);
    if (departure !== undefined && this.#isStillGone(departure, facts)) return;
    if (!this.#isLetIn(state, facts)) return;
    const endpoints = this.#freeEndpoints(state, facts);
    const index = state.renamedFrom?.index ?? this.#claimedIndex(name) ?? this.#freeIndex(name);
    state.renamedFrom = undefined;
    const { datapathId, database, managers } = facts;
    const record: NveRecord = {
      ...{ kind: 'nve', name, index, endpoints },
      // What is not known for a moment is what it was.
      ...evidence('datapathId', datapathId ?? this.#context.domain.nve(name)?.datapathId),
      ...evidence('database', database),
      ...evidence('managers', managers),
    };
    this.#context.stage({ key: keyOf(record), record });
  }

  /** Until a Manager row comes that it did not have when it was let go. */
  #isStillGone(departure: DepartureRecord, { managers, takenBack }: NveFacts): boolean {
    const { nve: name, left } = departure;
    const key = keyOf(departure);
    const isBack =
      departure.managers !== undefined &&
      managers?.some((manager) => departure.managers?.includes(manager) === false) === true;
    if (isBack) {
      this.#context.stage({ key, record: undefined });
      const message = `${name} has a new manager row since it was let go, so it is served again`;
      this.#context.notices.tell('info', 'nve-rejoined', recordKey('nve', name), message);
      return false;
    }
    this.#dropRecords(name);
    const known = departure.managers ?? managers;
    const record: DepartureRecord = {
      ...{ kind: 'departure', nve: name },
      ...evidence('managers', known),
      ...(takenBack === 'all' || left === true ? { left: true } : {}),
    };
    this.#context.stage({ key, record });
    if (record.left === true && left !== true) {
      const message = `${name} has left: nothing of ours is on it any more`;
      this.#context.notices.tell('info', 'nve-left', recordKey('nve', name), message);
    }
    return true;
  }

  /** A store that had lost the departure may have been given back what was known before it. */
  #dropRecords(name: NveName): void {
    const nve = this.#context.domain.nve(name);
    if (nve === undefined) this.sweep(name);
    else this.#drop(nve);
  }

  #isLetIn(state: NveState, facts: NveFacts): boolean {
    const { name } = state;
    const { notices, identity } = this.#context;
    const verdict = judgeIdentity(name, facts, identity);
    state.refusal = 'condition' in verdict ? verdict.condition : undefined;
    if (verdict.type === 'refused' && verdict.isBeside === true) state.copyOf = verdict.by;
    const refusal = verdict.type === 'refused' ? verdict.condition : undefined;
    const text = refusal && `${name} is not let in: ${refusal.message}`;
    notices.stand('error', 'nve-refused', recordKey('nve', name), text);
    const by = verdict.type === 'refused' && verdict.by !== name ? verdict.by : undefined;
    const rival = by === undefined ? undefined : `${name} is not let in beside ${by}: ${text}`;
    if (by !== undefined) state.refusedBy = by;
    if (state.refusedBy !== undefined) {
      const about = `${state.refusedBy} ${name}`;
      notices.stand('warning', 'nve-copied', recordKey('nve', state.refusedBy), rival, about);
    }
    if (by === undefined) state.refusedBy = undefined;
    if (verdict.type === 'renamed') this.#rename(state, verdict);
    return verdict.type === 'accepted' || verdict.type === 'renamed';
  }

  /** Its number, and with it its place in every group, stays, and so do its ports. */
  #rename(state: NveState, { known, why }: Extract<Verdict, { type: 'renamed' }>): void {
    const { domain, stage, notices } = this.#context;
    const { name } = state;
    const { name: old, index } = known;
    stage({ key: recordKey('nve', old), record: undefined });
    stage({ key: recordKey('index', index), record: { kind: 'index', index, nve: name } });
    for (const port of domain.attachedTo(old)) {
      const attachment = domain.attachment(port);
      if (attachment === undefined) continue;
      stage({ key: recordKey('attachment', port), record: { ...attachment, nve: name } });
    }
    state.renamedFrom = known;
    const message = `${old} is called ${name} now: it has ${why}`;
    notices.tell('info', 'nve-renamed', recordKey('nve', name), message);
  }

  /** Without those that another has; of one who is gone they are taken over. */
  #freeEndpoints(state: NveState, { endpoints }: NveFacts): readonly Endpoint[] {
    const { domain, identity } = this.#context;
    const { name, renamedFrom } = state;
    const others = new Set([name, renamedFrom?.name]);
    const free = endpoints.filter(({ ip }) => holderOf(ip, others, identity) === undefined);
    state.lacksEndpoints = free.length < endpoints.length;
    const losers = new Set(free.flatMap(({ ip }) => [...domain.nvesAt(ip)]));
    losers.delete(name);
    if (renamedFrom !== undefined) losers.delete(renamedFrom.name);
    for (const loser of losers) this.#takeOver(name, loser, free);
    return free;
  }

  #takeOver(nve: NveName, from: NveName, endpoints: readonly Endpoint[]): void {
    const record = this.#context.domain.nve(from);
    if (record === undefined) return;
    const taken = new Set(endpoints.map(({ ip }) => ip));
    const left = record.endpoints.filter(({ ip }) => !taken.has(ip));
    this.#context.stage({ key: keyOf(record), record: { ...record, endpoints: left } });
    const ips = [...new Set(record.endpoints.map(({ ip }) => ip))].filter((ip) => taken.has(ip));
    const message = `${nve} has the underlay address ${ips.join(', ')} of ${from}, which is gone: what is sent there is meant for ${nve} from now on`;
    this.#context.notices.tell('warning', 'endpoint-taken-over', recordKey('nve', nve), message);
  }

  #claimedIndex(nve: NveName): number | undefined {
    const { domain } = this.#context;
    const index = domain.nve(nve)?.index;
    if (index === undefined) return undefined;
    const claim = domain.record(recordKey('index', index));
    return claim?.kind === 'index' && claim.nve === nve ? index : undefined;
  }

  #freeIndex(nve: NveName): number {
    const fresh = this.#fresh.get(nve);
    if (fresh !== undefined) return fresh;
    do this.#lastIndex++;
    while (this.#indexes.has(this.#lastIndex));
    this.#indexes.add(this.#lastIndex);
    const record = { kind: 'index', index: this.#lastIndex, nve } as const;
    this.#context.stage({ key: keyOf(record), record });
    this.#fresh.set(nve, this.#lastIndex);
    this.#noteClaim(nve, this.#lastIndex);
    return this.#lastIndex;
  }
}

function evidence<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]?: Value });
}
