/**
 * The options of `nva serve`: one row each, with the one parser of its text. File keys, environment variables and
 * flags are all spelled from the row's name.
 */
import { resolve } from 'node:path';
import { type IpAddress, parseIp } from '../../protocols/base/addresses.ts';
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';
import { isNetworkName } from '../model/names.ts';
import { type ListenAddress, parseApiAddress } from '../northbound/api-address.ts';
import { YAML_SIZE_MAX_BYTES } from '../northbound/yaml-documents.ts';
import {
  type ListenTcp,
  OPENFLOW_PORT,
  OVSDB_PORT,
  parseEndpoint,
  type StreamEndpoint,
} from '../runtime/endpoint.ts';
import { CERTIFICATE_NAMES, type CertificateNames } from '../southbound/certificate-rule.ts';
import {
  isRedisLocation,
  parseRedisLocation,
  type RedisLocation,
} from '../store/redis-location.ts';

/** Highest first; by the names of the specifications. */
export const OPENFLOW_VERSIONS = ['1.5', '1.4', '1.3'] as const;
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export const LOG_FORMATS = ['auto', 'text', 'json'] as const;

export type StoreLocation =
  /** `directory` is absolute. */
  | { readonly type: 'lmdb'; readonly directory: string }
  | { readonly type: 'redis'; readonly location: RedisLocation };

export interface Configuration {
  /** Instances with the same domain and store serve the same networks. */
  readonly domain: string;
  readonly instance: string;
  readonly ovsdb: readonly StreamEndpoint[];
  readonly openflow: readonly ListenTcp[];
  /** The highest version that is offered to switches; 1.3 and what lies between are always offered. */
  readonly 'openflow-version-max': (typeof OPENFLOW_VERSIONS)[number];
  /** The three files of TLS, for pssl: and ssl:; empty: none. */
  readonly 'ca-cert': string;
  readonly certificate: string;
  readonly 'private-key': string;
  /** `system-id`: a certificate lets in that NVE only whose system-id it names. */
  readonly 'certificate-names': CertificateNames;
  /** What NVEs are told to connect to; empty: the address that they reached us at. */
  readonly advertise: readonly IpAddress[];
  readonly store: StoreLocation;
  /** Copies of a change that must have it before `apply` answers; with Redis only. */
  readonly 'store-wait-replicas': number;
  /** Whether the change must be in Redis's append-only file, on its disk, before `apply` answers. */
  readonly 'store-wait-aof': boolean;
  /** A file whose first line is the password of Redis; empty: none. */
  readonly 'store-password-file': string;
  readonly api: ListenAddress;
  readonly 'log-level': (typeof LOG_LEVELS)[number];
  /** `auto`: text on a terminal, JSON otherwise. */
  readonly 'log-format': (typeof LOG_FORMATS)[number];
  /** Silence of a peer after which it is asked whether it lives; 0: never. */
  readonly 'probe-interval-ms': number;
  /** Between two messages on each monitored tunnel; 0: no tunnel is monitored. */
  readonly 'bfd-interval-ms': number;
  /** Between two looks at what a switch really has; 0: only after a (re)connection. */
  readonly 'audit-interval-s': number;
  /** Connections of NVEs accepted on each listener. */
  readonly 'connections-max': number;
  readonly 'manifest-size-max-bytes': number;
  readonly 'feed-revisions-max': number;
}

export type OptionName = keyof Configuration;

/** What is wrong is one sentence. */
type Parsed<Value> = Result<Value, string>;

interface Single<Value> {
  readonly repeatable: false;
  readonly parse: (text: string) => Parsed<Value>;
}

interface Repeatable<Value> {
  readonly repeatable: true;
  readonly parse: (text: string) => Parsed<Value>;
  /** Whether the list may be empty. */
  readonly mayBeEmpty: boolean;
}

export type Option<Value> = [Value] extends [readonly (infer Item)[]]
  ? Repeatable<Item>
  : Single<Value>;

export const OPTIONS: { readonly [Name in OptionName]: Option<Configuration[Name]> } = {
  domain: single(parseName),
  instance: single(parseName),
  ovsdb: repeatable(parseOvsdb),
  openflow: repeatable(parseOpenflow),
  'openflow-version-max': single(oneOf(OPENFLOW_VERSIONS)),
  'ca-cert': single(parsePath),
  certificate: single(parsePath),
  'private-key': single(parsePath),
  'certificate-names': single(oneOf(CERTIFICATE_NAMES)),
  advertise: { repeatable: true, parse: parseAdvertised, mayBeEmpty: true },
  store: single(parseStore),
  'store-wait-replicas': single(integer(0, 9)),
  'store-wait-aof': single(parseYesNo),
  'store-password-file': single((text) => ok(text)),
  api: single(parseApi),
  'log-level': single(oneOf(LOG_LEVELS)),
  'log-format': single(oneOf(LOG_FORMATS)),
  'probe-interval-ms': single(integer(0, 3_600_000)),
  'bfd-interval-ms': single(parseBfdInterval),
  'audit-interval-s': single(integer(0, 86_400)),
  'connections-max': single(integer(1, 65_535)),
  'manifest-size-max-bytes': single(integer(1024, 64 * YAML_SIZE_MAX_BYTES)),
  'feed-revisions-max': single(integer(10, 1_000_000)),
};

function single<Value>(parse: (text: string) => Parsed<Value>): Single<Value> {
  return { repeatable: false, parse };
}

function repeatable<Value>(parse: (text: string) => Parsed<Value>): Repeatable<Value> {
  return { repeatable: true, parse, mayBeEmpty: false };
}

function parseName(text: string): Parsed<string> {
  if (isNetworkName(text)) return ok(text);
  return failed(
    `${JSON.stringify(text)} is no name; use 1 to 63 letters, digits, dots, hyphens and underscores.`,
  );
}

function parseOvsdb(text: string): Parsed<StreamEndpoint> {
  return parseEndpoint(text, OVSDB_PORT);
}

function parseOpenflow(text: string): Parsed<ListenTcp> {
  const endpoint = parseEndpoint(text, OPENFLOW_PORT);
  if (!endpoint.ok) return endpoint;
  const { value } = endpoint;
  if (value.method === 'ptcp' || value.method === 'pssl') return ok(value);
  return failed(
    `${text} does not listen, and switches connect to us; write ptcp:PORT, ptcp:PORT:IP or pssl:PORT.`,
  );
}

/** Absolute from here on: whatever the process's folder is later. */
function parsePath(text: string): Parsed<string> {
  return ok(text === '' ? '' : resolve(text));
}

function parseAdvertised(text: string): Parsed<IpAddress> {
  const ip = parseIp(text);
  if (ip !== undefined) return ok(ip);
  return failed(
    `${JSON.stringify(text)} is no IP address; write it like 192.0.2.1 or 2001:db8::1.`,
  );
}

/** Also for commands that copy stores. */
export function parseStore(text: string): Parsed<StoreLocation> {
  if (text.startsWith('lmdb:') && text.length > 'lmdb:'.length) {
    return ok({ type: 'lmdb', directory: resolve(text.slice('lmdb:'.length)) });
  }
  if (isRedisLocation(text)) {
    const location = parseRedisLocation(text);
    return location.ok ? ok({ type: 'redis', location: location.value }) : location;
  }
  // What looks like an address may hold a password: it is not repeated.
  const shown = text.includes('@') ? 'this' : JSON.stringify(text);
  return failed(
    `${shown} is no store; write lmdb:DIRECTORY, redis://HOST:PORT, rediss://HOST:PORT or redis+sentinel://HOST:PORT,HOST:PORT/MASTERNAME.`,
  );
}

function parseYesNo(text: string): Parsed<boolean> {
  if (text === 'yes' || text === 'no') return ok(text === 'yes');
  return failed(`${JSON.stringify(text)} is neither yes nor no; write one of them.`);
}

function parseApi(text: string): Parsed<ListenAddress> {
  const address = parseApiAddress(text);
  return typeof address === 'string' ? failed(`${address}.`) : ok(address);
}

function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Parsed<Word> {
  return (text) => {
    const word = words.find((known) => known === text);
    if (word !== undefined) return ok(word);
    return failed(`${JSON.stringify(text)} is not known; choose one of ${words.join(', ')}.`);
  };
}

/** Below 50 ms a busy switch misses its own messages. */
function parseBfdInterval(text: string): Parsed<number> {
  if (text === '0') return ok(0);
  const interval = integer(50, 60_000)(text);
  if (interval.ok) return interval;
  return failed(`${JSON.stringify(text)} is out of range; give 0 (none), or 50 to 60000 ms.`);
}

function integer(min: number, max: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return ok(value);
    return failed(
      `${JSON.stringify(text)} is out of range; give an integer from ${min} to ${max}.`,
    );
  };
}
