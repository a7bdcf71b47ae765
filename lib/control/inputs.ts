/**
 * Everything that reaches the core, and everything that it asks for: two closed unions.
 *
 * The core is a function of its inputs alone: the same inputs give the same effects.
 */
import type { IpAddress } from '../../protocols/base/addresses.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import type { RecordChange } from '../desired/compiler.ts';
import type { Member } from '../model/announcement.ts';
import type { Endpoint } from '../model/encapsulation.ts';
import type { NveName } from '../model/records.ts';
import type { Condition } from '../model/views.ts';
import type { Installed } from '../reconcile/diff.ts';
import type { MonitoredTunnel } from '../reconcile/monitor-plan.ts';
import type { Operation } from '../reconcile/operations.ts';

/** What an NVE's own database says of it. */
export interface NveFacts {
  /** Only those whose tunnel port the switch has made. */
  readonly endpoints: readonly Endpoint[];
  readonly bridge: string;
  readonly datapathId?: string;
  /** There is no bridge of that name, or it is not ours to use. */
  readonly isBare?: true;
  readonly ovsVersion?: string;
  /** The UUID of its database's root row. */
  readonly database?: string;
  /** The UUIDs of its Manager rows, in the order of their text. */
  readonly managers?: readonly string[];
  /** While it is not served: how far what is ours on it has been taken back. */
  readonly takenBack?: TakenBack;
  readonly conditions: readonly Condition[];
}

/** `flows`: its flows and groups have gone, its rows not yet. */
export type TakenBack = 'nothing' | 'flows' | 'all';

/**
 * What an instance that holds the NVE's lock does with its bridge: `serve` makes it ours and keeps it so, `hold` writes
 * nothing, `take-back` removes what is ours.
 */
export type Stand = 'serve' | 'hold' | 'take-back';

/** An Interface on the integration bridge that carries `external_ids:iface-id`. */
export interface TenantInterface {
  readonly ifaceId: string;
  /** Absent: the switch has not numbered it yet. */
  readonly ofport?: number;
  /** In the switch's own words; the interface does not work. */
  readonly error?: string;
}

export interface InterfaceChange {
  readonly name: string;
  /** Absent: it is gone, or has lost its iface-id. */
  readonly tenant?: TenantInterface;
}

/** What an NVE sees of a remote address by its monitored tunnels. */
export interface TunnelChange {
  readonly ip: IpAddress;
  /** `unheard`: it has not been up yet. Absent: it is not monitored any more. */
  readonly verdict?: 'up' | 'down' | 'unheard';
  /** RFC 3339, UTC. */
  readonly since?: string;
  /** Why it is down, in the switch's words. */
  readonly diagnostic?: string;
}

/** How an NVE is to monitor a remote one from now on; no tunnels: not at all. */
export interface MonitorChange {
  readonly remote: NveName;
  readonly tunnels: readonly MonitoredTunnel[];
}

/** As the store has it. */
export interface StoredChange extends RecordChange {
  /** Of the record, or of its deletion; absent: that of the whole input. */
  readonly revision?: number;
}

/** A fact on its way to the store. */
export interface PublishedWrite extends RecordChange {
  /** The revision of the record that it replaces: a precondition. */
  readonly basedOn: number | 'absent';
}

export type Input =
  /** The store's feed (or first snapshot), in order. */
  | {
      readonly type: 'records';
      readonly revision: number;
      readonly changes: readonly StoredChange[];
      /** Everything that the store has, with a deletion of each key known here that it has not. */
      readonly snapshot?: boolean;
    }
  /** The store has taken the writes of the last `publish`. */
  | { readonly type: 'published'; readonly revision: number }
  /** Somebody else has written this key meanwhile: nothing of the last `publish` was stored. */
  | { readonly type: 'publish-refused'; readonly key: string }
  /** The store could not take the last `publish`, or it is not known whether it did; it is to be tried anew. */
  | { readonly type: 'publish-failed' }
  /**
   * What the instances that share the store last said of themselves, our own word included. Given at regular
   * intervals while the store answers. `now`: ms, any origin, never going back.
   */
  | {
      readonly type: 'members';
      readonly now: number;
      readonly members: readonly Member[];
      /** NVEs that are connected to us, and whose switch has no OpenFlow session with us. */
      readonly noSwitch?: ReadonlySet<NveName>;
    }
  /** The store did not answer; given at the same intervals instead of `members`. */
  | { readonly type: 'store-away'; readonly now: number }
  /** NVEs that were connected before this instance started have had the time to come back. */
  | { readonly type: 'arrivals-over' }
  /** The NVE's database is in step. Also after each reconnection. */
  | { readonly type: 'nve-connected'; readonly nve: NveName; readonly facts: NveFacts }
  | { readonly type: 'nve-facts'; readonly nve: NveName; readonly facts: NveFacts }
  | { readonly type: 'nve-lost'; readonly nve: NveName; readonly reason: string }
  /** Others who say that they are this NVE, and are refused for that; a sentence each. None: nobody does any more. */
  | { readonly type: 'nve-rivals'; readonly nve: NveName; readonly rivals: readonly string[] }
  /** Whether this instance holds the NVE's lock. */
  | { readonly type: 'nve-owner'; readonly nve: NveName; readonly owner: boolean }
  | {
      readonly type: 'interfaces';
      readonly nve: NveName;
      /** Those not named are gone: neither here nor in `named`. */
      readonly complete: boolean;
      readonly changes: readonly InterfaceChange[];
      /** Told before, by inputs that were not complete, and still there: a long list comes in parts. */
      readonly named?: ReadonlySet<string>;
    }
  /** By its monitored tunnels; `complete`: addresses that are not named are not monitored. */
  | {
      readonly type: 'tunnel-states';
      readonly nve: NveName;
      readonly complete: boolean;
      readonly changes: readonly TunnelChange[];
    }
  /** An OpenFlow session with the master role is there. */
  | { readonly type: 'flows-ready'; readonly nve: NveName; readonly version: OpenFlowVersion }
  | { readonly type: 'flows-lost'; readonly nve: NveName; readonly reason: string }
  /** The answer to `read-installed`. */
  | {
      readonly type: 'installed';
      readonly nve: NveName;
      /** As in the `read-installed` that it answers. */
      readonly read: number;
      readonly installed: Installed;
    }
  /** The switch has worked through this batch (its barrier was answered). */
  | { readonly type: 'confirmed'; readonly nve: NveName; readonly batch: number }
  /** The switch refused something of ours. */
  | {
      readonly type: 'refused';
      readonly nve: NveName;
      readonly message: string;
      /** Of the flow that was refused, where the error shows it. */
      readonly cookie?: bigint;
    }
  /** Compare the switch's list with what it should hold, beside everything else. */
  | { readonly type: 'audit'; readonly nve: NveName }
  /** Read the switch's list again. */
  | { readonly type: 'reread'; readonly nve: NveName }
  /** The switch does not take what we send and the queue was dropped: read it again when it does. */
  | { readonly type: 'behind'; readonly nve: NveName };

/** What concerns the flows of one NVE's switch. */
export type FlowInput = Extract<
  Input,
  {
    type:
      | ('flows-ready' | 'flows-lost' | 'behind' | 'reread' | 'audit')
      | ('installed' | 'confirmed' | 'refused');
  }
>;

export type NoticeLevel = 'info' | 'warning' | 'error';

export type Effect =
  /** Write these facts to the store; at most one is under way, and `published` ends it. */
  | { readonly type: 'publish'; readonly writes: readonly PublishedWrite[] }
  /**
   * On the lock of the NVE's own database. `release`: stop writing, give it to whoever waits and queue again behind
   * them; `steal`: take it from a holder that is believed dead (RFC 7047 §4.1.8). `nve-owner` tells what came of it.
   */
  | { readonly type: 'lock'; readonly nve: NveName; readonly action: 'release' | 'steal' }
  /** What to do with the NVE's bridge from now on; until this is told, nothing. */
  | { readonly type: 'bridge'; readonly nve: NveName; readonly stand: Stand }
  /** Which tunnels of the NVE are to be monitored; `complete`: none but these. */
  | {
      readonly type: 'monitors';
      readonly nve: NveName;
      readonly complete: boolean;
      readonly changes: readonly MonitorChange[];
    }
  | {
      readonly type: 'read-installed';
      readonly nve: NveName;
      readonly read: number;
      /** What waits to be sent stays, and `installed` is to tell what each flow does. */
      readonly isAudit?: true;
    }
  /** Give `reread` after this time. */
  | { readonly type: 'retry'; readonly nve: NveName; readonly delayMs: number }
  | {
      readonly type: 'send';
      readonly nve: NveName;
      readonly batch: number;
      readonly operations: readonly Operation[];
    }
  | {
      readonly type: 'notice';
      readonly level: NoticeLevel;
      readonly code: string;
      readonly object: string;
      readonly message: string;
    };
