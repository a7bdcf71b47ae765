import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { HARDWARE_VTEP_SCHEMA } from '../../../../protocols/ovsdb/schemas/hardware-vtep.ts';
import { expectedColumn } from '../../../../protocols/ovsdb/schemas/known-schemas.ts';
import {
  BRIDGE,
  INTERFACE,
  OPEN_VSWITCH_SCHEMA,
} from '../../../../protocols/ovsdb/schemas/open-vswitch.ts';
import { agreeOnSchema } from '../../../../protocols/ovsdb/values/database-schema.ts';
import type { Json } from '../../../../protocols/ovsdb/values/json.ts';
import { parseServerSchema } from '../../../../protocols/ovsdb/values/server-schema.ts';
import { allColumns, type RowOf, readRow } from '../../../../protocols/ovsdb/values/tables.ts';
import { generateSchemaModule, SCHEMA_FILES } from '../../../../scripts/generate-ovsdb-schemas.ts';

const read = (path: string) => readFileSync(path, 'utf8');
const DATABASES = [OPEN_VSWITCH_SCHEMA, HARDWARE_VTEP_SCHEMA];

describe('the typed tables', () => {
  for (const [index, file] of SCHEMA_FILES.entries()) {
    const database = DATABASES[index] ?? OPEN_VSWITCH_SCHEMA;
    const installed = JSON.parse(read(file.path)) as { version: string };

    // The version that our test machines install; another one is served all the same, see doctored-schema.test.ts.
    if (installed.version === database.version) {
      it(`of ${database.name} are what the installed schema file generates (\`make schemas\`)`, () => {
        const committed = read(`protocols/ovsdb/schemas/${file.module}.ts`);
        expect(generateSchemaModule(read(file.path), file)).to.equal(committed);
      });
    }

    it(`of ${database.name} are all in the installed schema, typed alike`, () => {
      const wanted = Object.fromEntries(
        database.tables.map((table) => [table.name, allColumns(table)]),
      );
      const parsed = parseServerSchema(JSON.parse(read(file.path)) as Json);
      if (!parsed.ok) throw new Error(parsed.error.detail);
      const { gaps } = agreeOnSchema(parsed.value, wanted, (table, column) =>
        expectedColumn(database.name, table, column),
      );
      expect(gaps).to.deep.equal([]);
    });
  }

  it('know one table of two databases apart', () => {
    expect(expectedColumn('Open_vSwitch', 'Manager', 'connection_mode')?.shape).to.equal(
      'optional',
    );
    expect(expectedColumn('hardware_vtep', 'Manager', 'connection_mode')).to.equal(undefined);
    expect(expectedColumn('hardware_vtep', 'Manager', 'target')?.shape).to.equal('scalar');
    expect(expectedColumn('OVN_Southbound', 'Manager', 'target')).to.equal(undefined);
  });

  it('say which table a column refers to, and which strings it may hold', () => {
    expect(BRIDGE.columns.ports.refTable).to.equal('Port');
    expect(BRIDGE.columns.flow_tables.refTable).to.equal('Flow_Table');
    expect(BRIDGE.columns.fail_mode.choices).to.deep.equal(['standalone', 'secure']);
    expect(INTERFACE.columns.name.choices).to.equal(undefined);
  });

  it('read a row with defaults for what it does not have, and leave the row alone', () => {
    const row = { name: 'br-int', fail_mode: undefined };
    const bridge: RowOf<typeof BRIDGE> = readRow(BRIDGE, row);
    expect(bridge).to.include({ name: 'br-int', fail_mode: undefined, stp_enable: false });
    expect(bridge.ports).to.deep.equal([]);
    expect([...bridge.external_ids]).to.deep.equal([]);
    expect(row).to.deep.equal({ name: 'br-int', fail_mode: undefined });
  });

  it('refuse to be generated from a type that RFC 7047 does not know', () => {
    const schema = {
      name: 'x',
      version: '1.0.0',
      tables: { T: { columns: { c: { type: 'tree' } } } },
    };
    const [file] = SCHEMA_FILES;
    if (file === undefined) throw new Error('no file');
    expect(() => generateSchemaModule(JSON.stringify(schema), file)).to.throw(/column c .* tree/);
  });
});
