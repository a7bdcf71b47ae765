/**
 * What waits for the driver to be sent, in order, and the xids that our own messages take.
 */
import type { Message } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { encodeMessage } from '../wire/encode.ts';
import { HEADER_BYTES } from '../wire/message-types.ts';

const XID_MAX = 0x7fffffff;

export class Outbox {
  /** Of what is encoded from now on. */
  version: OpenFlowVersion;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #lastXid = 0;

  constructor(version: OpenFlowVersion) {
    this.version = version;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
  }

  take(): Uint8Array[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return waiting;
  }

  /** The first of so many in a row. */
  reserveXids(count: number): number {
    if (this.#lastXid + count > XID_MAX) this.#lastXid = 0;
    const first = this.#lastXid + 1;
    this.#lastXid += count;
    return first;
  }

  /** What a bundle is given has the xid of the message around it (OpenFlow 1.4.1 §7.3.9.4). */
  encode(xid: number, message: Message): Uint8Array {
    const inBundle =
      message.type === 'bundle_add'
        ? { ...message, message: withXid(message.message, xid) }
        : message;
    return encodeMessage(this.version, xid, inBundle);
  }
}

function withXid(message: Uint8Array, xid: number): Uint8Array {
  const copy = new Uint8Array(message);
  if (copy.length >= HEADER_BYTES) new DataView(copy.buffer).setUint32(4, xid);
  return copy;
}
