/**
 * Actions and instructions: what a flow or a bucket does with a packet.
 *
 * Sources: OpenFlow 1.3.5 §7.2.4 (instructions), §7.2.5 (actions); ovs-actions(7) for the extensions.
 */
import type { FieldName } from './fields.ts';
import type { FieldValue } from './match.ts';

/** A part of a field: `n_bits` from bit `offset` (0 is the least significant). */
export interface Subfield {
  readonly field: FieldName;
  readonly offset: number;
  readonly bits: number;
}

export type Action =
  | { readonly type: 'output'; readonly port: number; readonly maxLen?: number }
  | { readonly type: 'group'; readonly groupId: number }
  | { readonly type: 'set_queue'; readonly queueId: number }
  | { readonly type: 'push_vlan'; readonly ethertype: number }
  | { readonly type: 'pop_vlan' }
  | { readonly type: 'dec_ttl' }
  | {
      readonly type: 'set_field';
      readonly field: FieldName;
      readonly value: FieldValue;
      readonly mask?: FieldValue;
    }
  | { readonly type: 'move'; readonly from: Subfield; readonly to: Subfield }
  /** NXAST_REG_LOAD: OpenFlow 1.3 and 1.4 (1.5 has the masked set_field instead). */
  | { readonly type: 'load'; readonly value: bigint; readonly to: Subfield }
  | { readonly type: 'push_mpls'; readonly ethertype: number }
  | { readonly type: 'pop_mpls'; readonly ethertype: number }
  | { readonly type: 'set_ttl'; readonly ttl: number }
  | { readonly type: 'set_mpls_ttl'; readonly ttl: number }
  | { readonly type: 'dec_mpls_ttl' }
  | { readonly type: 'copy_ttl_in' }
  | { readonly type: 'copy_ttl_out' }
  /** OpenFlow 1.5 on; before, a meter is an instruction. */
  | { readonly type: 'meter'; readonly meterId: number }
  /** Search `table` (default: the current one) as if the packet came in on `port` (default: its own). */
  | { readonly type: 'resubmit'; readonly port?: number; readonly table?: number }
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
