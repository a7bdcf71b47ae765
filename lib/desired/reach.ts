/**
 * Which endpoints of an NVE count, by what all NVEs say of each other's addresses (LivenessRecord).
 *
 * An address is dead when at least one NVE that monitors it sees it down, and nobody sees it up. Who has not heard of it
 * yet, and who is not connected (it has no record), has no voice; without any voice nothing is dead. A dead address is
 * nobody's way to the NVE, in every network at once. An address that is not dead but down for one sender is avoided by
 * that sender where the remote has another.
 *
 * What others see decides the receiving side; what an NVE can send with are its own addresses that are not dead, so that
 * one whose first underlay is cut sends over the second, too.
 */
import type { IpAddress } from '../../protocols/base/addresses.ts';
import { ENCAPSULATIONS, type Encapsulation, type Endpoint } from '../model/encapsulation.ts';
import type {
  LivenessRecord,
  NetworkName,
  NetworkRecord,
  NveName,
  NveRecord,
} from '../model/records.ts';
import { agreedEndpoint, type Capability, capabilityOf } from './agreement.ts';

/** Who is where: the domain's records, and which NVEs serve which networks. */
export interface Neighbourhood {
  nve(name: NveName): NveRecord | undefined;
  network(name: NetworkName): NetworkRecord | undefined;
  liveness(nve: NveName): LivenessRecord | undefined;
  /** NVEs that have this underlay address. */
  nvesAt(ip: IpAddress): Iterable<NveName>;
  served(nve: NveName): Iterable<NetworkName>;
  members(network: NetworkName): Iterable<NveName>;
}

/** Only of an NVE of which not everything counts as it declares it. */
export interface Shape {
  readonly dead: ReadonlySet<IpAddress>;
  readonly avoided: readonly IpAddress[];
}

export const WHOLE: Shape = { dead: new Set(), avoided: [] };

export function countingEndpoints(nve: NveRecord, { dead }: Shape): readonly Endpoint[] {
  return dead.size === 0 ? nve.endpoints : nve.endpoints.filter(({ ip }) => !dead.has(ip));
}

/** One that is cut off altogether keeps what it has: it reaches nobody either way, and is soon back. */
export function capabilityIn(nve: NveRecord, shape: Shape): Capability {
  const counting = countingEndpoints(nve, shape);
  return capabilityOf(counting.length === 0 ? nve.endpoints : counting, shape.avoided);
}

/** Addresses of the NVE that are dead. */
export function deadAddresses(around: Neighbourhood, name: NveName): ReadonlySet<IpAddress> {
  const nve = around.nve(name);
  if (nve === undefined) return WHOLE.dead;
  const ips = new Set(nve.endpoints.map(({ ip }) => ip));
  const dead = [...ips].filter((ip) => isDead(around, nve, ip));
  return dead.length === 0 ? WHOLE.dead : new Set(dead);
}

function isDead(around: Neighbourhood, owner: NveRecord, ip: IpAddress): boolean {
  let accused = false;
  for (const said of voices(around, owner, ip)) {
    if (said === 'up') return false;
    if (said === 'down') accused = true;
  }
  return accused;
}

/** What each NVE that monitors the address says of it: once, however many networks they share. */
function* voices(around: Neighbourhood, owner: NveRecord, ip: IpAddress): Generator<Said> {
  const heard = new Set([owner.name]);
  for (const served of around.served(owner.name)) {
    const network = around.network(served);
    for (const name of network === undefined ? [] : around.members(served)) {
      const said = heard.has(name) ? undefined : voiceOf(around, network, name, owner, ip);
      if (said === undefined) continue;
      heard.add(name);
      yield said;
    }
  }
}

/** Undefined: it does not monitor the address. */
function voiceOf(
  around: Neighbourhood,
  network: NetworkRecord | undefined,
  name: NveName,
  owner: NveRecord,
  ip: IpAddress,
): Said | undefined {
  const [voice, observer] = [around.liveness(name), around.nve(name)];
  if (network === undefined || voice === undefined || observer === undefined) return undefined;
  if (monitoredEndpoint([network], observer, owner, ip) === undefined) return undefined;
  return saidOf(voice, ip);
}

type Said = 'up' | 'down' | 'nothing';

function saidOf(voice: LivenessRecord, ip: IpAddress): Said {
  const { down, unheard } = viewOf(voice);
  if (down.has(ip)) return 'down';
  return unheard.has(ip) ? 'nothing' : 'up';
}

/** What the NVE sees down itself, of remotes that have another address for it. */
export function avoidedAddresses(
  around: Neighbourhood,
  name: NveName,
  deadOf: (nve: NveName) => ReadonlySet<IpAddress>,
): readonly IpAddress[] {
  const said = around.liveness(name);
  const sender = around.nve(name);
  if (said === undefined || said.down.length === 0 || sender === undefined) return WHOLE.avoided;
  const { down } = viewOf(said);
  const hasOther = (owner: NveName): boolean => {
    const endpoints = around.nve(owner)?.endpoints ?? [];
    return endpoints.some((other) => !down.has(other.ip) && !deadOf(owner).has(other.ip));
  };
  return said.down.filter((ip) =>
    [...around.nvesAt(ip)].some(
      (owner) =>
        owner !== name &&
        !deadOf(owner).has(ip) &&
        hasOther(owner) &&
        shareNetwork(around, name, owner),
    ),
  );
}

export function shareNetwork(around: Neighbourhood, one: NveName, other: NveName): boolean {
  const served = new Set(around.served(one));
  for (const network of around.served(other)) if (served.has(network)) return true;
  return false;
}

/**
 * How `from` monitors the address of `to`: by the first of our encapsulations that one of these networks uses between
 * them. The same in both directions, since a BFD session has two ends.
 */
export function monitoredEndpoint(
  networks: Iterable<NetworkRecord>,
  from: NveRecord,
  to: NveRecord,
  ip: IpAddress,
): Endpoint | undefined {
  const capability = declaredCapability(from);
  const there = to.endpoints.filter((endpoint) => endpoint.ip === ip);
  let best: Endpoint | undefined;
  for (const network of networks) {
    const agreed = agreedEndpoint(network, there, capability);
    if (agreed === undefined) continue;
    if (best === undefined || rank(agreed.type) < rank(best.type)) best = agreed;
    if (rank(best.type) === 0) break;
  }
  return best;
}

const declared = new WeakMap<NveRecord, Capability>();

/** Kept beside the record: where many are down, it is asked for once per pair at each change. */
function declaredCapability(nve: NveRecord): Capability {
  let capability = declared.get(nve);
  if (capability === undefined) {
    capability = capabilityOf(nve.endpoints);
    declared.set(nve, capability);
  }
  return capability;
}

function rank(type: Encapsulation): number {
  return ENCAPSULATIONS.indexOf(type);
}

interface View {
  readonly down: ReadonlySet<IpAddress>;
  readonly unheard: ReadonlySet<IpAddress>;
}

const views = new WeakMap<LivenessRecord, View>();

function viewOf(record: LivenessRecord): View {
  let view = views.get(record);
  if (view === undefined) {
    view = { down: new Set(record.down), unheard: new Set(record.unheard) };
    views.set(record, view);
  }
  return view;
}

/** The reach of all NVEs, kept up to date at a cost that follows what is down. */
export class Reach {
  readonly #around: Neighbourhood;
  /** Those that are not whole. */
  #shapes = new Map<NveName, Shape>();
  /** Those that see anything down. */
  readonly #accusers = new Set<NveName>();
  readonly #reshaped = new Set<NveName>();
  readonly #heard = new Set<NveName>();

  constructor(around: Neighbourhood) {
    this.#around = around;
  }

  shape(nve: NveName): Shape {
    return this.#shapes.get(nve) ?? WHOLE;
  }

  endpoints(nve: NveRecord): readonly Endpoint[] {
    return countingEndpoints(nve, this.shape(nve.name));
  }

  capability(nve: NveRecord): Capability {
    return capabilityIn(nve, this.shape(nve.name));
  }

  /** The NVE's liveness record was put or deleted. */
  heard(nve: NveName): void {
    this.#heard.add(nve);
    if ((this.#around.liveness(nve)?.down.length ?? 0) > 0) this.#accusers.add(nve);
    else this.#accusers.delete(nve);
  }

  /** NVEs whose liveness record has changed since this was last asked. */
  takeHeard(): NveName[] {
    const heard = [...this.#heard];
    this.#heard.clear();
    return heard;
  }

  /** NVEs of which other addresses are dead than when this was last asked. */
  takeReshaped(): NveName[] {
    const reshaped = [...this.#reshaped];
    this.#reshaped.clear();
    return reshaped;
  }

  /** Takes in who is where now. Gives NVEs of which other endpoints count, and those that only send otherwise. */
  refresh(): { readonly received: NveName[]; readonly sending: NveName[] } {
    const received: NveName[] = [];
    const sending: NveName[] = [];
    if (this.#accusers.size === 0 && this.#shapes.size === 0) return { received, sending };
    const shapes = this.#shapesNow();
    for (const nve of new Set([...this.#shapes.keys(), ...shapes.keys()])) {
      const [before, after] = [this.shape(nve), shapes.get(nve) ?? WHOLE];
      if (!sameSet(before.dead, after.dead)) received.push(nve);
      else if (before.avoided.join() !== after.avoided.join()) sending.push(nve);
      else if (shapes.has(nve)) shapes.set(nve, before);
    }
    this.#shapes = shapes;
    for (const nve of received) this.#reshaped.add(nve);
    return { received, sending };
  }

  #shapesNow(): Map<NveName, Shape> {
    const accused = new Set<NveName>();
    for (const accuser of this.#accusers) {
      for (const ip of this.#around.liveness(accuser)?.down ?? []) {
        for (const owner of this.#around.nvesAt(ip)) accused.add(owner);
      }
    }
    const dead = new Map<NveName, ReadonlySet<IpAddress>>();
    for (const nve of accused) {
      const ips = deadAddresses(this.#around, nve);
      if (ips.size > 0) dead.set(nve, ips);
    }
    const deadOf = (nve: NveName): ReadonlySet<IpAddress> => dead.get(nve) ?? WHOLE.dead;
    const shapes = new Map<NveName, Shape>();
    for (const nve of new Set([...dead.keys(), ...this.#accusers])) {
      const avoided = avoidedAddresses(this.#around, nve, deadOf);
      if (dead.has(nve) || avoided.length > 0) shapes.set(nve, { dead: deadOf(nve), avoided });
    }
    return shapes;
  }
}

function sameSet(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((member) => right.has(member));
}
