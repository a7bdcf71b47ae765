/**
 * What damage begins with: our vectors, and of each kind of the catalogue in each version a message of zeros, so that no decoder
 * is left out for want of a vector.
 */
import { readdirSync, readFileSync } from 'node:fs';
import {
  EXPERIMENTER_TYPE,
  MESSAGE_FORMS,
  type MessageForm,
  type MessageKind,
  MULTIPART_EXPERIMENTER,
  MULTIPART_FORMS,
  MULTIPART_REPLY_TYPE,
  MULTIPART_REQUEST_TYPE,
  type MultipartKind,
  messageForm,
  multipartForm,
} from '../../protocols/openflow/values/message-forms.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';

const FOLDER = new URL('../vectors/openflow/', import.meta.url);
const MALFORMED = '../openflow-malformed.json';
const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];
/** The fixed part of most messages is as long as one of these. */
const BODY_BYTES = [0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80];

export function messageSeeds(): Uint8Array[] {
  return [...vectors(), ...zeroMessages()];
}

function vectors(): Uint8Array[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return [...names, MALFORMED].flatMap((name) => {
    const list: unknown = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
    return Array.isArray(list) ? list.flatMap(hexOf) : [];
  });
}

function hexOf(vector: unknown): Uint8Array[] {
  const hex = (vector as { hex?: unknown } | null)?.hex;
  return typeof hex === 'string' ? [bytesOf(hex)] : [];
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'));
}

function zeroMessages(): Uint8Array[] {
  const heads: Uint8Array[] = [];
  for (const version of VERSIONS) {
    for (const kind of Object.keys(MESSAGE_FORMS) as MessageKind[]) {
      const form = messageForm(kind, version);
      if (form !== undefined) heads.push(messageHead(version, form));
    }
    for (const kind of Object.keys(MULTIPART_FORMS) as MultipartKind[]) {
      const form = multipartForm(kind, version);
      if (form === undefined) continue;
      for (const type of [MULTIPART_REQUEST_TYPE, MULTIPART_REPLY_TYPE]) {
        heads.push(multipartHead(version, type, form));
      }
    }
  }
  return heads.flatMap((head) => BODY_BYTES.map((size) => withBody(head, size)));
}

function messageHead(version: OpenFlowVersion, form: MessageForm): Uint8Array {
  return form.experimenter === undefined
    ? words(header(version, form.number))
    : words(header(version, EXPERIMENTER_TYPE), form.experimenter, form.number);
}

function multipartHead(version: OpenFlowVersion, type: number, form: MessageForm): Uint8Array {
  const kind = form.experimenter === undefined ? form.number : MULTIPART_EXPERIMENTER;
  const head = [...header(version, type), kind * 0x10000, 0];
  return form.experimenter === undefined
    ? words(head)
    : words(head, form.experimenter, form.number);
}

function header(version: OpenFlowVersion, type: number): number[] {
  return [version * 0x1000000 + type * 0x10000, 0x11223344];
}

function words(head: readonly number[], ...rest: number[]): Uint8Array {
  const all = [...head, ...rest];
  const bytes = new Uint8Array(all.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of all.entries()) view.setUint32(index * 4, word >>> 0);
  return bytes;
}

function withBody(head: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(head.length + size);
  bytes.set(head);
  new DataView(bytes.buffer).setUint16(2, bytes.length);
  return bytes;
}
