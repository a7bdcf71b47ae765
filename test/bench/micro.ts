/**
 * Our own share without a switch: what compile, link and encode cost per remote port, in this process.
 *
 * Usage: `tsx test/bench/micro.ts [PORTS]`; with `node --cpu-prof` it shows where the time goes.
 */
import { Core } from '../../lib/control/core.ts';
import type { Input } from '../../lib/control/inputs.ts';
import type { RecordChange } from '../../lib/desired/compiler.ts';
import { type DomainRecord, keyOf } from '../../lib/model/records.ts';
import type { Installed } from '../../lib/reconcile/diff.ts';
import { encodeOperation, keyOfFlow } from '../../lib/southbound/operation-encoder.ts';
import { OPENFLOW_15 } from '../../protocols/openflow/values/version.ts';
import { domainRecords } from './overlay-flows.ts';
import { figure } from './statistics.ts';
import { tenantPort } from './tenant-port.ts';

const count = Number(process.argv[2] ?? 100_000);
const ROUNDS = 3;

function timed<T>(what: string, work: () => T): T {
  const startedAt = performance.now();
  const result = work();
  const ms = performance.now() - startedAt;
  process.stdout.write(
    `${what.padEnd(34)} ${figure(ms).padStart(8)} ms  ${figure((ms * 1000) / count).padStart(7)} µs a port\n`,
  );
  return result;
}

const EDGE = 'near';

/** One edge that gets the flows of `count` ports by one attachment. */
function round(): void {
  const core = new Core({ keyOf: keyOfFlow });
  const records = domainRecords(count);
  const changes = records.map((record): RecordChange => ({ key: keyOf(record), record }));
  timed('take the records in', () => core.step([{ type: 'records', revision: 1, changes }]));
  bringIntoStep(core, records);
  const tenant = { ifaceId: tenantPort(count + 1).name, ofport: 1 };
  const interfaces: Input = {
    type: 'interfaces',
    nve: EDGE,
    complete: false,
    changes: [{ name: 'tap1', tenant }],
  };
  const effects = timed('one attachment: compile, link, plan', () => core.step([interfaces]));
  const operations = effects.flatMap((effect) => (effect.type === 'send' ? effect.operations : []));
  if (operations.length < count) throw new Error(`the edge gets ${operations.length} operations`);
  for (const what of ['encode, the first time', 'encode, kept']) {
    timed(what, () => {
      for (const operation of operations) encodeOperation(OPENFLOW_15, operation);
    });
  }
}

/** The edge is connected, its switch empty. */
function bringIntoStep(core: Core, records: readonly DomainRecord[]): void {
  const endpoints = records.flatMap((record) => (record.kind === 'nve' ? record.endpoints : []));
  const facts = { endpoints, bridge: 'br-int', conditions: [] };
  const read = core
    .step([
      { type: 'nve-connected', nve: EDGE, facts },
      { type: 'nve-owner', nve: EDGE, owner: true },
      { type: 'flows-ready', nve: EDGE, version: OPENFLOW_15 },
    ])
    .find((effect) => effect.type === 'read-installed');
  if (read?.type !== 'read-installed') throw new Error('the core does not read the switch');
  const flows = {
    count: 0,
    key: () => 0,
    cookieHigh: () => 0,
    cookieLow: () => 0,
    flow: () => ({ table: 0, priority: 0, matchBytes: new Uint8Array(0) }),
  };
  const installed: Installed = { version: OPENFLOW_15, flows, groups: new Map() };
  core.step([{ type: 'installed', nve: EDGE, read: read.read, installed }]);
}

for (let turn = 1; turn <= ROUNDS; turn++) {
  process.stdout.write(`round ${turn}, ${count} ports\n`);
  round();
}
