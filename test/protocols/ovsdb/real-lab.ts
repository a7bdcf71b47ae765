/**
 * One real ovsdb-server for each test of a suite, and the sessions that the test opens to it.
 */

import { BRIDGE, OPEN_VSWITCH } from '../../../protocols/ovsdb/schemas/open-vswitch.ts';
import { Transaction } from '../../../protocols/ovsdb/transaction.ts';
import { allColumns } from '../../../protocols/ovsdb/values/tables.ts';
import { forgetfulProxy } from './forgetful-proxy.ts';
import { RealServer } from './real-server.ts';
import { OPTIONS, SocketDriver } from './socket-driver.ts';

export const TABLES = {
  Open_vSwitch: allColumns(OPEN_VSWITCH),
  Bridge: allColumns(BRIDGE),
};

/** A transaction that makes a bridge hang off the one row of Open_vSwitch. */
export function addBridge(
  name: string,
  ids: Record<string, string> = { owner: 'nva' },
): Transaction {
  const transaction = new Transaction();
  const bridge = transaction.insert('Bridge', {
    name,
    fail_mode: 'secure',
    protocols: ['OpenFlow13', 'OpenFlow15'],
    external_ids: ids,
  });
  return transaction.mutate('Open_vSwitch', [], [['bridges', 'insert', [bridge]]]);
}

export async function transact(driver: SocketDriver, transaction: Transaction, assertLock = false) {
  const id = driver.act((session, now) =>
    session.transact(transaction.operations, now, { assertLock }),
  );
  return (await driver.event('reply', (event) => event.id === id)).result;
}

export const bridgeNames = (driver: SocketDriver) =>
  [...(driver.session.replica?.table('Bridge').values() ?? [])].map((row) => row.name).sort();

/** One server and the clients of one test; all gone after it. */
export function lab(clustered = false) {
  const drivers: SocketDriver[] = [];
  const proxies: { close(): Promise<void> }[] = [];
  const state = {
    server: undefined as RealServer | undefined,
    running(): RealServer {
      if (state.server === undefined) throw new Error('no server');
      return state.server;
    },
    /** The path of a proxy before the server that does not know these methods. */
    async without(...methods: readonly string[]): Promise<string> {
      const proxy = await forgetfulProxy(state.running(), methods);
      proxies.push(proxy);
      return proxy.path;
    },
    connect(options: Partial<typeof OPTIONS> = {}, path = state.running().socket): SocketDriver {
      const driver = SocketDriver.connect(path, { ...OPTIONS, tables: TABLES, ...options });
      drivers.push(driver);
      return driver;
    },
  };
  beforeEach(async () => {
    state.server = new RealServer(clustered);
    await state.server.start();
    state.server.initialise();
  });
  afterEach(async () => {
    for (const driver of drivers.splice(0)) await driver.close();
    for (const proxy of proxies.splice(0)) await proxy.close();
    await state.server?.destroy();
  });
  return state;
}
