/**
 * OFPT_PACKET_OUT: a packet for the switch, and what to do with it.
 *
 *     1.3, 1.4: buffer_id:32 | in_port:32 | actions_len:16 | pad:48 | actions | packet
 *     1.5:      buffer_id:32 | actions_len:16 | pad:16 | ofp_match | actions | packet
 *
 * Traps: 1.5 names the port in a match, which stands before the actions, while their length comes before both. In that match only
 * fields of the pipeline may stand.
 * Sources: OpenFlow 1.3.5 §7.3.7, OpenFlow 1.5.1 §7.3.6; ovs-ofctl(8) of Open vSwitch 3.1 for the ports that it takes.
 */
import type { FieldName } from '../../values/fields.ts';
import type { Match } from '../../values/match.ts';
import type { PacketOut } from '../../values/packet-messages.ts';
import {
  OFP_NO_BUFFER,
  OFPP_ANY,
  OFPP_CONTROLLER,
  OFPP_LOCAL,
  OFPP_MAX,
} from '../../values/ports.ts';
import { OPENFLOW_15, type OpenFlowVersion } from '../../values/version.ts';
import { readActionList } from '../action-list.ts';
import { putActions } from '../actions/action-encode.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { putMatch } from '../match/oxm-encode.ts';
import { isInPort, readPipelineMatch } from '../match/pipeline-fields.ts';
import { checkPort, portFrom16 } from '../port-number.ts';

const LAYOUT_13 = layout({ bufferId: 'u32', inPort: 'u32', actionsSize: 'u16', pad: 'pad6' });
const LAYOUT_15 = layout({ bufferId: 'u32', actionsSize: 'u16', pad: 'pad2' });

/** Reserved ports on which a packet may have come in. */
const RESERVED_IN_PORTS: readonly number[] = [OFPP_LOCAL, OFPP_CONTROLLER, OFPP_ANY];

/** Fields that a packet-out of 1.5 may name (OpenFlow 1.5.1 §7.2.3.9, "pipeline fields"), and those of Open vSwitch. */
const PIPELINE_FIELDS =
  /^(in_port|nxm_in_port|metadata|packet_type|x{0,2}reg[0-9]+|tun_(?!tos|ttl).*)$/;

export function putPacketOut(
  writer: ByteWriter,
  version: OpenFlowVersion,
  message: PacketOut,
): void {
  const fixed = writer.mark();
  const is15 = version >= OPENFLOW_15;
  const at = writer.reserve(is15 ? LAYOUT_15.size : LAYOUT_13.size);
  writer.view.setUint32(at, message.bufferId ?? OFP_NO_BUFFER);
  if (is15) {
    const inPort = { field: 'in_port', value: message.inPort } as const;
    putMatch(writer, [inPort, ...(message.match ?? [])], version);
  } else {
    if (message.match !== undefined && message.match.length > 0) {
      throw new TypeError('a packet-out before OpenFlow 1.5 has no match, only an in_port');
    }
    writer.view.setUint32(at + 4, message.inPort);
  }
  const actions = writer.mark();
  putActions(writer, version, message.actions);
  writer.view.setUint16(writer.start + fixed + (is15 ? 4 : 8), writer.mark() - actions);
  writer.put(message.data);
}

export function readPacketOut(cursor: Cursor, version: OpenFlowVersion): PacketOut {
  const read = version >= OPENFLOW_15 ? readBody15 : readBody13;
  const message = read(cursor, version);
  const { inPort } = message;
  if (inPort >= OFPP_MAX && !RESERVED_IN_PORTS.includes(inPort)) {
    cursor.fail('OFPBRC_BAD_PORT', `a packet-out from the reserved port ${inPort}`);
  }
  return message;
}

function readBody13(cursor: Cursor, version: OpenFlowVersion): PacketOut {
  const { bufferId, inPort, actionsSize } = cursor.struct(LAYOUT_13, 'a packet-out');
  checkPort(cursor, inPort);
  const actions = readActionList(cursor, actionsSize, version);
  return { type: 'packet_out', ...buffered(bufferId), inPort, actions, data: cursor.rest() };
}

function readBody15(cursor: Cursor, version: OpenFlowVersion): PacketOut {
  const { bufferId, actionsSize } = cursor.struct(LAYOUT_15, 'a packet-out');
  const fields = readPipelineMatch(cursor, isPipelineField);
  const inPort = inPortOf(fields);
  if (inPort === undefined) cursor.fail('OFPBRC_BAD_PORT', 'a packet-out without an in_port');
  const match = fields.filter(({ field }) => !isInPort(field));
  const actions = readActionList(cursor, actionsSize, version);
  return {
    type: 'packet_out',
    ...buffered(bufferId),
    inPort: inPort ?? 0,
    ...(match.length === 0 ? {} : { match }),
    actions,
    data: cursor.rest(),
  };
}

function isPipelineField(field: FieldName): boolean {
  return PIPELINE_FIELDS.test(field);
}

function inPortOf(fields: Match): number | undefined {
  const item = fields.find(({ field }) => isInPort(field));
  if (item === undefined) return undefined;
  const port = Number(item.value);
  return item.field === 'in_port' ? port : portFrom16(port);
}

function buffered(bufferId: number): { bufferId?: number } {
  return bufferId === OFP_NO_BUFFER ? {} : { bufferId };
}
