/**
 * A database of our own for the behaviour of clients: every kind of column, reference and limit once, on one real
 * ovsdb-server for all tests of a file. Each test begins with empty tables.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RowChanged } from '../../../../protocols/ovsdb/replica.ts';
import { Transaction } from '../../../../protocols/ovsdb/transaction.ts';
import type { Uuid } from '../../../../protocols/ovsdb/values/atoms.ts';
import { sameColumn } from '../../../../protocols/ovsdb/values/column.ts';
import type { OvsdbRow } from '../../../../protocols/ovsdb/values/tables.ts';
import {
  IdlClient,
  type IdlClientOptions,
  type Outcome,
} from '../../../../scripts/ovsdb-idl/client.ts';
import { RealServer } from '../real-server.ts';

const set = (key: unknown) => ({ type: { key, min: 0, max: 'unlimited' } });
const optional = (key: unknown) => ({ type: { key, min: 0, max: 1 } });
const row = (refTable: string, refType: string) => ({ type: 'uuid', refTable, refType });

export const SCHEMA = {
  name: 'Garden',
  version: '1.0.0',
  tables: {
    Bed: {
      columns: {
        name: { type: 'string' },
        size: { type: { key: { type: 'integer', minInteger: 0, maxInteger: 100 } } },
        share: { type: 'real' },
        sunny: { type: 'boolean' },
        note: optional('string'),
        kind: optional({ type: 'string', enum: ['set', ['herbs', 'trees']] }),
        tools: set('string'),
        counts: { type: { key: 'string', value: 'integer', min: 0, max: 'unlimited' } },
        soil: { type: 'string', mutable: false },
      },
      indexes: [['name']],
      isRoot: true,
    },
    Stone: {
      columns: {
        name: { type: 'string' },
        next: optional(row('Stone', 'strong')),
        friends: set(row('Stone', 'weak')),
      },
      isRoot: true,
    },
    Shelf: {
      columns: { name: { type: 'string' }, pots: set(row('Pot', 'strong')) },
      isRoot: true,
    },
    Pot: { columns: { name: { type: 'string' } }, isRoot: false },
    Gate: { columns: { name: { type: 'string' } }, isRoot: true, maxRows: 1 },
  },
};

export const TABLES = Object.fromEntries(
  Object.entries(SCHEMA.tables).map(([table, { columns }]) => [table, Object.keys(columns)]),
);

/** A client with all that it was told, in words: "+Bed a", "~Bed a size tools", "-Bed a". */
export class Gardener {
  readonly client: IdlClient;
  readonly told: string[] = [];

  constructor(client: IdlClient) {
    this.client = client;
    client.onChanges = (changes) => {
      // In one batch the order of rows says nothing.
      this.told.push(changes.map(wordOf).sort().join(', '));
    };
  }

  do(build: (transaction: Transaction) => void): Promise<Outcome> {
    const transaction = new Transaction();
    build(transaction);
    return this.client.transact(transaction);
  }

  /** What was told since the last call, once everything that was committed has been. */
  async news(): Promise<string[]> {
    await this.client.catchUp();
    expect(this.client.inconsistency()).to.equal(undefined);
    return this.told.splice(0).filter((words) => words !== '');
  }

  names(table: string): string[] {
    const rows: Iterable<OvsdbRow> = this.client.rows.get(table)?.values() ?? [];
    return [...rows].map(({ name }) => String(name)).sort();
  }

  row(table: string, name: string): OvsdbRow {
    return this.client.row(table, this.uuid(table, name)) ?? {};
  }

  uuid(table: string, name: string): Uuid {
    for (const [uuid, found] of this.client.rows.get(table) ?? []) {
      if (found.name === name) return uuid;
    }
    throw new Error(`there is no ${table} ${name}`);
  }
}

function wordOf({ table, old, new: row }: RowChanged): string {
  const name = String((row ?? old)?.name);
  if (old === undefined) return `+${table} ${name}`;
  if (row === undefined) return `-${table} ${name}`;
  const columns = Object.keys(row).filter((column) => !sameColumn(old[column], row[column]));
  return `~${table} ${name} ${columns.sort().join(' ')}`;
}

export function garden(clustered = false) {
  const clients: IdlClient[] = [];
  let folder = '';
  const here = {
    server: undefined as RealServer | undefined,
    running(): RealServer {
      if (here.server === undefined) throw new Error('no server');
      return here.server;
    },
    /** Synchronised; it has told nothing yet. */
    async gardener(options: Partial<IdlClientOptions> = {}): Promise<Gardener> {
      const gardener = here.newcomer(options);
      gardener.client.start();
      await gardener.client.until(() => gardener.client.synced !== undefined);
      await gardener.news();
      return gardener;
    },
    /** Not started. */
    newcomer(options: Partial<IdlClientOptions> = {}): Gardener {
      const remotes = [`unix:${here.running().socket}`];
      const client = new IdlClient({ database: 'Garden', remotes, tables: TABLES, ...options });
      clients.push(client);
      return new Gardener(client);
    },
  };
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nva-garden-'));
    const schema = join(folder, 'garden.ovsschema');
    writeFileSync(schema, JSON.stringify(SCHEMA));
    here.server = new RealServer(clustered, schema);
    await here.server.start();
  });
  afterEach(async () => {
    const sweeper = await here.gardener();
    await sweeper.do((transaction) => {
      for (const table of Object.keys(TABLES)) transaction.delete(table, []);
    });
    for (const client of clients.splice(0)) client.close();
  });
  after(async () => {
    await here.server?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  return here;
}
