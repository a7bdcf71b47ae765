/**
 * Which server holds the domain now: asked anew for every connection.
 *
 * Sentinels are asked all at once, and the answer with the highest configuration epoch counts: one that was cut off
 * together with a demoted master is outvoted by its age. In a Cluster any node tells by MOVED who has the slot; the
 * keys of a domain are in one slot, so one connection serves.
 *
 * Source: redis.io, "Sentinel client spec", "Cluster specification" (MOVED redirection, configuration epochs).
 */
import { RedisConnection, type RedisTarget } from './redis-connection.ts';
import { ConnectionLost } from './redis-faults.ts';
import { hostText, type RedisHost, type RedisLocation } from './redis-location.ts';

const REDIRECTIONS_MAX = 5;

/** `probe`: a key of the domain. */
export async function locateRedis(
  location: RedisLocation,
  probe: string,
  deadlineMs: number,
): Promise<RedisTarget> {
  switch (location.kind) {
    case 'unix':
      return { ...common(location), at: { path: location.path ?? '' } };
    case 'single':
      return { ...common(location), at: firstHost(location.hosts) };
    case 'sentinel':
      return { ...common(location), at: await askSentinels(location, deadlineMs) };
    case 'cluster':
      return { ...common(location), at: await askCluster(location, probe, deadlineMs) };
  }
}

function common({ db, credentials, tls }: RedisLocation): Omit<RedisTarget, 'at'> {
  return { db, credentials, ...(tls === undefined ? {} : { tls }) };
}

function firstHost(hosts: readonly RedisHost[]): RedisHost {
  const [host] = hosts;
  if (host === undefined) throw new ConnectionLost('no host is named', false);
  return host;
}

interface MasterWord extends RedisHost {
  readonly epoch: number;
}

async function askSentinels(location: RedisLocation, deadlineMs: number): Promise<RedisHost> {
  const asked = await Promise.allSettled(
    location.hosts.map((host) => askSentinel(location, host, deadlineMs)),
  );
  let newest: MasterWord | undefined;
  let reason = 'no Sentinel is named';
  for (const outcome of asked) {
    if (outcome.status === 'rejected') reason = String((outcome.reason as Error).message);
    else if (newest === undefined || outcome.value.epoch > newest.epoch) newest = outcome.value;
  }
  if (newest !== undefined) return { host: newest.host, port: newest.port };
  throw new ConnectionLost(`no Sentinel names the master ${location.master}: ${reason}`, false);
}

async function askSentinel(
  { sentinelCredentials, tls, master = '' }: RedisLocation,
  host: RedisHost,
  deadlineMs: number,
): Promise<MasterWord> {
  const target = { at: host, db: 0, credentials: sentinelCredentials };
  const connection = await RedisConnection.open(tls === undefined ? target : { ...target, tls }, {
    // The others must not wait long for one that is silent.
    deadlineMs: deadlineMs / 2,
  });
  try {
    const answer = await connection.call('SENTINEL', ['MASTER', master]);
    const words = Array.isArray(answer) ? answer.map(String) : [];
    const word = (name: string): string => words[words.indexOf(name) + 1] ?? '';
    if (!words.includes('ip'))
      throw new ConnectionLost(`${hostText(host)} does not know it`, false);
    return { host: word('ip'), port: Number(word('port')), epoch: Number(word('config-epoch')) };
  } finally {
    connection.end('the Sentinel has answered');
  }
}

async function askCluster(
  location: RedisLocation,
  probe: string,
  deadlineMs: number,
): Promise<RedisHost> {
  let reason = 'no node is named';
  for (const first of location.hosts) {
    try {
      return await followMoves(location, first, probe, deadlineMs);
    } catch (error) {
      if (!(error instanceof Error) || error.name === 'ReplyError') throw error;
      reason = error.message;
    }
  }
  throw new ConnectionLost(reason, false);
}

async function followMoves(
  location: RedisLocation,
  first: RedisHost,
  probe: string,
  deadlineMs: number,
): Promise<RedisHost> {
  let host = first;
  for (let move = 0; move < REDIRECTIONS_MAX; move++) {
    const connection = await RedisConnection.open(
      { ...common(location), at: host },
      { deadlineMs },
    );
    try {
      await connection.call('HGET', [probe, 'format']);
      return host;
    } catch (error) {
      const next = movedTo(error, host);
      if (next === undefined) throw error;
      host = next;
    } finally {
      connection.end('the node has answered');
    }
  }
  throw new ConnectionLost('the nodes of the Cluster refer to each other', false);
}

function movedTo(error: unknown, from: RedisHost): RedisHost | undefined {
  const match = /^MOVED \d+ (.*):(\d+)$/.exec(error instanceof Error ? error.message : '');
  if (match === null) return undefined;
  const [, host = '', port = ''] = match;
  return { host: host === '' || host === '?' ? from.host : host, port: Number(port) };
}
