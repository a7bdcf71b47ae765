import { expect } from 'chai';
import { readTransactReply, Transaction, whereUuid } from '../../../protocols/ovsdb/transaction.ts';
import { type Uuid, uuidRef } from '../../../protocols/ovsdb/values/atoms.ts';
import { decodeUntyped, encodeValue } from '../../../protocols/ovsdb/values/wire-value.ts';

const ID = '550e8400-e29b-41d4-a716-446655440000' as Uuid;

describe('a transaction', () => {
  it('spells each operation as RFC 7047 §5.2 does', () => {
    const transaction = new Transaction();
    const bridge = transaction.insert('Bridge', { name: 'br-int', fail_mode: 'secure' });
    transaction
      .mutate('Open_vSwitch', [], [['bridges', 'insert', [bridge]]])
      .update('Bridge', whereUuid(ID), { controller: [uuidRef(ID)], datapath_id: undefined })
      .select('Port', [['tag', '<', 5]], ['name'])
      .delete('Port', [['external_ids', 'includes', { owner: 'nva' }]])
      .wait('Bridge', [['name', '==', 'a']], [{ name: 'a' }])
      .comment('nva: join')
      .assertLock('nva')
      .commit(true)
      .abort();
    expect(transaction.operations).to.deep.equal([
      {
        op: 'insert',
        table: 'Bridge',
        row: { name: 'br-int', fail_mode: 'secure' },
        'uuid-name': 'Bridge_1',
      },
      {
        op: 'mutate',
        table: 'Open_vSwitch',
        where: [],
        mutations: [['bridges', 'insert', ['set', [['named-uuid', 'Bridge_1']]]]],
      },
      {
        op: 'update',
        table: 'Bridge',
        where: [['_uuid', '==', ['uuid', ID]]],
        row: { controller: ['set', [['uuid', ID]]], datapath_id: ['set', []] },
      },
      { op: 'select', table: 'Port', where: [['tag', '<', 5]], columns: ['name'] },
      {
        op: 'delete',
        table: 'Port',
        where: [['external_ids', 'includes', ['map', [['owner', 'nva']]]]],
      },
      {
        op: 'wait',
        timeout: 0,
        table: 'Bridge',
        where: [['name', '==', 'a']],
        columns: ['name'],
        until: '==',
        rows: [{ name: 'a' }],
      },
      { op: 'comment', comment: 'nva: join' },
      { op: 'assert', lock: 'nva' },
      { op: 'commit', durable: true },
      { op: 'abort' },
    ]);
  });

  it('gives each new row a name of its own', () => {
    const transaction = new Transaction();
    const names = [1, 2, 3].map(() => transaction.insert('Port', {}).name);
    expect(new Set(names).size).to.equal(3);
  });

  it('asserts that a number can be sent exactly', () => {
    expect(() => encodeValue(2 ** 60)).to.throw(RangeError);
    expect(() => encodeValue(Number.NaN)).to.throw(RangeError);
    expect(encodeValue(1.5)).to.equal(1.5);
  });

  it('reads values of a select without knowing their columns', () => {
    expect(decodeUntyped(['set', [1, 2]])).to.deep.equal([1, 2]);
    expect(decodeUntyped(['map', [['a', ['uuid', ID]]]])).to.deep.equal(
      new Map([['a', uuidRef(ID)]]),
    );
    expect(decodeUntyped(['uuid', ID])).to.deep.equal(uuidRef(ID));
    expect(decodeUntyped({})).to.equal(undefined);
  });
});

describe('the reply to a transaction', () => {
  it('holds what each operation did', () => {
    const reply = [{ uuid: ['uuid', ID] }, { count: 2 }, { rows: [{ name: 'a' }] }, {}];
    expect(readTransactReply(reply, 4, false)).to.deep.equal({
      ok: true,
      results: [{ uuid: ID }, { count: 2 }, { rows: [{ name: 'a' }] }, {}],
    });
  });

  it('leaves out the assertion that was put before the operations', () => {
    expect(readTransactReply([{}, { count: 1 }], 1, true)).to.deep.equal({
      ok: true,
      results: [{ count: 1 }],
    });
  });

  const fault = { error: 'timed out', details: 'why' };
  const failures = [
    { name: 'an operation', reply: [{}, fault, null], count: 3, lock: false, operation: 1 },
    {
      name: 'an operation after the assertion',
      reply: [{}, fault],
      count: 1,
      lock: true,
      operation: 0,
    },
    { name: 'the assertion', reply: [fault, null], count: 1, lock: true, operation: 'lock' },
    { name: 'the commit', reply: [{}, {}, fault], count: 2, lock: false, operation: 'commit' },
  ];
  for (const { name, reply, count, lock, operation } of failures) {
    it(`names ${name} when it failed`, () => {
      expect(readTransactReply(reply, count, lock)).to.deep.equal({
        ok: false,
        failure: { code: 'timed out', details: 'why', operation },
      });
    });
  }

  it('is refused when it does not fit the operations', () => {
    expect(readTransactReply({}, 1, false)).to.equal(undefined);
    expect(readTransactReply([{}], 2, false)).to.equal(undefined);
    expect(readTransactReply([{}, null], 2, false)).to.equal(undefined);
  });
});
