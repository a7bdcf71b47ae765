import type {
  EthernetCounters,
  PortStats,
  QueueStats,
  Rfc2819Counters,
} from '../../../../protocols/openflow/values/port-stats.ts';
import { ALL, ONLY_15, reply, request, type Sample, SINCE_14 } from './sample.ts';

const UNKNOWN = 0xffffffffffffffffn;

const PORT: PortStats = {
  ...{ port: 1, durationSeconds: 12, durationNanoseconds: 345_000_000 },
  ...{ receivedPackets: 1n, sentPackets: 2n, receivedBytes: 3n, sentBytes: 4n },
  ...{ receiveDropped: 5n, sendDropped: 6n, receiveErrors: 7n, sendErrors: 8n },
};

const ETHERNET: EthernetCounters = {
  ...{ receiveFrameErrors: 9n, receiveOverruns: 10n, receiveCrcErrors: UNKNOWN, collisions: 0n },
};

const RFC2819: Rfc2819Counters = {
  receivedBySize: [1n, 2n, 3n, UNKNOWN, 5n, 6n, 7n],
  sentBySize: [11n, 12n, 13n, 14n, 15n, 16n, 17n],
  ...{ sentMulticast: 20n, receivedBroadcast: 21n, sentBroadcast: 22n },
  ...{ receivedUndersized: 23n, receivedOversize: 24n },
  ...{ receivedFragments: 25n, receivedJabber: 26n },
};

const NO_RFC2819: Rfc2819Counters = {
  receivedBySize: Array.from({ length: 7 }, () => UNKNOWN),
  sentBySize: Array.from({ length: 7 }, () => UNKNOWN),
  ...{ sentMulticast: UNKNOWN, receivedBroadcast: UNKNOWN, sentBroadcast: UNKNOWN },
  ...{ receivedUndersized: UNKNOWN, receivedOversize: UNKNOWN },
  ...{ receivedFragments: UNKNOWN, receivedJabber: UNKNOWN },
};

const QUEUE: QueueStats = {
  ...{ port: 2, queueId: 3, bytes: 100n, packets: 10n, errors: UNKNOWN },
  ...{ durationSeconds: 5, durationNanoseconds: 1 },
};

const DESCRIBED = {
  ...{ port: 1, hardwareAddress: 0x02_00_00_00_00_01, name: 'p1', config: 0, state: 4 },
  ...{ current: 0x840, advertised: 0, supported: 0x840, peer: 0 },
  ...{ currentSpeed: 10_000_000, maxSpeed: 10_000_000 },
} as const;

export const PORT_SAMPLES: readonly Sample[] = [
  request('all port statistics', ALL, { kind: 'port_stats' }),
  request('statistics of a port', ALL, { kind: 'port_stats', port: 5 }),
  request('statistics of the local port', ALL, { kind: 'port_stats', port: 0xfffffffe }),
  reply('no port statistics', ALL, { kind: 'port_stats', ports: [] }),
  reply('port statistics of Ethernet', ALL, {
    kind: 'port_stats',
    ports: [
      { ...PORT, ethernet: ETHERNET },
      { ...PORT, port: 10, ethernet: ETHERNET, durationSeconds: 0xffffffff, sentBytes: UNKNOWN },
      { ...PORT, port: 0xfffffffe, ethernet: ETHERNET, durationNanoseconds: 0 },
      { ...PORT, port: 0xffffff05, ethernet: ETHERNET },
    ],
  }),
  reply('port statistics with all properties', SINCE_14, {
    kind: 'port_stats',
    ports: [
      { ...PORT },
      { ...PORT, ethernet: ETHERNET, rfc2819: RFC2819 },
      { ...PORT, rfc2819: NO_RFC2819 },
      {
        ...{ ...PORT, ethernet: ETHERNET },
        custom: [
          { name: 'a', value: 1n },
          { name: '', value: 2n },
          { name: 'rx_queue_0_drops', value: 3n },
          { name: 'b', value: UNKNOWN },
          { name: 'x'.repeat(80), value: 5n },
        ],
      },
      { ...PORT, custom: [] },
      {
        ...PORT,
        // Optical counters, and an experimenter's.
        unknownProperties: new Uint8Array([
          ...[0, 1, 0, 8, 0, 0, 0, 0],
          ...[255, 255, 0, 14, 1, 2, 3, 4, 0, 0, 0, 1, 9, 9, 0, 0],
        ]),
      },
    ],
  }),

  request('all queue statistics', ALL, { kind: 'queue_stats' }),
  request('statistics of a queue', ALL, { kind: 'queue_stats', port: 1, queueId: 2 }),
  reply('no queue statistics', ALL, { kind: 'queue_stats', queues: [] }),
  reply('queue statistics', ALL, {
    kind: 'queue_stats',
    queues: [
      QUEUE,
      { ...QUEUE, queueId: 0xffffffff, durationSeconds: 0xffffffff },
      { ...QUEUE, port: 0xfffffffe, errors: 0n },
    ],
  }),
  reply('queue statistics with a property', SINCE_14, {
    kind: 'queue_stats',
    queues: [{ ...QUEUE, unknownProperties: new Uint8Array([255, 255, 0, 8, 0, 0, 0, 0]) }, QUEUE],
  }),
  request('all queues', SINCE_14, { kind: 'queue_desc' }),
  request('the queues of a port', SINCE_14, { kind: 'queue_desc', port: 3 }),
  request('a queue', SINCE_14, { kind: 'queue_desc', port: 0xfffffffe, queueId: 3 }),
  reply('no queues', SINCE_14, { kind: 'queue_desc', queues: [] }),
  reply('queues', SINCE_14, {
    kind: 'queue_desc',
    queues: [
      { port: 2, queueId: 9, minRate: 0 },
      { port: 1, queueId: 7, minRate: 55, maxRate: 1000 },
      { port: 1, queueId: 6, maxRate: 1001 },
      { port: 0xfffffffe, queueId: 1 },
      { port: 2, queueId: 1, minRate: 0xffff },
    ],
  }),
  reply('queues of port 0', SINCE_14, {
    kind: 'queue_desc',
    queues: [{ port: 0, queueId: 9, minRate: 999 }],
  }),

  request('all ports', ALL, { kind: 'port_desc' }),
  request('one port', ONLY_15, { kind: 'port_desc', port: 0xfffffffe }),
  reply('no ports', ALL, { kind: 'port_desc', ports: [] }),
  reply('ports', ALL, {
    kind: 'port_desc',
    ports: [
      { ...DESCRIBED, port: 0xfffffffe, name: 'br0', state: 0, config: 1 },
      { ...DESCRIBED, port: 7, name: 'p7', currentSpeed: 0 },
      DESCRIBED,
    ],
  }),

  request('the IPFIX exporter of a bridge', ALL, { kind: 'ipfix_bridge' }),
  request('IPFIX exporters of flows', ALL, { kind: 'ipfix_flow' }),
  reply('the IPFIX exporter of a bridge', ALL, {
    ...{ kind: 'ipfix_bridge', totalFlows: 1n, currentFlows: 2n, sampledPackets: 3n },
    ...{ ipv4Packets: 4n, ipv6Packets: 5n, errorPackets: 6n, ipv4ErrorPackets: 7n },
    ...{ ipv6ErrorPackets: 8n, sentPackets: 9n, sendErrors: UNKNOWN, collectorSetId: 0 },
  }),
  reply('IPFIX exporters of flows', ALL, {
    kind: 'ipfix_flow',
    sets: [5, 1234].map((collectorSetId) => ({
      ...{ totalFlows: 1n, currentFlows: 2n, sampledPackets: 3n, ipv4Packets: UNKNOWN },
      ...{ ipv6Packets: 5n, errorPackets: 6n, ipv4ErrorPackets: 7n, ipv6ErrorPackets: 8n },
      ...{ sentPackets: 9n, sendErrors: 10n, collectorSetId },
    })),
  }),
  reply('no IPFIX exporters of flows', ALL, { kind: 'ipfix_flow', sets: [] }),
];
