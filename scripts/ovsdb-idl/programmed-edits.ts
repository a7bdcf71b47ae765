/**
 * Transactions that the cases only name: what theirs do by row objects (insert with references to itself, change single
 * elements of sets and maps), done here by the operations that a server has for it.
 */
import type { Condition, Transaction } from '../../protocols/ovsdb/transaction.ts';
import { type Uuid, UuidRef } from '../../protocols/ovsdb/values/atoms.ts';
import type { InputRow } from '../../protocols/ovsdb/values/wire-value.ts';
import type { IdlClient } from './client.ts';
import { named, namedUuid } from './edits.ts';

type Edit = (transaction: Transaction, client: IdlClient) => void;

const ref = (uuid: string) => new UuidRef(uuid as Uuid);

/** A row that refers to itself: its name is known once it is inserted. */
function insertLink(transaction: Transaction, i: number, links: (self: Self) => InputRow): Self {
  const self = transaction.insert('link1', { i });
  transaction.update('link1', [['_uuid', '==', self]], links(self));
  return self;
}

type Self = ReturnType<Transaction['insert']>;

/** Sets a key of a map: the old pair goes, if there is one. */
function setKeys(
  transaction: Transaction,
  table: string,
  where: readonly Condition[],
  column: string,
  pairs: ReadonlyMap<string | number, string | UuidRef>,
): void {
  transaction.mutate(table, where, [
    [column, 'delete', [...pairs.keys()]],
    [column, 'insert', pairs],
  ]);
}

const SIMPLE2 = 'simple2';
const SIMPLE3 = 'simple3';
const UUIDS = {
  first: '001e43d2-dd3f-4616-ab6a-83a490bb0991',
  second: '0026b3ba-571b-4729-8227-d860a5210ab8',
  third: '579e978d-776c-4f19-a225-268e5890e670',
  fourth: 'b6272353-af9c-40b7-90fe-32a43e6518a1',
  fifth: '1d6a71a2-dffb-426e-b2fa-b727091f9901',
};

export const PROGRAMMED_EDITS: Readonly<Record<string, Edit>> = {
  linktest: (transaction) => {
    const first = insertLink(transaction, 1, (self) => ({ k: self, ka: [self] }));
    insertLink(transaction, 2, (self) => ({ k: first, ka: [first, self] }));
  },
  getattrtest: (transaction) => {
    insertLink(transaction, 2, (self) => ({ k: self }));
  },
  partialmapinsertelement: (transaction, client) => {
    const where = named(client, SIMPLE2, 'myString1');
    setKeys(transaction, SIMPLE2, where, 'smap', new Map([['key1', 'myList1']]));
    setKeys(transaction, SIMPLE2, where, 'imap', new Map([[3, 'myids2']]));
    transaction.update(SIMPLE2, where, { name: 'String2' });
  },
  partialmapinsertmultipleelements: (transaction, client) => {
    const pairs = new Map([2, 3, 4].map((key) => [`key${key}`, `myList${key}`]));
    setKeys(transaction, SIMPLE2, named(client, SIMPLE2, 'String2'), 'smap', pairs);
  },
  partialmapdelelements: (transaction, client) => {
    transaction.mutate(SIMPLE2, named(client, SIMPLE2, 'String2'), [
      // Only a pair that is there goes: a wrong value keeps its key.
      ['smap', 'delete', { key1: 'myList1', key2: 'wrongvalue' }],
      ['smap', 'delete', ['key3', 'key4']],
    ]);
  },
  partialmapmutatenew: (transaction) => {
    const smap = { key1: 'newList1', key2: 'newList2' };
    transaction.insert(SIMPLE2, { name: 'String2New', smap });
  },
  partialmapmutateirefmap: (transaction, client) => {
    const pairs = new Map([[1, ref(namedUuid(client, SIMPLE3, 'myString1'))]]);
    setKeys(transaction, 'simple5', named(client, 'simple5', 'myString2'), 'irefmap', pairs);
  },
  partialrenamesetadd: (transaction, client) => {
    const where = named(client, SIMPLE3, 'mySet1');
    transaction.mutate(SIMPLE3, where, [['uset', 'insert', [ref(UUIDS.first)]]]);
    transaction.update(SIMPLE3, where, { name: 'String2' });
  },
  partialduplicateadd: (transaction, client) => {
    transaction.mutate(SIMPLE3, named(client, SIMPLE3, 'String2'), [
      ['uset', 'insert', [ref(UUIDS.second)]],
      ['uset', 'insert', [ref(UUIDS.second)]],
    ]);
  },
  partialsetdel: (transaction, client) => {
    const where = named(client, SIMPLE3, 'String2');
    transaction.mutate(SIMPLE3, where, [['uset', 'delete', [ref(UUIDS.first)]]]);
  },
  partialsetref: (transaction, client) => {
    const target = transaction.insert('simple4', { name: 'test' });
    transaction.mutate(SIMPLE3, named(client, SIMPLE3, 'String2'), [['uref', 'insert', [target]]]);
  },
  partialsetoverrideops: (transaction, client) => {
    const where = named(client, SIMPLE3, 'String2');
    transaction.mutate(SIMPLE3, where, [
      ['uset', 'insert', [ref(UUIDS.third)]],
      ['uset', 'delete', [ref(UUIDS.second)]],
    ]);
    transaction.update(SIMPLE3, where, { uset: [ref(UUIDS.second)] });
  },
  partialsetadddelete: (transaction, client) => {
    transaction.mutate(SIMPLE3, named(client, SIMPLE3, 'String2'), [
      ['uset', 'insert', [ref(UUIDS.fourth), ref(UUIDS.fifth)]],
      ['uset', 'delete', [ref(UUIDS.second)]],
    ]);
  },
  partialsetmutatenew: (transaction) => {
    const target = transaction.insert('simple4', { name: 'new_row41' });
    transaction.insert(SIMPLE3, { name: 'String3', uset: [target] });
  },
};

/** A program of the C client: each transaction, and what is said after it. */
export interface Program {
  readonly table: string;
  readonly steps: readonly (readonly [words: string, edit: Edit])[];
}

/** The first row of a table: the programs have one only. */
function first(client: IdlClient, table: string): readonly Condition[] {
  const [uuid] = client.rows.get(table)?.keys() ?? [];
  if (uuid === undefined) throw new Error(`${table} is empty`);
  return [['_uuid', '==', new UuidRef(uuid)]];
}

const delKey: Edit = (transaction, client) => {
  transaction.mutate(SIMPLE2, first(client, SIMPLE2), [['smap', 'delete', ['key1']]]);
};

const changeSet =
  (mutator: 'insert' | 'delete', uuid: string): Edit =>
  (transaction, client) => {
    transaction.mutate(SIMPLE3, first(client, SIMPLE3), [['uset', mutator, [ref(uuid)]]]);
  };

export const PROGRAMS: Readonly<Record<string, Program>> = {
  'idl-partial-update-map-column': {
    table: SIMPLE2,
    steps: [
      [
        'After insert element',
        (transaction, client) => {
          const where = first(client, SIMPLE2);
          setKeys(transaction, SIMPLE2, where, 'smap', new Map([['key1', 'myList1']]));
          setKeys(transaction, SIMPLE2, where, 'imap', new Map([[3, 'myids2']]));
          transaction.update(SIMPLE2, where, { name: 'String2' });
        },
      ],
      [
        'After insert duplicated element',
        (transaction, client) => {
          const pairs = new Map([['key1', 'myList1']]);
          setKeys(transaction, SIMPLE2, first(client, SIMPLE2), 'smap', pairs);
        },
      ],
      ['After delete element', delKey],
      ['After trying to delete a deleted element', delKey],
    ],
  },
  'idl-partial-update-set-column': {
    table: SIMPLE3,
    steps: [
      [
        'After rename+add new value',
        (transaction, client) => {
          changeSet('insert', UUIDS.first)(transaction, client);
          transaction.update(SIMPLE3, first(client, SIMPLE3), { name: 'String2' });
        },
      ],
      ['After add new value', changeSet('insert', UUIDS.second)],
      ['After delete value', changeSet('delete', UUIDS.first)],
      ['After trying to delete a deleted value', changeSet('delete', UUIDS.first)],
      [
        'After add to other table + set of strong ref',
        (transaction, client) => {
          const target = transaction.insert('simple4', { name: 'test' });
          transaction.mutate(SIMPLE3, first(client, SIMPLE3), [['uref', 'insert', [target]]]);
        },
      ],
    ],
  },
};
