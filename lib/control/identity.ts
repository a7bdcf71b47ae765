/**
 * Who an NVE is, by evidence: whether a name that nobody knows is a known NVE that has another one now, whether a known
 * name is used by somebody else, and which of its addresses are those of others. Pure (docs/decisions/0014).
 *
 * The evidence that names an NVE is what only its own database and switch have: the database's root row and the bridge's
 * datapath id. Both are copied with a disk, so a third thing must agree: an underlay address, or a tenant's port.
 */
import type { IpAddress } from '../../protocols/base/addresses.ts';
import type { Domain } from '../model/domain.ts';
import type { NveName, NveRecord } from '../model/records.ts';
import type { Condition } from '../model/views.ts';
import type { NveFacts } from './inputs.ts';

/**
 * `here`: its database is connected to this instance; `elsewhere`: to another one, as far as was heard; `awaited`: it
 * may be on its way back to us.
 */
export type Presence = 'here' | 'elsewhere' | 'awaited' | 'gone';

export interface IdentityContext {
  readonly domain: Domain;
  presence(nve: NveName): Presence;
  /** Its database or its switch is connected to us: a restart of the one does not end it. */
  isAlive(nve: NveName): boolean;
  /** All instances that live have been heard, and all NVEs have had the time to come back. */
  isSettled(): boolean;
  /** The database of the NVE as another living instance, which serves it, has it. */
  databaseElsewhere(nve: NveName): string | undefined;
  /** Both were connected at one moment, from two addresses: one cannot be the other under another name. */
  wasBeside(nve: NveName, known: NveName): boolean;
  /** The iface-ids that the NVE shows; undefined: not known yet. */
  shown(nve: NveName): ReadonlySet<string> | undefined;
}

export type Verdict =
  | { readonly type: 'accepted' }
  /** It is this NVE, under another name. */
  | { readonly type: 'renamed'; readonly known: NveRecord; readonly why: string }
  | {
      readonly type: 'refused';
      readonly condition: Condition;
      readonly by: NveName;
      /** It is connected beside that one, from another address. */
      readonly isBeside?: true;
    }
  /** To be asked again when more is known. */
  | { readonly type: 'open'; readonly condition: Condition };

const ACCEPTED: Verdict = { type: 'accepted' };

export function judgeIdentity(name: NveName, facts: NveFacts, context: IdentityContext): Verdict {
  const record = context.domain.nve(name);
  if (record !== undefined) return judgeNamesake(record, facts, context);
  const found = findKnown(context.domain, facts);
  return found === undefined ? ACCEPTED : judgeRenamed(name, facts, found, context);
}

/** Somebody with this name is known: is it the same, while that one is served elsewhere? */
function judgeNamesake(record: NveRecord, facts: NveFacts, context: IdentityContext): Verdict {
  const { name, database } = record;
  if (database === undefined || facts.database === undefined) return ACCEPTED;
  if (database === facts.database) return ACCEPTED;
  if (!context.isSettled()) return open(record, 'not the database but the name');
  if (context.databaseElsewhere(name) !== database) return ACCEPTED;
  const message = `another hypervisor has the system-id ${name} too, is served by another instance and keeps it: give one of the two another external_ids:system-id`;
  return { type: 'refused', by: name, condition: { code: 'system-id-taken', message } };
}

interface Found {
  readonly known: NveRecord;
  readonly isDatabase: boolean;
  /** In words. */
  readonly evidence: string;
}

function findKnown(domain: Domain, facts: NveFacts): Found | undefined {
  const { datapathId, database } = facts;
  let byDatapath: NveRecord | undefined;
  for (const known of domain.nves()) {
    if (database !== undefined && known.database === database && !isTwin(known, facts)) {
      return { known, isDatabase: true, evidence: 'the database' };
    }
    if (datapathId !== undefined && known.datapathId === datapathId) byDatapath ??= known;
  }
  if (byDatapath === undefined) return undefined;
  return { known: byDatapath, isDatabase: false, evidence: `the datapath id ${datapathId}` };
}

/**
 * Hypervisors made from one image have one database, too, and nothing else in common: each is an NVE of its own. Without
 * a bridge, it is not the one that has ours.
 */
function isTwin(known: NveRecord, facts: NveFacts): boolean {
  const { datapathId, isBare } = facts;
  const isOther =
    datapathId !== undefined && known.datapathId !== undefined && datapathId !== known.datapathId;
  return (isBare === true || isOther) && sharedAddress(known, facts) === undefined;
}

function sharedAddress(known: NveRecord, { endpoints }: NveFacts): IpAddress | undefined {
  return endpoints.find(({ ip }) => known.endpoints.some((own) => own.ip === ip))?.ip;
}

function judgeRenamed(
  name: NveName,
  facts: NveFacts,
  { known, isDatabase, evidence }: Found,
  context: IdentityContext,
): Verdict {
  const presence = context.presence(known.name);
  const shared = sharedAddress(known, facts);
  // After our start: nobody else can come back with this database from this address.
  const isSame = isDatabase && shared !== undefined;
  if (presence === 'elsewhere' || (presence === 'awaited' && !isSame)) return open(known, evidence);
  // Its switch will tell its datapath id, and whether it has an address.
  if (isDatabase && shared === undefined && facts.datapathId === undefined) {
    return open(known, evidence);
  }
  if (presence === 'here') {
    const message = `it has ${evidence} of ${known.name}, which is connected and keeps it: it is a copy of that one; give it a database of its own (stop Open vSwitch, remove conf.db, start it)`;
    const refused = { type: 'refused', by: known.name } as const;
    const hasBoth = facts.endpoints.length > 0 && known.endpoints.length > 0;
    const beside = hasBoth && shared === undefined ? { isBeside: true as const } : {};
    return { ...refused, ...beside, condition: { code: 'identity-taken', message } };
  }
  return judgeSuccessor(name, { known, isDatabase, evidence }, shared, context);
}

/** The known one is gone. */
function judgeSuccessor(
  name: NveName,
  { known, evidence }: Found,
  shared: IpAddress | undefined,
  context: IdentityContext,
): Verdict {
  if (shared !== undefined) return renamed(known, `${evidence} and its address ${shared}`);
  if (context.wasBeside(name, known.name)) {
    const message = `it has ${evidence} of ${known.name}, which is not connected, and was connected beside that one: it is a copy of it; give it a database of its own (stop Open vSwitch, remove conf.db, start it), or, if ${known.name} is gone for good, "nva delete nve ${known.name}"`;
    return { type: 'refused', by: known.name, condition: { code: 'identity-taken', message } };
  }
  const ports = context.domain.attachedTo(known.name);
  if (ports.size === 0) return renamed(known, evidence);
  const shown = context.shown(name);
  if (shown === undefined) return open(known, evidence);
  const port = [...ports].find((one) => shown.has(one));
  if (port !== undefined) return renamed(known, `${evidence} and its port ${port}`);
  const message = `it has ${evidence} of ${known.name}, which is not connected, but neither an address nor a port of it: if it is that one, connect it once with the old external_ids:system-id; if not, and ${known.name} is gone for good, "nva delete nve ${known.name}"`;
  return { type: 'refused', by: known.name, condition: { code: 'identity-unclear', message } };
}

function renamed(known: NveRecord, why: string): Verdict {
  return { type: 'renamed', known, why };
}

function open({ name }: NveRecord, evidence: string): Verdict {
  const message = `it has ${evidence} of ${name}, and whether that one is gone is not known yet: it is served when that shows`;
  return { type: 'open', condition: { code: 'identity-open', message } };
}

/**
 * Who else has the address; none: it is free to take. `own`: the NVE's own names. Where two instances gave it to two at
 * one moment, the one with the lower number keeps it.
 */
export function holderOf(
  ip: IpAddress,
  own: ReadonlySet<NveName | undefined>,
  context: Pick<IdentityContext, 'domain' | 'presence' | 'isAlive'>,
): NveName | undefined {
  const { domain } = context;
  const holders = [...domain.nvesAt(ip)];
  const numberOf = (nve: NveName | undefined): number =>
    (nve === undefined ? undefined : domain.nve(nve)?.index) ?? Number.POSITIVE_INFINITY;
  const mine = Math.min(...holders.filter((nve) => own.has(nve)).map(numberOf));
  return holders.find((other) => {
    const isThere = context.presence(other) !== 'gone' || context.isAlive(other);
    return !own.has(other) && isThere && numberOf(other) < mine;
  });
}

/** What an NVE that is connected lacks because others have it. Derived from records, so that every instance can say it. */
export function takenEndpoints(domain: Domain, nve: NveName, facts: NveFacts): Condition[] {
  const record = domain.nve(nve);
  if (record === undefined) return [];
  const own = new Set(record.endpoints.map(({ ip }) => ip));
  const conditions: Condition[] = [];
  for (const ip of new Set(facts.endpoints.map((endpoint) => endpoint.ip))) {
    if (own.has(ip)) continue;
    const [holder] = [...domain.nvesAt(ip)].filter((other) => other !== nve).sort();
    if (holder !== undefined) conditions.push(endpointTaken(ip, holder));
  }
  return conditions;
}

export function endpointTaken(ip: IpAddress, holder: NveName): Condition {
  const message = `its underlay address ${ip} is that of ${holder}, which keeps it: nobody sends to it there; give one of the two another address, or name the right one in external_ids:nva-encap-ip`;
  return { code: 'endpoint-taken', message };
}
