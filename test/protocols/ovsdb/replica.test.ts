import { expect } from 'chai';
import fc from 'fast-check';
import type { Result } from '../../../protocols/base/protocol-error.ts';
import { type Applying, Replica, type RowChanged } from '../../../protocols/ovsdb/replica.ts';
import type { UpdateFormat } from '../../../protocols/ovsdb/row-update.ts';
import { type Uuid, ZERO_UUID } from '../../../protocols/ovsdb/values/atoms.ts';
import { columnType } from '../../../protocols/ovsdb/values/column.ts';
import type { DatabaseSchema } from '../../../protocols/ovsdb/values/database-schema.ts';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';
import type { OvsdbError } from '../../../protocols/ovsdb/values/protocol-errors.ts';

const SCHEMA: DatabaseSchema = {
  name: 'test',
  version: '1.0.0',
  tables: new Map([
    [
      'Thing',
      new Map([
        ['name', columnType('string', undefined, 1, 1)],
        ['tag', columnType('integer', undefined, 0, 1)],
        ['trunks', columnType('integer', undefined, 0, 4096)],
        ['ids', columnType('string', 'string', 0, Number.POSITIVE_INFINITY)],
      ]),
    ],
  ]),
};

/** A row as the model keeps it. */
interface Thing {
  readonly name: string;
  readonly tag: number | undefined;
  readonly trunks: readonly number[];
  readonly ids: Readonly<Record<string, string>>;
}
type Model = ReadonlyMap<Uuid, Thing>;

const uuid = (number: number) =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as Uuid;
const TX = uuid(999);

const wireSet = (atoms: readonly Json[]): Json =>
  atoms.length === 1 ? (atoms[0] ?? null) : ['set', atoms];
const wireMap = (map: Readonly<Record<string, string>>): Json => ['map', Object.entries(map)];
const wireTag = (tag: number | undefined): Json => tag ?? ['set', []];

function wholeRow(thing: Thing): Record<string, Json> {
  const { name, tag, trunks, ids } = thing;
  return { name, tag: wireTag(tag), trunks: wireSet(trunks), ids: wireMap(ids) };
}

/** Without the columns that have their default value. */
function shortRow(thing: Thing): Record<string, Json> {
  const row = wholeRow(thing);
  if (thing.name === '') delete row.name;
  if (thing.tag === undefined) delete row.tag;
  if (thing.trunks.length === 0) delete row.trunks;
  if (Object.keys(thing.ids).length === 0) delete row.ids;
  return row;
}

function differences(old: Thing, next: Thing): Record<string, Json> {
  const row: Record<string, Json> = {};
  if (old.name !== next.name) row.name = next.name;
  if (old.tag !== next.tag) row.tag = wireTag(next.tag);
  const trunks = [
    ...old.trunks.filter((trunk) => !next.trunks.includes(trunk)),
    ...next.trunks.filter((trunk) => !old.trunks.includes(trunk)),
  ];
  if (trunks.length > 0) row.trunks = wireSet(trunks);
  const before = new Map(Object.entries(old.ids));
  const after = new Map(Object.entries(next.ids));
  const gone = [...before].filter(([key]) => !after.has(key));
  const changed = [...after].filter(([key, value]) => before.get(key) !== value);
  const ids = [...gone, ...changed];
  if (ids.length > 0) row.ids = ['map', ids];
  return row;
}

const GONE = { v1: (row: Json): Json => ({ old: row }), v2: (): Json => ({ delete: null }) };

function changeOf(before: Thing | undefined, after: Thing, format: UpdateFormat): Json | undefined {
  const whole = wholeRow(after);
  if (before === undefined) return format === 'v1' ? { new: whole } : { insert: shortRow(after) };
  const modify = differences(before, after);
  if (Object.keys(modify).length === 0) return undefined;
  return format === 'v1' ? { old: {}, new: whole } : { modify };
}

/** What a server would send to lead from one state to the next. */
function updateBetween(old: Model, next: Model, format: UpdateFormat): Json {
  const rows: Record<string, Json> = {};
  for (const [id, thing] of old) if (!next.has(id)) rows[id] = GONE[format](wholeRow(thing));
  for (const [id, thing] of next) {
    const change = changeOf(old.get(id), thing, format);
    if (change !== undefined) rows[id] = change;
  }
  return { Thing: rows };
}

function contentOf(replica: Replica): Record<string, unknown> {
  const rows: Record<string, unknown> = {};
  for (const [id, row] of replica.table('Thing')) {
    rows[id] = {
      ...row,
      trunks: [...(row.trunks as number[])].sort(),
      ids: Object.fromEntries(row.ids as Map<string, string>),
    };
  }
  return rows;
}

const contentOfModel = (model: Model) =>
  Object.fromEntries(
    [...model].map(([id, thing]) => [id, { ...thing, trunks: [...thing.trunks].sort() }]),
  );

/** The state that the told changes lead to must be the state that is there. */
function follow(rows: Map<Uuid, unknown>, changes: readonly RowChanged[]): void {
  for (const change of changes) {
    expect(rows.get(change.uuid)).to.equal(change.old);
    if (change.new === undefined) rows.delete(change.uuid);
    else rows.set(change.uuid, change.new);
  }
}

const thing: fc.Arbitrary<Thing> = fc.record({
  name: fc.constantFrom('', 'a', 'b'),
  tag: fc.option(fc.nat(3), { nil: undefined }),
  trunks: fc.uniqueArray(fc.nat(5), { maxLength: 4 }),
  ids: fc.dictionary(fc.constantFrom('x', 'y', '__proto__'), fc.constantFrom('1', '2')),
});
const model: fc.Arbitrary<Model> = fc
  .uniqueArray(fc.tuple(fc.nat(6), thing), { selector: ([id]) => id, maxLength: 6 })
  .map((rows) => new Map(rows.map(([id, row]) => [uuid(id), row])));

/** All steps at once. */
function finish(applying: Applying): Result<readonly RowChanged[], OvsdbError> {
  for (;;) {
    const step = applying.next();
    if (step.done) return step.value;
  }
}

function must(applying: Applying): readonly RowChanged[] {
  const result = finish(applying);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

const EMPTY: Model = new Map();

describe('the replica', () => {
  for (const format of ['v1', 'v2'] as const) {
    it(`fed by ${format} updates equals the database after each of them`, () => {
      fc.assert(
        fc.property(fc.array(model, { minLength: 1, maxLength: 6 }), (states) => {
          const replica = new Replica(SCHEMA);
          const followed = new Map<Uuid, unknown>();
          let before = EMPTY;
          for (const [step, state] of states.entries()) {
            const update = updateBetween(before, state, format);
            const changes = must(
              step === 0 ? replica.replaceAll(update, format, TX) : replica.apply(update, format),
            );
            follow(followed, changes);
            expect(contentOf(replica)).to.deep.equal(contentOfModel(state));
            before = state;
          }
          expect(followed).to.deep.equal(new Map(replica.table('Thing')));
        }),
      );
    });
  }

  it('read anew from any state equals the new state and tells only what differs', () => {
    fc.assert(
      fc.property(model, model, (old, next) => {
        const replica = new Replica(SCHEMA);
        must(replica.replaceAll(updateBetween(EMPTY, old, 'v2'), 'v2', TX));
        const followed = new Map<Uuid, unknown>(replica.table('Thing'));
        const changes = must(replica.replaceAll(updateBetween(EMPTY, next, 'v2'), 'v2', TX));
        follow(followed, changes);
        expect(contentOf(replica)).to.deep.equal(contentOfModel(next));
        expect(changes.length).to.equal(
          Object.keys((updateBetween(old, next, 'v2') as { Thing: object }).Thing).length,
        );
      }),
    );
  });
});

const PLAIN: Thing = { name: 'a', tag: 1, trunks: [1], ids: { x: '1' } };
const START: Model = new Map([
  [uuid(1), PLAIN],
  [uuid(2), PLAIN],
]);
const GOOD = { [uuid(1)]: { modify: { name: 'changed' } } };

describe('the replica and a bad update', () => {
  const updates: readonly (readonly [string, Json, string, string])[] = [
    [
      'a change to an unknown row',
      { Thing: { ...GOOD, [uuid(3)]: { modify: { name: 'x' } } } },
      'inconsistent-update',
      uuid(3),
    ],
    [
      'a deletion of an unknown row',
      { Thing: { ...GOOD, [uuid(3)]: { delete: null } } },
      'inconsistent-update',
      uuid(3),
    ],
    [
      'an insertion of a known row',
      { Thing: { ...GOOD, [uuid(2)]: { insert: {} } } },
      'inconsistent-update',
      uuid(2),
    ],
    [
      'a bad value',
      { Thing: { ...GOOD, [uuid(2)]: { modify: { name: 7 } } } },
      'bad-value',
      `Thing ${uuid(2)}: column name`,
    ],
    [
      'a bad initial value',
      { Thing: { ...GOOD, [uuid(3)]: { insert: { tag: 'x' } } } },
      'bad-value',
      'column tag',
    ],
    [
      'an unknown column',
      { Thing: { ...GOOD, [uuid(2)]: { modify: { nonsense: 7 } } } },
      'bad-value',
      'nonsense',
    ],
    [
      'a column named __proto__',
      JSON.parse(`{"Thing":{"${uuid(3)}":{"insert":{"__proto__":1}}}}`) as Json,
      'bad-value',
      '__proto__',
    ],
    ['a table named __proto__', JSON.parse('{"__proto__":{}}') as Json, 'bad-value', '__proto__'],
    ['an unknown table', { Thing: GOOD, Other: {} }, 'bad-value', 'Other'],
    ['a row without a UUID', { Thing: { ...GOOD, row: { insert: {} } } }, 'bad-value', 'Thing'],
    ['an update that says nothing', { Thing: { ...GOOD, [uuid(2)]: {} } }, 'bad-value', uuid(2)],
    ['a row that is a number', { Thing: { ...GOOD, [uuid(2)]: 5 } }, 'bad-value', uuid(2)],
    ['no object at all', [1], 'bad-value', ''],
  ];
  for (const [name, update, code, named] of updates) {
    it(`stays as it was after ${name}, and names it`, () => {
      const replica = new Replica(SCHEMA);
      must(replica.replaceAll(updateBetween(EMPTY, START, 'v2'), 'v2', TX));
      const applied = finish(replica.apply(update, 'v2', uuid(5)));
      expect(applied.ok).to.equal(false);
      if (applied.ok) return;
      expect(applied.error.code).to.equal(code);
      expect(applied.error.detail).to.contain(named);
      expect(contentOf(replica)).to.deep.equal(contentOfModel(START));
      expect(replica.lastTransactionId).to.equal(TX);
    });
  }

  it('names a table that it does not have by a few of its letters', () => {
    const applied = finish(new Replica(SCHEMA).apply({ ['T'.repeat(1000)]: {} }, 'v2'));
    if (applied.ok) throw new Error('applied');
    expect(applied.error.detail).to.match(/^"TTTTT.*is not a monitored table/);
    expect(applied.error.detail.length).to.be.below(150);
  });

  it('counts what it holds, whatever comes and goes, and grows no further than it may', () => {
    const replica = new Replica(SCHEMA, undefined, 10_000);
    const apply = (change: Json) => replica.apply({ Thing: { [uuid(1)]: change } }, 'v2');
    const text = 'x'.repeat(8000);
    for (let round = 0; round < 10; round++) {
      must(apply({ insert: { name: text } }));
      must(apply({ modify: { name: 'y' } }));
      must(apply({ delete: null }));
    }
    must(apply({ insert: { name: text } }));
    const more = finish(replica.apply({ Thing: { [uuid(2)]: { insert: { name: text } } } }, 'v2'));
    expect(more).to.have.nested.property('error.code', 'database-too-large');
    const anew = { [uuid(2)]: { initial: { name: text } }, [uuid(3)]: { initial: { name: text } } };
    const all = finish(replica.replaceAll({ Thing: anew }, 'v2', TX));
    expect(all).to.have.nested.property('error.code', 'database-too-large');
    expect([...replica.table('Thing').keys()]).to.deep.equal([uuid(1)]);
  });

  it('is read anew from nothing after it was distrusted', () => {
    const replica = new Replica(SCHEMA);
    must(replica.replaceAll({}, 'v2', TX));
    replica.distrust();
    expect(replica.lastTransactionId).to.equal(ZERO_UUID);
  });

  it('keeps a row that was read as it was, whatever comes after', () => {
    const replica = new Replica(SCHEMA);
    must(replica.replaceAll(updateBetween(EMPTY, START, 'v2'), 'v2', TX));
    const row = replica.row('Thing', uuid(1));
    must(replica.apply({ Thing: { [uuid(1)]: { modify: { trunks: ['set', [1, 2]] } } } }, 'v2'));
    expect(row?.trunks).to.deep.equal([1]);
    expect(replica.row('Thing', uuid(1))?.trunks).to.deep.equal([2]);
  });
});

describe('the replica and an unusual update', () => {
  it('tells nothing about a row that was set to what it is', () => {
    const replica = new Replica(SCHEMA);
    must(replica.replaceAll(updateBetween(EMPTY, START, 'v2'), 'v2', TX));
    const same = { Thing: { [uuid(1)]: { old: {}, new: wholeRow(PLAIN) } } };
    expect(must(replica.apply(same, 'v1'))).to.deep.equal([]);
  });

  it('takes a difference that has more elements than its column may have', () => {
    const pair = columnType('integer', undefined, 0, 2);
    const replica = new Replica({
      ...SCHEMA,
      tables: new Map([['Thing', new Map([['pair', pair]])]]),
    });
    const set = (...atoms: Json[]): Json => ({ pair: ['set', atoms] });
    must(replica.replaceAll({ Thing: { [uuid(1)]: { initial: set(1, 2) } } }, 'v2', TX));
    must(replica.apply({ Thing: { [uuid(1)]: { modify: set(1, 2, 3, 4) } } }, 'v2'));
    expect(replica.row('Thing', uuid(1))).to.deep.equal({ pair: [3, 4] });
  });
});
