/**
 * Our own share without a switch: what compile, link and encode cost per remote port, in this process.
 *
 * Usage: `tsx test/bench/micro.ts [PORTS]`; with `node --cpu-prof` it shows where the time goes.
 */
import { Core } from '../../lib/control/core.ts';
import type { RecordChange } from '../../lib/desired/compiler.ts';
import { keyOf } from '../../lib/model/records.ts';
import { planDelta } from '../../lib/reconcile/delta.ts';
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

/** One edge that gets the flows of `count` ports by one attachment. */
function round(): void {
  const core = new Core({ keyOf: keyOfFlow });
  const changes = domainRecords(count).map(
    (record): RecordChange => ({
      key: keyOf(record),
      record,
    }),
  );
  timed('take the records in', () => core.step([{ type: 'records', revision: 1, changes }]));
  const near = {
    kind: 'nve',
    name: 'near',
    index: 2,
    endpoints: domainRecords(0).flatMap((record) =>
      record.kind === 'nve' ? record.endpoints : [],
    ),
  } as const;
  const attachment = {
    kind: 'attachment',
    port: tenantPort(count + 1).name,
    nve: near.name,
    sequence: 0,
  } as const;
  const { compiler } = core;
  const deltas = timed('compile for one more edge', () =>
    compiler.apply([near, attachment].map((record) => ({ key: keyOf(record), record }))),
  );
  const delta = deltas.get(near.name);
  if (delta === undefined) throw new Error('the edge gets nothing');
  const { operations } = timed('plan', () =>
    planDelta(delta, {
      version: OPENFLOW_15,
      translationBytesMax: Number.POSITIVE_INFINITY,
      buckets: () => [],
      wasShort: () => false,
    }),
  );
  timed('encode, the first time', () => {
    for (const operation of operations) encodeOperation(OPENFLOW_15, operation);
  });
  timed('encode, kept', () => {
    for (const operation of operations) encodeOperation(OPENFLOW_15, operation);
  });
}

for (let turn = 1; turn <= ROUNDS; turn++) {
  process.stdout.write(`round ${turn}, ${count} ports\n`);
  round();
}
