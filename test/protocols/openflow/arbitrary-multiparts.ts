/**
 * Random groups with a selection method, meters, and records of multiparts, in the form in which they come back.
 */
import fc from 'fast-check';
import { fieldRank } from '../../../protocols/openflow/values/field-order.ts';
import { FIELDS } from '../../../protocols/openflow/values/fields.ts';
import type {
  Group,
  GroupDesc,
  GroupSelection,
  GroupStats,
} from '../../../protocols/openflow/values/group.ts';
import type { MatchField } from '../../../protocols/openflow/values/match.ts';
import type { Meter, MeterBand, MeterStats } from '../../../protocols/openflow/values/meter.ts';
import type { FlowStats, MultipartReply } from '../../../protocols/openflow/values/multipart.ts';
import type { PortStats, QueueStats } from '../../../protocols/openflow/values/port-stats.ts';
import type { TableStats } from '../../../protocols/openflow/values/table.ts';
import type { OpenFlowVersion } from '../../../protocols/openflow/values/version.ts';
import { arbitraryFlow, arbitraryGroup } from './arbitraries.ts';

const U8 = fc.nat(0xff);
const U16 = fc.nat(0xffff);
const U32 = fc.nat(0xffffffff);
const ALL_64 = (1n << 64n) - 1n;
/** With all ones and nothing more often than by chance. */
const U64 = fc.oneof(fc.bigInt({ min: 0n, max: ALL_64 }), fc.constantFrom(0n, 1n, ALL_64));
const NANOSECONDS = fc.oneof(
  fc.nat(999_999_999),
  fc.nat(999).map((value) => value * 1_000_000),
);
const PORT = fc.oneof(fc.nat(0xfeff), fc.integer({ min: 0xffffff00, max: 0xffffffff }));
const DURATION = { durationSeconds: U32, durationNanoseconds: NANOSECONDS };

const MASKED = FIELDS.filter(
  ({ inOvs, maskable, bits, bytes, variable }) =>
    inOvs && maskable && !variable && bits === bytes * 8,
);

const arbitraryFieldMasks: fc.Arbitrary<MatchField[]> = fc
  .subarray(MASKED, { maxLength: 4 })
  .chain((fields) =>
    fc.tuple(
      ...fields
        .sort((left, right) => fieldRank(left) - fieldRank(right))
        .map((field) =>
          fc
            .oneof(
              fc.constant(BigInt(field.fullMask)),
              fc.bigInt({ min: 1n, max: BigInt(field.fullMask) }),
            )
            .map(
              (value): MatchField => ({
                field: field.name,
                value: field.wide ? value : Number(value),
              }),
            ),
        ),
    ),
  );

const arbitrarySelection: fc.Arbitrary<GroupSelection> = fc.oneof(
  U64.map((param): GroupSelection => ({ method: 'dp_hash', param, fields: [] })),
  fc
    .record({ param: U64, fields: arbitraryFieldMasks })
    .map((selection): GroupSelection => ({ method: 'hash', ...selection })),
);

/** As OpenFlow 1.5 has it: with identifiers of buckets and a selection method. */
export const arbitraryGroup15: fc.Arbitrary<Group> = fc
  .tuple(arbitraryGroup, arbitrarySelection, fc.boolean(), fc.nat(0xffffff00 - 10))
  .map(([group, selection, selects, first]) => ({
    ...group,
    buckets: group.buckets.map((bucket, index) => ({ ...bucket, bucketId: first + 10 - index })),
    ...(group.type === 'select' && selects ? { selection } : {}),
  }));

const arbitraryBand: fc.Arbitrary<MeterBand> = fc.oneof(
  fc.record({ type: fc.constant('drop' as const), rate: U32, burst: U32 }),
  fc.record({ type: fc.constant('dscp_remark' as const), rate: U32, burst: U32, precedence: U8 }),
);

/** Not both of kbps and pktps. */
export const arbitraryMeter: fc.Arbitrary<Meter> = fc.record({
  meterId: U32,
  flags: U16.map((flags) => ((flags & 3) === 3 ? flags - 1 : flags)),
  bands: fc.array(arbitraryBand, { maxLength: 4 }),
});

const arbitraryMeterStats: fc.Arbitrary<MeterStats> = fc.record({
  ...{ meterId: U32, flows: U32, packets: U64, bytes: U64, ...DURATION },
  bands: fc.array(fc.record({ packets: U64, bytes: U64 }), { maxLength: 3 }),
});

const arbitraryGroupStats: fc.Arbitrary<GroupStats> = fc.record({
  ...{ groupId: U32, references: U32, packets: U64, bytes: U64, ...DURATION },
  buckets: fc.array(fc.record({ packets: U64, bytes: U64 }), { maxLength: 4 }),
});

const arbitraryFlowStats = (version: OpenFlowVersion): fc.Arbitrary<FlowStats> =>
  fc
    .record({
      flow: arbitraryFlow,
      counted: fc.record({ packets: U64, bytes: U64, ...DURATION, importance: U16 }),
      idleTime: fc.option(fc.nat(0x7fffffff), { nil: undefined }),
    })
    .map(({ flow, counted, idleTime }) => ({
      ...flow,
      ...counted,
      ...(version < 5 ? { importance: 0 } : {}),
      ...(version < 6 || idleTime === undefined ? {} : { idleTime }),
    }));

const arbitraryPortStats: fc.Arbitrary<PortStats> = fc.record({
  ...{ port: PORT, ...DURATION, receivedPackets: U64, sentPackets: U64, receivedBytes: U64 },
  ...{ sentBytes: U64, receiveDropped: U64, sendDropped: U64, receiveErrors: U64, sendErrors: U64 },
  ethernet: fc.record({
    ...{ receiveFrameErrors: U64, receiveOverruns: U64, receiveCrcErrors: U64, collisions: U64 },
  }),
});

const arbitraryQueueStats: fc.Arbitrary<QueueStats> = fc.record({
  ...{ port: PORT, queueId: U32, bytes: U64, packets: U64, errors: U64, ...DURATION },
});

const arbitraryTableStats: fc.Arbitrary<TableStats> = fc.record({
  ...{ table: U8, active: fc.nat(2), lookups: fc.constantFrom(0n, ALL_64), matched: U64 },
});

const few = <Value>(one: fc.Arbitrary<Value>) => fc.array(one, { maxLength: 3 });

function repliesOf<Kind extends MultipartReply['kind'], Member extends string, Value>(
  kind: Kind,
  member: Member,
  one: fc.Arbitrary<Value>,
): fc.Arbitrary<MultipartReply> {
  return few(one).map((values) => ({ kind, [member]: values }) as unknown as MultipartReply);
}

/** Replies that a version can say. */
export function arbitraryReply(version: OpenFlowVersion): fc.Arbitrary<MultipartReply> {
  const group: fc.Arbitrary<GroupDesc> = version < 6 ? arbitraryGroup : arbitraryGroup15;
  return fc.oneof(
    repliesOf('flow', 'flows', arbitraryFlowStats(version)),
    repliesOf('group_desc', 'groups', group),
    repliesOf('group_stats', 'groups', arbitraryGroupStats),
    repliesOf('meter_config', 'meters', arbitraryMeter),
    repliesOf('meter_stats', 'meters', arbitraryMeterStats),
    repliesOf('port_stats', 'ports', arbitraryPortStats),
    repliesOf('queue_stats', 'queues', arbitraryQueueStats),
    repliesOf('table_stats', 'tables', arbitraryTableStats),
    fc
      .record({ packets: U64, bytes: U64, flows: U32 })
      .map((totals): MultipartReply => ({ kind: 'aggregate', ...totals })),
  );
}
