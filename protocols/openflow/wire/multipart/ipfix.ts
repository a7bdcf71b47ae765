/**
 * What IPFIX exporters count: ten counters:64 | collector_set_id:32 | pad 4.
 *
 * Source: nicira-ext.h of Open vSwitch 3.1 (NXST_IPFIX_BRIDGE, NXST_IPFIX_FLOW).
 */
import type { IpfixStats } from '../../values/ipfix.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { type MultipartCodec, readAll } from './codec.ts';

const STATS = layout({
  totalFlows: 'u64',
  currentFlows: 'u64',
  sampledPackets: 'u64',
  ipv4Packets: 'u64',
  ipv6Packets: 'u64',
  errorPackets: 'u64',
  ipv4ErrorPackets: 'u64',
  ipv6ErrorPackets: 'u64',
  sentPackets: 'u64',
  sendErrors: 'u64',
  collectorSetId: 'u32',
  pad: 'pad4',
});

export const IPFIX_BRIDGE: MultipartCodec<'ipfix_bridge'> = {
  putRequest: () => undefined,
  readRequest: () => ({ kind: 'ipfix_bridge' }),
  putReply: (writer, _version, reply) => putStats(writer, reply),
  readReply: (cursor) => ({ kind: 'ipfix_bridge', ...readStats(cursor) }),
};

export const IPFIX_FLOW: MultipartCodec<'ipfix_flow'> = {
  putRequest: () => undefined,
  readRequest: () => ({ kind: 'ipfix_flow' }),
  putReply: (writer, _version, { sets }) => {
    for (const set of sets) putStats(writer, set);
  },
  readReply: (cursor) => ({ kind: 'ipfix_flow', sets: readAll(cursor, readStats) }),
};

function putStats(writer: ByteWriter, stats: IpfixStats): void {
  const counters = [
    ...[stats.totalFlows, stats.currentFlows, stats.sampledPackets],
    ...[stats.ipv4Packets, stats.ipv6Packets],
    ...[stats.errorPackets, stats.ipv4ErrorPackets, stats.ipv6ErrorPackets],
    ...[stats.sentPackets, stats.sendErrors],
  ];
  const at = writer.reserve(STATS.size);
  counters.forEach((counter, index) => {
    writer.view.setBigUint64(at + 8 * index, counter);
  });
  writer.view.setUint32(at + 80, stats.collectorSetId);
}

function readStats(cursor: Cursor): IpfixStats {
  return { ...cursor.struct(STATS, 'IPFIX statistics') };
}
