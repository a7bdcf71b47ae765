/**
 * Records as the store holds them: to JSON and back.
 *
 * The stored form is the record with `v`, the version of the form. Reading trusts nothing: a record that a newer
 * release wrote, or that is damaged, is an error value with its key, so that the rest of the domain stays usable.
 */
import { parseIp, parseMac } from '../../protocols/base/addresses.ts';
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';
import { ENCAPSULATIONS, type Endpoint } from './encapsulation.ts';
import { isNetworkName, isPortName } from './names.ts';
import { type DomainRecord, keyOf, type RecordKey, type RecordKind, VNI_MAX } from './records.ts';

const FORM_VERSION = 1;

/** Bucket ids of OpenFlow groups, kept small: see NveRecord. */
const INDEX_MAX = 2 ** 24;

export type RecordFaultCode =
  /** A newer release wrote it: never overwritten. */
  | 'record-newer'
  /** Not written by us: never overwritten. */
  | 'record-foreign'
  /** Ours and unusable: the object may be applied again. */
  | 'record-damaged';

export interface RecordFault {
  readonly code: RecordFaultCode;
  readonly key: RecordKey;
  /** One sentence with a remedy. */
  readonly message: string;
}

export type RecordJson =
  | null
  | boolean
  | number
  | string
  | readonly RecordJson[]
  | { readonly [member: string]: RecordJson };

export function recordToJson(record: DomainRecord): RecordJson {
  const members: Record<string, RecordJson> = { v: FORM_VERSION };
  for (const [name, value] of Object.entries(record)) {
    if (value !== undefined) members[name] = toJson(value);
  }
  return members;
}

function toJson(value: unknown): RecordJson {
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, toJson(member)]),
    );
  }
  return value as RecordJson;
}

type Check = (value: unknown) => boolean;
interface Member {
  readonly check: Check;
  readonly optional?: true;
}

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isNetwork: Check = (value) => typeof value === 'string' && isNetworkName(value);
const isPort: Check = (value) => typeof value === 'string' && isPortName(value);
const isVni = isIntegerFrom(0, VNI_MAX);
const isIndex = isIntegerFrom(1, INDEX_MAX);
const isUdpPort = isIntegerFrom(1, 65_535);
const isIp: Check = (value) => typeof value === 'string' && parseIp(value) === value;
const isMac: Check = (value) => typeof value === 'string' && parseMac(value) === value;
const isEncapsulation: Check = (value) => ENCAPSULATIONS.some((known) => known === value);

function isIntegerFrom(min: number, max: number): Check {
  return (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
}

function isListOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function isEndpoint(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { type, ip, port, ...rest } = value as Record<string, unknown>;
  const isAddress = isEncapsulation(type) && isIp(ip) && (port === undefined || isUdpPort(port));
  return isAddress && Object.keys(rest).length === 0;
}

/** In the order of the records' own definitions. */
const MEMBERS: Readonly<Record<RecordKind, Readonly<Record<string, Member>>>> = {
  network: {
    name: { check: isNetwork },
    vni: { check: isVni },
    vniAllocated: { check: (value) => typeof value === 'boolean' },
    encapsulation: { check: isListOf(isEncapsulation), optional: true },
  },
  port: {
    name: { check: isPort },
    network: { check: isNetwork },
    mac: { check: isMac },
    ips: { check: isListOf(isIp) },
  },
  nve: {
    name: { check: isText },
    index: { check: isIndex },
    endpoints: { check: isListOf(isEndpoint) },
    datapathId: { check: isText, optional: true },
    database: { check: isText, optional: true },
    managers: { check: isListOf(isText), optional: true },
  },
  attachment: {
    port: { check: isPort },
    nve: { check: isText },
    sequence: { check: isIntegerFrom(0, Number.MAX_SAFE_INTEGER) },
  },
  vni: { vni: { check: isVni }, network: { check: isNetwork } },
  index: { index: { check: isIndex }, nve: { check: isText } },
  liveness: {
    nve: { check: isText },
    down: { check: isListOf(isIp) },
    unheard: { check: isListOf(isIp) },
  },
  departure: {
    nve: { check: isText },
    managers: { check: isListOf(isText), optional: true },
    left: { check: (value) => value === true, optional: true },
  },
  roster: {
    network: { check: isNetwork },
    count: { check: isIntegerFrom(1, Number.MAX_SAFE_INTEGER) },
  },
};

/** `key` is the key that the store gave. */
export function parseRecord(key: RecordKey, value: unknown): Result<DomainRecord, RecordFault> {
  if (typeof value !== 'object' || value === null) return foreign(key);
  const { v, ...members } = value as Record<string, unknown>;
  if (typeof v === 'number' && v > FORM_VERSION) return newer(key, `version ${v}`);
  if (v !== FORM_VERSION) return foreign(key);
  const { kind, ...rest } = members;
  if (!isRecordKind(kind)) return newer(key, `the kind ${JSON.stringify(kind)}`);
  const shape = MEMBERS[kind];
  for (const [name, { check, optional }] of Object.entries(shape)) {
    const absent = rest[name] === undefined && optional === true;
    if (!absent && !check(rest[name])) return damaged(key, `its ${name} is wrong`);
  }
  const surplus = Object.keys(rest).find((name) => !Object.hasOwn(shape, name));
  if (surplus !== undefined) return newer(key, `the member ${surplus}`);
  const record = inOurOrder(kind, rest);
  return keyOf(record) === key ? ok(record) : damaged(key, `it describes ${keyOf(record)}`);
}

/** A store may give members back in another order; records are compared by their text (Domain), so one order it is. */
function inOurOrder(kind: RecordKind, members: Readonly<Record<string, unknown>>): DomainRecord {
  const record: Record<string, unknown> = { kind };
  for (const name of Object.keys(MEMBERS[kind])) {
    const value = members[name];
    if (name === 'endpoints') record[name] = (value as Endpoint[]).map(endpointInOrder);
    else if (value !== undefined) record[name] = value;
  }
  return record as unknown as DomainRecord;
}

function endpointInOrder({ type, ip, port }: Endpoint): Endpoint {
  return port === undefined ? { type, ip } : { type, ip, port };
}

function isRecordKind(kind: unknown): kind is RecordKind {
  return typeof kind === 'string' && Object.hasOwn(MEMBERS, kind);
}

function newer(key: RecordKey, what: string): Result<never, RecordFault> {
  return failed({
    code: 'record-newer',
    key,
    message: `The record ${key} has ${what}, which this release does not know; update this instance first, to the release that wrote the record.`,
  });
}

function foreign(key: RecordKey): Result<never, RecordFault> {
  return failed({
    code: 'record-foreign',
    key,
    message: `The record ${key} was not written by nva: it has no version; have the program that wrote it use another place, and remove it.`,
  });
}

function damaged(key: RecordKey, what: string): Result<never, RecordFault> {
  return failed({
    code: 'record-damaged',
    key,
    message: `The record ${key} is damaged: ${what}; apply the object again, or restore the store from a backup.`,
  });
}
