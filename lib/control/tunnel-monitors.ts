/**
 * Monitored tunnels: which each NVE should have, what it sees by them, and what it says of that (LivenessRecord).
 *
 * An NVE monitors every address of every NVE with which it shares a network. What changes with a neighbour costs the pairs
 * that it concerns. What is seen goes into the NVE's record as long as it is connected and what it shows is ours to say;
 * the domain makes of the records of all which addresses count (desired/reach).
 */
import { type IpAddress, ipFamily } from '../../protocols/base/addresses.ts';
import type { Compiler } from '../desired/compiler.ts';
import { monitoredEndpoint } from '../desired/reach.ts';
import type { Domain } from '../model/domain.ts';
import type { Endpoint } from '../model/encapsulation.ts';
import {
  type LivenessRecord,
  type NetworkRecord,
  type NveName,
  type NveRecord,
  VNI_MAX,
} from '../model/records.ts';
import type { TunnelStatus } from '../model/views.ts';
import type { MonitoredTunnel } from '../reconcile/monitor-plan.ts';
import type { Federation } from './federation.ts';
import type { Effect, MonitorChange, TunnelChange } from './inputs.ts';
import type { Notices } from './notices.ts';
import type { NveState } from './nve-state.ts';
import { TunnelNotices } from './tunnel-notices.ts';

export interface TunnelMonitorsContext {
  /** False: nothing is monitored, and what is left of it is taken back. */
  readonly enabled: boolean;
  readonly domain: Domain;
  readonly compiler: Compiler;
  readonly federation: Federation;
  readonly notices: Notices;
  readonly nves: ReadonlyMap<NveName, NveState>;
  emit(effect: Effect): void;
  /** A fact of ours; undefined: it is not so any more. */
  assert(nve: NveName, record: LivenessRecord | undefined): void;
  /** Takes in what was asserted. */
  settle(): void;
}

/** GRE's key has 32 bits, and those of networks are below this. */
const GRE_KEY = VNI_MAX + 1;

const UNMONITORED: TunnelStatus = { state: 'unmonitored' };
const WAITING: TunnelStatus = { state: 'waiting' };

interface Monitoring {
  /** By remote NVE. */
  readonly wanted: Map<NveName, readonly MonitoredTunnel[]>;
  /** How many tunnels are wanted to each remote address. */
  readonly ways: Map<IpAddress, number>;
  /** By remote address: what was last seen. */
  readonly seen: Map<string, TunnelChange>;
  /** Of the wanted addresses: those of its record. */
  readonly down: Set<IpAddress>;
  readonly unheard: Set<IpAddress>;
}

export class TunnelMonitors {
  readonly #context: TunnelMonitorsContext;
  /** Of NVEs that are connected. */
  readonly #monitoring = new Map<NveName, Monitoring>();
  /** Whose record may not be what it should. */
  readonly #dirty = new Set<NveName>();
  /** Of NVEs that may have monitored tunnels though we monitor nothing. */
  readonly #unreleased = new Set<NveName>();
  readonly #told: TunnelNotices;
  /** With whom each NVE shared a network when it was last regrouped. */
  readonly #neighbours = new Map<NveName, ReadonlySet<NveName>>();
  #key = 0;
  #arrivalsOver = false;

  constructor(context: TunnelMonitorsContext) {
    this.#context = context;
    this.#told = new TunnelNotices(context.domain, context.compiler, context.notices);
  }

  connected(nve: NveName): void {
    this.#dirty.add(nve);
    if (!this.#context.enabled) {
      this.#unreleased.add(nve);
      return;
    }
    this.#monitoring.set(nve, {
      ...{ wanted: new Map(), ways: new Map(), seen: new Map() },
      ...{ down: new Set(), unheard: new Set() },
    });
    this.#regroup(nve, true);
  }

  /** It is not connected to us, or what it shows has become ours to say. */
  touched(nve: NveName): void {
    if (this.#context.nves.get(nve)?.connected !== true) this.#monitoring.delete(nve);
    this.#dirty.add(nve);
  }

  /** Nobody can be asked any more: what others have said counts by what we see. */
  decideAlone(): void {
    for (const nve of this.#monitoring.keys()) this.#dirty.add(nve);
  }

  saw(nve: NveName, changes: readonly TunnelChange[], complete: boolean): void {
    const monitoring = this.#monitoring.get(nve);
    if (monitoring === undefined) return;
    const before = new Map(changes.map(({ ip }) => [ip, monitoring.seen.get(ip)?.verdict]));
    if (complete) monitoring.seen.clear();
    for (const change of changes) {
      if (change.verdict === undefined) monitoring.seen.delete(change.ip);
      else monitoring.seen.set(change.ip, change);
    }
    const touched = complete ? monitoring.ways.keys() : changes.map(({ ip }) => ip);
    for (const ip of touched) classify(monitoring, ip);
    this.#dirty.add(nve);
    if (!this.#context.federation.speaksFor(nve)) return;
    this.#told.tell(nve, before, changes, (remote) => monitoring.wanted.has(remote));
  }

  /** NVEs that were connected before this instance started have had the time to come back. */
  arrivalsOver(): void {
    this.#arrivalsOver = true;
    for (const { nve } of this.#context.domain.livenessRecords()) this.#dirty.add(nve);
  }

  /** Records of NVEs that nobody has any more are nobody's word. */
  tidy(): void {
    const { domain, federation } = this.#context;
    for (const { nve } of domain.livenessRecords()) {
      const isAway = !this.#isConnected(nve) && !federation.isSeenByOthers(nve);
      if (isAway && federation.isOrphan(nve)) this.#dirty.add(nve);
    }
  }

  /** At the end of a step: who neighbours whom is known now. */
  settle(): void {
    const { compiler, domain } = this.#context;
    const regrouped = compiler.takeRegrouped();
    if (this.#context.enabled) this.#regroupAll(regrouped);
    for (const nve of regrouped) if (domain.liveness(nve) !== undefined) this.#dirty.add(nve);
    // What another instance wrote may not be what we see.
    for (const nve of compiler.reach.takeHeard()) this.#dirty.add(nve);
    for (const nve of this.#dirty) this.#assert(nve);
    this.#dirty.clear();
    this.#context.settle();
    this.#release();
    for (const nve of compiler.reach.takeReshaped()) this.#told.tellDead(nve);
  }

  /**
   * Where we monitor nothing, monitored tunnels of before go when nobody monitors any more: at the other ends of those
   * that somebody does monitor, they would seem to have failed.
   */
  #release(): void {
    if (this.#unreleased.size === 0 || this.#context.domain.livenessRecords().length > 0) return;
    for (const nve of this.#unreleased) {
      this.#context.emit({ type: 'monitors', nve, complete: true, changes: [] });
    }
    this.#unreleased.clear();
  }

  /** Of the address of a remote NVE, as this one sees it. */
  status(nve: NveName, ip: string): TunnelStatus {
    const seen = this.#monitoring.get(nve)?.seen.get(ip);
    if (seen?.verdict === undefined) return this.#statusByRecord(nve, ip);
    const { verdict, since, diagnostic } = seen;
    return {
      state: verdict === 'unheard' ? 'waiting' : verdict,
      ...(since === undefined ? {} : { since }),
      ...(diagnostic === undefined ? {} : { diagnostic }),
    };
  }

  /** What another instance says of an NVE that is not connected to us. */
  #statusByRecord(nve: NveName, ip: string): TunnelStatus {
    const record = this.#context.domain.liveness(nve);
    if (record === undefined) return UNMONITORED;
    if (record.down.some((address) => address === ip)) return { state: 'down' };
    if (this.#isConnected(nve)) return WAITING;
    return record.unheard.some((address) => address === ip) ? WAITING : { state: 'up' };
  }

  #isConnected(nve: NveName): boolean {
    return this.#context.nves.get(nve)?.connected === true;
  }

  #regroupAll(regrouped: readonly NveName[]): void {
    /** Whose monitors of whom may have changed. */
    const touched = new Map<NveName, Set<NveName>>();
    for (const nve of regrouped) {
      const now = this.#peers(nve);
      const all = new Set([...now, ...(this.#neighbours.get(nve) ?? [])]);
      if (now.size === 0) this.#neighbours.delete(nve);
      else this.#neighbours.set(nve, now);
      for (const peer of all) {
        note(touched, nve, peer);
        note(touched, peer, nve);
      }
    }
    const key = this.#freeKey();
    if (key !== this.#key) {
      this.#key = key;
      for (const nve of this.#monitoring.keys()) this.#regroup(nve, false);
    } else for (const [nve, peers] of touched) this.#recompute(nve, peers, false);
  }

  #regroup(nve: NveName, complete: boolean): void {
    const monitoring = this.#monitoring.get(nve);
    if (monitoring === undefined) return;
    const peers = this.#peers(nve);
    for (const peer of monitoring.wanted.keys()) peers.add(peer);
    this.#recompute(nve, peers, complete);
  }

  #recompute(nve: NveName, peers: Iterable<NveName>, complete: boolean): void {
    const monitoring = this.#monitoring.get(nve);
    if (monitoring === undefined) return;
    const changes: MonitorChange[] = [];
    for (const remote of peers) {
      const tunnels = this.#tunnels(nve, remote);
      const before = monitoring.wanted.get(remote) ?? [];
      if (!complete && sameTunnels(before, tunnels)) continue;
      want(monitoring, remote, tunnels);
      if (tunnels.length > 0 || !complete) changes.push({ remote, tunnels });
    }
    if (changes.length === 0 && !complete) return;
    this.#dirty.add(nve);
    this.#context.emit({ type: 'monitors', nve, complete, changes });
  }

  /** NVEs with which it shares a network. */
  #peers(nve: NveName): Set<NveName> {
    const { compiler } = this.#context;
    const peers = new Set<NveName>();
    for (const network of compiler.served(nve)) {
      for (const peer of compiler.members(network)) peers.add(peer);
    }
    peers.delete(nve);
    return peers;
  }

  #tunnels(nve: NveName, remote: NveName): MonitoredTunnel[] {
    const { domain } = this.#context;
    const [from, to] = [domain.nve(nve), domain.nve(remote)];
    if (from === undefined || to === undefined) return [];
    const networks = this.#shared(nve, remote);
    const ips = new Set(to.endpoints.map(({ ip }) => ip));
    return [...ips].flatMap((ip) => {
      const endpoint = monitoredEndpoint(networks, from, to, ip);
      if (endpoint === undefined) return [];
      const tunnel = { ...endpoint, key: endpoint.type === 'gre' ? GRE_KEY : this.#key };
      const locals = addressesOf(from, endpoint);
      // With one address, the underlay's routes choose it, as for the data.
      if (locals.length < 2) return [tunnel];
      const met = localsFor(locals, addressesOf(to, endpoint), ip);
      return met.map((local) => ({ ...tunnel, local }));
    });
  }

  #shared(one: NveName, other: NveName): NetworkRecord[] {
    const { compiler, domain } = this.#context;
    const [left, right] = [compiler.served(one), compiler.served(other)];
    const [few, many] = left.size < right.size ? [left, right] : [right, left];
    const shared = [...few].filter((network) => many.has(network));
    return shared.flatMap((network) => domain.network(network) ?? []);
  }

  /** Networks may have every VNI: the key of monitored tunnels is one that none has now. */
  #freeKey(): number {
    const { domain } = this.#context;
    if (domain.networkOfVni(0) === undefined) return 0;
    let key = VNI_MAX;
    while (key > 0 && domain.networkOfVni(key) !== undefined) key--;
    return key;
  }

  #assert(nve: NveName): void {
    const { domain, federation, nves } = this.#context;
    const state = nves.get(nve);
    if (state?.connected !== true) {
      const isAwaited = !this.#arrivalsOver && state?.lastFacts === undefined;
      const isOurs = !federation.isShared || federation.isOrphan(nve);
      if (isOurs && !isAwaited && domain.liveness(nve) !== undefined)
        this.#context.assert(nve, undefined);
      return;
    }
    if (federation.speaksFor(nve)) this.#context.assert(nve, this.#record(nve));
  }

  #record(nve: NveName): LivenessRecord | undefined {
    const monitoring = this.#monitoring.get(nve);
    if (monitoring === undefined || monitoring.wanted.size === 0) return undefined;
    const { down, unheard } = monitoring;
    return { kind: 'liveness', nve, down: [...down].sort(), unheard: [...unheard].sort() };
  }
}

function want(monitoring: Monitoring, remote: NveName, tunnels: readonly MonitoredTunnel[]): void {
  const { wanted, ways } = monitoring;
  const before = wanted.get(remote) ?? [];
  if (tunnels.length === 0) wanted.delete(remote);
  else wanted.set(remote, tunnels);
  for (const { ip } of tunnels) ways.set(ip, (ways.get(ip) ?? 0) + 1);
  for (const { ip } of before) {
    const left = (ways.get(ip) ?? 0) - 1;
    if (left > 0) ways.set(ip, left);
    else ways.delete(ip);
  }
  for (const { ip } of [...before, ...tunnels]) classify(monitoring, ip);
}

/** Puts the address where its last verdict has it. */
function classify({ ways, seen, down, unheard }: Monitoring, ip: IpAddress): void {
  const verdict = ways.has(ip) ? (seen.get(ip)?.verdict ?? 'unheard') : undefined;
  if (verdict === 'down') down.add(ip);
  else down.delete(ip);
  if (verdict === 'unheard') unheard.add(ip);
  else unheard.delete(ip);
}

function note(map: Map<NveName, Set<NveName>>, key: NveName, member: NveName): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([member]));
  else set.add(member);
}

/** The NVE's addresses of the endpoint's encapsulation and family, in its order. */
function addressesOf(nve: NveRecord, { type, ip }: Endpoint): IpAddress[] {
  const family = ipFamily(ip);
  return nve.endpoints
    .filter((endpoint) => endpoint.type === type && ipFamily(endpoint.ip) === family)
    .map((endpoint) => endpoint.ip);
}

/**
 * Which of our addresses meet this remote one: the first the first, the second the second, as two underlays have it; the
 * last of who has fewer meets all that are left. The same from both ends.
 */
function localsFor(
  locals: readonly IpAddress[],
  remotes: readonly IpAddress[],
  ip: IpAddress,
): IpAddress[] {
  const at = remotes.indexOf(ip);
  if (at < remotes.length - 1) return locals.slice(Math.min(at, locals.length - 1)).slice(0, 1);
  return locals.slice(Math.min(at, locals.length - 1));
}

function sameTunnels(left: readonly MonitoredTunnel[], right: readonly MonitoredTunnel[]): boolean {
  if (left.length !== right.length) return false;
  return left.every((one, position) => {
    const other = right[position];
    return (
      other !== undefined &&
      one.type === other.type &&
      one.ip === other.ip &&
      one.port === other.port &&
      one.local === other.local &&
      one.key === other.key
    );
  });
}
