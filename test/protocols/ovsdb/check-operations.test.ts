import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { checkOperations } from '../../../protocols/ovsdb/check-operations.ts';
import { type Operation, Transaction, whereUuid } from '../../../protocols/ovsdb/transaction.ts';
import { NamedUuidRef, type Uuid, uuidRef } from '../../../protocols/ovsdb/values/atoms.ts';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';
import { parseServerSchema } from '../../../protocols/ovsdb/values/server-schema.ts';
import { rawClient, refusalOf } from './raw-client.ts';
import { RealServer } from './real-server.ts';

const ID = '550e8400-e29b-41d4-a716-446655440000' as Uuid;
const SCHEMA = (() => {
  const text = readFileSync('/usr/share/openvswitch/vswitch.ovsschema', 'utf8');
  const parsed = parseServerSchema(JSON.parse(text) as Json);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
})();

const tx = () => new Transaction();
const insert = (table: string, row: Parameters<Transaction['insert']>[1]) => {
  const transaction = tx();
  transaction.insert(table, row);
  return transaction;
};
const raw = (operation: Operation) => ({ operations: [operation] });
const update = (table: string, row: Parameters<Transaction['update']>[2]) =>
  tx().update(table, [], row);
const find = (...condition: Parameters<Transaction['delete']>[1][number]) =>
  tx().select('Port', [condition]);
const mutate = (table: string, ...mutation: Parameters<Transaction['mutate']>[2][number]) =>
  tx().mutate(table, [], [mutation]);

interface Given {
  readonly operations: readonly Operation[];
}

const badValues: readonly (readonly [string, Given])[] = [
  [
    'Bridge.fail_mode takes one of "standalone", "secure", not "open"',
    update('Bridge', { fail_mode: 'open' }),
  ],
  ['Port.tag takes integers up to 4095, not 4096', update('Port', { tag: 4096 })],
  ['Port.tag takes integers from 0, not -1', update('Port', { tag: -1 })],
  ['Port.tag holds at most one integer, not "7"', update('Port', { tag: '7' })],
  ['Port.tag holds at most one integer, not 1.5', update('Port', { tag: 1.5 })],
  ['Port.tag takes at most 1, not 2', update('Port', { tag: [1, 2] })],
  ['Port.interfaces takes at least 1: give it a value', update('Port', { interfaces: [] })],
  ['Port.trunks takes each value once, not 5 twice', update('Port', { trunks: [5, 5] })],
  ['Port.lacp holds at most one string, not true', update('Port', { lacp: true })],
  [
    'Port.external_ids holds a map of string to string, not "a"',
    update('Port', { external_ids: 'a' }),
  ],
  [
    'Port.external_ids holds a map of string to string, not 5',
    update('Port', { external_ids: new Map([['a', 5]]) }),
  ],
  ['Bridge.netflow holds at most one uuid, not "x"', update('Bridge', { netflow: 'x' })],
  [
    'Bridge.ports names the new row "p": insert it in this transaction',
    update('Bridge', { ports: new NamedUuidRef('p') }),
  ],
  [
    'Flow_Table.name holds at most one string, not a reference to a row',
    update('Flow_Table', { name: new NamedUuidRef('p') }),
  ],
];

const badRows: readonly (readonly [string, Given])[] = [
  [
    'Port.interfaces takes rows of Interface, and "Bridge_1" is a new row of Bridge',
    (() => {
      const made = tx();
      const bridge = made.insert('Bridge', { name: 'b' });
      return made.update('Port', [], { interfaces: bridge });
    })(),
  ],
];

const badColumns: readonly (readonly [string, Given])[] = [
  [
    'the server has no table "Antennas" to insert: its Open_vSwitch is version 8.3.1',
    insert('Antennas', {}),
  ],
  [
    'the server has no column Port.colour: leave it out (its Open_vSwitch is version 8.3.1)',
    insert('Port', { colour: 'red' }),
  ],
  [
    'the server has no column Port.colour: leave it out (its Open_vSwitch is version 8.3.1)',
    tx().select('Port', [], ['colour']),
  ],
  [
    'the server has no column Port.colour: leave it out (its Open_vSwitch is version 8.3.1)',
    tx().wait('Port', [], [], { columns: ['colour'] }),
  ],
  ['Port.name is named twice: once is enough', tx().select('Port', [], ['name', 'tag', 'name'])],
  [
    'Port.name keeps the value that its row was inserted with: replace the row',
    update('Port', { name: 'b' }),
  ],
  [
    'Bridge.name keeps the value that its row was inserted with: replace the row',
    mutate('Bridge', 'name', 'insert', 'b'),
  ],
  [
    'Port._uuid keeps the value that its row was inserted with: replace the row',
    update('Port', { _uuid: uuidRef(ID) }),
  ],
  [
    'two new rows are named p: rename one',
    {
      operations: [
        { op: 'insert', table: 'Port', row: {}, 'uuid-name': 'p' },
        { op: 'insert', table: 'Port', row: {}, 'uuid-name': 'p' },
      ],
    },
  ],
  [
    'a uuid-name has letters, digits and underscores, not "a-b"',
    raw({ op: 'insert', table: 'Port', row: {}, 'uuid-name': 'a-b' }),
  ],
  ['"upsert" is none of RFC 7047\'s operations', raw({ op: 'upsert', table: 'Port' })],
  ['insert of Port without a row', raw({ op: 'insert', table: 'Port' })],
  [
    'a wait is until "==" or "!=", not "<"',
    raw({ op: 'wait', table: 'Port', where: [], columns: [], until: '<', rows: [] }),
  ],
];

const badTests: readonly (readonly [string, Given])[] = [
  ['Port.tag takes at most 1, not 2', mutate('Port', 'tag', 'insert', [1, 2])],
  ['Port.tag takes at most 1, not 2', find('tag', 'includes', [1, 2])],
  ['Port.name holds one string, which cannot be compared by <', find('name', '<', 'a')],
  [
    'Port.trunks holds a set of at most 4096 integers, which cannot be compared by >=',
    find('trunks', '>=', 1),
  ],
  ['Port.tag takes at least 1: give it a value', find('tag', '<', [])],
  ['Port.tag takes integers up to 4095, not 5000', find('tag', '==', 5000)],
  ['Port.name has no test "~"', find('name', '~' as '==', 'a')],
  [
    'a condition on Port is [column, test, value]',
    raw({ op: 'delete', table: 'Port', where: [['name', '==']] }),
  ],
  [
    'Open_vSwitch.next_cfg holds one integer, which cannot be mutated by insert: update it',
    mutate('Open_vSwitch', 'next_cfg', 'insert', 1),
  ],
  [
    'Open_vSwitch.next_cfg holds one integer, not "1"',
    mutate('Open_vSwitch', 'next_cfg', '+=', '1'),
  ],
  [
    'Open_vSwitch.external_ids holds a map of string to string, which cannot be mutated by +=',
    mutate('Open_vSwitch', 'external_ids', '+=', 1),
  ],
  [
    'Open_vSwitch.next_cfg has no mutator "^="',
    mutate('Open_vSwitch', 'next_cfg', '^=' as '+=', 1),
  ],
  ['Port.trunks takes integers up to 4095, not 9999', mutate('Port', 'trunks', 'insert', [9999])],
  [
    'Open_vSwitch.external_ids holds a set of strings, not 5',
    mutate('Open_vSwitch', 'external_ids', 'delete', [5]),
  ],
];

/** What the server allows, we must not refuse. */
const fine: readonly (readonly [string, Given])[] = [
  [
    'a new bridge with all that hangs off it',
    (() => {
      const made = tx();
      const iface = made.insert('Interface', { name: 'br0', type: 'internal', mtu_request: 1500 });
      const port = made.insert('Port', {
        name: 'br0',
        interfaces: iface,
        tag: 0,
        trunks: [1, 4095],
      });
      const bridge = made.insert('Bridge', {
        name: 'br0',
        ports: [port],
        fail_mode: 'secure',
        datapath_id: undefined,
        protocols: ['OpenFlow13'],
        external_ids: { a: 'b' },
        flow_tables: new Map(),
      });
      return made.mutate('Open_vSwitch', [], [['bridges', 'insert', bridge]]);
    })(),
  ],
  [
    'a reference to a row that is inserted later',
    {
      operations: [
        { op: 'update', table: 'Port', where: [], row: { interfaces: ['named-uuid', 'i'] } },
        { op: 'insert', table: 'Interface', row: { name: 'i' }, 'uuid-name': 'i' },
      ],
    },
  ],
  ['a row found by its id', tx().select('Port', whereUuid(ID), ['_uuid', '_version', 'name'])],
  ['an optional column found by order', find('tag', '<', 5)],
  ['part of a map', find('external_ids', 'includes', { owner: 'nva' })],
  ['none of these', find('trunks', 'excludes', [1, 2])],
  ['none of more than it can hold', find('tag', 'excludes', [1, 2])],
  ['an empty part of a set', find('trunks', 'includes', [])],
  ['an equal map', find('external_ids', '==', {})],
  ['true and false as conditions', raw({ op: 'select', table: 'Port', where: [true, false] })],
  ['arithmetic', mutate('Open_vSwitch', 'next_cfg', '+=', 1)],
  ['a division', mutate('Open_vSwitch', 'next_cfg', '/=', 2)],
  ['keys deleted from a map', mutate('Port', 'external_ids', 'delete', ['a', 'b'])],
  ['one key deleted from a map', mutate('Port', 'external_ids', 'delete', 'a')],
  ['pairs deleted from a map', mutate('Port', 'external_ids', 'delete', { a: 'b' })],
  ['elements of a limited set', mutate('Port', 'trunks', 'insert', [1, 2, 3])],
  ['an optional column filled by insertion', mutate('Port', 'tag', 'insert', 3)],
  ['arithmetic beyond the limits of the column', mutate('Port', 'tag', '+=', 5000)],
  ['a guard', tx().wait('Port', [], [], { columns: ['name'] })],
  ['a guard on a constant column', tx().wait('Port', [], [{ name: 'a' }], { until: '!=' })],
  ['no rows', tx().delete('Port', [])],
  ['the rest', tx().comment('x').commit(false)],
];

const bad = [...badValues, ...badRows, ...badColumns, ...badTests];

describe('a transaction checked before it is sent', () => {
  for (const [sentence, { operations }] of bad) {
    it(`is told: ${sentence}`, () => {
      const fault = checkOperations(SCHEMA, operations);
      expect(fault?.replace(/^operation \d+: /, '')).to.equal(sentence);
    });
  }

  it('names the operation that is at fault', () => {
    const { operations } = tx().comment('fine').update('Port', [], { tag: 9999 });
    expect(checkOperations(SCHEMA, operations)).to.match(/^operation 1: Port.tag/);
  });

  it('never writes back a number that was read inexactly', () => {
    const operations = [
      { op: 'update', table: 'Open_vSwitch', where: [], row: { next_cfg: 2 ** 53 } },
    ];
    expect(checkOperations(SCHEMA, operations)).to.contain('takes integers below 2^53');
    expect(() => update('Open_vSwitch', { next_cfg: 2 ** 53 })).to.throw(
      RangeError,
      'Open_vSwitch.next_cfg: the number 9007199254740992 cannot be sent exactly',
    );
  });

  it('has no text that would make the server close the connection', () => {
    const fault = (text: string) =>
      checkOperations(SCHEMA, update('Port', { external_ids: { a: text } }).operations);
    for (const text of ['a\u0000', '\ud800', '\udc00\ud800']) {
      expect(fault(text)).to.contain('takes text of whole characters without NUL');
      expect(checkOperations(SCHEMA, tx().comment(text).operations)).to.contain('NUL');
    }
    for (const text of ['😀', 'é\u0001\uffff', '\\u0000']) expect(fault(text)).to.equal(undefined);
  });

  it('names a choice out of very many in a sentence of bearable length', () => {
    const choices = Array.from({ length: 1000 }, (_, index) => `choice-${index}`);
    const type = { key: { type: 'string', enum: ['set', choices] } };
    const parsed = parseServerSchema({ name: 'X', tables: { T: { columns: { s: { type } } } } });
    if (!parsed.ok) throw new Error(parsed.error.detail);
    const fault = checkOperations(parsed.value, insert('T', { s: 'red' }).operations);
    expect(fault).to.contain('takes one of "choice-0", ').and.contain('not "red"');
    expect(fault?.length).to.be.below(300);
  });

  it('is not checked where the schema cannot be read', () => {
    const parsed = parseServerSchema({
      name: 'X',
      version: '1.0.0',
      tables: { New: 5, Half: { columns: { a: { type: 'tree' }, b: { type: 'integer' } } } },
    });
    if (!parsed.ok) throw new Error(parsed.error.detail);
    const check = (transaction: Given) => checkOperations(parsed.value, transaction.operations);
    expect(check(insert('New', { x: 1 }))).to.equal(undefined);
    expect(check(insert('Half', { a: 'x' }))).to.equal(undefined);
    expect(check(insert('Half', { b: 'x' }))).to.contain('Half.b holds one integer');
  });

  it('counts a string by its characters', () => {
    const type = { key: { type: 'string', minLength: 2, maxLength: 3 } };
    const parsed = parseServerSchema({ name: 'X', tables: { T: { columns: { s: { type } } } } });
    if (!parsed.ok) throw new Error(parsed.error.detail);
    const check = (s: string) => checkOperations(parsed.value, insert('T', { s }).operations);
    expect(check('a')).to.contain('at least 2 characters');
    expect(check('😀😀')).to.equal(undefined);
    expect(check('😀')).to.contain('at least 2 characters');
    expect(check('😀😀😀')).to.equal(undefined);
    expect(check('abcd')).to.contain('at most 3 characters, not 4');
  });
});

describe('a transaction checked before it is sent, and a real ovsdb-server', () => {
  it('agree on every case', async () => {
    const server = new RealServer();
    try {
      await server.start();
      server.initialise();
      const client = await rawClient(server.socket);
      const ask = async ({ operations }: Given) =>
        refusalOf(await client.ask('transact', ['Open_vSwitch', ...operations]));
      const kept = tx();
      const iface = kept.insert('Interface', { name: 'x' });
      const port = kept.insert('Port', { name: 'x', interfaces: iface });
      const bridge = kept.insert('Bridge', { name: 'x', ports: port });
      kept.mutate('Open_vSwitch', [], [['bridges', 'insert', bridge]]);
      expect(await ask(kept)).to.equal(undefined);
      for (const [sentence, given] of bad) expect(await ask(given), sentence).to.be.a('string');
      for (const [name, given] of fine) {
        expect(checkOperations(SCHEMA, given.operations), name).to.equal(undefined);
        // What depends on the rows is the server's to say, at the commit or while it works.
        expect((await ask(given)) ?? '', name).to.not.match(/syntax error|unknown|mismatch/i);
      }
      client.close();
    } finally {
      await server.destroy();
    }
  });
});
