import type { FlowUpdate } from '../../../../protocols/openflow/values/flow-monitor.ts';
import type { FlowStats } from '../../../../protocols/openflow/values/multipart.ts';
import { ALL, ONLY_13, ONLY_15, reply, request, type Sample, SINCE_14 } from './sample.ts';

const UNKNOWN = 0xffffffffffffffffn;

const IP = { field: 'eth_type', value: 0x0800 } as const;

const FLOW: FlowStats = {
  ...{ table: 3, priority: 100, cookie: 0xabcn, importance: 0 },
  match: [{ field: 'in_port', value: 1 }, IP],
  instructions: [
    { type: 'apply_actions', actions: [{ type: 'output', port: 2 }] },
    { type: 'goto_table', table: 4 },
  ],
  ...{ durationSeconds: 10, durationNanoseconds: 5_000_000, packets: 3n, bytes: 300n },
};

const CHANGE: Omit<Extract<FlowUpdate, { cookie: bigint }>, 'event'> = {
  ...{ reason: 0, table: 1, priority: 5, idleTimeout: 0, hardTimeout: 0, cookie: 0n },
  match: [IP],
  instructions: [{ type: 'apply_actions', actions: [{ type: 'output', port: 1 }] }],
};

const UPDATES: readonly FlowUpdate[] = [
  { event: 'added', ...CHANGE },
  { event: 'modified', ...CHANGE, idleTimeout: 5, hardTimeout: 6, cookie: 0x1234n, match: [] },
  { event: 'deleted', ...CHANGE, instructions: [], reason: 2 },
  { event: 'deleted', ...CHANGE, instructions: [], match: [], reason: 99 },
  { event: 'abbrev', xid: 0x186a0 },
];

export const FLOW_SAMPLES: readonly Sample[] = [
  request('all flows', ALL, { kind: 'flow' }),
  request('flows of a table to a port', ALL, {
    ...{ kind: 'flow', table: 2, outPort: 3, outGroup: 4, cookie: 5n, cookieMask: 7n },
    match: [{ field: 'eth_type', value: 0x0806 }],
  }),
  request('flows to the controller', ALL, { kind: 'flow', outPort: 0xfffffffd, match: [IP] }),
  request('totals of all flows', ALL, { kind: 'aggregate' }),
  request('totals of some flows', ALL, {
    ...{ kind: 'aggregate', table: 0, match: [{ field: 'tun_id', value: 5n }] },
  }),
  reply('no flows', ALL, { kind: 'flow', flows: [] }),
  reply('flows', ALL, {
    kind: 'flow',
    flows: [
      FLOW,
      { ...FLOW, table: 0, priority: 32768, match: [], instructions: [], cookie: 0n },
      { ...FLOW, idleTimeout: 5, hardTimeout: 7, flags: 0x1f, durationNanoseconds: 1_234 },
      { ...FLOW, packets: UNKNOWN, bytes: UNKNOWN, durationNanoseconds: 0 },
      { ...FLOW, match: [], instructions: [{ type: 'clear_actions' }] },
    ],
  }),
  reply('flows with an importance', SINCE_14, {
    kind: 'flow',
    flows: [{ ...FLOW, importance: 9 }],
  }),
  reply('flows that say how long they were idle', ONLY_15, {
    kind: 'flow',
    flows: [
      { ...FLOW, idleTime: 17 },
      { ...FLOW, idleTime: 0, durationSeconds: 0xffffffff, durationNanoseconds: 0xffffffff },
    ],
  }),
  reply('totals', ALL, { kind: 'aggregate', packets: 5n, bytes: 500n, flows: 2 }),
  reply('totals that are not counted', ALL, {
    ...{ kind: 'aggregate', packets: UNKNOWN, bytes: UNKNOWN, flows: 0xffffffff },
  }),

  request('a flow monitor', ALL, {
    kind: 'flow_monitor',
    monitors: [{ monitorId: 1, flags: 0x1f, match: [] }],
  }),
  request('flow monitors', ALL, {
    kind: 'flow_monitor',
    monitors: [
      { monitorId: 2, flags: 2, outPort: 5, table: 3, match: [IP] },
      { monitorId: 3, flags: 0x4c, outPort: 0xfffffffe, match: [] },
    ],
  }),
  request('flow monitors with commands', SINCE_14, {
    kind: 'flow_monitor',
    monitors: [
      { monitorId: 2, flags: 4, outGroup: 9, match: [] },
      { monitorId: 2, flags: 4, outGroup: 0x80000000, match: [] },
      { monitorId: 3, command: 'modify', flags: 8, match: [IP] },
      { monitorId: 4, command: 'delete', flags: 0, match: [] },
      { monitorId: 5, command: 77, flags: 2, match: [] },
    ],
  }),
  reply('no flow updates', ALL, { kind: 'flow_monitor', updates: [] }),
  reply('flow updates', ALL, { kind: 'flow_monitor', updates: UPDATES }),
  reply('flow updates of 1.4', SINCE_14, {
    kind: 'flow_monitor',
    updates: [
      { event: 'initial', ...CHANGE },
      { event: 'paused' },
      { event: 'resumed' },
      { event: 'added', ...CHANGE, instructions: [{ type: 'apply_actions', actions: [] }] },
      { event: 'added', ...CHANGE, match: [], instructions: [{ type: 'goto_table', table: 7 }] },
    ],
  }),
  reply('a flow update with a meter', ONLY_13, {
    kind: 'flow_monitor',
    updates: [{ event: 'added', ...CHANGE, instructions: [{ type: 'meter', meterId: 3 }] }],
  }),
];
