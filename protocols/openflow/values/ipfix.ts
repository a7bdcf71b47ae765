/**
 * What a bridge's IPFIX exporters count (NXST_IPFIX_BRIDGE, NXST_IPFIX_FLOW). A counter of all ones is one that is not kept.
 *
 * Source: nicira-ext.h of Open vSwitch 3.1.
 */
export interface IpfixStats {
  readonly totalFlows: bigint;
  readonly currentFlows: bigint;
  readonly sampledPackets: bigint;
  readonly ipv4Packets: bigint;
  readonly ipv6Packets: bigint;
  readonly errorPackets: bigint;
  readonly ipv4ErrorPackets: bigint;
  readonly ipv6ErrorPackets: bigint;
  readonly sentPackets: bigint;
  readonly sendErrors: bigint;
  /** Of ipfix_flow alone. */
  readonly collectorSetId: number;
}
