/**
 * Everything that reaches the core, and everything that it asks for: two closed unions.
 *
 * The core is a function of its inputs alone: the same inputs give the same effects.
 */
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import type { RecordChange } from '../desired/compiler.ts';
import type { Member } from '../model/announcement.ts';
import type { Endpoint } from '../model/encapsulation.ts';
import type { NveName } from '../model/records.ts';
import type { Condition } from '../model/views.ts';
import type { Installed } from '../reconcile/diff.ts';
import type { Operation } from '../reconcile/operations.ts';

/** What an NVE's own database says of it. */
export interface NveFacts {
  /** Only those whose tunnel port the switch has made. */
  readonly endpoints: readonly Endpoint[];
  readonly bridge: string;
  readonly datapathId?: string;
  readonly ovsVersion?: string;
  readonly conditions: readonly Condition[];
}

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

export type NoticeLevel = 'info' | 'warning' | 'error';

export type Effect =
  /** Write these facts to the store; at most one is under way, and `published` ends it. */
  | { readonly type: 'publish'; readonly writes: readonly PublishedWrite[] }
  /**
   * On the lock of the NVE's own database. `release`: stop writing, give it to whoever waits and queue again behind
   * them; `steal`: take it from a holder that is believed dead (RFC 7047 §4.1.8). `nve-owner` tells what came of it.
   */
  | { readonly type: 'lock'; readonly nve: NveName; readonly action: 'release' | 'steal' }
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
