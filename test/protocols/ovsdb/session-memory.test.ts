import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import type { WantedColumns } from '../../../protocols/ovsdb/values/database-schema.ts';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';
import { ROW, ScriptedPeer, TX } from './scripted-peer.ts';

/** As lib/southbound asks for. */
const TABLES: WantedColumns = {
  Open_vSwitch: ['bridges', 'external_ids', 'next_cfg', 'cur_cfg', 'ovs_version', 'iface_types'],
  Bridge: ['name', 'datapath_id', 'fail_mode', 'protocols', 'controller', 'ports', 'external_ids'],
  Port: ['name', 'interfaces', 'external_ids'],
  Interface: ['name', 'type', 'ofport', 'external_ids', 'error'],
};

const SCHEMA_TEXT = readFileSync('/usr/share/openvswitch/vswitch.ovsschema', 'utf8');

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** A bridge with eight ports of tenants. */
function smallDatabase(): Json {
  const numbers = Array.from({ length: 8 }, (_, number) => number);
  const ids = (name: string): Json => ['map', [['iface-id', name]]];
  const rows = (first: number, row: (number: number) => Json): Json =>
    Object.fromEntries(numbers.map((number) => [uuid(first + number), { initial: row(number) }]));
  const bridge = { name: 'br-int', ports: ['set', numbers.map((port) => ['uuid', uuid(port)])] };
  return {
    Open_vSwitch: { [ROW]: { initial: { bridges: ['uuid', ROW], external_ids: ids('nve') } } },
    Bridge: { [ROW]: { initial: bridge } },
    Port: rows(0, (port) => ({ name: `vm${port}`, interfaces: ['uuid', uuid(100 + port)] })),
    Interface: rows(100, (vm) => ({ name: `vm${vm}`, external_ids: ids(`vm${vm}`), ofport: vm })),
  };
}

function atRest(): ScriptedPeer {
  const peer = new ScriptedPeer({ tables: TABLES, lock: 'nva' });
  const { id } = peer.toSchema();
  peer.sayRaw(`{"id":${id},"error":null,"result":${SCHEMA_TEXT}}`);
  peer.answer(peer.request('monitor_cond_since'), [false, TX, smallDatabase()]);
  peer.answer(peer.request('lock'), { locked: true });
  expect(peer.session.holdsLock).to.equal(true);
  return peer;
}

async function heldBytes(collect: () => void): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (let round = 0; round < 3; round++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('an OVSDB session at rest', () => {
  it('of a small database takes less than 30 KB', async function () {
    this.timeout(20_000);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const count = 200;
    const warm = Array.from({ length: 20 }, atRest);
    const before = await heldBytes(collect);
    const sessions = Array.from({ length: count }, atRest);
    const each = ((await heldBytes(collect)) - before) / count;
    expect(sessions.length + warm.length).to.equal(220);
    // Some 15 KB, half of it rows; a schema of its own would be 65 more, a message that is kept 25.
    expect(each).to.be.below(30_000);
  });

  it('does no more than probe', () => {
    const peer = atRest();
    for (let round = 0; round < 20; round++) {
      expect(peer.pass(1000)).to.deep.equal([]);
      peer.answer(peer.request('echo'), []);
    }
  });
});
