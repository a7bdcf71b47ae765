import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  BRIDGE,
  CONTROLLER,
  MIRROR,
  OPEN_VSWITCH,
} from '../../../../protocols/ovsdb/schemas/open-vswitch.ts';
import { Transaction } from '../../../../protocols/ovsdb/transaction.ts';
import { allColumns, readRow } from '../../../../protocols/ovsdb/values/tables.ts';
import { RealServer } from '../real-server.ts';
import { OPTIONS, SocketDriver } from '../socket-driver.ts';

interface Schema {
  version: string;
  cksum?: string;
  tables: Record<string, { columns: Record<string, { type: unknown }>; isRoot?: boolean }>;
}

/** Open vSwitch's schema as another version might have it. */
function doctor(change: (schema: Schema) => void): string {
  const path = '/usr/share/openvswitch/vswitch.ovsschema';
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Schema;
  delete schema.cksum;
  change(schema);
  return JSON.stringify(schema);
}

function tableOf(schema: Schema, name: string) {
  const table = schema.tables[name];
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

const TABLES = Object.fromEntries(
  [OPEN_VSWITCH, BRIDGE, CONTROLLER, MIRROR].map((table) => [table.name, allColumns(table)]),
);

describe('a server whose schema is not ours', () => {
  let folder: string;
  let server: RealServer | undefined;
  let driver: SocketDriver | undefined;

  async function serve(schema: string): Promise<SocketDriver> {
    const path = join(folder, 'doctored.ovsschema');
    writeFileSync(path, schema);
    server = new RealServer(false, path);
    await server.start();
    server.initialise();
    driver = SocketDriver.connect(server.socket, { ...OPTIONS, tables: TABLES });
    return driver;
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nva-doctored-'));
  });
  afterEach(async () => {
    await driver?.close();
    await server?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  it('because it is older works without what it lacks, each thing named', async () => {
    const client = await serve(
      doctor((schema) => {
        schema.version = '7.0.0';
        delete tableOf(schema, 'Bridge').columns.rstp_enable;
        delete tableOf(schema, 'Bridge').columns.mirrors;
        delete schema.tables.Mirror;
        tableOf(schema, 'Bridge').columns.datapath_version = { type: 'integer' };
      }),
    );
    const synced = await client.event('synced');
    expect(synced.schemaVersion).to.equal('7.0.0');
    expect(synced.gaps.map((gap) => gap.reason)).to.have.members([
      'the server has no table Mirror',
      'the server has no column Bridge.rstp_enable',
      'the server has no column Bridge.mirrors',
      "the server's Bridge.datapath_version holds one integer, not one string",
    ]);
    await expectBridge(client);
  });

  it('because it is newer works, and what it has more is not seen', async () => {
    const client = await serve(
      doctor((schema) => {
        schema.version = '99.1.0';
        schema.tables.Antenna = { columns: { angle: { type: 'real' } }, isRoot: true };
        tableOf(schema, 'Bridge').columns.from_the_future = { type: 'string' };
        const modes = { key: { type: 'string', enum: ['set', ['secure', 'friendly']] }, min: 0 };
        tableOf(schema, 'Bridge').columns.fail_mode = { type: modes };
      }),
    );
    const synced = await client.event('synced');
    expect(synced).to.deep.include({ gaps: [], schemaVersion: '99.1.0' });
    await expectBridge(client, 'friendly');
    const [row] = client.session.replica?.table('Bridge').values() ?? [];
    expect(row).not.to.have.property('from_the_future');
  });
});

/** What is left can be written and read. */
async function expectBridge(client: SocketDriver, failMode = 'secure'): Promise<void> {
  const transaction = new Transaction();
  const bridge = transaction.insert('Bridge', { name: 'br-int', fail_mode: failMode });
  transaction.mutate('Open_vSwitch', [], [['bridges', 'insert', [bridge]]]);
  client.act((session, now) => session.transact(transaction.operations, now));
  const { result } = await client.event('reply');
  expect(result.ok).to.equal(true);
  const [row] = client.session.replica?.table('Bridge').values() ?? [];
  const read = readRow(BRIDGE, row ?? {});
  expect(read).to.include({ name: 'br-int', fail_mode: failMode, rstp_enable: false });
  expect(read.datapath_version).to.equal('');
  expect(read.mirrors).to.deep.equal([]);
}
