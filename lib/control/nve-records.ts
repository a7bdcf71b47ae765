/**
 * The records of NVEs, and the number that each has: what an NVE's database shows, and a claim (`index/N`) by which no
 * two have the same number, whichever instances gave them.
 */
import type { RecordChange } from '../desired/compiler.ts';
import type { Domain } from '../model/domain.ts';
import {
  type IndexClaim,
  keyOf,
  type NveName,
  type NveRecord,
  type RecordKey,
  recordKey,
} from '../model/records.ts';
import type { Federation } from './federation.ts';
import type { NveState } from './nve-state.ts';

export interface NveRecordsContext {
  readonly domain: Domain;
  readonly federation: Federation;
  readonly nves: ReadonlyMap<NveName, NveState>;
  /** Whether a value of ours is on its way to the store. */
  isOnItsWay(key: RecordKey): boolean;
  /** Whether the store has the record, by its last word. */
  isInStore(key: RecordKey): boolean;
  /** A fact of ours. */
  stage(change: RecordChange): void;
}

export class NveRecords {
  readonly #context: NveRecordsContext;
  /** Claimed once by anybody: never chosen again. */
  readonly #indexes = new Set<number>();
  #lastIndex = 0;

  constructor(context: NveRecordsContext) {
    this.#context = context;
  }

  /** The NVE's record is what its database shows, if that is ours to say. */
  assert(nve: NveName): void {
    if (this.#context.federation.speaksFor(nve)) this.#assert(nve);
  }

  /** Also where it was ours to say, and what we said is on its way. */
  assertOurs(nve: NveName): void {
    const { federation, isOnItsWay } = this.#context;
    if (federation.speaksFor(nve) || isOnItsWay(recordKey('nve', nve))) this.#assert(nve);
  }

  noteClaim(index: number): void {
    this.#indexes.add(index);
  }

  /** NVEs to which we gave numbers that others have claimed for another get new ones; what is claimed in vain is free. */
  renumber(claims: ReadonlyMap<number, NveName>): void {
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
    const isIdle = claim?.kind === 'index' && claim.nve === nve && domain.nve(nve)?.index !== index;
    // What the store does not know is on its way there, and nobody else's to take back.
    const isOurs = federation.speaksFor(nve) || !isInStore(key);
    if (isIdle && isOurs) stage({ key, record: undefined });
  }

  #assert(name: NveName): void {
    const facts = this.#context.nves.get(name)?.facts;
    if (facts === undefined) return;
    const index = this.#claimedIndex(name) ?? this.#freeIndex(name);
    const record: NveRecord = { kind: 'nve', name, index, endpoints: facts.endpoints };
    this.#context.stage({ key: keyOf(record), record });
  }

  #claimedIndex(nve: NveName): number | undefined {
    const { domain } = this.#context;
    const index = domain.nve(nve)?.index;
    if (index === undefined) return undefined;
    const claim = domain.record(recordKey('index', index));
    return claim?.kind === 'index' && claim.nve === nve ? index : undefined;
  }

  #freeIndex(nve: NveName): number {
    do this.#lastIndex++;
    while (this.#indexes.has(this.#lastIndex));
    this.#indexes.add(this.#lastIndex);
    const record = { kind: 'index', index: this.#lastIndex, nve } as const;
    this.#context.stage({ key: keyOf(record), record });
    return this.#lastIndex;
  }
}
