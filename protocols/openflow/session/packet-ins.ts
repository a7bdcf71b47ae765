/**
 * Packets that the switch has sent us and nobody has taken yet: apart from all else, bounded, and undecoded until they are taken.
 *
 * A flood of them costs a look at three numbers and a copy each, up to the bound; beyond it the newest are dropped and counted, so
 * that what a flood costs does not grow with the flood.
 *
 * Sources: OpenFlow 1.3.5 §7.4.1 (OFPT_PACKET_IN); Open vSwitch 3.1 (NXT_PACKET_IN, NXT_PACKET_IN2).
 */
import { EXPERIMENTER_TYPE, MESSAGE_FORMS, NICIRA } from '../values/message-forms.ts';

const PACKET_IN = MESSAGE_FORMS.packet_in[0].number;
const NICIRAS: ReadonlySet<number> = new Set([
  MESSAGE_FORMS.nx_packet_in[0].number,
  MESSAGE_FORMS.nx_packet_in2[0].number,
]);
const EXPERIMENTER_HEAD_BYTES = 16;

export function isPacketIn(bytes: Uint8Array): boolean {
  const type = bytes[1];
  if (type === PACKET_IN) return true;
  if (type !== EXPERIMENTER_TYPE || bytes.length < EXPERIMENTER_HEAD_BYTES) return false;
  return u32At(bytes, 8) === NICIRA && NICIRAS.has(u32At(bytes, 12));
}

function u32At(bytes: Uint8Array, at: number): number {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = bytes.subarray(at, at + 4);
  return ((b0 << 24) | (b1 << 16) | (b2 << 8) | b3) >>> 0;
}

export interface PacketInBounds {
  /** 0: none are wanted. */
  readonly packetInsMax: number;
  readonly packetInBytesMax: number;
}

export class PacketIns {
  readonly #bounds: PacketInBounds;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #droppedSinceTaken = 0;
  dropped = 0;

  constructor(bounds: PacketInBounds) {
    this.#bounds = bounds;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Copies the message; false: it was dropped. */
  add(bytes: Uint8Array): boolean {
    const { packetInsMax, packetInBytesMax } = this.#bounds;
    if (
      this.#waiting.length >= packetInsMax ||
      (this.#waiting.length > 0 && this.#bytes + bytes.length > packetInBytesMax)
    ) {
      this.dropped++;
      this.#droppedSinceTaken++;
      return false;
    }
    this.#waiting.push(new Uint8Array(bytes));
    this.#bytes += bytes.length;
    return true;
  }

  /** The oldest first. */
  take(most: number): { readonly taken: readonly Uint8Array[]; readonly dropped: number } {
    const taken = this.#waiting.splice(0, most);
    for (const bytes of taken) this.#bytes -= bytes.length;
    const dropped = this.#droppedSinceTaken;
    this.#droppedSinceTaken = 0;
    return { taken, dropped };
  }

  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }
}
