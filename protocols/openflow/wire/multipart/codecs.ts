/**
 * The codecs of all multiparts, by the kinds of the catalogue (values/message-forms.ts).
 */
import type { MultipartKind } from '../../values/message-forms.ts';
import type { MultipartCodec } from './codec.ts';
import { DESC } from './desc.ts';
import { AGGREGATE, FLOW } from './flow.ts';
import { FLOW_MONITOR } from './flow-monitor.ts';
import { GROUP_DESC, GROUP_FEATURES, GROUP_STATS } from './group.ts';
import { IPFIX_BRIDGE, IPFIX_FLOW } from './ipfix.ts';
import { METER_CONFIG, METER_FEATURES, METER_STATS } from './meter.ts';
import { PORT_DESC } from './port-desc.ts';
import { PORT_STATS } from './port-stats.ts';
import { QUEUE_DESC, QUEUE_STATS } from './queue.ts';
import { TABLE_DESC } from './table-desc.ts';
import { TABLE_FEATURES } from './table-features.ts';
import { TABLE_STATS } from './table-stats.ts';

export const MULTIPART_CODECS: { readonly [Kind in MultipartKind]: MultipartCodec<Kind> } = {
  desc: DESC,
  flow: FLOW,
  aggregate: AGGREGATE,
  table_stats: TABLE_STATS,
  port_stats: PORT_STATS,
  queue_stats: QUEUE_STATS,
  group_stats: GROUP_STATS,
  group_desc: GROUP_DESC,
  group_features: GROUP_FEATURES,
  meter_stats: METER_STATS,
  meter_config: METER_CONFIG,
  meter_features: METER_FEATURES,
  table_features: TABLE_FEATURES,
  port_desc: PORT_DESC,
  table_desc: TABLE_DESC,
  queue_desc: QUEUE_DESC,
  flow_monitor: FLOW_MONITOR,
  ipfix_bridge: IPFIX_BRIDGE,
  ipfix_flow: IPFIX_FLOW,
};
