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
import { agreeOnSchema, sameSchema } from '../../../../protocols/ovsdb/values/database-schema.ts';
import type { Json } from '../../../../protocols/ovsdb/values/json.ts';
import { parseServerSchema } from '../../../../protocols/ovsdb/values/server-schema.ts';
import { allColumns, readRow } from '../../../../protocols/ovsdb/values/tables.ts';

const REAL = JSON.parse(readFileSync('/usr/share/openvswitch/vswitch.ovsschema', 'utf8')) as Json;
const expected = (table: string, column: string) => expectedColumn('Open_vSwitch', table, column);

function agree(wire: Json, wanted: Record<string, readonly string[]>) {
  const parsed = parseServerSchema(wire);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return agreeOnSchema(parsed.value, wanted, expected);
}

const schemaOf = (wanted: Record<string, readonly string[]>) => agree(REAL, wanted).schema;

describe('a database schema', () => {
  it('of the installed Open vSwitch has every column that we describe, typed as described', () => {
    const tables = [OPEN_VSWITCH, BRIDGE, PORT, INTERFACE, CONTROLLER, MANAGER];
    const wanted = Object.fromEntries(tables.map((table) => [table.name, allColumns(table)]));
    const { gaps, schema } = agree(REAL, wanted);
    expect(gaps).to.deep.equal([]);
    expect([...(schema.tables.get('Port')?.keys() ?? [])]).to.deep.equal(allColumns(PORT));
  });

  it('that lacks a table or a column is used without, and the gaps are named', () => {
    const wanted = { Bridge: ['name', 'from_the_future'], Antennas: ['angle'] };
    const { gaps, schema } = agree(REAL, wanted);
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
    const { gaps } = agree(wire, wanted);
    expect(gaps[0]?.reason).to.equal("the server's Bridge.name holds one integer, not one string");
    expect(gaps).to.have.length(2);
  });

  it('that has what we cannot read is used without, and it is named', () => {
    const columns = { name: { type: 'tree' }, ports: 5, fail_mode: { type: 'string' } };
    const wire = { name: 'x', tables: { Bridge: { columns }, Port: 5 } };
    const wanted = { Bridge: ['name', 'ports', 'other_config'], Port: ['name'] };
    const { gaps, schema } = agree(wire, wanted);
    expect(gaps.map((gap) => gap.reason)).to.deep.equal([
      "the server's Bridge.name has a type that is not known here",
      "the server's Bridge.ports has a type that is not known here",
      'the server has no column Bridge.other_config',
      "the server's table Port has columns that are not known here",
    ]);
    expect([...schema.tables]).to.deep.equal([['Bridge', new Map()]]);
  });

  const broken: readonly Json[] = [
    null,
    [],
    { name: 'x' },
    { name: 'x', version: 5, tables: {} },
    { name: 'x'.repeat(200), tables: {} },
    { name: 'x', version: '1'.repeat(200), tables: {} },
  ];
  for (const wire of broken) {
    it(`${JSON.stringify(wire).slice(0, 60)} is refused`, () => {
      const parsed = parseServerSchema(wire);
      expect(parsed.ok ? 'fine' : parsed.error.code).to.equal('bad-schema');
    });
  }

  it('does not find "constructor" among its tables', () => {
    const wanted = { constructor: ['name'], Bridge: ['toString'] } as Record<string, string[]>;
    expect(agree(REAL, wanted).gaps).to.have.length(2);
  });

  it('equals another only with the same tables, columns and types', () => {
    const one = schemaOf({ Bridge: ['name', 'ports'] });
    expect(sameSchema(one, schemaOf({ Bridge: ['ports', 'name'] }))).to.equal(true);
    expect(sameSchema(one, schemaOf({ Bridge: ['name'] }))).to.equal(false);
    expect(sameSchema(one, schemaOf({ Port: ['name'] }))).to.equal(false);
    const more = schemaOf({ Bridge: ['name', 'ports'], Port: ['name'] });
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
