/**
 * Which asynchronous messages a controller gets, by its role.
 *
 * Sources: OpenFlow 1.3.5 §7.3.10, OpenFlow 1.4.1 §7.3.10 (properties); nicira-ext.h of Open vSwitch 3.1 (NXT_SET_ASYNC_CONFIG,
 * NXT_SET_ASYNC_CONFIG2).
 */

export type AsyncMessage =
  | 'packet_in'
  | 'port_status'
  | 'flow_removed'
  | 'role_status'
  | 'table_status'
  | 'requestforward';

export interface AsyncMask {
  readonly message: AsyncMessage;
  /** Whom it is for; a controller whose role is equal counts as master. */
  readonly role: 'master' | 'slave';
  /** A bit for each reason of the message: OFPR_*, OFPPR_*, OFPRR_*, OFPCRR_*, OFPTR_*, OFPRFR_*. */
  readonly reasons: number;
}

export interface AsyncConfig {
  /**
   * In the order of the wire. OpenFlow 1.3 says all of packet_in, port_status and flow_removed and nothing of the others: what is
   * absent is 0 there.
   */
  readonly masks: readonly AsyncMask[];
  /** Properties that we do not know, one behind the other, byte for byte. */
  readonly unknownProperties?: Uint8Array;
}

/** In the order of their properties' types: type 2n is the slave's, 2n + 1 the master's. */
export const ASYNC_MESSAGES: readonly AsyncMessage[] = [
  'packet_in',
  'port_status',
  'flow_removed',
  'role_status',
  'table_status',
  'requestforward',
];

/** The reasons that OpenFlow up to 1.3 has (legacy), and that 1.4 on has. */
export const ASYNC_REASONS: Readonly<
  Record<AsyncMessage, { readonly legacy: number; readonly current: number }>
> = {
  packet_in: { legacy: 0x07, current: 0x3f },
  port_status: { legacy: 0x07, current: 0x07 },
  flow_removed: { legacy: 0x3f, current: 0x3f },
  role_status: { legacy: 0x07, current: 0x07 },
  table_status: { legacy: 0x18, current: 0x18 },
  requestforward: { legacy: 0x03, current: 0x03 },
};
