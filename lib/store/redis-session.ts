/**
 * A session with the server that holds the domain: three connections to the same process, found, opened and checked
 * together, and lost together.
 *
 * Batches go over `writes`, whose answers may be held back by WAIT; everything else that is asked over `reads`; the
 * feed blocks on `feed`. A server that is too old, a replica, or still loading is refused here.
 */
import { StoreError } from './contract.ts';
import { RedisConnection, type RedisTarget } from './redis-connection.ts';
import { ConnectionLost, unavailable } from './redis-faults.ts';
import { locateRedis } from './redis-locate.ts';
import type { RedisLocation } from './redis-location.ts';

export interface SessionOptions {
  readonly location: RedisLocation;
  readonly description: string;
  /** A key of the domain, which tells the node of a Cluster. */
  readonly probe: string;
  readonly deadlineMs: number;
}

export interface ServerFacts {
  readonly version: string;
  /** Major and minor in one number: 7.2 is 702. */
  readonly release: number;
  readonly aofEnabled: boolean;
  /** Empty: it has all the memory that it wants. */
  readonly maxmemoryPolicy: string;
}

const OLDEST_RELEASE = 602;

export class RedisSession {
  readonly writes: RedisConnection;
  readonly reads: RedisConnection;
  readonly feed: RedisConnection;
  readonly server: ServerFacts;
  /** Where it was found. */
  readonly target: RedisTarget;

  constructor(
    connections: readonly [RedisConnection, RedisConnection, RedisConnection],
    server: ServerFacts,
    target: RedisTarget,
  ) {
    [this.writes, this.reads, this.feed] = connections;
    this.server = server;
    this.target = target;
  }

  get place(): string {
    return this.writes.place;
  }

  /** Called once, when the first of the three is lost; the others are ended. */
  whenLost(listener: (error: ConnectionLost) => void): void {
    let told = false;
    for (const connection of [this.writes, this.reads, this.feed]) {
      connection.whenLost((error) => {
        if (told) return;
        told = true;
        this.end(error.message);
        listener(error);
      });
    }
  }

  get isLost(): boolean {
    return [this.writes, this.reads, this.feed].some(({ lost }) => lost !== undefined);
  }

  end(reason: string): void {
    for (const connection of [this.writes, this.reads, this.feed]) connection.end(reason);
  }
}

export async function openSession(options: SessionOptions): Promise<RedisSession> {
  const { location, description, probe, deadlineMs } = options;
  const target = await locateRedis(location, probe, deadlineMs);
  const opened = await Promise.allSettled(
    [0, 1, 2].map(() => RedisConnection.open(target, { deadlineMs })),
  );
  const connections = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    for (const one of opened) if (one.status === 'rejected') throw one.reason;
    const [writes, reads, feed] = connections;
    if (writes === undefined || reads === undefined || feed === undefined) {
      throw new ConnectionLost('the connection was closed', false);
    }
    const infos = await Promise.all([writes, reads, feed].map(readInfo));
    const server = checkServer(description, infos);
    return new RedisSession([writes, reads, feed], server, target);
  } catch (error) {
    for (const connection of connections) connection.end('the server was refused');
    throw error;
  }
}

type Info = ReadonlyMap<string, string>;

async function readInfo(connection: RedisConnection): Promise<Info> {
  const text = String(await connection.call('INFO', []));
  const words = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) words.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return words;
}

function checkServer(description: string, infos: readonly Info[]): ServerFacts {
  const [info] = infos;
  const version = info?.get('redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const release = major * 100 + minor;
  if (!(release >= OLDEST_RELEASE)) {
    throw new StoreError(
      'store-unavailable',
      `The Redis ${description} is of version ${version === '' ? 'unknown' : version}; the store needs Redis 6.2 or newer, or Valkey.`,
      false,
    );
  }
  if (new Set(infos.map((each) => each.get('run_id'))).size > 1) {
    throw unavailable(
      description,
      'the address leads to several servers, to another one each time',
    );
  }
  if (info?.get('role') === 'slave') {
    throw unavailable(
      description,
      'it is a replica; name the master, or the Sentinels that know it',
    );
  }
  if (info?.get('loading') === '1') throw unavailable(description, 'it is loading its data');
  const bounded = (info?.get('maxmemory') ?? '0') !== '0';
  return {
    version,
    release,
    aofEnabled: info?.get('aof_enabled') === '1',
    maxmemoryPolicy: bounded ? (info?.get('maxmemory_policy') ?? '') : '',
  };
}
