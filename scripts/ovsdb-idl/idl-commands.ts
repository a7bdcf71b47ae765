/**
 * The steps of an `idl` case: wait for a change, print the rows, do the next thing.
 *
 * | first character | meaning                                                  |
 * |-----------------|----------------------------------------------------------|
 * | +               | the step before changed nothing: do not wait             |
 * | ^               | wait for the server's answer to changed conditions       |
 * | ?               | print only which tables have rows                        |
 *
 * | then                         | does                                        |
 * |------------------------------|---------------------------------------------|
 * | [...]                        | sends this transaction beside our client    |
 * | reconnect                    | drops the connection                        |
 * | set-remote R,R               | uses other remotes                          |
 * | condition TABLE [...];...    | monitors other rows                         |
 * | anything else                | a transaction by our client (./edits.ts)    |
 */
import type { Clause } from '../../protocols/ovsdb/conditions.ts';
import type { RowChanged } from '../../protocols/ovsdb/replica.ts';
import { isUuid, type Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import { defaultColumn, sameColumn } from '../../protocols/ovsdb/values/column.ts';
import type { WantedColumns } from '../../protocols/ovsdb/values/database-schema.ts';
import { isJsonArray, isJsonObject, type Json } from '../../protocols/ovsdb/values/json.ts';
import type { OvsdbRow } from '../../protocols/ovsdb/values/tables.ts';
import { IdlClient } from './client.ts';
import { Edits } from './edits.ts';
import { PROGRAMMED_EDITS } from './programmed-edits.ts';
import { RawConnection } from './raw-connection.ts';
import { COLUMNS, columnsText, DATABASE, rowText } from './row-text.ts';
import { acceptSocket, openSocket, type TlsFiles } from './sockets.ts';
import { Tracking, trackedWords } from './tracking.ts';

export interface IdlCommandsOptions {
  readonly remotes: readonly string[];
  readonly tables: WantedColumns;
  /** Print what changed, not everything. */
  readonly tracks: boolean;
  /** Print each change when it is told. */
  readonly notifies: boolean;
  readonly tls?: TlsFiles;
  readonly log?: (text: string) => void;
}

/** What the printed events of a row show. */
const EVENT_COLUMNS = [...(COLUMNS.simple ?? []), 'l2', 'l1'];

/** Not tracked by theirs. */
const UNTRACKED: ReadonlySet<string> = new Set(['singleton', 'simple2', 'simple5']);

export class IdlCommands {
  readonly #options: IdlCommandsOptions;
  readonly #client: IdlClient;
  readonly #tracking: Tracking;
  readonly #symbols = new Map<string, string>();
  readonly #conditions = new Map<string, string>();
  /** Changes while a transaction that is to tell them is under way. */
  #noted: RowChanged[] | undefined;
  #step = 0;
  #serial = 0;

  constructor(options: IdlCommandsOptions) {
    this.#options = options;
    this.#client = new IdlClient({ database: DATABASE, ...options });
    this.#tracking = new Tracking(
      (table, uuid) => this.#client.row(table, uuid),
      (table, column, value) => {
        const type = this.#client.columnType(table, column);
        return type !== undefined && sameColumn(value, defaultColumn(type));
      },
    );
    this.#client.onChanges = (changes, isAnew) => {
      if (isAnew) this.#tracking.forget();
      this.#tracking.take(changes);
      this.#noted?.push(...changes);
      if (options.notifies) for (const change of changes) this.#printEvent(change);
    };
  }

  async run(words: readonly string[]): Promise<void> {
    const commands = [...words];
    const raw = commands.length > 0 ? await this.#openRaw() : undefined;
    if (commands[0]?.includes('condition ')) this.#changeConditions(commands.shift() ?? '');
    this.#client.start();
    for (const command of commands) await this.#command(command, raw);
    raw?.close();
    await this.#waitForChange();
    this.#sayGaps();
    this.#printAll(false);
    this.#say('done');
    this.#client.close();
  }

  /** The server connects to us; its one connection is both watched and written to. */
  async runPassive(remote: string, words: readonly string[]): Promise<void> {
    this.#client.start(await acceptSocket(remote));
    await this.#client.until(() => this.#client.serial > 0);
    this.#printAll(false);
    for (const word of words) {
      const reply = await this.#client.rawTransact(JSON.parse(word) as Json[]);
      this.#say(JSON.stringify({ error: null, result: reply }));
    }
    this.#say('done');
    this.#client.close();
  }

  async #openRaw(): Promise<RawConnection> {
    for (const remote of this.#options.remotes) {
      const raw = await new Promise<RawConnection | undefined>((resolve) => {
        const socket = openSocket(remote, this.#options.tls, () =>
          resolve(new RawConnection(socket)),
        );
        socket.once('error', () => resolve(undefined));
      });
      if (raw !== undefined) return raw;
    }
    throw new Error(`failed to connect to ${this.#options.remotes.join(',')}`);
  }

  async #command(word: string, raw: RawConnection | undefined): Promise<void> {
    const [, terse = '', mode = '', command = ''] = /^(\??)([+^]?)([\s\S]*)$/.exec(word) ?? [];
    if (mode === '^') {
      this.#client.release();
      await this.#client.until(() => this.#client.areConditionsAnswered);
    }
    if (mode === '') {
      await this.#waitForChange();
      if (this.#options.tracks) this.#printTracked(terse !== '');
      else this.#printAll(terse !== '');
    }
    // Theirs looks at its connection only while it waits for a change or for its own transaction.
    this.#client.hold();
    this.#serial = this.#client.serial;
    if (command === 'reconnect') {
      this.#say('reconnect');
      this.#client.reconnect();
    } else if (command.startsWith('set-remote ')) {
      this.#setRemotes(command.slice('set-remote '.length));
    } else if (command.startsWith('condition ')) this.#changeConditions(command);
    else if (command.startsWith('[')) await this.#sendRaw(command, raw);
    else await this.#edit(command);
  }

  async #waitForChange(): Promise<void> {
    this.#client.release();
    await this.#client.until(() => this.#client.serial !== this.#serial);
    await this.#client.catchUp();
  }

  #setRemotes(text: string): void {
    this.#client.setRemotes(text.split(','));
    this.#say(`new remotes: ${text}, is connected: ${this.#client.isConnected}`);
  }

  #changeConditions(command: string): void {
    for (const part of command.slice('condition '.length).split(';')) {
      const space = part.trim().indexOf(' ');
      const table = part.trim().slice(0, space);
      const clauses = JSON.parse(part.trim().slice(space)) as readonly Clause[];
      const text = JSON.stringify(clauses);
      const isSame = text === (this.#conditions.get(table) ?? '[true]');
      this.#conditions.set(table, text);
      this.#print(`${table}: ${isSame ? 'conditions unchanged' : 'change conditions'}`);
      this.#client.changeConditions(table, clauses);
    }
    this.#step++;
  }

  async #sendRaw(command: string, raw: RawConnection | undefined): Promise<void> {
    const request = this.#substitute(JSON.parse(command) as Json);
    if (raw === undefined || !isJsonArray(request)) throw new Error('nothing to send it by');
    const { error, result } = await raw.call('transact', request);
    this.#collectUuids(result);
    this.#say(JSON.stringify({ error, result: sorted(result) }));
  }

  async #edit(command: string): Promise<void> {
    const edits = new Edits(this.#client);
    const noted: RowChanged[] = [];
    const notices: number[] = [];
    for (const text of command.split(',')) {
      let [name = '', ...args] = text.trim().split(/ +/);
      if (name === 'notifytest') {
        notices.push(0);
        [name = '', ...args] = args;
      }
      if (name === 'abort') return this.#say('commit, status=aborted');
      if (name === 'destroy') return this.#say('destroy');
      const programmed = PROGRAMMED_EDITS[name];
      if (programmed === undefined) edits.command(name, args);
      else edits.more.push((transaction) => programmed(transaction, this.#client));
    }
    this.#noted = noted;
    this.#client.release();
    const status = await edits.commit();
    this.#noted = undefined;
    const increment = edits.isIncrement ? `, increment=${edits.incrementedTo}` : '';
    const events = notices.length > 0 ? `, events=${noted.map(eventWord).sort().join(', ')}` : '';
    this.#say(`commit, status=${status}${increment}${events}`);
    // Nothing will change: the next step must not wait for it.
    if (status === 'error') this.#serial = -1;
  }

  #printAll(terse: boolean): void {
    let count = 0;
    for (const [table, rows] of this.#client.rows) {
      for (const [uuid, row] of rows) {
        count++;
        this.#printRow(table, uuid, row, terse);
      }
    }
    this.#endOfRows(count);
  }

  #printRow(table: string, uuid: Uuid, row: OvsdbRow, terse: boolean): void {
    if (terse) {
      this.#print(`table ${table}`);
      return;
    }
    const tracked = this.#options.tracks ? this.#tracking.row(uuid) : undefined;
    const find = (target: string, wanted: Uuid) => this.#client.row(target, wanted);
    const whole = { ...row, ...this.#client.fetchedOf(uuid) };
    const words = tracked === undefined ? '' : trackedWords(tracked);
    this.#print(`table ${table}: ${words}${rowText(table, whole, find)} uuid=${uuid}`);
    if (tracked !== undefined) this.#printColumns(table, tracked.columns);
  }

  #printTracked(terse: boolean): void {
    let count = 0;
    for (const tracked of this.#tracking.rows) {
      const { table, uuid, text, columns } = tracked;
      if (UNTRACKED.has(table)) continue;
      count++;
      if (terse) this.#print(`table ${table}`);
      else {
        this.#print(`table ${table}: ${trackedWords(tracked)}${text} uuid=${uuid}`);
        this.#printColumns(table, columns);
      }
    }
    this.#tracking.clear();
    this.#endOfRows(count);
  }

  #printColumns(table: string, columns: ReadonlySet<string>): void {
    if (columns.size === 0) return;
    this.#print(`table ${table}: updated columns: ${[...columns].sort().join(' ')}`);
  }

  #endOfRows(count: number): void {
    const fault = this.#client.inconsistency();
    if (fault !== undefined) this.#print(`inconsistent: ${fault}`);
    if (count === 0) this.#print('empty');
    this.#step++;
  }

  #printEvent({ table, uuid, old, new: row }: RowChanged): void {
    const event = old === undefined ? 'create' : row === undefined ? 'delete' : 'update';
    const text = (of: OvsdbRow) =>
      columnsText(table, listed(of), EVENT_COLUMNS, (target, wanted) =>
        this.#client.row(target, wanted),
      );
    const updates =
      old === undefined || row === undefined
        ? 'None'
        : `{${text(changedColumns(old, row)).trim()}}`;
    this.#print(
      `event:${event}, row={${text(row ?? old ?? {})}}, uuid=${uuid}, updates=${updates}`,
    );
  }

  /** In the words of theirs. */
  #sayGaps(): void {
    for (const { table, column } of this.#client.gaps) {
      const what =
        column === undefined
          ? `idltest database lacks ${table} table`
          : `${table} table in idltest database lacks ${column} column`;
      process.stderr.write(`test-ovsdb|ovsdb_idl|${what} (database needs upgrade?)\n`);
    }
  }

  #substitute(json: Json): Json {
    if (typeof json === 'string') return this.#symbols.get(json) ?? json;
    if (isJsonArray(json)) return json.map((element) => this.#substitute(element));
    if (!isJsonObject(json)) return json;
    return Object.fromEntries(
      Object.entries(json).map(([key, value]) => [key, this.#substitute(value)]),
    );
  }

  #collectUuids(json: Json): void {
    if (typeof json === 'string' && isUuid(json))
      this.#symbols.set(`#${this.#symbols.size}#`, json);
    else if (isJsonArray(json)) for (const element of json) this.#collectUuids(element);
    else if (isJsonObject(json)) for (const value of Object.values(json)) this.#collectUuids(value);
  }

  #print(text: string): void {
    process.stdout.write(`${String(this.#step).padStart(3, '0')}: ${text}\n`);
  }

  /** A line that is a step of its own. */
  #say(text: string): void {
    this.#print(text);
    this.#step++;
  }
}

/** With the members of its objects in order. */
function sorted(json: Json): Json {
  if (isJsonArray(json)) return json.map(sorted);
  if (!isJsonObject(json)) return json;
  return Object.fromEntries(
    Object.entries(json)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, sorted(value)]),
  );
}

/** "update|1|b" */
function eventWord({ old, new: row }: RowChanged): string {
  const i = String((row ?? old)?.i);
  if (old === undefined) return `create|${i}|None`;
  if (row === undefined) return `delete|${i}|None`;
  return `update|${i}|${Object.keys(changedColumns(old, row))[0]}`;
}

/** Optional references as lists of at most one, as events print them. */
function listed(row: OvsdbRow): OvsdbRow {
  const lists = ['l1', 'l2']
    .filter((column) => Object.hasOwn(row, column))
    .map((column) => [column, row[column] === undefined ? [] : [row[column] as Uuid]]);
  return { ...row, ...Object.fromEntries(lists) };
}

/** Those that changed, as they were. */
function changedColumns(old: OvsdbRow, row: OvsdbRow): OvsdbRow {
  return Object.fromEntries(
    Object.entries(old).filter(([column, value]) => !sameColumn(value, row[column])),
  );
}
