/**
 * Message type numbers (ofp_header.type), the same in OpenFlow 1.3 to 1.5 as far as a version has them.
 *
 * Sources: OpenFlow 1.3.5 §7.1, OpenFlow 1.5.1 §7.1.1.
 */
export const TYPE = {
  hello: 0,
  error: 1,
  echo_request: 2,
  echo_reply: 3,
  experimenter: 4,
  features_request: 5,
  features_reply: 6,
  get_config_request: 7,
  get_config_reply: 8,
  set_config: 9,
  packet_in: 10,
  flow_removed: 11,
  port_status: 12,
  packet_out: 13,
  flow_mod: 14,
  group_mod: 15,
  multipart_request: 18,
  multipart_reply: 19,
  barrier_request: 20,
  barrier_reply: 21,
  role_request: 24,
  role_reply: 25,
  role_status: 30,
  bundle_control: 33,
  bundle_add: 34,
} as const;

/** ofp_header: version, type, length, xid. */
export const HEADER_BYTES = 8;
