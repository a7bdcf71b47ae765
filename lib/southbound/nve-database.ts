/**
 * One NVE's database connection: who it is, what it has, and our bridge in it.
 *
 * Gives the core facts and interfaces, has the bridge written (bridge-writer) as reconcile/bridge-plan says, and follows
 * the NVE's lock: who holds it may write, and is the master of the NVE's switch; whoever does not is a slave.
 */
import type { Socket } from 'node:net';
import type { IpAddress } from '../../protocols/base/addresses.ts';
import type { Replica, RowChanged } from '../../protocols/ovsdb/replica.ts';
import { OvsdbSession } from '../../protocols/ovsdb/session.ts';
import type { LockState, OvsdbEvent } from '../../protocols/ovsdb/session-events.ts';
import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import type { Input, MonitorChange, Stand, TakenBack } from '../control/inputs.ts';
import type { Encapsulation } from '../model/encapsulation.ts';
import { isNveName, NVE_NAME_RULE } from '../model/names.ts';
import {
  type BridgePlan,
  type BridgeSettings,
  isForeign,
  NO_PLAN,
  type PeerTargets,
  peersText,
  planBridge,
} from '../reconcile/bridge-plan.ts';
import { workingEncapsulations } from '../reconcile/tunnel-plan.ts';
import { now } from '../runtime/clock.ts';
import { Connection } from '../runtime/connection.ts';
import type { Log } from '../runtime/log.ts';
import { plainAddress } from '../runtime/streams.ts';
import { certificateNames } from '../runtime/tls-peer.ts';
import { BridgeWriter } from './bridge-writer.ts';
import type { ShownNames } from './certificate-rule.ts';
import type { DatabaseSettings } from './database-settings.ts';
import {
  MONITORED_COLUMNS,
  type RootView,
  touchesView,
  viewDatabase,
  WANTED_COLUMNS,
  withoutBridge,
} from './database-view.ts';
import { InterfaceListing } from './interface-listing.ts';
import { LingeringTunnels } from './lingering-tunnels.ts';
import { nveFacts } from './nve-facts.ts';
import { NveMonitors } from './nve-monitors.ts';
import { managersOf, OthersOnBridge } from './property-view.ts';
import { RestoreWait } from './restore-wait.ts';
import { sslConditions } from './ssl-configuration.ts';
import type { WantedRole } from './switch-role.ts';
import { TakeBack, type Wiped } from './take-back.ts';
import { TenantInterfaces } from './tenant-interfaces.ts';

export interface DatabaseHost {
  readonly log: Log;
  emit(input: Input): void;
  /** The connection says that it is this NVE. Returns why it may not be, or undefined; UNDECIDED: `claimAgain` follows. */
  claim(
    database: NveDatabase,
    systemId: string,
    rootUuid: Uuid,
  ): string | undefined | typeof UNDECIDED;
  /** What the other instances want on this NVE's bridge. */
  peers(nve: string): PeerTargets;
  /** The bridge's datapath, or our role there, is known now or has changed; `reason`: why we are not master any more. */
  switchKnown(database: NveDatabase, reason: string): void;
  /** As in TakeBackHost, on a switch of this database's hypervisor. */
  wipe(database: NveDatabase, datapathId: string): Promise<Wiped | undefined> | undefined;
  closed(database: NveDatabase, reason: string): void;
  /** The NVE's switch has an OpenFlow session with us. */
  hasSwitch(nve: string): boolean;
}

export const UNDECIDED = Symbol('undecided');

/** A server that is there answers within milliseconds; one that is busy for so long loses nothing but this connection. */
const ANSWER_MS = 1_000;

const LOCK_ELSEWHERE = "another instance holds the NVE's lock";

export class NveDatabase {
  readonly peer: string;
  /** Without the port; undefined: a local socket. */
  readonly address: IpAddress | undefined;
  /** Undefined: it came without TLS. */
  readonly certificateNames: ShownNames;
  readonly #settings: DatabaseSettings;
  readonly #host: DatabaseHost;
  readonly #session: OvsdbSession;
  readonly #connection: Connection<OvsdbEvent>;
  readonly #tenants = new TenantInterfaces();
  readonly #others = new OthersOnBridge();
  readonly #listing: InterfaceListing;
  readonly #monitors: NveMonitors;
  readonly #localAddress: IpAddress | undefined;
  #name: string | undefined;
  #rootUuid: Uuid | undefined;
  #bridge: Uuid | undefined;
  #datapathId: string | undefined;
  #isForeign = false;
  readonly #writer: BridgeWriter;
  readonly #lingering = new LingeringTunnels(() => this.#again());
  /** What to do with the bridges; undefined: nothing was told yet, and nothing is written. */
  #stand: Stand | undefined;
  readonly #takeBack: TakeBack;
  readonly #restoreWait: RestoreWait;
  /** What was told of the lock. */
  #isOwner = false;
  /** Every change of a bridge or a port counts. */
  #isWatchful = false;
  #factsText = '';
  #working: ReadonlySet<Encapsulation> = new Set();
  #peersText = '';
  #complaint: string | undefined;

  constructor(socket: Socket, peer: string, settings: DatabaseSettings, host: DatabaseHost) {
    this.peer = peer;
    this.address = plainAddress(socket.remoteAddress);
    this.certificateNames = certificateNames(socket);
    this.#settings = settings;
    this.#host = host;
    this.#localAddress = plainAddress(socket.localAddress);
    const { lock, probeIntervalMs, requestTimeoutMs } = settings;
    this.#monitors = new NveMonitors(
      settings.domain,
      settings.bfdIntervalMs ?? 0,
      (changes, complete) => {
        if (this.#name === undefined) return;
        host.emit({ type: 'tunnel-states', nve: this.#name, complete, changes });
      },
    );
    const tables = this.#monitors.isOn ? MONITORED_COLUMNS : WANTED_COLUMNS;
    const options = { database: 'Open_vSwitch', tables };
    this.#session = new OvsdbSession(
      { ...options, lock, probeIntervalMs, requestTimeoutMs },
      now(),
    );
    this.#writer = new BridgeWriter({
      transact: ({ operations }) => this.#session.transact(operations, now(), { assertLock: true }),
      roleKnown: () => host.switchKnown(this, LOCK_ELSEWHERE),
      replan: () => this.#again(),
      outcome: (complaint) => this.#complain(complaint),
    });
    this.#restoreWait = new RestoreWait(settings.domain, {
      isWritable: () => this.#writer.isFree,
      transact: (transaction) => this.#writer.transact(transaction),
    });
    this.#takeBack = new TakeBack(
      {
        isWritable: () => this.#writer.isFree,
        wipe: (datapathId) => host.wipe(this, datapathId),
        transact: (transaction) => this.#writer.transact(transaction),
        replan: () => this.#again(),
      },
      settings,
    );
    this.#listing = new InterfaceListing(
      this.#tenants,
      () => this.#session.replica,
      (part) => {
        if (this.#name !== undefined) host.emit({ type: 'interfaces', nve: this.#name, ...part });
      },
    );
    this.#connection = new Connection(socket, this.#session, {
      onEvent: (event) => this.#take(event),
      onClosed: (reason) => this.#closed(reason),
    });
  }

  /** The NVE's system-id, once it is known and accepted. */
  get name(): string | undefined {
    return this.#name;
  }

  get rootUuid(): Uuid | undefined {
    return this.#rootUuid;
  }

  /** On the switch of its bridge; undefined: to be known soon. */
  get role(): WantedRole | undefined {
    return this.#writer.role;
  }

  /** Our own OpenFlow targets for this NVE. */
  get controllers(): readonly string[] {
    return this.#settings.controllers(this.#localAddress, this.certificateNames !== undefined);
  }

  get datapathId(): string | undefined {
    return this.#datapathId;
  }

  /** Its integration bridge belongs to another domain. */
  get isForeign(): boolean {
    return this.#isForeign;
  }

  /** The switch has seen this generation, which is not below ours (OFPRRFC_STALE): go above it. */
  raiseGeneration(seen: bigint): void {
    if (this.#writer.raise(seen)) this.#again();
  }

  takeStand(stand: Stand): void {
    if (stand === this.#stand) return;
    this.#stand = stand;
    if (stand !== 'hold') this.#takeBack.forget();
    this.#writer.unsettle();
    this.#again();
  }

  takeMonitors(changes: readonly MonitorChange[], complete: boolean): void {
    this.#monitors.take(changes, complete);
    this.#writer.unsettle();
    this.#again();
  }

  /** Gives the lock to who waits for it, and waits behind them: first nothing more is written. */
  releaseLock(): void {
    if (!this.#session.holdsLock) return;
    this.#lose('this instance has given the NVE to another');
    this.#session.releaseLock(now());
    this.#session.requestLock(now());
    this.#connection.flush();
  }

  /** Takes the lock from who holds it. */
  stealLock(): void {
    this.#session.stealLock(now());
    this.#connection.flush();
  }

  /** What the other instances want may be another thing now. */
  peersChanged(): void {
    if (this.#name === undefined || !this.#session.holdsLock) return;
    if (peersText(this.#host.peers(this.#name)) === this.#peersText) return;
    this.#writer.unsettle();
    this.#again();
  }

  /** The NVE's switch has come or gone. */
  switchChanged(): void {
    if (this.#writer.holdsLock === true) this.#again();
  }

  /** Whether its server is still there. */
  answers(): Promise<boolean> {
    this.#session.listDatabases(now());
    this.#connection.flush();
    return this.#connection.hears(ANSWER_MS);
  }

  /** The claim can be decided now. */
  claimAgain(): void {
    if (!this.#connection.isClosed) this.#again();
  }

  close(reason: string): void {
    this.#connection.close(reason);
  }

  #take(event: OvsdbEvent): void {
    switch (event.type) {
      case 'synced':
      case 'resynced':
        for (const gap of event.gaps) this.#host.log.warn(`${this.#who()}: ${gap.reason}`);
        this.#others.forget();
        this.#writer.unsettle();
        this.#refresh();
        return;
      case 'changed':
        this.#changed(event.changes);
        return;
      case 'lock':
        this.#lockChanged(event.state);
        return;
      case 'reply':
        this.#writer.answered(event.id, event.result.ok ? undefined : event.result.failure);
        return;
      case 'request-failed':
        this.#writer.answered(event.id, { code: event.error.code, details: event.error.detail });
        return;
      case 'dropped':
        this.#host.log.warn(`${this.#who()}: ${event.error.detail}`);
        return;
      case 'ended':
        this.#connection.close(event.error.detail);
    }
  }

  #changed(changes: readonly RowChanged[]): void {
    const { replica } = this.#session;
    if (replica === undefined) return;
    const own = changes.some(
      (change) =>
        touchesView(change) ||
        RestoreWait.touches(change) ||
        (this.#writer.isUnsettled && change.table === 'Open_vSwitch') ||
        (this.#isWatchful && (change.table === 'Bridge' || change.table === 'Port')),
    );
    // Interfaces first: a changed view may replace the bridge, and then they are all told anew.
    const tenants = this.#tenants.update(replica, changes);
    this.#monitors.update(changes);
    this.#others.update(changes);
    if (tenants.length > 0 && this.#name !== undefined) {
      this.#host.emit({ type: 'interfaces', nve: this.#name, complete: false, changes: tenants });
    }
    if (own) this.#refresh();
  }

  #lockChanged(state: LockState): void {
    if (state === 'locked') {
      this.#writer.lockHeld();
      this.#tellOwner();
      this.#refresh();
      return;
    }
    this.#lose(LOCK_ELSEWHERE);
    if (state === 'stolen') this.#session.requestLock(now());
  }

  /** At once: what is under way does not count any more. */
  #lose(reason: string): void {
    const isNews = this.#writer.holdsLock !== false;
    this.#writer.lockLost();
    if (isNews) this.#host.switchKnown(this, reason);
    this.#tellOwner();
  }

  #tellOwner(): void {
    const owner = this.#writer.holdsLock === true;
    // Before its first facts the core does not know it.
    if (this.#name === undefined || this.#factsText === '' || owner === this.#isOwner) return;
    this.#isOwner = owner;
    this.#host.emit({ type: 'nve-owner', nve: this.#name, owner });
  }

  #refresh(): void {
    const { replica } = this.#session;
    if (replica === undefined || !this.#session.isSynced) return;
    const seen = viewDatabase(replica, this.#others);
    if (seen === undefined) return;
    const name = this.#identify(seen);
    if (name === undefined) return;
    const { domain, instance } = this.#settings;
    const { controllers } = this;
    const peers = this.#host.peers(name);
    this.#peersText = peersText(peers);
    const settings = { domain, instance, controllers, peers, monitors: this.#monitors.settings };
    const isServed = this.#stand === undefined || this.#stand === 'serve';
    const plan = isServed ? planBridge(seen.view, settings) : NO_PLAN;
    this.#isForeign = plan.leaveAlone === true || isForeign(seen.view.bridge, domain);
    const root = this.#isForeign ? withoutBridge(seen) : seen;
    const mayTakeBack = this.#stand === 'take-back' && this.#writer.holdsLock === true;
    const takenBack = isServed ? undefined : this.#takeBack.all(replica, seen, mayTakeBack);
    this.#isWatchful = plan.leaveAlone === true || (!isServed && takenBack !== 'all');
    this.#tellFacts(root, plan, takenBack);
    this.#followBridge(root);
    this.#write(replica, seen, { root, plan, settings });
  }

  #write(
    replica: Replica,
    seen: RootView,
    { root, plan, settings }: { root: RootView; plan: BridgePlan; settings: BridgeSettings },
  ): void {
    const isKept = this.#stand === 'serve' && plan.leaveAlone !== true;
    if (this.#stand === 'serve') {
      this.#writer.write(root, this.#lingering.hold(plan, now()), settings);
      this.#takeBack.strays(replica, root, plan);
    }
    if (this.#name === undefined || (!isKept && this.#stand !== 'take-back')) return;
    this.#restoreWait.follow(replica, seen, isKept, this.#host.hasSwitch(this.#name));
  }

  /** Its name; undefined: it is not to be served. */
  #identify(root: RootView): string | undefined {
    const { systemId } = root.view;
    if (systemId === undefined || systemId === '') {
      this.#complain(
        'it has no external_ids:system-id, so it cannot be told from others: set one with "ovs-vsctl set Open_vSwitch . external_ids:system-id=NAME"',
      );
      return undefined;
    }
    if (!isNveName(systemId)) {
      this.#connection.close(
        `its system-id ${JSON.stringify(systemId.slice(0, 80))} cannot name it: ${NVE_NAME_RULE}`,
      );
      return undefined;
    }
    if (this.#name === systemId) return systemId;
    if (this.#name !== undefined) {
      this.#connection.close(`its system-id changed from ${this.#name} to ${systemId}`);
      return undefined;
    }
    const refusal = this.#host.claim(this, systemId, root.rootUuid);
    if (refusal === UNDECIDED) return undefined;
    if (refusal !== undefined) {
      this.#connection.close(refusal);
      return undefined;
    }
    this.#name = systemId;
    this.#rootUuid = root.rootUuid;
    return systemId;
  }

  #tellFacts(root: RootView, plan: BridgePlan, takenBack: TakenBack | undefined): void {
    const { replica } = this.#session;
    if (this.#name === undefined || replica === undefined) return;
    const encapsulations = workingEncapsulations(root.view, this.#working);
    this.#working = new Set(encapsulations);
    const isTls = this.certificateNames !== undefined;
    const conditions = [
      ...plan.conditions,
      ...sslConditions(replica, this.controllers, isTls),
      ...this.#takeBack.remarks,
    ];
    const managers = managersOf(replica, root.rootUuid);
    const facts = nveFacts(root, {
      ...{ conditions, encapsulations, address: this.address, managers, takenBack },
    });
    const text = JSON.stringify(facts);
    const first = this.#factsText === '';
    if (text === this.#factsText) return;
    this.#factsText = text;
    const type = first ? 'nve-connected' : 'nve-facts';
    this.#host.emit({ type, nve: this.#name, facts });
    if (first) {
      this.#isOwner = this.#writer.holdsLock === true;
      this.#host.emit({ type: 'nve-owner', nve: this.#name, owner: this.#isOwner });
      this.#tellInterfaces(root);
    }
  }

  #followBridge(root: RootView): void {
    const { bridge } = root.view;
    if (bridge?.uuid !== this.#bridge) this.#tellInterfaces(root);
    this.#writer.saw(bridge?.generation ?? 0n);
    if (bridge?.datapathId !== this.#datapathId) {
      this.#datapathId = bridge?.datapathId;
      this.#host.switchKnown(this, LOCK_ELSEWHERE);
    }
  }

  #tellInterfaces(root: RootView): void {
    const { replica } = this.#session;
    if (replica === undefined || this.#name === undefined) return;
    this.#bridge = root.view.bridge?.uuid;
    this.#listing.start(this.#bridge);
    this.#monitors.reset(replica);
  }

  #again(): void {
    this.#refresh();
    this.#connection.flush();
  }

  /** Once; undefined: it is over. */
  #complain(text: string | undefined): void {
    if (text === this.#complaint) return;
    this.#complaint = text;
    if (text !== undefined) this.#host.log.warn(`${this.#who()}: ${text}`);
  }

  #who(): string {
    return this.#name ?? `the database at ${this.peer}`;
  }

  #closed(reason: string): void {
    this.#writer.close();
    this.#lingering.close();
    this.#listing.close();
    this.#monitors.close();
    this.#takeBack.forget();
    this.#host.closed(this, reason);
  }
}
