/**
 * Every message that we know, as one closed union: what `decodeMessage` gives and `encodeMessage` takes.
 *
 * The version and the xid are beside the message, not in it: the same value can go out in each version that has it.
 *
 * Sources: OpenFlow 1.3.5, 1.4.1 and 1.5.1 §7.3 to §7.5; ONF extensions 191 (role status) and 230 (bundles) for 1.3.
 */
import type { AsyncConfig } from './async-config.ts';
import type { FlowCommand } from './commands.ts';
import type { Flow } from './flow.ts';
import type { GroupMod } from './group.ts';
import type { Match } from './match.ts';
import type { MeterMod } from './meter.ts';
import type { MultipartReply, MultipartRequest, PortDesc } from './multipart.ts';
import type { NiciraMessage } from './nicira-messages.ts';
import type { PacketMessage } from './packet-messages.ts';
import type { QueueDesc } from './port-stats.ts';
import type { TableDesc } from './table.ts';

export interface Hello {
  readonly type: 'hello';
  /** From the version bitmap, ascending wire numbers; absent: no bitmap, the header's version is the highest. */
  readonly versions?: readonly number[];
  /** The whole body byte for byte, if there is something in it that we do not understand. */
  readonly elements?: Uint8Array;
}

export interface ErrorMessage {
  readonly type: 'error';
  readonly errorType: number;
  /** For errorType 0xffff: exp_type. */
  readonly code: number;
  /** Of errorType 0xffff alone. */
  readonly experimenter?: number;
  /** At least the first 64 bytes of what caused it, or text for a failed hello. */
  readonly data: Uint8Array;
}

export interface Features {
  /** 16 hexadecimal digits. */
  readonly datapathId: string;
  readonly buffers: number;
  readonly tables: number;
  readonly auxiliaryId: number;
  /** OFPC_* bits. */
  readonly capabilities: number;
}

export interface SwitchConfig {
  /** OFPC_FRAG_* bits. */
  readonly flags: number;
  readonly missSendLen: number;
}

export interface FlowMod {
  readonly type: 'flow_mod';
  readonly command: FlowCommand;
  readonly flow: Flow;
  /** Absent: 0, which filters nothing. */
  readonly cookieMask?: bigint;
  /** Absent: OFP_NO_BUFFER. */
  readonly bufferId?: number;
  /** Absent: OFPP_ANY. */
  readonly outPort?: number;
  /** Absent: OFPG_ANY. */
  readonly outGroup?: number;
  /** OpenFlow 1.4 on; absent: 0. */
  readonly importance?: number;
}

export interface FlowRemoved {
  readonly type: 'flow_removed';
  readonly cookie: bigint;
  readonly priority: number;
  /** OFPRR_*. */
  readonly reason: number;
  readonly table: number;
  readonly durationSeconds: number;
  readonly durationNanoseconds: number;
  readonly idleTimeout: number;
  readonly hardTimeout: number;
  readonly packets: bigint;
  readonly bytes: bigint;
  readonly match: Match;
}

export interface PortStatus {
  readonly type: 'port_status';
  readonly reason: 'add' | 'delete' | 'modify';
  readonly port: PortDesc;
}

export interface PortMod {
  readonly type: 'port_mod';
  readonly port: number;
  /** 48 bits; must be the port's own. */
  readonly hardwareAddress: number;
  /** OFPPC_* bits. */
  readonly config: number;
  /** Which bits of `config` count. */
  readonly mask: number;
  /** OFPPF_* bits; 0: unchanged. */
  readonly advertise: number;
  /** OpenFlow 1.4 on: properties that we do not know, one behind the other, byte for byte. */
  readonly unknownProperties?: Uint8Array;
}

export interface TableMod {
  readonly type: 'table_mod';
  readonly table: number;
  /** OFPTC_* bits. */
  readonly config: number;
  /** OpenFlow 1.4 on: OFPTMPEF_* bits; absent: unchanged. */
  readonly evictionFlags?: number;
  /** OpenFlow 1.4 on; in percent of the table. */
  readonly vacancy?: { readonly down: number; readonly up: number };
  readonly unknownProperties?: Uint8Array;
}

export interface TableStatus {
  readonly type: 'table_status';
  readonly reason: 'vacancy_down' | 'vacancy_up';
  readonly table: TableDesc;
}

/** A request of another controller that the switch carried out. */
export interface RequestForward {
  readonly type: 'requestforward';
  readonly xid: number;
  readonly request: ForwardedRequest;
}

export type ForwardedRequest =
  | { readonly type: 'group_mod'; readonly mod: GroupMod }
  | { readonly type: 'meter_mod'; readonly mod: MeterMod };

export type Role = 'nochange' | 'equal' | 'master' | 'slave';

export interface RoleRequest {
  readonly type: 'role_request';
  readonly role: Role;
  /** Meaningless for nochange and equal. */
  readonly generationId: bigint;
}

export interface RoleReply extends Omit<RoleRequest, 'type'> {
  readonly type: 'role_reply';
}

export interface RoleStatus {
  readonly type: 'role_status';
  readonly role: Role;
  /** A number: none that the specification has. */
  readonly reason: 'master_request' | 'config' | 'experimenter' | number;
  readonly generationId: bigint;
  /** Byte for byte. */
  readonly properties?: Uint8Array;
}

export type BundleControlType =
  | 'open_request'
  | 'open_reply'
  | 'close_request'
  | 'close_reply'
  | 'commit_request'
  | 'commit_reply'
  | 'discard_request'
  | 'discard_reply';

/** OFPBF_* bits. */
export const BUNDLE_ATOMIC = 1;
export const BUNDLE_ORDERED = 2;

export interface BundleControl {
  readonly type: 'bundle_control';
  readonly bundleId: number;
  /** A number: none that the specification has. */
  readonly control: BundleControlType | number;
  /** OFPBF_* bits. */
  readonly flags: number;
  /** Byte for byte. */
  readonly properties?: Uint8Array;
}

export interface BundleAdd {
  readonly type: 'bundle_add';
  readonly bundleId: number;
  readonly flags: number;
  /** A whole message; its xid must be the one of the message around it. */
  readonly message: Uint8Array;
  /** What follows the message (padding and properties), byte for byte. */
  readonly properties?: Uint8Array;
}

export type Message =
  | Hello
  | ErrorMessage
  | { readonly type: 'echo_request'; readonly data: Uint8Array }
  | { readonly type: 'echo_reply'; readonly data: Uint8Array }
  | {
      readonly type: 'experimenter';
      readonly experimenter: number;
      readonly experimenterType: number;
      readonly data: Uint8Array;
    }
  | { readonly type: 'features_request' }
  | ({ readonly type: 'features_reply' } & Features)
  | { readonly type: 'get_config_request' }
  | ({ readonly type: 'get_config_reply' } & SwitchConfig)
  | ({ readonly type: 'set_config' } & SwitchConfig)
  | PacketMessage
  | FlowRemoved
  | PortStatus
  | PortMod
  | TableMod
  | TableStatus
  | FlowMod
  | ForwardedRequest
  | RequestForward
  | {
      readonly type: 'multipart_request';
      readonly more?: boolean;
      /** Bits besides OFPMPF_REQ_MORE, which mean nothing. */
      readonly flags?: number;
      readonly request: MultipartRequest;
    }
  | {
      readonly type: 'multipart_reply';
      readonly more: boolean;
      /** Bits besides OFPMPF_REPLY_MORE, which mean nothing. */
      readonly flags?: number;
      readonly reply: MultipartReply;
    }
  | { readonly type: 'barrier_request' }
  | { readonly type: 'barrier_reply' }
  /** Queues of one port (ANY: of all) and their rates. OpenFlow 1.3; later ones have a multipart for it (queue_desc). */
  | { readonly type: 'queue_get_config_request'; readonly port: number }
  | {
      readonly type: 'queue_get_config_reply';
      readonly port: number;
      readonly queues: readonly QueueDesc[];
    }
  | RoleRequest
  | RoleReply
  | RoleStatus
  | BundleControl
  | BundleAdd
  | { readonly type: 'get_async_request' }
  | ({ readonly type: 'get_async_reply' } & AsyncConfig)
  | ({ readonly type: 'set_async' } & AsyncConfig)
  | { readonly type: 'flow_monitor_cancel'; readonly monitorId: number }
  | { readonly type: 'flow_monitor_paused' }
  | { readonly type: 'flow_monitor_resumed' }
  | NiciraMessage
  /** A type that this version does not have, or that we do not know: kept, not judged. */
  | { readonly type: 'unknown'; readonly messageType: number; readonly body: Uint8Array };
