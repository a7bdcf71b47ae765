/**
 * Actions and instructions: what a flow or a bucket does with a packet.
 *
 * `type` is ovs-ofctl's word where it has one. Ports are 32 bits wide, also where an extension writes 16.
 *
 * Sources: OpenFlow 1.3.5 §7.2.4 (instructions), §7.2.5 (actions); OpenFlow 1.5.1 §7.2.6; ovs-actions(7) of Open vSwitch 3.1 for the
 * extensions.
 */
import type { FieldName } from './fields.ts';
import type { FieldValue } from './match.ts';

/** A part of a field: `bits` bits from bit `offset` (0 is the least significant). */
export interface Subfield {
  readonly field: FieldName;
  readonly offset: number;
  readonly bits: number;
  /** Of tun_metadata: how many bytes the sender's TLV table gives it; absent: the most, for who has no such table. */
  readonly bytes?: number;
}

/** NX_HASH_FIELDS_*, in ovs-actions(7)'s words. */
export type HashFields =
  | 'eth_src'
  | 'symmetric_l4'
  | 'symmetric_l3l4'
  | 'symmetric_l3l4+udp'
  | 'nw_src'
  | 'nw_dst'
  | 'symmetric_l3';

/** OFPR_* of a `controller` action, in ovs-actions(7)'s words; another one by its number. */
export type ControllerReason =
  | 'no_match'
  | 'action'
  | 'invalid_ttl'
  | 'action_set'
  | 'group'
  | 'packet_out'
  | number;

/** One spec of a `learn`: what the learned flow matches on (match), loads (load) or outputs to (output). */
export type LearnSpec =
  | { readonly type: 'match'; readonly from: LearnSource; readonly to: Subfield }
  | { readonly type: 'load'; readonly from: LearnSource; readonly to: Subfield }
  | { readonly type: 'output'; readonly from: Subfield };

/** A field of the packet (as wide as the destination), or a value (in as many bytes as the destination's bits need). */
export type LearnSource =
  | { readonly field: Subfield; readonly value?: undefined }
  | { readonly value: bigint; readonly field?: undefined };

export interface Learn {
  readonly type: 'learn';
  readonly table: number;
  readonly priority: number;
  readonly idleTimeout: number;
  readonly hardTimeout: number;
  readonly finIdleTimeout: number;
  readonly finHardTimeout: number;
  readonly cookie: bigint;
  /** NX_LEARN_F_* bits: 1 send_flow_rem, 2 delete_learned; 4, write_result, is `resultDestination` and not here. */
  readonly flags: number;
  /** 0: no limit. */
  readonly limit: number;
  /** Bit that is set when a flow was learned. */
  readonly resultDestination?: Subfield;
  /** 2: NXAST_LEARN2, though neither limit nor result needs it. */
  readonly form?: 2;
  readonly specs: readonly LearnSpec[];
}

/** Inside ct alone. Absent addresses: only undo what was translated before. */
export interface Nat {
  readonly type: 'nat';
  readonly direction?: 'src' | 'dst';
  /** NX_NAT_F_PERSISTENT, _PROTO_HASH, _PROTO_RANDOM. */
  readonly persistent?: boolean;
  readonly hash?: boolean;
  readonly random?: boolean;
  readonly ipv4Min?: number;
  readonly ipv4Max?: number;
  readonly ipv6Min?: bigint;
  readonly ipv6Max?: bigint;
  readonly portMin?: number;
  readonly portMax?: number;
}

export interface ConnectionTracking {
  readonly type: 'ct';
  readonly commit?: boolean;
  readonly force?: boolean;
  /** Bits without a name, which Open vSwitch hands on. */
  readonly otherFlags?: number;
  /** Absent: do not recirculate. */
  readonly table?: number;
  /** A number, or the part of a field that holds it; absent: zone 0. */
  readonly zone?: number | Subfield;
  /** IANA port of an application-level gateway: 21 FTP, 69 TFTP; absent: none. */
  readonly alg?: number;
  /** set_field and move on ct_mark and ct_label, and nat. */
  readonly actions: readonly Action[];
}

/**
 * One property of encap: class, type and value without padding. Open vSwitch knows those of NSH (class 4): its metadata type
 * (type 1, one byte) and a TLV (type 2: class:16, type:8, length:8, then as many bytes).
 */
export interface EncapProperty {
  readonly class: number;
  readonly type: number;
  readonly data: Uint8Array;
}

export type Action =
  | { readonly type: 'output'; readonly port: number; readonly maxLen?: number }
  | { readonly type: 'group'; readonly groupId: number }
  /** NXAST_CONTROLLER and _CONTROLLER2: output to the controller, with more to say than `output` has. */
  | {
      readonly type: 'controller';
      /** Absent: 0xffff, the whole packet. */
      readonly maxLen?: number;
      /** Absent: 0, every controller. */
      readonly controllerId?: number;
      /** Absent: action. */
      readonly reason?: ControllerReason;
      readonly userdata?: Uint8Array;
      readonly pause?: boolean;
      readonly meterId?: number;
      /** 2: NXAST_CONTROLLER2, though neither userdata nor pause nor a meter needs it. */
      readonly form?: 2;
    }
  | {
      readonly type: 'output_reg';
      readonly from: Subfield;
      readonly maxLen: number;
      /** 2: NXAST_OUTPUT_REG2, though the field does not need it. */
      readonly form?: 2;
    }
  | { readonly type: 'output_trunc'; readonly port: number; readonly maxLen: number }
  | {
      readonly type: 'bundle';
      /** A number: one that nobody knows; Open vSwitch lets it through in bundle_load. */
      readonly fields: HashFields | number;
      readonly basis: number;
      readonly algorithm: 'active_backup' | 'hrw' | number;
      readonly members: readonly number[];
      /** bundle_load: where the chosen port goes, instead of an output. */
      readonly to?: Subfield;
    }
  | {
      readonly type: 'set_field';
      readonly field: FieldName;
      readonly value: FieldValue;
      /** Before OpenFlow 1.5 carried by NXAST_REG_LOAD2. */
      readonly mask?: FieldValue;
      /** 2: NXAST_REG_LOAD2, though there is no mask; before OpenFlow 1.5. */
      readonly form?: 2;
    }
  | {
      readonly type: 'move';
      readonly from: Subfield;
      readonly to: Subfield;
      /** ONF's copy_field extension instead of NXAST_REG_MOVE; in OpenFlow 1.3. */
      readonly form?: 'onf';
    }
  /** NXAST_REG_LOAD: OpenFlow 1.3 and 1.4; 1.5 has the masked set_field instead, and is sent that. */
  | { readonly type: 'load'; readonly value: bigint; readonly to: Subfield }
  | { readonly type: 'push' | 'pop'; readonly field: Subfield }
  | { readonly type: 'push_vlan'; readonly ethertype: number }
  | { readonly type: 'pop_vlan' }
  /** OFPAT_SET_VLAN_VID, _PCP of OpenFlow 1.1. Open vSwitch still takes them, and these below; it sends set_field instead, as we do. */
  | { readonly type: 'set_vlan_vid'; readonly vid: number }
  | { readonly type: 'set_vlan_pcp'; readonly pcp: number }
  /** OFPAT_SET_DL_*, _NW_*, _TP_* of OpenFlow 1.1. */
  | { readonly type: 'mod_dl_src' | 'mod_dl_dst'; readonly address: number }
  | { readonly type: 'mod_nw_src' | 'mod_nw_dst'; readonly address: number }
  /** `value`: the whole TOS byte for nw_tos. */
  | { readonly type: 'mod_nw_tos' | 'mod_nw_ecn'; readonly value: number }
  /** `protocol`: that of the flow's match, 6, 17 or 132, if known; it chooses the field that is set instead. */
  | {
      readonly type: 'mod_tp_src' | 'mod_tp_dst';
      readonly port: number;
      readonly protocol?: number;
    }
  | { readonly type: 'dec_ttl' }
  /** NXAST_DEC_TTL_CNT_IDS: who is told of an expired packet. */
  | { readonly type: 'dec_ttl_cnt_ids'; readonly controllerIds: readonly number[] }
  | { readonly type: 'set_ttl'; readonly ttl: number }
  | { readonly type: 'push_mpls'; readonly ethertype: number }
  | { readonly type: 'pop_mpls'; readonly ethertype: number }
  | { readonly type: 'set_mpls_label'; readonly label: number }
  | { readonly type: 'set_mpls_tc'; readonly tc: number }
  | { readonly type: 'set_mpls_ttl'; readonly ttl: number }
  | { readonly type: 'dec_mpls_ttl' }
  | { readonly type: 'dec_nsh_ttl' }
  /** In the specification; Open vSwitch refuses both. */
  | { readonly type: 'copy_ttl_in' }
  | { readonly type: 'copy_ttl_out' }
  /** `bytes`: as in Subfield. */
  | { readonly type: 'delete_field'; readonly field: FieldName; readonly bytes?: number }
  /** `packetType`: namespace << 16 | type. */
  | {
      readonly type: 'encap';
      readonly packetType: number;
      readonly headerSize: number;
      readonly properties: readonly EncapProperty[];
    }
  | { readonly type: 'decap'; readonly packetType?: number }
  /** NXAST_SET_TUNNEL and _TUNNEL64. */
  | { readonly type: 'set_tunnel'; readonly id: bigint; readonly wide: boolean }
  | { readonly type: 'set_queue'; readonly queueId: number }
  | { readonly type: 'pop_queue' }
  /** Seconds. */
  | { readonly type: 'fin_timeout'; readonly idleTimeout: number; readonly hardTimeout: number }
  /** OpenFlow 1.5 on; before, a meter is an instruction. */
  | { readonly type: 'meter'; readonly meterId: number }
  /**
   * Search `table` (default: the current one) as if the packet came in on `port` (default: its own); `ct`: with the
   * connection's original tuple. Table 255 is the current one too, but NXAST_RESUBMIT_TABLE: what ovs-ofctl sends for resubmit:PORT.
   */
  | {
      readonly type: 'resubmit';
      readonly port?: number;
      readonly table?: number;
      readonly ct?: boolean;
    }
  | Learn
  /** `clause` counts from 0 here and on the wire, from 1 in text. */
  | {
      readonly type: 'conjunction';
      readonly id: number;
      readonly clause: number;
      readonly clauses: number;
    }
  | {
      readonly type: 'multipath';
      readonly fields: HashFields;
      readonly basis: number;
      readonly algorithm: 'modulo_n' | 'hash_threshold' | 'hrw' | 'iter_hash';
      /** One less than the number of links. */
      readonly maxLink: number;
      readonly argument: number;
      readonly to: Subfield;
    }
  | { readonly type: 'note'; readonly data: Uint8Array }
  | { readonly type: 'exit' }
  | {
      readonly type: 'sample';
      readonly probability: number;
      readonly collectorSetId: number;
      readonly domainId: number;
      readonly pointId: number;
      /** NXAST_SAMPLE2 and 3; absent: none. */
      readonly samplingPort?: number;
      readonly direction?: 'ingress' | 'egress';
      /** NXAST_SAMPLE2 or 3, though less would say it. */
      readonly form?: 2 | 3;
    }
  | ConnectionTracking
  | Nat
  | { readonly type: 'ct_clear' }
  | { readonly type: 'clone'; readonly actions: readonly Action[] }
  | { readonly type: 'check_pkt_larger'; readonly size: number; readonly to: Subfield }
  /** NXAST_WRITE_METADATA: the instruction as an action. */
  | { readonly type: 'write_metadata'; readonly metadata: bigint; readonly mask: bigint }
  /** Open vSwitch takes both from its own tests alone. */
  | { readonly type: 'debug_recirc' }
  | { readonly type: 'debug_slow' }
  /** An action that we do not know: kept byte for byte so that nothing is lost in a round trip. */
  | { readonly type: 'unknown'; readonly bytes: Uint8Array };

export type Instruction =
  | { readonly type: 'goto_table'; readonly table: number }
  | { readonly type: 'write_metadata'; readonly metadata: bigint; readonly mask: bigint }
  | { readonly type: 'write_actions'; readonly actions: readonly Action[] }
  | { readonly type: 'apply_actions'; readonly actions: readonly Action[] }
  | { readonly type: 'clear_actions' }
  | { readonly type: 'meter'; readonly meterId: number }
  | { readonly type: 'unknown'; readonly bytes: Uint8Array };

/** The members of the union that may have this type. */
export type ActionOf<Type> = Action extends infer Each
  ? Each extends { readonly type: infer Own }
    ? Type extends Own
      ? Each
      : never
    : never
  : never;
