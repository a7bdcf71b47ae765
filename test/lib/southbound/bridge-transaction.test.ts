import { expect } from 'chai';
import {
  bridgeTransaction,
  generationTransaction,
} from '../../../lib/southbound/bridge-transaction.ts';
import { viewDatabase, WANTED_COLUMNS } from '../../../lib/southbound/database-view.ts';
import { Transaction } from '../../../protocols/ovsdb/transaction.ts';
import { RealServer } from '../../protocols/ovsdb/real-server.ts';
import { OPTIONS, SocketDriver } from '../../protocols/ovsdb/socket-driver.ts';

describe('the transactions on an NVE’s bridge, at a real ovsdb-server', () => {
  let server: RealServer;
  let driver: SocketDriver;

  before(async () => {
    server = new RealServer();
    await server.start();
    server.initialise();
    driver = SocketDriver.connect(server.socket, { ...OPTIONS, tables: WANTED_COLUMNS });
    await driver.event('synced');
    const made = new Transaction();
    const controller = made.insert('Controller', {
      target: 'tcp:192.0.2.1:6653',
      external_ids: { 'nva-domain': 'test' },
    });
    const bridge = made.insert('Bridge', {
      ...{ name: 'br-int', controller },
      external_ids: { 'nva-generation': '5', other: 'kept' },
    });
    await transact(made.mutate('Open_vSwitch', [], [['bridges', 'insert', bridge]]));
  });

  after(async () => {
    await driver.close();
    await server.destroy();
  });

  async function transact(transaction: Transaction): Promise<string> {
    const id = driver.act((session, now) => session.transact(transaction.operations, now));
    const { result } = await driver.event('reply', (event) => event.id === id);
    return result.ok ? 'done' : result.failure.code;
  }

  function seen() {
    const { replica } = driver.session;
    const root = replica && viewDatabase(replica);
    const bridge = root?.view.bridge;
    if (root === undefined || bridge === undefined) throw new Error('no bridge');
    return { root, bridge };
  }

  it('write a generation over the one that was seen, and not over one that has come since', async () => {
    const { bridge } = seen();
    expect(await transact(generationTransaction({ ...bridge, generation: 4n }, 'a', 9n))).to.equal(
      'timed out',
    );
    expect(seen().bridge.generation).to.equal(5n);
    expect(await transact(generationTransaction(bridge, 'a', 9n))).to.equal('done');
    expect(seen().bridge.generation).to.equal(9n);
    expect(server.transact([{ op: 'select', table: 'Bridge', where: [] }])).to.contain('kept');
  });

  it('name the instance that a controller leads to', async () => {
    const { root, bridge } = seen();
    const [row] = bridge.controllers;
    if (row === undefined) throw new Error('no controller');
    expect(row.instance).to.equal(undefined);
    const context = {
      ...{ view: root.view, rootUuid: root.rootUuid, domain: 'test', controllers: [] },
      author: { instance: 'a', generation: 9n },
    };
    const steps = [
      { type: 'mark-controller', uuid: row.uuid, instance: 'a' },
      { type: 'add-controller', target: 'tcp:192.0.2.2:6653', instance: 'b' },
    ] as const;
    expect(await transact(bridgeTransaction(steps, context))).to.equal('done');
    const rows = seen().bridge.controllers.map(({ target, instance }) => [target, instance]);
    expect(rows.sort()).to.deep.equal([
      ['tcp:192.0.2.1:6653', 'a'],
      ['tcp:192.0.2.2:6653', 'b'],
    ]);
  });
});
