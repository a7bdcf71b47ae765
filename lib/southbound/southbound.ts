/**
 * The southbound: every connection of every NVE, joined by system-id and datapath id.
 *
 * Carries the core's effects out and reports what happens as its inputs. Decides nothing about flows.
 */
import { type IpAddress, ipFamily } from '../../protocols/base/addresses.ts';
import type { GroupDesc } from '../../protocols/openflow/values/group.ts';
import type { Features } from '../../protocols/openflow/values/messages.ts';
import type { FlowStats } from '../../protocols/openflow/values/multipart.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import type { Effect, Input } from '../control/inputs.ts';
import { NO_PEERS, type PeerTargets } from '../reconcile/bridge-plan.ts';
import type { StreamEndpoint } from '../runtime/endpoint.ts';
import { limitedLog } from '../runtime/limited-log.ts';
import type { Log } from '../runtime/log.ts';
import type { StreamSource } from '../runtime/stream-source.ts';
import { openSource } from '../runtime/streams.ts';
import type { TlsCredentials } from '../runtime/tls-credentials.ts';
import { type CertificateNames, databaseRefusal, switchRefusal } from './certificate-rule.ts';
import type { DatabaseSettings } from './database-settings.ts';
import { KnownSwitches } from './known-switches.ts';
import { Newcomers } from './newcomers.ts';
import { type DatabaseHost, NveDatabase, UNDECIDED } from './nve-database.ts';
import { NveSwitch, type SwitchHost, type SwitchSettings } from './nve-switch.ts';
import { Rivals } from './rivals.ts';

export interface SouthboundSettings extends DatabaseSettings, SwitchSettings {
  /** On each listener. */
  readonly connectionsMax: number;
  /** For endpoints with TLS. */
  readonly tls?: TlsCredentials | undefined;
  /** What a certificate must name. Absent: `system-id`. */
  readonly certificateNames?: CertificateNames;
}

export interface SwitchDump {
  readonly version: OpenFlowVersion;
  readonly flows: readonly FlowStats[];
  readonly groups: readonly GroupDesc[];
}

/** What peers may have this process log: all together, and each address. */
const LINES_OF_ALL = { linesMax: 300, perMs: 10_000 } as const;
const LINES_OF_ONE = { linesMax: 10, perMs: 10_000 } as const;
/** Addresses that are counted by themselves at one time. */
const ADDRESSES_MAX = 1_000;

type SouthboundEffect = Extract<
  Effect,
  { type: 'send' | 'read-installed' | 'lock' | 'bridge' | 'monitors' }
>;

export class Southbound {
  readonly #settings: SouthboundSettings;
  readonly #log: Log;
  readonly #logs = new Map<string, Log>();
  readonly #emit: (input: Input) => void;
  readonly #sources: StreamSource[] = [];
  readonly #databases = new Set<NveDatabase>();
  readonly #switches = new Set<NveSwitch>();
  readonly #byName = new Map<string, NveDatabase>();
  readonly #known = new KnownSwitches<NveSwitch>();
  /** The switch of each NVE: stays while its connection does, whatever becomes of the database's. */
  readonly #serving = new Map<string, NveSwitch>();
  readonly #rivals = new Rivals((nve, rivals) => this.#emit({ type: 'nve-rivals', nve, rivals }));
  readonly #newcomers = new Newcomers();
  #peers: (nve: string) => PeerTargets = () => NO_PEERS;

  constructor(settings: SouthboundSettings, log: Log, emit: (input: Input) => void) {
    this.#settings = settings;
    this.#log = limitedLog(log, LINES_OF_ALL);
    this.#emit = emit;
  }

  /** @throws Error with one sentence when the endpoint cannot be listened on. */
  async openDatabases(endpoint: StreamEndpoint): Promise<string> {
    const source = await openSource(endpoint, this.#sourceOptions, (socket, peer) => {
      const host = this.#databaseHost(socket.remoteAddress);
      this.#databases.add(new NveDatabase(socket, peer, this.#settings, host));
    });
    this.#sources.push(source);
    return source.address;
  }

  /** @throws Error with one sentence when the endpoint cannot be listened on. */
  async openSwitches(endpoint: StreamEndpoint): Promise<string> {
    const source = await openSource(endpoint, this.#sourceOptions, (socket, peer) => {
      const host = this.#switchHost(socket.remoteAddress);
      this.#switches.add(new NveSwitch(socket, peer, this.#settings, host));
    });
    this.#sources.push(source);
    return source.address;
  }

  carryOut(effect: SouthboundEffect): void {
    if (effect.type === 'lock') {
      const database = this.#byName.get(effect.nve);
      if (effect.action === 'release') database?.releaseLock();
      else database?.stealLock();
      return;
    }
    if (effect.type === 'monitors') {
      this.#byName.get(effect.nve)?.takeMonitors(effect.changes, effect.complete);
      return;
    }
    if (effect.type === 'bridge') {
      this.#byName.get(effect.nve)?.takeStand(effect.stand);
      return;
    }
    const device = this.#serving.get(effect.nve);
    if (device === undefined) return;
    if (effect.type === 'send') device.send(effect.batch, effect.operations);
    else void device.readInstalled(effect.read, effect.isAudit);
  }

  /** To be called again whenever `peers` would say another thing: the bridges that we own follow. */
  takePeers(peers: (nve: string) => PeerTargets): void {
    this.#peers = peers;
    for (const database of this.#byName.values()) database.peersChanged();
  }

  /** Our own OpenFlow targets for this NVE; none: its database is not connected. */
  controllersOf(nve: string): readonly string[] {
    return this.#byName.get(nve)?.controllers ?? [];
  }

  /** Whether the NVE's switch has an OpenFlow session with us, whoever owns it. */
  hasSwitch(nve: string): boolean {
    return this.#serving.has(nve);
  }

  /** What the NVE's switch has, whoever owns it; undefined: it is not connected. */
  async dump(nve: string): Promise<SwitchDump | undefined> {
    const device = this.#serving.get(nve);
    const dump = await device?.dump();
    return dump === undefined || device === undefined
      ? undefined
      : { version: device.version, ...dump };
  }

  /** Ends every connection; the switches go on forwarding. */
  close(): void {
    this.#rivals.close();
    for (const source of this.#sources) source.close();
    for (const database of this.#databases) database.close('this instance is stopping');
    for (const device of this.#switches) device.close('this instance is stopping');
  }

  get #rule(): CertificateNames {
    return this.#settings.certificateNames ?? 'system-id';
  }

  get #sourceOptions() {
    const { connectionsMax, tls } = this.#settings;
    const logOf = (address: string | undefined): Log => this.#logOf(address);
    return { connectionsMax, tls, log: this.#log, logOf };
  }

  #databaseHost(address: string | undefined): DatabaseHost {
    return {
      log: this.#logOf(address),
      emit: this.#emit,
      claim: (database, systemId, rootUuid) => this.#claim(database, systemId, rootUuid),
      peers: (nve) => this.#peers(nve),
      switchKnown: (database, reason) => this.#switchKnown(database, reason),
      wipe: (database, datapathId) => this.#ownSwitch(database, datapathId)?.wipe(),
      closed: (database, reason) => this.#databaseClosed(database, reason),
      hasSwitch: (nve) => this.#serving.has(nve),
    };
  }

  /** So that one peer with much to say does not silence what is said of another. */
  #logOf(address = 'a local socket'): Log {
    let log = this.#logs.get(address);
    if (log === undefined) {
      if (this.#logs.size === ADDRESSES_MAX) this.#logs.clear();
      log = limitedLog(this.#log, LINES_OF_ONE);
      this.#logs.set(address, log);
    }
    return log;
  }

  #switchHost(address: string | undefined): SwitchHost {
    return {
      log: this.#logOf(address),
      emit: this.#emit,
      ready: (device, features) => this.#switchReady(device, features),
      stale: (device, seen) => this.#databaseOf(device)?.raiseGeneration(seen),
      closed: (device, reason) => this.#switchClosed(device, reason),
    };
  }

  #claim(
    database: NveDatabase,
    systemId: string,
    rootUuid: Uuid,
  ): string | undefined | typeof UNDECIDED {
    const misfit = databaseRefusal(database.certificateNames, systemId, this.#rule);
    if (misfit !== undefined) return misfit;
    const holder = this.#byName.get(systemId);
    // The first one's database may be restarting: its switch is still here.
    const before = holder ?? this.#serving.get(systemId);
    if (this.#isProven(database, before)) this.#leaveSwitch(systemId, 'its NVE has come by TLS');
    else if (before !== undefined) {
      const refusal = this.#refusalBeside(before, database, systemId, rootUuid);
      if (refusal !== undefined) return refusal;
    }
    this.#byName.set(systemId, database);
    this.#rivals.accepted(systemId, database.address ?? database.peer);
    holder?.close('the same NVE has connected again');
    return undefined;
  }

  /** Why it may not take the name from who has it now. */
  #refusalBeside(
    before: NveDatabase | NveSwitch,
    database: NveDatabase,
    systemId: string,
    rootUuid: Uuid,
  ): string | undefined | typeof UNDECIDED {
    if (before instanceof NveSwitch) {
      // Its two connections may have come by two networks.
      const isHome = before.home !== undefined && before.home === database.address;
      if (isHome || !isKnownElse(before.address, database.address)) return undefined;
    } else if (before.rootUuid === rootUuid && before.address === database.address) {
      // A cloned disk has the same row, too: the address tells.
      return this.#refusalOfSame(before, database, systemId);
    }
    this.#rivals.note(systemId, database.address ?? database.peer);
    return `its system-id ${systemId} is that of the NVE at ${before.peer}, which keeps it: give one of the two another external_ids:system-id`;
  }

  /** The same database again, before the old connection was known to be dead, or by another way to us. */
  #refusalOfSame(
    holder: NveDatabase,
    database: NveDatabase,
    systemId: string,
  ): string | undefined | typeof UNDECIDED {
    const isTls = database.certificateNames !== undefined;
    // Whoever has shown a certificate is not displaced by one without.
    if (holder.certificateNames !== undefined && !isTls) {
      return `${systemId} is connected by TLS already: leave tcp: out of its "ovs-vsctl set-manager"`;
    }
    if (holder.certificateNames === undefined && isTls) return undefined;
    const isThere = this.#newcomers.isThere(database, holder);
    if (isThere === undefined) return UNDECIDED;
    return isThere
      ? `${systemId} is connected already: leave one of the targets that lead to this instance out of its "ovs-vsctl set-manager"`
      : undefined;
  }

  /** Its certificate names it, and whoever has that name now has shown none. */
  #isProven(database: NveDatabase, before: NveDatabase | NveSwitch | undefined): boolean {
    if (this.#rule !== 'system-id' || database.certificateNames === undefined) return false;
    return before !== undefined && before.certificateNames === undefined;
  }

  /** Where two databases name one datapath id, the one at the switch's own address. */
  #databaseOf(device: NveSwitch): NveDatabase | undefined {
    let found: NveDatabase | undefined;
    for (const database of this.#byName.values()) {
      if (database.datapathId !== device.datapathId) continue;
      if (this.#misfit(device, database) !== undefined) continue;
      if (database.address === device.address) return database;
      found ??= database;
    }
    return found;
  }

  /** Why the switch may not be that of the database's NVE, by its certificate. */
  #misfit(device: NveSwitch, { name = '', certificateNames }: NveDatabase): string | undefined {
    return switchRefusal(device.certificateNames, name, certificateNames, this.#rule);
  }

  /** The newest that may be, at the database's own address before all others; those that serve nobody and may not be are sent away. */
  #switchOf(database: NveDatabase, datapathId: string): NveSwitch | undefined {
    let found: NveSwitch | undefined;
    for (const device of this.#known.of(datapathId)) {
      const misfit = this.#misfit(device, database);
      const isNearer = found?.address !== database.address && device.address === database.address;
      if (misfit === undefined) found = isNearer ? device : (found ?? device);
      else if (device.nve === undefined || device.nve === database.name) {
        if (this.#databaseOf(device) === undefined) device.close(misfit);
      }
    }
    return found;
  }

  /** For certain: a copy of a hypervisor names the datapath id of another's switch, and must not empty that. */
  #ownSwitch(database: NveDatabase, datapathId: string): NveSwitch | undefined {
    const device = this.#switchOf(database, datapathId);
    const { name, address } = database;
    if (device === undefined || (device.nve !== undefined && device.nve !== name)) return undefined;
    const isSure = device.hasServed(name) || !isKnownElse(device.address, address);
    return isSure ? device : undefined;
  }

  #switchKnown(database: NveDatabase, reason: string): void {
    const { datapathId, name, role } = database;
    if (name !== undefined && database.isForeign) {
      this.#leaveSwitch(name, 'its integration bridge is not ours to use');
    }
    if (datapathId === undefined || name === undefined) return;
    const device = this.#switchOf(database, datapathId);
    this.#leaveOtherSwitch(name, datapathId);
    if (device === undefined) return;
    if (device.nve !== undefined && device.nve !== name) {
      this.#namesake(database, device, name);
      return;
    }
    const before = this.#serving.get(name);
    if (before !== device) before?.leave('its switch has connected again');
    this.#serving.set(name, device);
    device.home = database.address;
    device.serve(name, role, reason);
  }

  /** The switch is that of an NVE with another name. */
  #namesake(database: NveDatabase, device: NveSwitch, name: string): void {
    const { nve = '' } = device;
    if (!this.#byName.has(nve) && device.address === database.address) {
      device.close(`its NVE ${nve} is called ${name} now`);
      return;
    }
    this.#log.warn(
      `${name} has the datapath id ${device.datapathId} of ${nve}, so its switch cannot be told from that one: give its bridge another other_config:datapath-id`,
    );
  }

  /** The NVE's bridge is another now: what serves it is not the switch that did. */
  #leaveOtherSwitch(nve: string, datapathId: string): void {
    const before = this.#serving.get(nve);
    if (before === undefined || before.datapathId === datapathId) return;
    this.#leaveSwitch(nve, 'it has another integration bridge');
  }

  #leaveSwitch(nve: string, reason: string): void {
    this.#serving.get(nve)?.leave(reason);
    this.#serving.delete(nve);
  }

  #switchReady(device: NveSwitch, { datapathId }: Features): void {
    const database = this.#databaseOf(device);
    const rival = this.#known.rivalOf(device);
    const before = rival !== undefined && this.#areTwo(device, rival) ? undefined : rival;
    if (before !== undefined && !supersedes(device, before, database?.address)) {
      device.close(
        `it has the datapath id ${datapathId} of the switch at ${before.peer}, which keeps it: give one of the two another other_config:datapath-id`,
      );
      return;
    }
    if (before !== undefined) this.#known.remove(before);
    this.#known.add(device);
    before?.close(`datapath ${datapathId} has connected again`);
    const named = database ?? this.#namedBy(datapathId);
    if (named !== undefined) this.#switchKnown(named, '');
    named?.switchChanged();
  }

  /** Hypervisors copied with their disk: each of the two is where a database is that names its datapath. */
  #areTwo(device: NveSwitch, other: NveSwitch): boolean {
    return (
      isKnownElse(device.address, other.address) && this.#isAtHome(device) && this.#isAtHome(other)
    );
  }

  #isAtHome(device: NveSwitch): boolean {
    return (device.home ?? this.#databaseOf(device)?.address) === device.address;
  }

  /** Any database that names the datapath: it says why a switch may not be its own. */
  #namedBy(datapathId: string): NveDatabase | undefined {
    return [...this.#byName.values()].find((database) => database.datapathId === datapathId);
  }

  #databaseClosed(database: NveDatabase, reason: string): void {
    this.#databases.delete(database);
    const { name } = database;
    if (name === undefined) {
      const log = this.#logOf(database.address);
      log.warn(`the database at ${database.peer} is gone: ${reason}`);
      return;
    }
    if (this.#byName.get(name) !== database) return;
    this.#byName.delete(name);
    this.#emit({ type: 'nve-lost', nve: name, reason });
  }

  #switchClosed(device: NveSwitch, reason: string): void {
    this.#switches.delete(device);
    const { nve } = device;
    if (nve === undefined) {
      this.#logOf(device.address).warn(`the switch at ${device.peer} is gone: ${reason}`);
    }
    this.#known.remove(device);
    if (nve === undefined || this.#serving.get(nve) !== device) return;
    this.#serving.delete(nve);
    this.#byName.get(nve)?.switchChanged();
  }
}

/** Whether this is the same switch again; `home` is the address of its NVE's database. */
function supersedes(device: NveSwitch, before: NveSwitch, home: string | undefined): boolean {
  if (device.address === before.address) return true;
  return home !== undefined && device.address === home && before.address !== home;
}

/** Two hosts; of one at a local socket nobody knows, and one host has addresses of both families. */
function isKnownElse(one: IpAddress | undefined, other: IpAddress | undefined): boolean {
  if (one === undefined || other === undefined || one === other) return false;
  return ipFamily(one) === ipFamily(other);
}
