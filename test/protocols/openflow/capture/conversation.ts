/**
 * What real `ovs-ofctl` and a real bridge say to each other in one version of OpenFlow, taken on the socket between them:
 * random flows, groups and meters go in, everything that there is to ask is asked, and a monitor hears what changes.
 */
import { dirname, join } from 'node:path';
import {
  ASYNC_MESSAGES,
  ASYNC_REASONS,
  type AsyncMask,
} from '../../../../protocols/openflow/values/async-config.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type { DummyBridge } from '../dummy-bridge.ts';
import { type Captured, CapturingProxy } from './proxy.ts';
import type { Random } from './random.ts';
import { type Protocol, randomFlow, randomGroup, randomMeter } from './random-flows.ts';
import { FRAMES, Talk } from './talk.ts';

const FLOWS = 60;

export interface Conversation {
  readonly messages: readonly Captured[];
  /** What ovs-ofctl or the switch refused: the command, and why. */
  readonly refusals: readonly string[];
}

export async function converse(
  bridge: DummyBridge,
  protocol: Protocol,
  random: Random,
): Promise<Conversation> {
  const folder = dirname(bridge.socket);
  const proxy = await CapturingProxy.start(join(folder, `${protocol}.sock`), bridge.socket);
  const talk = new Talk(bridge, protocol, proxy.socket);
  try {
    await fill(talk, random);
    await askEverything(talk);
    await watch(talk, random);
    await steer(talk);
    // This release's switch dies when it tells anybody that a flow with tunnel metadata is gone.
    await talk.stop();
    await change(talk, random);
    await empty(talk);
    return { messages: proxy.captured, refusals: talk.refusals };
  } finally {
    await talk.stop();
    await proxy.stop();
  }
}

async function fill(talk: Talk, random: Random): Promise<void> {
  const { protocol } = talk;
  await talk.ofctl(
    'add-tlv-map',
    '{class=0xffff,type=0,len=4}->tun_metadata0,{class=0x102,type=1,len=8}->tun_metadata1',
  );
  for (const id of [1, 2, 3]) await talk.ofctl('add-meter', randomMeter(random, id));
  for (const id of [1, 2, 3, 4]) await talk.ofctl('add-group', randomGroup(random, id, protocol));
  const flows = Array.from({ length: FLOWS }, (_, index) =>
    randomFlow(random, index + 1, protocol),
  );
  await talk.ofctl('add-flows', await talk.file(`${protocol}.flows`, flows));
  const bundled = [randomFlow(random, 900, protocol), randomFlow(random, 901, protocol)];
  await talk.ofctl('--bundle', 'add-flows', await talk.file(`${protocol}.bundle`, bundled));
}

async function askEverything(talk: Talk): Promise<void> {
  const commands = [
    'show',
    'dump-desc',
    'dump-tables',
    'dump-table-features',
    'dump-ports',
    'dump-ports 1',
    'dump-ports-desc',
    'dump-flows',
    'dump-flows table=0,ip',
    'dump-flows cookie=0x1/0x1,out_port=5',
    'dump-aggregate',
    'dump-aggregate table=3',
    'dump-groups',
    'dump-group-stats',
    'dump-group-stats group_id=1',
    'dump-group-features',
    'dump-meters',
    'dump-meter meter=1',
    'meter-stats',
    'meter-stats meter=2',
    'meter-features',
    'queue-stats',
    'queue-stats 1 0',
    'queue-get-config 1',
    'dump-tlv-map',
    'dump-ipfix-bridge',
    'dump-ipfix-flow',
    'get-frags',
    'probe',
    'ping 20',
    ...(talk.is13 ? [] : ['dump-table-desc']),
    ...(talk.is15 ? ['dump-groups 2', 'dump-ports-desc 1'] : []),
  ];
  for (const command of commands) await talk.ofctl(...command.split(' '));
}

/** Monitors of flows, and of packets in each format; another controller's work is what they hear of. */
async function watch(talk: Talk, random: Random): Promise<void> {
  const flows = await talk.monitor('flows', 'watch:', '65534');
  await talk.tell(flows, 'ofctl/barrier');
  for (const format of ['standard', 'nxt_packet_in', 'nxt_packet_in2']) {
    const packets = await talk.monitor(format, `--packet-in-format=${format}`, '65534');
    await talk.tell(packets, 'ofctl/barrier');
    await talk.ofctl(
      'add-flow',
      'table=0,priority=60000,in_port=1,tcp,actions=set_field:0x7->reg3,controller(max_len=40)',
    );
    await talk.frames();
    await talk.ofctl(
      'packet-out',
      `in_port=1,packet=${FRAMES[1]},actions=set_field:9->metadata,controller(userdata=01.02.03),output:2`,
    );
    await talk.tell(packets, 'ofctl/barrier');
  }
  const paused = await talk.monitor(
    'paused',
    '--packet-in-format=nxt_packet_in2',
    '65534',
    'resume',
  );
  await talk.ofctl(
    'add-flow',
    'table=0,priority=60001,in_port=1,tcp,actions=set_field:1->reg1,controller(pause),resubmit(,4)',
  );
  await talk.frames();
  await talk.tell(paused, 'ofctl/barrier');
  await talk.ofctl('add-flow', randomFlow(random, 950, talk.protocol));
  await talk.ofctl(
    '--strict',
    'mod-flows',
    'table=0,priority=60000,in_port=1,tcp,actions=output:7',
  );
  await talk.bridge.vsctl(
    'add-port',
    'br0',
    'p9',
    '--',
    'set',
    'interface',
    'p9',
    'type=dummy',
    'ofport_request=9',
  );
  await talk.tell(flows, 'ofctl/barrier');
  await talk.bridge.vsctl('del-port', 'br0', 'p9');
  await talk.tell(flows, 'ofctl/barrier');
}

/** Roles, what is told to whom, and what a switch refuses: ovs-ofctl has no commands for them. */
async function steer(talk: Talk): Promise<void> {
  const first = await talk.monitor('first', '65534');
  const second = await talk.monitor('second', '65534');
  const master = (generationId: bigint): Message => ({
    type: 'role_request',
    role: 'master',
    generationId,
  });
  await talk.send(
    first,
    { type: 'role_request', role: 'nochange', generationId: 0n },
    { type: 'get_async_request' },
    { type: 'set_async', masks: EVERYTHING.slice(0, talk.is13 ? 6 : 12) },
    { type: 'get_async_request' },
    { type: 'set_controller_id', controllerId: 7 },
    { type: 'flow_mod_table_id', enable: true },
    master(1n),
  );
  await talk.send(
    second,
    ...(talk.is13 ? [] : [{ type: 'set_async', masks: EVERYTHING } as const]),
    { type: 'role_request', role: 'slave', generationId: 2n },
    { type: 'role_request', role: 'equal', generationId: 0n },
    { type: 'nx_role_request', role: 'slave' },
    { type: 'nx_set_async_config', masks: EVERYTHING.slice(0, 6) },
    ...(talk.is13 ? [{ type: 'flow_monitor_cancel', monitorId: 77 } as const] : []),
    master(3n),
    // What a switch refuses: a type that there is not, a role that is stale, a group that there is not.
    `0${talk.version}ff000800000099`,
    master(1n),
    {
      type: 'group_mod',
      mod: { command: 'modify', group: { groupId: 999, type: 'all', buckets: [] } },
    },
  );
  await talk.bridge.vsctl(
    ...['--', '--id=@t', 'create', 'flow_table', 'flow_limit=4', '--', 'set', 'bridge', 'br0'],
    'flow_tables:50=@t',
  );
  if (!talk.is13) await talk.ofctl('mod-table', '50', 'vacancy:20,80');
  await talk.ofctl('del-flows', 'table=50');
  const flow = (id: number): string => `table=50,send_flow_rem,tcp,tp_src=${id},actions=drop`;
  for (const id of [1, 2, 3, 4]) await talk.ofctl('add-flow', flow(id));
  await talk.ofctl('del-flows', 'table=50');
  await talk.ofctl('add-group', 'group_id=80,type=all,bucket=output:1');
  await talk.ofctl('del-groups', 'group_id=80');
  await talk.bridge.vsctl('clear', 'bridge', 'br0', 'flow_tables');
  await talk.send(first);
  await talk.send(second);
}

const EVERYTHING: readonly AsyncMask[] = ASYNC_MESSAGES.flatMap((message) =>
  (['slave', 'master'] as const).map((role) => {
    return { message, role, reasons: ASYNC_REASONS[message].legacy };
  }),
);

async function change(talk: Talk, random: Random): Promise<void> {
  const { protocol } = talk;
  await talk.ofctl('mod-meter', randomMeter(random, 1));
  await talk.ofctl('mod-group', randomGroup(random, 2, protocol));
  await talk.ofctl('mod-port', '1', 'down');
  await talk.ofctl('mod-port', '1', 'no-flood');
  await talk.ofctl('mod-port', '1', 'up');
  await talk.ofctl('set-frags', 'drop');
  await talk.ofctl('set-frags', 'normal');
  await talk.ofctl('ct-flush-zone', '5');
  await talk.ofctl('ct-flush', 'zone=5', 'ct_nw_src=10.0.0.1,ct_nw_proto=6');
  await talk.ofctl('mod-table', '3', 'name:three');
  if (!talk.is13) {
    await talk.ofctl('mod-table', '3', 'evict');
    await talk.ofctl('mod-table', '3', 'vacancy:20,80');
    await talk.ofctl('dump-table-desc');
  }
  if (talk.is15) {
    await talk.ofctl(
      'insert-buckets',
      'group_id=1,command_bucket_id=last,bucket=bucket_id:50,actions=output:50',
    );
    await talk.ofctl('remove-buckets', 'group_id=1,command_bucket_id=50');
  }
  const mixed = [
    'flow add table=8,priority=1,actions=drop',
    'group add group_id=70,type=all,bucket=output:1',
    'flow delete table=8',
    'group delete group_id=70',
  ];
  await talk.ofctl('bundle', await talk.file(`${protocol}.mixed`, mixed));
  const flows = [randomFlow(random, 5, protocol), randomFlow(random, 6, protocol)];
  const file = await talk.file(`${protocol}.other`, flows);
  await talk.ofctl('diff-flows', file);
  await talk.ofctl('replace-flows', file);
  await talk.ofctl('--bundle', 'replace-flows', file);
}

async function empty(talk: Talk): Promise<void> {
  await talk.ofctl('--strict', 'del-flows', 'table=0,priority=60001,in_port=1,tcp');
  await talk.ofctl('del-flows', 'cookie=0x1/0x1');
  await talk.ofctl('del-flows');
  await talk.ofctl('del-meter', 'meter=2');
  await talk.ofctl('del-meters');
  await talk.ofctl('del-groups', 'group_id=1');
  await talk.ofctl('del-groups');
  await talk.ofctl('del-tlv-map', '{class=0xffff,type=0,len=4}->tun_metadata0');
  await talk.ofctl('del-tlv-map');
}
