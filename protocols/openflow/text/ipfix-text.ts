/**
 * What IPFIX exporters count, in ofp-print's words.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { IpfixStats } from '../values/ipfix.ts';
import { COUNTER_UNKNOWN } from '../values/port-stats.ts';

const BRIDGE_INDENT = 16;
const SET_INDENT = 10;
const SET_DIGITS = 3;

export function formatIpfixBridge(stats: IpfixStats): string {
  return `\n  bridge ipfix: ${formatCounters(stats, BRIDGE_INDENT)}`;
}

export function formatIpfixSet(stats: IpfixStats): string {
  const id = String(stats.collectorSetId).padStart(SET_DIGITS);
  return `  id ${id}: ${formatCounters(stats, SET_INDENT)}`;
}

/** Two lines; ends with a newline. */
function formatCounters(stats: IpfixStats, indent: number): string {
  const first = [
    `flows=${counter(stats.totalFlows)}`,
    `current flows=${counter(stats.currentFlows)}`,
    `sampled pkts=${counter(stats.sampledPackets)}`,
    `ipv4 ok=${counter(stats.ipv4Packets)}`,
    `ipv6 ok=${counter(stats.ipv6Packets)}`,
    `tx pkts=${counter(stats.sentPackets)}`,
  ];
  const second = [
    `pkts errs=${counter(stats.errorPackets)}`,
    `ipv4 errs=${counter(stats.ipv4ErrorPackets)}`,
    `ipv6 errs=${counter(stats.ipv6ErrorPackets)}`,
    `tx errs=${counter(stats.sendErrors)}`,
  ];
  return `${first.join(', ')}\n${' '.repeat(indent)}${second.join(', ')}\n`;
}

function counter(value: bigint): string {
  return value === COUNTER_UNKNOWN ? '?' : String(value);
}
