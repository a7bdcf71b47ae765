/**
 * Flow and aggregate statistics; the layouts are drawn in ../flow-stats.ts.
 *
 * Source: OpenFlow 1.3.5 §7.3.5.2, §7.3.5.3; OpenFlow 1.5.1 §7.3.5.2, §7.3.5.4.
 */
import {
  putFlowFilter,
  putFlowRecord,
  putFlowTotals,
  readFlowFilter,
  readFlowRecords,
  readFlowTotals,
} from '../messages/flow-stats.ts';
import type { MultipartCodec } from './codec.ts';

export const FLOW: MultipartCodec<'flow'> = {
  putRequest: (writer, version, request) => putFlowFilter(writer, version, request),
  readRequest: (cursor) => ({ kind: 'flow', ...readFlowFilter(cursor) }),
  putReply: (writer, version, { flows }) => {
    for (const flow of flows) putFlowRecord(writer, version, flow);
  },
  readReply: (cursor, version) => ({ kind: 'flow', flows: readFlowRecords(cursor, version) }),
};

export const AGGREGATE: MultipartCodec<'aggregate'> = {
  putRequest: (writer, version, request) => putFlowFilter(writer, version, request),
  readRequest: (cursor) => ({ kind: 'aggregate', ...readFlowFilter(cursor) }),
  putReply: (writer, version, reply) => putFlowTotals(writer, version, reply),
  readReply: (cursor, version) => ({ kind: 'aggregate', ...readFlowTotals(cursor, version) }),
};
