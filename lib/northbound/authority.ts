/**
 * What the northbound API needs of the authority behind it. Implemented by daemon/compose.
 */
import type { Manifest, ObjectRef } from '../model/manifest.ts';
import type { Problem } from '../model/problem.ts';
import type { EventView, ViewKind, ViewsByKind } from '../model/views.ts';

export type { Problem } from '../model/problem.ts';

export interface AppliedObject {
  readonly kind: string;
  readonly name: string;
  readonly result: 'created' | 'changed' | 'unchanged' | 'deleted' | 'absent';
}

export interface Applied {
  readonly objects: readonly AppliedObject[];
  /** The store's revision that holds the change. */
  readonly revision: number;
}

export type AuthorityErrorCode =
  /** The request is wrong in itself or against the present state; nothing was changed. HTTP 422. */
  | 'rejected'
  /** Someone else changed the same objects meanwhile; nothing was changed. HTTP 409. */
  | 'conflict'
  | 'not-found'
  /** The store cannot take it now (full, read-only, away). HTTP 503. */
  | 'store'
  /** The NVE is not connected. HTTP 503. */
  | 'nve-away';

export class AuthorityError extends Error {
  readonly code: AuthorityErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: AuthorityErrorCode, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.name = 'AuthorityError';
    this.code = code;
    this.problems = problems;
  }
}

export interface NveProgress {
  readonly nve: string;
  readonly confirmed: boolean;
  /** Why not, in one sentence. */
  readonly reason?: string;
}

export interface WaitResult {
  readonly revision: number;
  readonly confirmed: boolean;
  readonly elapsedMs: number;
  readonly nves: readonly NveProgress[];
}

export interface FlowLine {
  readonly table: string;
  /** The flow in ovs-ofctl's words, without counters. */
  readonly text: string;
  /** `kind/name` of the object that caused it; absent: not ours. */
  readonly cause?: string;
  /** Only with counters read from the switch. */
  readonly packets?: number;
}

export interface FlowReport {
  readonly nve: string;
  /** In both (only without `diff`), in the switch's order. */
  readonly installed: readonly FlowLine[];
  /** Desired and not installed. */
  readonly missing: readonly FlowLine[];
  /** Installed with our mark and not desired. */
  readonly surplus: readonly FlowLine[];
  /** Groups that differ, in words. */
  readonly groups: readonly string[];
}

/** What the process costs its machine. */
export interface ProcessReport {
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  /** User and system time since its start. */
  readonly cpuSeconds: number;
  /** The longest turn of its event loop since this was last asked; absent: it was not asked in the last 30 s. */
  readonly longestTurnMs?: number;
}

/** Whether the instance serves. */
export interface ReadinessReport {
  readonly instance: string;
  readonly ready: boolean;
  /** What keeps it from that, and what is wrong without doing so. */
  readonly problems: readonly string[];
}

export interface StatusReport {
  readonly instance: string;
  readonly domain: string;
  readonly version: string;
  readonly store: string;
  /** RFC 3339, UTC: it has not answered since; absent: it answers. */
  readonly storeAwaySince?: string;
  readonly revision: number;
  readonly ready: boolean;
  readonly uptimeSeconds: number;
  readonly counts: {
    readonly networks: number;
    readonly ports: number;
    readonly portsActive: number;
    readonly nves: number;
    readonly nvesConnected: number;
    readonly nvesConfirmed: number;
    readonly instances: number;
    readonly instancesAlive: number;
  };
  readonly process: ProcessReport;
  readonly listeners: readonly string[];
  readonly problems: readonly string[];
}

/** A consistent copy of everything that the store holds. */
export interface Backup {
  readonly domain: string;
  readonly revision: number;
  readonly records: readonly BackupRecord[];
}

export interface BackupRecord {
  readonly key: string;
  readonly revision: number;
  /** JSON. */
  readonly value: unknown;
}

export interface Authority {
  apply(manifests: readonly Manifest[]): Promise<Applied>;
  delete(objects: readonly ObjectRef[]): Promise<Applied>;
  list<Kind extends ViewKind>(kind: Kind, network?: string): readonly ViewsByKind[Kind][];
  /** Like `list`, made while they are asked for: there are as many as pairs of NVEs. `from`: only those of this NVE. */
  tunnels(network?: string, from?: string): Iterable<ViewsByKind['tunnels']>;
  get<Kind extends ViewKind>(kind: Kind, name: string): ViewsByKind[Kind] | undefined;
  /**
   * Resolves when every NVE that is connected to any instance has confirmed `revision` (default: the newest), after the
   * timeout, or when the signal says that nobody waits any more.
   */
  wait(timeoutMs: number, revision?: number, signal?: AbortSignal): Promise<WaitResult>;
  backup(): Promise<Backup>;
  flows(nve: string): Promise<FlowReport>;
  /** Those kept (bounded) with an id above `after`, oldest first. */
  events(after: number): readonly EventView[];
  onEvent(listener: (event: EventView) => void): () => void;
  /** Called after any change of any view; for `--watch`. Coalesced to once a turn of the event loop. */
  onChange(listener: () => void): () => void;
  status(): StatusReport;
  /** Asked often by those who supervise the process: costs nothing, however much is served. */
  readiness(): ReadinessReport;
}
