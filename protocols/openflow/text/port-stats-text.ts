/**
 * What ports and queues count, and how queues are configured, in ofp-print's words.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import {
  ALL_QUEUES,
  COUNTER_UNKNOWN,
  type CustomCounter,
  DURATION_UNKNOWN,
  type PortStats,
  type QueueDesc,
  type QueueStats,
  type Rfc2819Counters,
} from '../values/port-stats.ts';
import { formatPort, OFPP_MAX } from '../values/ports.ts';
import { formatDuration } from './duration-text.ts';

const INDENT = ' '.repeat(11);
const CUSTOM_INDENT = ' '.repeat(22);
const CUSTOM_PER_LINE = 3;
/** Open vSwitch keeps no more of a counter's name. */
const CUSTOM_NAME_MAX_BYTES = 63;
/** A rate above it is none. */
const RATE_MAX = 1000;
const RATE_UNKNOWN = 0xffff;

type Counter = readonly [name: string, value: bigint | undefined];

/** All of them, `?` for those that are not kept. */
function counters(...list: readonly Counter[]): string {
  return list
    .map(([name, value = COUNTER_UNKNOWN]) => `${name}=${value === COUNTER_UNKNOWN ? '?' : value}`)
    .join(', ');
}

/** Several lines; ends with a newline. */
export function formatPortStats(stats: PortStats): string {
  const { ethernet, durationSeconds, durationNanoseconds } = stats;
  const space = stats.port < 10 ? ' ' : '';
  const received = counters(
    ...([['pkts', stats.receivedPackets] as const, ['bytes', stats.receivedBytes]] as const),
    ...([['drop', stats.receiveDropped] as const, ['errs', stats.receiveErrors]] as const),
    ['frame', ethernet?.receiveFrameErrors],
    ['over', ethernet?.receiveOverruns],
    ['crc', ethernet?.receiveCrcErrors],
  );
  const sent = counters(
    ...([['pkts', stats.sentPackets] as const, ['bytes', stats.sentBytes]] as const),
    ...([['drop', stats.sendDropped] as const, ['errs', stats.sendErrors]] as const),
    ['coll', ethernet?.collisions],
  );
  const duration =
    durationSeconds === DURATION_UNKNOWN
      ? ''
      : `${INDENT}duration=${formatDuration(durationSeconds, durationNanoseconds)}\n`;
  const rfc2819 = stats.rfc2819 === undefined ? '' : formatRfc2819(stats.rfc2819);
  return (
    `  port ${space}${formatPort(stats.port)}: rx ${received}\n${INDENT}tx ${sent}\n` +
    `${duration}${rfc2819}${formatCustom(stats.custom ?? [])}`
  );
}

const SIZES = [
  ...['1_to_64_packets', '65_to_127_packets', '128_to_255_packets', '256_to_511_packets'],
  ...['512_to_1023_packets', '1024_to_1522_packets', '1523_to_max_packets'],
];

function formatRfc2819(stats: Rfc2819Counters): string {
  const bySize = (values: readonly bigint[]) =>
    SIZES.map((name, index): Counter => [name, values[index]]);
  const received = known(
    ...bySize(stats.receivedBySize),
    ['broadcast_packets', stats.receivedBroadcast],
    ['undersized_errors', stats.receivedUndersized],
    ['oversize_errors', stats.receivedOversize],
    ['rx_fragmented_errors', stats.receivedFragments],
    ['rx_jabber_errors', stats.receivedJabber],
  );
  const sent = known(
    ...bySize(stats.sentBySize),
    ['multicast_packets', stats.sentMulticast],
    ['broadcast_packets', stats.sentBroadcast],
  );
  const line = (direction: string, text: string) =>
    text === '' ? '' : `${INDENT}${direction} rfc2819 ${text}\n`;
  return `${line('rx', received)}${line('tx', sent)}`;
}

/** Those that are kept, each with a comma and a space behind it. */
function known(...list: readonly Counter[]): string {
  return list
    .filter(([, value = COUNTER_UNKNOWN]) => value !== COUNTER_UNKNOWN)
    .map(([name, value]) => `${name}=${value}, `)
    .join('');
}

function formatCustom(custom: readonly CustomCounter[]): string {
  if (custom.length === 0) return '';
  const words = custom.map(({ name, value }, index) => {
    if (name === '') return '';
    const before = index % CUSTOM_PER_LINE === 0 ? `\n${CUSTOM_INDENT}` : ' ';
    return `${before}${cutName(name)}=${value},`;
  });
  return `${INDENT}CUSTOM Statistics${words.join('')}\n`;
}

function cutName(name: string): string {
  if (name.length * 3 <= CUSTOM_NAME_MAX_BYTES) return name;
  const bytes = new TextEncoder().encode(name);
  return new TextDecoder().decode(bytes.subarray(0, CUSTOM_NAME_MAX_BYTES));
}

export function formatQueueId(queueId: number): string {
  return queueId === ALL_QUEUES ? 'ALL' : String(queueId);
}

/** One line with its newline. */
export function formatQueueStats(stats: QueueStats): string {
  const { durationSeconds, durationNanoseconds } = stats;
  const duration =
    durationSeconds === DURATION_UNKNOWN
      ? '?'
      : formatDuration(durationSeconds, durationNanoseconds);
  const counted = counters(
    ['bytes', stats.bytes],
    ['pkts', stats.packets],
    ['errors', stats.errors],
  );
  const queue = `port ${formatPort(stats.port)} queue ${formatQueueId(stats.queueId)}`;
  return `  ${queue}: ${counted}, duration=${duration}\n`;
}

/** Behind the header's line; queues in the order of ports, then of their numbers. */
export function formatQueueDescs(queues: readonly QueueDesc[]): string {
  if (queues.length === 0) return '';
  const sorted = [...queues].sort(
    (left, right) => port16(left) - port16(right) || left.queueId - right.queueId,
  );
  // A port 0 is not said when it comes first: ofp-print begins there.
  let port = 0;
  const lines = sorted.map((queue) => {
    const head = queue.port === port ? '' : `port=${formatPort(queue.port)}\n`;
    port = queue.port;
    const rates = `${rate('min_rate', queue.minRate)}${rate('max_rate', queue.maxRate)}`;
    return `${head}queue ${queue.queueId}:${rates}\n`;
  });
  return ` ${lines.join('')}`;
}

function port16({ port }: QueueDesc): number {
  return port >= OFPP_MAX ? port - 0xffff0000 : port;
}

function rate(name: string, value = RATE_UNKNOWN): string {
  if (value === RATE_UNKNOWN) return '';
  if (value > RATE_MAX) return ` ${name}:(disabled)`;
  return ` ${name}:${Math.floor(value / 10)}.${value % 10}%`;
}
