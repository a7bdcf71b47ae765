/**
 * The client that is tested: sessions one after the other, on one of several remotes, and the rows as their events tell
 * them.
 *
 * The rows are kept a second time, built of nothing but events, and compared with the session's replica at every
 * print: what a user is told and what he can look up must be the same.
 */
import type { Socket } from 'node:net';
import { now } from '../../lib/runtime/clock.ts';
import { Connection } from '../../lib/runtime/connection.ts';
import type { ByteSession } from '../../protocols/base/byte-session.ts';
import type { Clause, TableConditions } from '../../protocols/ovsdb/conditions.ts';
import type { Replica, RowChanged } from '../../protocols/ovsdb/replica.ts';
import { OvsdbSession } from '../../protocols/ovsdb/session.ts';
import type { OvsdbEvent } from '../../protocols/ovsdb/session-events.ts';
import type { Operation, Transaction, TransactResult } from '../../protocols/ovsdb/transaction.ts';
import { type Uuid, ZERO_UUID } from '../../protocols/ovsdb/values/atoms.ts';
import {
  type ColumnType,
  type ColumnValue,
  sameColumn,
} from '../../protocols/ovsdb/values/column.ts';
import type { SchemaGap, WantedColumns } from '../../protocols/ovsdb/values/database-schema.ts';
import { isJsonObject, type Json } from '../../protocols/ovsdb/values/json.ts';
import { type OvsdbError, ovsdbError } from '../../protocols/ovsdb/values/protocol-errors.ts';
import type { OvsdbRow } from '../../protocols/ovsdb/values/tables.ts';
import { openSocket, type TlsFiles } from './sockets.ts';

/** Between two remotes that do not answer. */
const NEXT_REMOTE_MS = 50;

export interface IdlClientOptions {
  readonly database: string;
  readonly remotes: readonly string[];
  readonly tables: WantedColumns;
  readonly leaderOnly?: boolean;
  readonly tls?: TlsFiles;
  /** 5 s when left out. */
  readonly probeIntervalMs?: number;
  /** Gets the text of all that is sent. */
  readonly log?: (text: string) => void;
}

export type Synced = Extract<OvsdbEvent, { type: 'synced' }>;

export type Tables = ReadonlyMap<string, ReadonlyMap<Uuid, OvsdbRow>>;

/** `error`: it was not sent, or nobody knows what became of it. */
export type Outcome = TransactResult | { readonly ok: false; readonly error: OvsdbError };

export class IdlClient {
  /** Rises with everything that is told of the rows. */
  serial = 0;
  gaps: readonly SchemaGap[] = [];
  /** How the newest session became one; undefined: it has not yet. */
  synced: Synced | undefined;
  /** Why the session before ended. */
  lastEnd: OvsdbError | undefined;
  /** Told of each batch of changes, in order, when the rows are as after it. `isAnew`: none of before count. */
  onChanges: (changes: readonly RowChanged[], isAnew: boolean) => void = () => undefined;
  /** Told of each session that is in step, before its changes. */
  onSynced: (synced: Synced) => void = () => undefined;
  readonly #options: IdlClientOptions;
  #remotes: readonly string[];
  #remoteIndex = 0;
  readonly #rows = new Map<string, Map<Uuid, OvsdbRow>>();
  readonly #answersAwaited = new Set<number>();
  readonly #fetched = new Map<Uuid, OvsdbRow>();
  #socket: Socket | undefined;
  #session: OvsdbSession | undefined;
  #connection: Connection<OvsdbEvent> | undefined;
  #resume: Replica | undefined;
  #conditions: Record<string, readonly Clause[]> = {};
  #conditionsPending: number | undefined;
  readonly #replies = new Map<number, (outcome: Outcome) => void>();
  readonly #waiting: (() => void)[] = [];
  /** Events that wait for `release`. */
  #held: (() => void)[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: IdlClientOptions) {
    this.#options = options;
    this.#remotes = options.remotes;
  }

  /** Uses this socket, which the server opened, or connects to the remotes. */
  start(accepted?: Socket): void {
    if (accepted === undefined) this.#connect();
    else this.#attach(accepted);
  }

  get rows(): Tables {
    return this.#rows;
  }

  get isConnected(): boolean {
    return this.#session !== undefined;
  }

  /** Of the connection that there is. */
  get remote(): string {
    return this.#remotes[this.#remoteIndex % this.#remotes.length] ?? '';
  }

  get areConditionsAnswered(): boolean {
    return this.#conditionsPending === undefined;
  }

  row(table: string, uuid: Uuid): OvsdbRow | undefined {
    return this.#rows.get(table)?.get(uuid);
  }

  /** Columns that are not monitored and were read by a select. */
  fetchedOf(uuid: Uuid): OvsdbRow {
    return this.#fetched.get(uuid) ?? {};
  }

  fetched(uuid: Uuid, column: string, value: ColumnValue): void {
    this.#fetched.set(uuid, { ...this.#fetched.get(uuid), [column]: value });
    this.serial++;
  }

  /** The type of a column as the server has it; undefined: it has none. */
  columnType(table: string, column: string): ColumnType | undefined {
    return this.#session?.replica?.schema.tables.get(table)?.get(column);
  }

  /** What is told from here on waits, as with a user who is busy with something else. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const tell of held) tell();
  }

  /** Until all that the server had committed before is told. */
  async catchUp(): Promise<void> {
    const session = this.#session;
    if (session?.isSynced !== true) return;
    const id = session.listDatabases(now());
    this.#answersAwaited.add(id);
    this.#connection?.flush();
    await this.until(() => !this.#answersAwaited.has(id) || this.#session !== session);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  transact(transaction: Transaction): Promise<Outcome> {
    return this.#send(transaction.operations);
  }

  async #send(operations: readonly Operation[]): Promise<Outcome> {
    if (this.#session?.isSynced !== true) await this.until(() => this.#session?.isSynced === true);
    const session = this.#session;
    if (session === undefined) return { ok: false, error: ovsdbError('not-ready', 'lost again') };
    const id = session.transact(operations, now());
    const outcome = new Promise<Outcome>((resolve) => this.#replies.set(id, resolve));
    this.#connection?.flush();
    return outcome;
  }

  /** Operations in wire form; the results in wire form, as far as a client keeps them. */
  async rawTransact([, ...operations]: readonly Json[]): Promise<Json> {
    const outcome = await this.#send(operations.filter(isJsonObject));
    if (!outcome.ok) return [{ error: codeOf(outcome) }];
    return outcome.results.map(({ uuid, count, rows }) => ({
      ...(uuid === undefined ? {} : { uuid: ['uuid', uuid] }),
      ...(count === undefined ? {} : { count }),
      ...(rows === undefined ? {} : { rows }),
    }));
  }

  changeConditions(table: string, clauses: readonly Clause[]): void {
    this.#conditions = { ...this.#conditions, [table]: clauses };
    this.#conditionsPending = this.#session?.changeConditions({ [table]: clauses }, now());
    this.#connection?.flush();
  }

  get conditions(): TableConditions {
    return this.#conditions;
  }

  /** Drops the connection; `start` makes a new one, which carries on. */
  disconnect(): void {
    // The replica that is carried on has it already.
    this.release();
    const connection = this.#connection;
    this.#lose('told to connect anew');
    connection?.close('told to connect anew');
  }

  reconnect(): void {
    this.disconnect();
    this.#connect();
  }

  /** Keeps the connection when its remote is among the new ones. */
  setRemotes(remotes: readonly string[]): void {
    const kept = remotes.indexOf(this.remote);
    this.#remotes = remotes;
    this.#remoteIndex = Math.max(0, kept);
    if (kept === -1 || !this.isConnected) this.reconnect();
  }

  /** One sentence about rows that were told otherwise than the replica has them; undefined: there are none. */
  inconsistency(): string | undefined {
    const replica = this.#session?.replica;
    if (replica === undefined || this.#session?.isSynced !== true) return undefined;
    for (const table of replica.schema.tables.keys()) {
      const told = this.#rows.get(table) ?? new Map<Uuid, OvsdbRow>();
      const held = replica.table(table);
      if (told.size !== held.size) return `${told.size} rows of ${table} told, ${held.size} held`;
      for (const [uuid, row] of held) {
        if (!sameRow(row, told.get(uuid))) return `${table} ${uuid} was told otherwise`;
      }
    }
    return undefined;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#lose('done');
    connection?.close('done');
    this.#socket?.destroySoon();
  }

  #connect(): void {
    clearTimeout(this.#timer);
    const socket = openSocket(this.remote, this.#options.tls, () => {
      socket.removeAllListeners('close');
      this.#attach(socket);
    });
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.once('close', () => this.#next(socket));
  }

  #attach(socket: Socket): void {
    this.#socket = socket;
    const { database, tables, leaderOnly = false } = this.#options;
    const resume = this.#resume;
    const session = new OvsdbSession(
      {
        database,
        tables,
        conditions: this.#conditions,
        leaderOnly,
        probeIntervalMs: this.#options.probeIntervalMs ?? 5000,
        requestTimeoutMs: 10_000,
        ...(resume === undefined ? {} : { resume }),
      },
      now(),
    );
    this.#session = session;
    this.#connection = new Connection(socket, this.#logged(session), {
      onEvent: (event) => {
        const tell = () => {
          if (session === this.#session) this.#told(event, resume !== undefined);
        };
        if (this.#held === undefined) tell();
        else this.#held.push(tell);
      },
      onClosed: () => {
        if (session !== this.#session) return;
        this.#lose('closed');
        this.#next(socket);
      },
    });
  }

  /** The same session, with all that it sends written down. */
  #logged(session: OvsdbSession): ByteSession<OvsdbEvent> {
    const { log } = this.#options;
    if (log === undefined) return session;
    return {
      receive: (chunk, at) => session.receive(chunk, at),
      tick: (at) => session.tick(at),
      deadline: () => session.deadline(),
      takeEvents: () => session.takeEvents(),
      takeOutput: () => {
        const output = session.takeOutput();
        for (const bytes of output) log(new TextDecoder().decode(bytes));
        return output;
      },
    };
  }

  #next(socket: Socket): void {
    if (this.#isClosed || socket !== this.#socket) return;
    this.#remoteIndex++;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), NEXT_REMOTE_MS);
  }

  /** The session is over; what it knows is carried on where its server can tell the difference. */
  #lose(reason: string): void {
    const session = this.#session;
    this.#session = undefined;
    this.#connection = undefined;
    this.synced = undefined;
    if (session === undefined) {
      const socket = this.#socket;
      this.#socket = undefined;
      socket?.destroy();
      return;
    }
    const { replica } = session;
    const isKnown = replica !== undefined && replica.lastTransactionId !== ZERO_UUID;
    if (session.isSynced) this.#resume = isKnown ? replica : undefined;
    session.connectionLost(reason);
    const error = ovsdbError('connection-lost', reason);
    for (const resolve of this.#replies.values()) resolve({ ok: false, error });
    this.#replies.clear();
  }

  #told(event: OvsdbEvent, isCarriedOn: boolean): void {
    switch (event.type) {
      case 'synced':
        this.gaps = event.gaps;
        this.synced = event;
        this.onSynced(event);
        this.#conditionsPending = undefined;
        if (!isCarriedOn) this.#rows.clear();
        this.#apply(event.changes, !isCarriedOn);
        break;
      case 'changed':
        this.#apply(event.changes);
        break;
      case 'answer':
        if (event.id === this.#conditionsPending) this.#conditionsPending = undefined;
        this.#answersAwaited.delete(event.id);
        break;
      case 'reply':
        this.#replies.get(event.id)?.(event.result);
        this.#replies.delete(event.id);
        break;
      case 'request-failed':
        this.#replies.get(event.id)?.({ ok: false, error: event.error });
        this.#replies.delete(event.id);
        break;
      case 'ended':
        this.lastEnd = event.error;
        this.#connection?.close(event.error.detail);
        break;
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #apply(changes: readonly RowChanged[], isAnew = false): void {
    for (const { table, uuid, new: row } of changes) {
      const rows = this.#rows.get(table) ?? new Map<Uuid, OvsdbRow>();
      this.#rows.set(table, rows);
      if (row === undefined) rows.delete(uuid);
      else rows.set(uuid, row);
    }
    this.serial++;
    this.onChanges(changes, isAnew);
  }
}

/** The server's own word, or ours. */
export function codeOf(outcome: Outcome): string {
  if (outcome.ok) return 'done';
  return 'failure' in outcome ? outcome.failure.code : outcome.error.code;
}

function sameRow(a: OvsdbRow, b: OvsdbRow | undefined): boolean {
  if (b === undefined) return false;
  return Object.keys({ ...a, ...b }).every((column) => sameColumn(a[column], b[column]));
}
