/**
 * Multipart requests and replies, in ofp-print's words: which words belong to which kind. Flags are print.ts's.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { MultipartKind } from '../values/message-forms.ts';
import { OFPM_ALL } from '../values/meter.ts';
import type {
  FlowFilter,
  MultipartReply,
  MultipartReplyOf,
  MultipartRequest,
  QueueFilter,
  SwitchDescription,
} from '../values/multipart.ts';
import { ALL_QUEUES } from '../values/port-stats.ts';
import { formatPort, OFPG_ALL, OFPP_ANY } from '../values/ports.ts';
import { formatFlowMonitor, formatFlowUpdate } from './flow-monitor-text.ts';
import { formatFlowStats } from './flow-text.ts';
import type { MessageFormatters, PrintContext } from './formatter.ts';
import { formatGroup, formatGroupFeatures, formatGroupId, formatGroupStats } from './group-text.ts';
import { formatIpfixBridge, formatIpfixSet } from './ipfix-text.ts';
import { formatMatch } from './match-text.ts';
import { formatMeter, formatMeterFeatures, formatMeterId, formatMeterStats } from './meter-text.ts';
import {
  formatPortStats,
  formatQueueDescs,
  formatQueueId,
  formatQueueStats,
} from './port-stats-text.ts';
import { formatPorts } from './port-text.ts';
import { formatTableDesc } from './table-desc-text.ts';
import { formatTableFeatures, formatTableStats } from './table-features-text.ts';

type ReplyFormatters = {
  readonly [Kind in MultipartKind]: (
    reply: MultipartReplyOf<Kind>,
    context: PrintContext,
  ) => string;
};

const REPLIES: ReplyFormatters = {
  desc: formatDescription,
  flow: ({ flows }) => flows.map((flow) => `\n ${formatFlowStats(flow)}`).join(''),
  aggregate: ({ packets, bytes, flows }) =>
    ` packet_count=${packets} byte_count=${bytes} flow_count=${flows}`,
  table_stats: ({ tables }) => formatTableStats(tables),
  port_stats: ({ ports }, { verbosity }) => counted(ports, 'ports', formatPortStats, verbosity),
  queue_stats: ({ queues }, { verbosity }) =>
    counted(queues, 'queues', formatQueueStats, verbosity),
  group_stats: ({ groups }) => groups.map((group) => `\n ${formatGroupStats(group)}`).join(''),
  group_desc: ({ groups }, { version }) =>
    groups.map((group) => `\n ${formatGroup(group, version)}`).join(''),
  group_features: formatGroupFeatures,
  meter_stats: ({ meters }) => meters.map((meter) => `\n${formatMeterStats(meter)}`).join(''),
  meter_config: ({ meters }) => meters.map((meter) => `\n${formatMeter(meter)}`).join(''),
  meter_features: formatMeterFeatures,
  table_features: ({ tables }, { version }) => formatTableFeatures(tables, version),
  port_desc: ({ ports }) => `\n${formatPorts(ports)}`,
  table_desc: ({ tables }) => tables.map(formatTableDesc).join(''),
  queue_desc: ({ queues }) => formatQueueDescs(queues),
  flow_monitor: ({ updates }) => updates.map(formatFlowUpdate).join(''),
  ipfix_bridge: formatIpfixBridge,
  ipfix_flow: ({ sets }) => ` ${sets.length} ids\n${sets.map(formatIpfixSet).join('')}`,
};

/** How many there are, and each of them unless little is asked for. */
function counted<Value>(
  values: readonly Value[],
  noun: string,
  format: (value: Value) => string,
  verbosity: number,
): string {
  return ` ${values.length} ${noun}\n${verbosity < 1 ? '' : values.map(format).join('')}`;
}

function formatReply(reply: MultipartReply, context: PrintContext): string {
  if (reply.kind === 'unknown') return '';
  // Each formatter takes the reply of its own kind: the record's type says so, TypeScript cannot follow it here.
  const format = REPLIES[reply.kind] as (reply: MultipartReply, context: PrintContext) => string;
  return format(reply, context);
}

function formatRequest(request: MultipartRequest, { version }: PrintContext): string {
  switch (request.kind) {
    case 'flow':
    case 'aggregate':
      return formatFilter(request);
    case 'group_stats':
    case 'group_desc':
      return ` group_id=${formatGroupId(request.groupId ?? OFPG_ALL)}`;
    case 'meter_stats':
    case 'meter_config':
      return ` meter=${formatMeterId(request.meterId ?? OFPM_ALL)}`;
    case 'port_stats':
      return ` port_no=${formatPort(request.port ?? OFPP_ANY)}`;
    case 'port_desc':
      return ` port=${formatPort(request.port ?? OFPP_ANY)}`;
    case 'queue_stats':
      return `${queuePort(request)} queue=${formatQueueId(request.queueId ?? ALL_QUEUES)}`;
    case 'queue_desc': {
      const { queueId } = request;
      return `${queuePort(request)}${queueId === undefined ? '' : ` queue=${queueId}`}`;
    }
    case 'table_features':
      return formatTableFeatures(request.tables ?? [], version);
    case 'flow_monitor':
      return request.monitors.map(formatFlowMonitor).join('');
    default:
      return '';
  }
}

function formatFilter({ table, outPort, match }: FlowFilter): string {
  return [
    ...(table === undefined ? [] : [` table=${table}`]),
    ...(outPort === undefined ? [] : [` out_port=${formatPort(outPort)}`]),
    ` ${formatMatch(match ?? [])}`,
  ].join('');
}

function queuePort({ port }: QueueFilter): string {
  return ` port=${formatPort(port ?? OFPP_ANY)}`;
}

function formatDescription(description: SwitchDescription): string {
  const { manufacturer, hardware, software, serial, datapath } = description;
  return (
    `\nManufacturer: ${manufacturer}\nHardware: ${hardware}\nSoftware: ${software}\n` +
    `Serial Num: ${serial}\nDP Description: ${datapath}\n`
  );
}

export const MULTIPART_TEXT: MessageFormatters = {
  multipart_request: ({ request }, context) => formatRequest(request, context),
  multipart_reply: ({ reply }, context) => formatReply(reply, context),
};
