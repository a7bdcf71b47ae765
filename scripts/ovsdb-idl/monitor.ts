/**
 * The program that stands in the place of `ovsdb-client monitor`, as far as the cases use it:
 *
 *   monitor [OPTIONS] monitor SERVER DATABASE TABLE [COLUMNS]
 *   monitor [OPTIONS] monitor-cond SERVER DATABASE CONDITION TABLE [COLUMNS]
 *   monitor [OPTIONS] monitor-cond-since SERVER DATABASE [LAST-ID] CONDITION TABLE [COLUMNS]
 *
 * Prints a CSV table for each update. Our client knows whole rows, old and new. Where theirs prints what an update2
 * message says and no more (nothing of a deleted row, no column at its default), that is left out here too.
 * "!insert" and the like among the columns is for the printing only: our client is always told of every change.
 *
 * While it runs, ovs-appctl's `ovsdb-client/cond_change TABLE CONDITION` changes the condition.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { now } from '../../lib/runtime/clock.ts';
import { Connection } from '../../lib/runtime/connection.ts';
import type { Clause, TableConditions } from '../../protocols/ovsdb/conditions.ts';
import { Replica, type RowChanged } from '../../protocols/ovsdb/replica.ts';
import { OvsdbSession } from '../../protocols/ovsdb/session.ts';
import type { OvsdbEvent, OvsdbSessionOptions } from '../../protocols/ovsdb/session-events.ts';
import { isUuid, type Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import { type Json, member } from '../../protocols/ovsdb/values/json.ts';
import { type Action, type CsvFormat, csvLines } from './monitor-csv.ts';
import { RawConnection } from './raw-connection.ts';
import { openSocket } from './sockets.ts';

interface Wanted extends CsvFormat {
  readonly server: string;
  readonly database: string;
  readonly table: string;
  readonly condition: readonly Clause[];
  /** Only for monitor-cond-since. */
  readonly tellsId: boolean;
  readonly lastId: Uuid | undefined;
}

/** Theirs is told nothing of the rows that a `!` leaves out; ours prints nothing of them. */
const KINDS: readonly Action[] = ['initial', 'insert', 'delete', 'modify'];

async function parseCommandLine(argv: readonly string[]): Promise<Wanted> {
  const at = argv.findIndex((word) => /^monitor(-cond(-since)?)?$/.test(word));
  const command = argv[at];
  const words = argv.slice(at + 1).filter((word) => !word.startsWith('--'));
  const [server = '', database = ''] = words.splice(0, 2);
  const lastId = words[0] !== undefined && isUuid(words[0]) ? (words.shift() as Uuid) : undefined;
  const condition = command === 'monitor' ? '[]' : (words.shift() ?? '[]');
  const [table = '', ...selections] = words;
  const selected = selections.flatMap((word) => word.split(',')).filter((word) => word !== '');
  const named = selected.filter((word) => !word.startsWith('!'));
  return {
    server,
    database,
    table,
    condition: JSON.parse(condition) as readonly Clause[],
    tellsId: command === 'monitor-cond-since',
    lastId,
    columns: named.length > 0 ? named : await allColumns(server, database, table),
    kinds: KINDS.filter((kind) => !selected.includes(`!${kind}`)),
    isSparse: command !== 'monitor',
  };
}

async function allColumns(server: string, database: string, table: string): Promise<string[]> {
  const raw = await new Promise<RawConnection>((resolve) => {
    const socket = openSocket(server, undefined, () => resolve(new RawConnection(socket)));
  });
  const { result } = await raw.call('get_schema', [database]);
  raw.close();
  const path = ['tables', table, 'columns'];
  const columns = path.reduce<Json>(
    (json, key) => member(json as object as never, key) ?? {},
    result,
  );
  return [...Object.keys(columns as object).sort(), '_version'];
}

class Monitor {
  readonly #wanted: Wanted;
  #session: OvsdbSession | undefined;
  #connection: Connection<OvsdbEvent> | undefined;
  readonly #answers = new Map<number, () => void>();
  #printed = 0;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** Until the server goes; `onSynced` after the first rows. */
  async run(onSynced: () => void): Promise<void> {
    const { lastId } = this.#wanted;
    const resume = lastId === undefined ? undefined : await this.#emptyReplica(lastId);
    await this.#connect(resume, (event) => {
      this.#take(event);
      if (event.type === 'synced') onSynced();
    });
  }

  changeCondition(table: string, condition: readonly Clause[]): Promise<void> {
    const id = this.#session?.changeConditions({ [table]: condition }, now());
    this.#connection?.flush();
    if (id === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  #conditions(): TableConditions | undefined {
    const { table, condition } = this.#wanted;
    return condition.length === 0 ? undefined : { [table]: condition };
  }

  /** One that knows a transaction and no row: nothing else comes with an id on the command line. */
  async #emptyReplica(lastId: Uuid): Promise<Replica | undefined> {
    let known: Replica | undefined;
    await this.#connect(undefined, (event) => {
      if (event.type !== 'synced') return;
      known = this.#session?.replica;
      this.#connection?.close('the schema is known');
    });
    if (known === undefined) return undefined;
    const replica = new Replica(known.schema);
    replica.conditions = known.conditions;
    for (const _ of replica.apply({}, 'v2', lastId));
    return replica;
  }

  #connect(resume: Replica | undefined, onEvent: (event: OvsdbEvent) => void): Promise<void> {
    const { server, database, table, columns } = this.#wanted;
    const conditions = this.#conditions();
    const options: OvsdbSessionOptions = {
      database,
      tables: { [table]: columns },
      probeIntervalMs: 5000,
      requestTimeoutMs: 10_000,
      ...(conditions === undefined ? {} : { conditions }),
      ...(resume === undefined ? {} : { resume }),
    };
    return new Promise((done) => {
      const socket = openSocket(server, undefined, () => {
        this.#session = new OvsdbSession(options, now());
        this.#connection = new Connection(socket, this.#session, {
          onEvent,
          onClosed: () => done(),
        });
      });
    });
  }

  #take(event: OvsdbEvent): void {
    if (event.type === 'synced') {
      const { resumed, lastTransactionId } = event;
      this.#print(`found: ${resumed}, last_id: ${lastTransactionId}`, event.changes, !resumed);
    } else if (event.type === 'changed') {
      this.#print(`last_id: ${this.#session?.replica?.lastTransactionId}`, event.changes, false);
    } else if (event.type === 'answer') this.#answers.get(event.id)?.();
    else if (event.type === 'dropped') process.stderr.write(`${event.error.detail}\n`);
  }

  #print(head: string, changes: readonly RowChanged[], isInitial: boolean): void {
    const { table, columns } = this.#wanted;
    const schema = this.#session?.replica?.schema.tables.get(table) ?? new Map();
    const rows = changes.flatMap((change) => csvLines(this.#wanted, schema, change, isInitial));
    const lines = rows.length === 0 ? [] : [['row', 'action', ...columns].join(','), ...rows];
    if (this.#wanted.tellsId && (rows.length > 0 || this.#printed === 0)) lines.unshift(head);
    if (lines.length === 0) return;
    const gap = this.#printed++ === 0 ? '' : '\n';
    process.stdout.write(`${gap}${lines.join('\n')}\n`);
  }
}

/** As much of Open vSwitch's control protocol as one command needs: JSON-RPC 1.0, a request for each connection. */
function serveControl(path: string, monitor: Monitor): void {
  createServer((socket) => {
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', async (chunk) => {
      text += chunk.toString();
      const request = parseWhole(text);
      if (request === undefined) return;
      const [table = '', condition = '[]'] = request.params;
      await monitor.changeCondition(table, JSON.parse(condition) as readonly Clause[]);
      socket.write(JSON.stringify({ id: request.id, result: '', error: null }));
    });
  })
    .listen(path)
    .unref();
}

interface ControlRequest {
  readonly id: number;
  readonly params: readonly string[];
}

function parseWhole(text: string): ControlRequest | undefined {
  try {
    return JSON.parse(text) as ControlRequest;
  } catch {
    return undefined;
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const wanted = await parseCommandLine(argv);
  const folder = process.env.OVS_RUNDIR ?? '.';
  const pidFile = join(folder, 'ovsdb-client.pid');
  const control = join(folder, 'ovsdb-client.ctl');
  const leave = (): never => {
    rmSync(pidFile, { force: true });
    process.exit(0);
  };
  process.once('SIGTERM', leave);
  const monitor = new Monitor(wanted);
  await monitor.run(() => {
    rmSync(control, { force: true });
    serveControl(control, monitor);
    writeFileSync(pidFile, `${process.pid}\n`);
  });
  leave();
}

await main(process.argv.slice(2));
