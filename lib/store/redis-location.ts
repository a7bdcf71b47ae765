/**
 * Where a Redis store is: text to value, and value to text without its secrets.
 *
 *   redis://[USER:PASSWORD@]HOST[:PORT][/DB]                          one server
 *   redis+unix:[USER:PASSWORD@]/PATH[?db=N]                           one server, by its socket
 *   redis+sentinel://[USER:PASSWORD@]HOST[:PORT],…/MASTERNAME[/DB]    the master that the Sentinels name
 *   redis+cluster://[USER:PASSWORD@]HOST[:PORT],…                     the node that holds the domain's slot
 *
 * `rediss` instead of `redis` speaks TLS, to Sentinels too: ?ca=FILE (default: the system's authorities), ?cert=FILE
 * and ?key=FILE to show a certificate of our own. ?sentinel-user= and ?sentinel-password= for Sentinels that ask.
 * User names, passwords and master names are percent-decoded. Without a colon the word before @ is the password.
 */
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';

export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

export interface RedisCredentials {
  readonly user?: string;
  readonly password?: string;
}

export interface RedisTlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface RedisLocation {
  readonly kind: 'single' | 'unix' | 'sentinel' | 'cluster';
  /** One of `single`, none of `unix`, at least one of the others. */
  readonly hosts: readonly RedisHost[];
  /** Of `unix`. */
  readonly path?: string;
  /** Of `sentinel`. */
  readonly master?: string;
  readonly db: number;
  readonly credentials: RedisCredentials;
  readonly sentinelCredentials: RedisCredentials;
  /** Absent: no TLS. */
  readonly tls?: RedisTlsFiles;
}

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;
const SPELLINGS =
  'redis://HOST:PORT, rediss://HOST:PORT, redis+sentinel://HOST:PORT,HOST:PORT/MASTERNAME, redis+cluster://HOST:PORT,HOST:PORT or redis+unix:/PATH';
const SCHEME = /^redis(s?)(?:\+(unix|sentinel|cluster))?:(?:\/\/)?/;
const QUERY_WORDS = new Set(['ca', 'cert', 'key', 'db', 'sentinel-user', 'sentinel-password']);

export function isRedisLocation(text: string): boolean {
  return /^rediss?[:+]/.test(text);
}

/** The location, or one sentence about what is wrong with the text; it never shows a password. */
export function parseRedisLocation(text: string): Result<RedisLocation, string> {
  const scheme = SCHEME.exec(text);
  if (scheme === null) return failed(`This is no Redis location; write ${SPELLINGS}.`);
  const [prefix, secure, variant] = scheme;
  const kind = (variant ?? 'single') as RedisLocation['kind'];
  const rest = text.slice(prefix.length);
  const mark = rest.indexOf('?');
  const query = parseQuery(mark < 0 ? '' : rest.slice(mark + 1), secure !== '');
  if (!query.ok) return query;
  const before = mark < 0 ? rest : rest.slice(0, mark);
  const at = before.lastIndexOf('@');
  const credentials = parseCredentials(at < 0 ? undefined : before.slice(0, at));
  if (!credentials.ok) return credentials;
  const place = before.slice(at + 1);
  const { words } = query.value;
  const rim = {
    credentials: credentials.value,
    sentinelCredentials: present({
      user: words.get('sentinel-user'),
      password: words.get('sentinel-password'),
    }),
    ...(secure === '' ? {} : { tls: tlsFiles(words) }),
  };
  if (kind === 'unix') return unixPlace(place, words.get('db'), rim);
  if (words.has('db')) return failed('A Redis location takes db= with redis+unix only; write /DB.');
  return hostPlace(kind, place, rim);
}

type Rim = Pick<RedisLocation, 'credentials' | 'sentinelCredentials' | 'tls'>;

function unixPlace(path: string, dbText: string | undefined, rim: Rim) {
  if (rim.tls !== undefined)
    return failed('A unix socket has no TLS; write redis+unix: without the s.');
  if (!path.startsWith('/')) {
    return failed(
      'redis+unix: must name the absolute path of a socket; write redis+unix:/run/redis.sock.',
    );
  }
  const db = parseDb(dbText);
  return db.ok ? ok({ kind: 'unix' as const, hosts: [], path, db: db.value, ...rim }) : db;
}

function hostPlace(
  kind: 'single' | 'sentinel' | 'cluster',
  place: string,
  rim: Rim,
): Result<RedisLocation, string> {
  const [hostList = '', ...path] = place.split('/');
  while (path.at(-1) === '') path.pop();
  const hosts = parseHosts(hostList, kind === 'sentinel' ? SENTINEL_PORT : REDIS_PORT);
  if (!hosts.ok) return hosts;
  if (kind === 'single' && hosts.value.length > 1) {
    return failed(
      'redis:// names one server; for several write redis+sentinel://…/MASTERNAME or redis+cluster://….',
    );
  }
  const master = kind === 'sentinel' ? decoded(path.shift()) : undefined;
  if (kind === 'sentinel' && master === undefined) {
    return failed(
      'redis+sentinel:// must end in the name by which the Sentinels know the master; write redis+sentinel://HOST:PORT,HOST:PORT/MASTERNAME.',
    );
  }
  if (kind === 'cluster' && path.length > 0) {
    return failed('A Redis Cluster has one database; write redis+cluster://HOST:PORT without /DB.');
  }
  const db = parseDb(path.shift());
  if (!db.ok) return db;
  if (path.length > 0)
    return failed(`A Redis location ends with its database; write ${SPELLINGS}.`);
  return ok({
    kind,
    hosts: hosts.value,
    ...(master === undefined ? {} : { master }),
    db: db.value,
    ...rim,
  });
}

function parseHosts(text: string, defaultPort: number): Result<RedisHost[], string> {
  const hosts: RedisHost[] = [];
  for (const part of text.split(',')) {
    const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(part);
    const host = match?.[1] ?? match?.[2];
    const port = Number(match?.[3] ?? defaultPort);
    if (host === undefined || port < 1 || port > 65_535) {
      return failed(
        `${JSON.stringify(part)} is no HOST:PORT of a Redis; an IPv6 address stands in brackets, as in redis://[fd00::1]:6379.`,
      );
    }
    hosts.push({ host, port });
  }
  return ok(hosts);
}

function parseDb(text: string | undefined): Result<number, string> {
  if (text === undefined) return ok(0);
  if (/^\d{1,5}$/.test(text)) return ok(Number(text));
  return failed(`${JSON.stringify(text)} is no number of a Redis database; write 0 to 15.`);
}

function parseCredentials(text: string | undefined): Result<RedisCredentials, string> {
  if (text === undefined) return ok({});
  const colon = text.indexOf(':');
  const password = decoded(text.slice(colon + 1));
  const user = colon > 0 ? decoded(text.slice(0, colon)) : undefined;
  // `USER:@HOST`: the password is given elsewhere.
  if (user !== undefined && colon === text.length - 1) return ok({ user });
  if (password === undefined || (colon > 0 && user === undefined)) {
    return failed(
      'The user name or password of the Redis location cannot be percent-decoded or is empty; write % as %25, @ as %40, / as %2F and ? as %3F.',
    );
  }
  return ok(present({ user, password }));
}

function parseQuery(text: string, secure: boolean): Result<{ words: Map<string, string> }, string> {
  const words = new Map<string, string>();
  for (const part of text === '' ? [] : text.split('&')) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    const value = decoded(part.slice(equals + 1));
    if (!QUERY_WORDS.has(name) || equals < 0 || value === undefined) {
      return failed(
        `A Redis location takes ${[...QUERY_WORDS].map((word) => `${word}=`).join(', ')} after its ?, not ${JSON.stringify(name)}.`,
      );
    }
    words.set(name, value);
  }
  if (!secure && (words.has('ca') || words.has('cert') || words.has('key'))) {
    return failed('ca=, cert= and key= are for TLS; write rediss instead of redis.');
  }
  if (words.has('cert') !== words.has('key')) {
    return failed(
      'cert= and key= go together: the certificate that we show, and its private key; name both files.',
    );
  }
  return ok({ words });
}

function tlsFiles(words: ReadonlyMap<string, string>): RedisTlsFiles {
  return present({ ca: words.get('ca'), cert: words.get('cert'), key: words.get('key') });
}

/** Undefined: absent, empty, or not percent-encoded. */
function decoded(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function present<Name extends string>(
  members: Readonly<Record<Name, string | undefined>>,
): { [Member in Name]?: string } {
  const kept: { [Member in Name]?: string } = {};
  for (const name of Object.keys(members) as Name[]) {
    const value = members[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** For people: the location without user, password and files. */
export function describeRedisLocation(location: RedisLocation): string {
  const scheme = `redis${location.tls === undefined ? '' : 's'}`;
  const db = location.db === 0 ? '' : `/${location.db}`;
  const hosts = location.hosts.map(hostText).join(',');
  switch (location.kind) {
    case 'single':
      return `${scheme}://${hosts}${db}`;
    case 'unix':
      return `${scheme}+unix:${location.path ?? ''}${location.db === 0 ? '' : `?db=${location.db}`}`;
    case 'sentinel':
      return `${scheme}+sentinel://${hosts}/${location.master ?? ''}${db}`;
    case 'cluster':
      return `${scheme}+cluster://${hosts}`;
  }
}

export function hostText({ host, port }: RedisHost): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
