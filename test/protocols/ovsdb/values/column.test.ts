import { expect } from 'chai';
import fc from 'fast-check';
import {
  applyDifference,
  type ColumnType,
  type ColumnValue,
  columnType,
  decodeColumn,
  defaultColumn,
  parseColumnType,
  sameColumn,
} from '../../../../protocols/ovsdb/values/column.ts';
import type { Json } from '../../../../protocols/ovsdb/values/json.ts';

const ID = '550e8400-e29b-41d4-a716-446655440000';
const ANY = Number.POSITIVE_INFINITY;
const INTEGER = columnType('integer', undefined, 1, 1);
const OPTIONAL = columnType('string', undefined, 0, 1);
const SET = columnType('integer', undefined, 0, 3);
const REFERENCES = columnType('uuid', undefined, 0, ANY);
const MAP = columnType('string', 'integer', 0, ANY);

describe('column types', () => {
  const types: readonly (readonly [Json, Partial<ColumnType> | undefined])[] = [
    ['integer', { shape: 'scalar', key: 'integer', min: 1, max: 1 }],
    [{ key: { type: 'string' } }, { shape: 'scalar', key: 'string' }],
    [{ key: 'string', min: 0, max: 1 }, { shape: 'optional' }],
    [
      { key: { type: 'uuid', refTable: 'Port' }, min: 0, max: 'unlimited' },
      { shape: 'set', max: ANY },
    ],
    [
      { key: 'string', value: 'string', min: 0, max: 'unlimited' },
      { shape: 'map', value: 'string' },
    ],
    ['text', undefined],
    [{ key: 'string', value: 'nonsense' }, undefined],
    [{ key: 'string', min: 2 }, undefined],
    [{ key: 'string', max: 'lots' }, undefined],
    [null, undefined],
  ];
  for (const [wire, expected] of types) {
    it(`reads ${JSON.stringify(wire)} as ${expected?.shape ?? 'no type'}`, () => {
      const type = parseColumnType(wire);
      if (expected === undefined) expect(type).to.equal(undefined);
      else expect(type).to.include(expected);
    });
  }
});

describe('column values', () => {
  const good: readonly (readonly [ColumnType, Json, ColumnValue])[] = [
    [INTEGER, 7, 7],
    [INTEGER, ['set', [7]], 7],
    [OPTIONAL, ['set', []], undefined],
    [OPTIONAL, 'up', 'up'],
    [SET, ['set', [1, 2]], [1, 2]],
    [SET, 1, [1]],
    [REFERENCES, ['uuid', ID], [ID]],
    [REFERENCES, ['set', [['uuid', ID]]], [ID]],
    [MAP, ['map', [['a', 1]]], new Map([['a', 1]])],
  ];
  for (const [type, wire, expected] of good) {
    it(`reads ${JSON.stringify(wire)} in ${type.shape} of ${type.key}`, () => {
      expect(decodeColumn(type, wire)).to.deep.equal({ ok: true, value: expected });
    });
  }

  const bad: readonly (readonly [ColumnType, Json])[] = [
    [INTEGER, 1.5],
    [INTEGER, '1'],
    [INTEGER, ['set', []]],
    [INTEGER, null],
    [OPTIONAL, ['set', ['a', 'b']]],
    [SET, ['set', [1, 2, 3, 4]]],
    [SET, ['set', ['a']]],
    [SET, ['set']],
    [SET, ['map', []]],
    [REFERENCES, ID],
    [REFERENCES, ['uuid', 'x']],
    [REFERENCES, ['named-uuid', 'x']],
    [MAP, ['set', []]],
    [MAP, ['map', [['a']]]],
    [MAP, ['map', [['a', 'b']]]],
    [MAP, { a: 1 }],
  ];
  for (const [type, wire] of bad) {
    it(`refuses ${JSON.stringify(wire)} in ${type.shape} of ${type.key}`, () => {
      expect(decodeColumn(type, wire)).to.have.property('ok', false);
    });
  }

  it('has a default for each shape', () => {
    expect([INTEGER, OPTIONAL, SET].map(defaultColumn)).to.deep.equal([0, undefined, []]);
    expect(defaultColumn(MAP)).to.deep.equal(new Map());
    expect(defaultColumn(columnType('uuid', undefined, 1, ANY))).to.have.length(1);
  });
});

describe('column differences', () => {
  const atoms = fc.uniqueArray(fc.nat(9));
  const maps = fc
    .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(3))
    .map((o) => new Map(Object.entries(o)));

  it('leads from any set to any other', () => {
    const type = columnType('integer', undefined, 0, ANY);
    fc.assert(
      fc.property(atoms, atoms, (old, next) => {
        const difference = [
          ...old.filter((atom) => !next.includes(atom)),
          ...next.filter((atom) => !old.includes(atom)),
        ];
        expect(sameColumn(applyDifference(type, old, difference), next)).to.equal(true);
      }),
    );
  });

  it('leads from any map to any other', () => {
    fc.assert(
      fc.property(maps, maps, (old, next) => {
        const gone = [...old].filter(([key]) => !next.has(key));
        const changed = [...next].filter(([key, value]) => old.get(key) !== value);
        const difference = new Map([...gone, ...changed]);
        expect(sameColumn(applyDifference(MAP, old, difference), next)).to.equal(true);
      }),
    );
  });

  it('is the new value where a column holds at most one element', () => {
    expect(applyDifference(OPTIONAL, 'a', 'a')).to.equal('a');
    expect(applyDifference(OPTIONAL, 'a', undefined)).to.equal(undefined);
    expect(applyDifference(INTEGER, 1, 2)).to.equal(2);
    const single = columnType('string', 'integer', 0, 1);
    const pair = new Map([['a', 1]]);
    expect(applyDifference(single, pair, pair)).to.deep.equal(pair);
  });

  it('compares sets without regard to order', () => {
    expect(sameColumn([1, 2], [2, 1])).to.equal(true);
    expect(sameColumn([1, 2], [1, 3])).to.equal(false);
    expect(sameColumn([1], [1, 2])).to.equal(false);
    // Two integers above 2^53 may read as one.
    expect(sameColumn([1, 1], [1, 2])).to.equal(false);
    expect(sameColumn([1, 2], [1, 1])).to.equal(false);
    expect(sameColumn(new Map([['a', 1]]), new Map([['a', 2]]))).to.equal(false);
    expect(sameColumn(undefined, [])).to.equal(false);
  });
});
