import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { expectedColumn } from '../../../../protocols/ovsdb/schemas/known-schemas.ts';
import {
  BRIDGE,
  CONTROLLER,
  INTERFACE,
  MANAGER,
  OPEN_VSWITCH,
  PORT,
} from '../../../../protocols/ovsdb/schemas/open-vswitch.ts';
import {
  agreeOnSchema,
  parseDatabaseSchema,
  sameSchema,
} from '../../../../protocols/ovsdb/values/database-schema.ts';
import type { Json } from '../../../../protocols/ovsdb/values/json.ts';
import { allColumns, readRow } from '../../../../protocols/ovsdb/values/tables.ts';

const REAL = JSON.parse(readFileSync('/usr/share/openvswitch/vswitch.ovsschema', 'utf8')) as Json;
const expected = (table: string, column: string) => expectedColumn('Open_vSwitch', table, column);

function parse(wire: Json, wanted: Record<string, readonly string[]>) {
  const parsed = parseDatabaseSchema(wire, wanted);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}

describe('a database schema', () => {
  it('of the installed Open vSwitch has every column that we describe, typed as described', () => {
    const tables = [OPEN_VSWITCH, BRIDGE, PORT, INTERFACE, CONTROLLER, MANAGER];
    const wanted = Object.fromEntries(tables.map((table) => [table.name, allColumns(table)]));
    const { gaps, schema } = agreeOnSchema(parse(REAL, wanted), wanted, expected);
    expect(gaps).to.deep.equal([]);
    expect([...(schema.tables.get('Port')?.keys() ?? [])]).to.deep.equal(allColumns(PORT));
  });

  it('that lacks a table or a column is used without, and the gaps are named', () => {
    const wanted = { Bridge: ['name', 'from_the_future'], Antennas: ['angle'] };
    const { gaps, schema } = agreeOnSchema(parse(REAL, wanted), wanted, expected);
    expect(gaps.map((gap) => gap.reason)).to.deep.equal([
      'the server has no column Bridge.from_the_future',
      'the server has no table Antennas',
    ]);
    expect([...schema.tables.keys()]).to.deep.equal(['Bridge']);
  });

  it('that types a column otherwise loses that column, by name', () => {
    const wire = {
      name: 'Open_vSwitch',
      version: '1.0.0',
      tables: { Bridge: { columns: { name: { type: 'integer' }, ports: { type: 'string' } } } },
    };
    const wanted = { Bridge: ['name', 'ports'] };
    const { gaps } = agreeOnSchema(parse(wire, wanted), wanted, expected);
    expect(gaps[0]?.reason).to.equal("the server's Bridge.name holds one integer, not one string");
    expect(gaps).to.have.length(2);
  });

  const broken: readonly Json[] = [
    null,
    [],
    { name: 'x' },
    { name: 'x', tables: { Bridge: 5 } },
    { name: 'x', tables: { Bridge: { columns: { name: { type: 'tree' } } } } },
    { name: 'x', tables: { Bridge: { columns: { name: 'string' } } } },
  ];
  for (const wire of broken) {
    it(`${JSON.stringify(wire)} is refused`, () => {
      const parsed = parseDatabaseSchema(wire, { Bridge: ['name'] });
      expect(parsed.ok ? 'fine' : parsed.error.code).to.equal('bad-schema');
    });
  }

  it('does not find "constructor" among its tables', () => {
    const wanted = { constructor: ['name'], Bridge: ['toString'] } as Record<string, string[]>;
    expect(agreeOnSchema(parse(REAL, wanted), wanted, expected).gaps).to.have.length(2);
  });

  it('equals another only with the same tables, columns and types', () => {
    const one = parse(REAL, { Bridge: ['name', 'ports'] });
    expect(sameSchema(one, parse(REAL, { Bridge: ['ports', 'name'] }))).to.equal(true);
    expect(sameSchema(one, parse(REAL, { Bridge: ['name'] }))).to.equal(false);
    expect(sameSchema(one, parse(REAL, { Port: ['name'] }))).to.equal(false);
    const more = parse(REAL, { Bridge: ['name', 'ports'], Port: ['name'] });
    expect(sameSchema(one, more)).to.equal(false);
  });
});

describe('typed rows', () => {
  it('read what a row lacks as empty', () => {
    const row = readRow(INTERFACE, { name: 'vm1', ofport: 7 });
    const name: string = row.name;
    const ofport: number | undefined = row.ofport;
    expect([name, ofport, row.error]).to.deep.equal(['vm1', 7, undefined]);
    expect(row.external_ids.get('iface-id')).to.equal(undefined);
  });
});
