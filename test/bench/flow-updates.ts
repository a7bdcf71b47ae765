/**
 * The flow monitor's updates on the wire: from bytes to (event, table, keys of the match), and nothing else.
 *
 * A bench that watches twenty bridges cannot afford twenty ovs-ofctl processes and their text on two cores; this
 * reads what they read. Knows the two fields by which a contestant's flow is recognised.
 *
 * Sources: OpenFlow 1.4.1 §7.3.5.17 (OFPMP_FLOW_MONITOR), §7.2.3 (match); Open vSwitch include/openflow/nicira-ext.h
 * (NXM_NX_REG).
 */

export type FlowEvent = 'added' | 'deleted' | 'modified';

export interface FlowUpdate {
  readonly event: FlowEvent;
  readonly table: number;
  /** 12 hexadecimal digits; undefined: the flow does not match on the whole address. */
  readonly ethDst: string | undefined;
  /** Open vSwitch's register 15: OVN's output port. */
  readonly reg15: number | undefined;
}

/** 1.4: in 1.5 Open vSwitch writes registers in pairs (OXM packet registers). */
const VERSION_14 = 5;
const TYPE = { error: 1, echoRequest: 2, echoReply: 3, multipartRequest: 18, multipartReply: 19 };
const OFPMP_FLOW_MONITOR = 16;
/** OFPFMF_ADD, OFPFMF_REMOVED, OFPFMF_MODIFY: neither what is there already nor the instructions. */
const MONITOR_FLAGS = 2 + 4 + 8;
const OFPP_ANY = 0xffffffff;
const OFPG_ANY = 0xffffffff;
const ANY_TABLE = 0xff;
/** OFPFME_*; paused and resumed need nothing: what was missed is told as added or deleted afterwards. */
const EVENTS: Readonly<Record<number, FlowEvent>> = { 1: 'added', 2: 'deleted', 3: 'modified' };

const OXM_ETH_DST = 0x80000606;
const NXM_REG15 = 0x00011e04;

/** HELLO, then the request for every change from now on. */
export function monitorRequest(): Buffer {
  const bytes = Buffer.alloc(8 + 40);
  bytes.writeUInt8(VERSION_14, 0);
  bytes.writeUInt16BE(8, 2);
  const request = bytes.subarray(8);
  request.writeUInt8(VERSION_14, 0);
  request.writeUInt8(TYPE.multipartRequest, 1);
  request.writeUInt16BE(40, 2);
  request.writeUInt32BE(1, 4); // xid
  request.writeUInt16BE(OFPMP_FLOW_MONITOR, 8);
  request.writeUInt32BE(1, 16); // the monitor's id
  request.writeUInt32BE(OFPP_ANY, 20);
  request.writeUInt32BE(OFPG_ANY, 24);
  request.writeUInt16BE(MONITOR_FLAGS, 28);
  request.writeUInt8(ANY_TABLE, 30);
  request.writeUInt16BE(1, 32); // OFPMT_OXM, without fields
  request.writeUInt16BE(4, 34);
  return bytes;
}

export interface UpdateSink {
  update(update: FlowUpdate): void;
  /** The switch answered the request. */
  started(): void;
  send(bytes: Buffer): void;
  failed(reason: string): void;
}

/** Takes the stream of one connection in pieces. */
export class FlowUpdateReader {
  readonly #sink: UpdateSink;
  #rest: Buffer = Buffer.alloc(0);

  constructor(sink: UpdateSink) {
    this.#sink = sink;
  }

  take(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= 8) {
      const size = bytes.readUInt16BE(at + 2);
      if (bytes.length - at < size) break;
      this.#message(bytes.subarray(at, at + size));
      at += size;
    }
    this.#rest = bytes.subarray(at);
  }

  #message(message: Buffer): void {
    switch (message.readUInt8(1)) {
      case TYPE.echoRequest: {
        const reply = Buffer.from(message);
        reply.writeUInt8(TYPE.echoReply, 1);
        this.#sink.send(reply);
        return;
      }
      case TYPE.error:
        this.#sink.failed(`the switch refused the flow monitor: ${message.toString('hex')}`);
        return;
      case TYPE.multipartReply:
        this.#sink.started();
        this.#updates(message);
        return;
      default:
    }
  }

  #updates(message: Buffer): void {
    for (let at = 16; at + 4 <= message.length; ) {
      const size = message.readUInt16BE(at);
      const event = EVENTS[message.readUInt16BE(at + 2)];
      if (event !== undefined) {
        this.#sink.update(readUpdate(event, message.subarray(at, at + size)));
      }
      at += Math.max(size, 4);
    }
  }
}

function readUpdate(event: FlowEvent, entry: Buffer): FlowUpdate {
  const matchEnd = 24 + entry.readUInt16BE(26);
  let ethDst: string | undefined;
  let reg15: number | undefined;
  for (let at = 28; at < matchEnd; ) {
    const header = entry.readUInt32BE(at);
    if (header === OXM_ETH_DST) ethDst = entry.toString('hex', at + 4, at + 10);
    else if (header === NXM_REG15) reg15 = entry.readUInt32BE(at + 4);
    at += 4 + (header & 0xff);
  }
  return { event, table: entry.readUInt8(4), ethDst, reg15 };
}
