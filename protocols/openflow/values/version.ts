/**
 * The OpenFlow versions that we speak, by their wire number.
 *
 * Source: OpenFlow 1.3.5, 1.4.1, 1.5.1 §7.1 (ofp_header.version).
 */
export type OpenFlowVersion = 4 | 5 | 6;

export const OPENFLOW_13 = 4;
export const OPENFLOW_14 = 5;
export const OPENFLOW_15 = 6;

export const VERSION_NAMES: Readonly<Record<OpenFlowVersion, string>> = {
  4: 'OpenFlow13',
  5: 'OpenFlow14',
  6: 'OpenFlow15',
};
