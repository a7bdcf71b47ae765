/**
 * Nicira's match as it is on the wire, for who asks ofp-print for more: the headers' names and bare hexadecimal.
 *
 *     NXM_OF_ETH_TYPE(0806), NXM_NX_COOKIE_W(0000000000000012/00000000000000ff)
 *
 * Takes whole TLVs only; what is malformed has been refused before.
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { fieldByOxm } from '../values/fields.ts';

const EXPERIMENTER_CLASS = 0xffff;
/** NXM_NX_COOKIE: no field of a packet, so that the registry has no row for it. */
const COOKIE_CLASS = 1;
const COOKIE_NUMBER = 30;

/** "<any>" for none. */
export function formatNxMatch(tlvs: Uint8Array): string {
  const view = new DataView(tlvs.buffer, tlvs.byteOffset, tlvs.byteLength);
  const words: string[] = [];
  for (let at = 0; at + 4 <= tlvs.length; ) {
    const header = view.getUint32(at);
    const end = at + 4 + (header & 0xff);
    const isExperimenters = header >>> 16 === EXPERIMENTER_CLASS;
    const experimenter = isExperimenters ? view.getUint32(at + 4) : 0;
    const payload = tlvs.subarray(at + (isExperimenters ? 8 : 4), end);
    words.push(formatTlv(header, experimenter, payload));
    at = end;
  }
  return words.length === 0 ? '<any>' : words.join(', ');
}

function formatTlv(header: number, experimenter: number, payload: Uint8Array): string {
  const isMasked = (header & 0x100) !== 0;
  const name = headerName(header >>> 16, experimenter, (header >>> 9) & 0x7f);
  if (!isMasked) return `${name}(${hexOf(payload)})`;
  const half = payload.length / 2;
  return `${name}_W(${hexOf(payload.subarray(0, half))}/${hexOf(payload.subarray(half))})`;
}

function headerName(oxmClass: number, experimenter: number, number: number): string {
  if (oxmClass === COOKIE_CLASS && number === COOKIE_NUMBER) return 'NXM_NX_COOKIE';
  const form = fieldByOxm(oxmClass, experimenter, number)?.forms.find(
    (one) =>
      one.oxmClass === oxmClass && one.experimenter === experimenter && one.number === number,
  );
  return form?.name ?? `${oxmClass}:${number}`;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
