/**
 * Pieces of a message (actions, instructions, matches) as flow-mods of each version, so that a whole message can be judged. By hand,
 * not by the codec: what is judged here may be wrong on purpose.
 *
 * Source: OpenFlow 1.3.5 §7.3.4.1 (flow-mod), §7.2.3.1 (match), §7.2.4 (instructions).
 */
import { FIELDS } from '../../protocols/openflow/values/fields.ts';

export const VERSIONS = [4, 5, 6] as const;

/** OFPIT_APPLY_ACTIONS. */
const APPLY_ACTIONS = 4;
const FLOW_MOD = 14;

/** Everything but match and instructions, as `ovs-ofctl add-flow` sends it. */
const FIXED =
  '00000000000000000000000000000000000000000000 8000 ffffffff ffffffff ffffffff 0000 0000';

export function bytesOfHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replace(/[\s.]/g, ''), 'hex'));
}

/** `instructions`: their bytes, as they are. */
export function flowMod(version: number, match: Uint8Array, instructions: Uint8Array): Uint8Array {
  const fixed = Buffer.from(FIXED.replaceAll(' ', ''), 'hex');
  const head = Buffer.from([version, FLOW_MOD, 0, 0, 0, 0, 0, 1]);
  const whole = Buffer.concat([head, fixed, matchStructure(match), instructions]);
  whole.writeUInt16BE(whole.length, 2);
  return new Uint8Array(whole);
}

/** OFPMT_OXM around TLVs, padded. */
function matchStructure(tlvs: Uint8Array): Buffer {
  const length = 4 + tlvs.length;
  const structure = Buffer.alloc(Math.ceil(length / 8) * 8);
  structure.writeUInt16BE(1, 0);
  structure.writeUInt16BE(length, 2);
  structure.set(tlvs, 4);
  return structure;
}

export function applyActions(actions: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(APPLY_ACTIONS, 0);
  head.writeUInt16BE(8 + actions.length, 2);
  return new Uint8Array(Buffer.concat([head, actions]));
}

interface Form {
  readonly oxmClass: number;
  readonly experimenter: number;
  readonly number: number;
}

/** The cookie is no field: it has a header only in what OpenFlow 1.0 extended asks for. */
const COOKIE: Form = { oxmClass: 1, experimenter: 0, number: 30 };

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ...FIELDS.flatMap((field) => field.forms.map((form) => [form.name, form] as const)),
  ['NXM_NX_COOKIE', COOKIE],
]);

/**
 * `NXM_OF_IN_PORT(0001) NXM_OF_ETH_TYPE_W(0800/ff00)` as TLVs; a header that has no name is written in hexadecimal digits. A string
 * says what of it has no meaning here.
 */
export function matchOfText(text: string): Uint8Array | string {
  const parts: Uint8Array[] = [];
  for (const [, name = '', value = '', mask = ''] of text.matchAll(
    /([A-Za-z0-9_]+)\(([0-9a-fA-F]*)(?:\/([0-9a-fA-F]*))?\)/g,
  )) {
    const header = /^[0-9a-fA-F]{8,}$/.test(name) ? bytesOfHex(name) : headerOf(name, value, mask);
    if (header === undefined) return `no header is called ${name}`;
    parts.push(header, bytesOfHex(value), bytesOfHex(mask));
  }
  if (parts.length === 0 && !text.includes('<any>')) return `no match: ${text}`;
  return new Uint8Array(Buffer.concat(parts));
}

/** The length is what is written, not what the field has. */
function headerOf(name: string, value: string, mask: string): Uint8Array | undefined {
  const form = FORMS.get(name) ?? FORMS.get(name.replace(/_W$/, ''));
  if (form === undefined) return undefined;
  const masked = mask !== '' ? 1 : 0;
  const isExperimenter = form.oxmClass === 0xffff;
  const length = (value.length + mask.length) / 2 + (isExperimenter ? 4 : 0);
  const header = Buffer.alloc(isExperimenter ? 8 : 4);
  header.writeUInt16BE(form.oxmClass, 0);
  header.writeUInt8(((form.number << 1) | masked) & 0xff, 2);
  header.writeUInt8(length & 0xff, 3);
  if (isExperimenter) header.writeUInt32BE(form.experimenter, 4);
  return new Uint8Array(header);
}
