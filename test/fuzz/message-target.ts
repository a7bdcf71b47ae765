/**
 * One message: decoded, encoded again and printed, whatever its bytes.
 *
 * Nothing throws; nothing is read beyond its end, and nothing of its buffer is kept; what it becomes is bounded by what it is;
 * what it is encoded to again means the same.
 */

import { printMessage } from '../../protocols/openflow/print.ts';
import { OPENFLOW_ERRORS } from '../../protocols/openflow/values/errors.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { type Decoded, decodeMessage } from '../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';
import { decodeFlowStats, scanFlowStats } from '../../protocols/openflow/wire/flow-scan.ts';
import { mutateMessage } from './mutate-message.ts';
import { hashOf } from './random.ts';
import { messageSeeds } from './seeds.ts';
import type { Outcome, Target } from './target.ts';
import { type Shape, shapeOf } from './value-shape.ts';

const MARGIN_BYTES = 64;
/** The header, and that of a multipart. */
const DUMP_HEAD_BYTES = 16;
/** A byte may stand for a member with a name: an 8-byte action becomes an object of some members. */
const SIZE_OF_A_BYTE = 64;
const SIZE_ALWAYS = 4096;
/** A byte of a set of flags may stand for eight words. */
const TEXT_OF_A_BYTE = 256;

/** Actions of OpenFlow 1.0 that later versions still take, and write as set_field: once, that makes another value. */
const LEGACY = /"type":"(load|set_vlan_vid|set_vlan_pcp|mod_\w+|set_tunnel|set_mpls_\w+)"/;

type Result = ReturnType<typeof decodeMessage>;

/** What is judged; tests of the judge give it one that is at fault. */
export interface MessageCodec {
  readonly decode: typeof decodeMessage;
  readonly encode: typeof encodeMessage;
  readonly print: typeof printMessage;
}

export const CODEC: MessageCodec = {
  decode: decodeMessage,
  encode: encodeMessage,
  print: printMessage,
};

export function messageTarget(more: readonly Uint8Array[] = []): Target {
  return {
    name: 'message',
    seeds: [...messageSeeds(), ...more],
    mutate: mutateMessage,
    run: (input) => runMessage(input),
  };
}

/** In the middle of a larger buffer, whose other bytes must not matter. */
function embedded(input: Uint8Array, poison: number): { buffer: Uint8Array; bytes: Uint8Array } {
  const buffer = new Uint8Array(input.length + 2 * MARGIN_BYTES).fill(poison);
  buffer.set(input, MARGIN_BYTES);
  return { buffer, bytes: buffer.subarray(MARGIN_BYTES, MARGIN_BYTES + input.length) };
}

function decodeIn(
  codec: MessageCodec,
  input: Uint8Array,
  poison: number,
  strict: boolean,
): { result: Result; shape: Shape } {
  const { buffer, bytes } = embedded(input, poison);
  const result = codec.decode(bytes, { strict });
  buffer.fill(~poison);
  return { result, shape: shapeOf(result) };
}

export function runMessage(input: Uint8Array, codec = CODEC): Outcome {
  const lenient = decodeIn(codec, input, 0x00, false);
  const strict = decodeIn(codec, input, 0xa5, true);
  const features = [...featuresOf('lenient', lenient), ...featuresOf('strict', strict)];
  const fault =
    decodeFault(codec, input, lenient, strict) ??
    againFault(codec, lenient.result) ??
    printFault(codec, input) ??
    scanFault(input);
  return { fault, features };
}

function decodeFault(
  codec: MessageCodec,
  input: Uint8Array,
  lenient: { result: Result; shape: Shape },
  strict: { result: Result; shape: Shape },
): string | undefined {
  for (const { result } of [lenient, strict]) {
    if (!result.ok && !OPENFLOW_ERRORS.has(result.error.code)) {
      return `an error outside of the catalogue: ${result.error.code}`;
    }
  }
  if (strict.result.ok && !lenient.result.ok) {
    return 'taken by a strict judge, refused by a lenient one';
  }
  const other = decodeIn(codec, input, 0xff, false);
  if (lenient.shape.text !== other.shape.text) {
    return 'what stands around it changes what it is, or its bytes are kept';
  }
  if (lenient.shape.size <= SIZE_ALWAYS + SIZE_OF_A_BYTE * input.length) return undefined;
  return `${input.length} bytes became a value of ${lenient.shape.size}`;
}

function againFault(codec: MessageCodec, result: Result, mayChange = true): string | undefined {
  if (!result.ok) return undefined;
  const { version, xid, message } = result.value;
  if (version < 4 || version > 6) return undefined;
  const bytes = encoded(codec, { version, xid, message });
  if (bytes === undefined) return undefined;
  const again = codec.decode(bytes);
  const [before, after] = [shapeOf(result).text, shapeOf(again).text];
  if (before === after) return undefined;
  // Bytes that are no UTF-8 take more room once they are replaced.
  const isReplaced = before.includes('\ufffd');
  if (mayChange && (isReplaced || LEGACY.test(before))) return againFault(codec, again, false);
  return `encoded and decoded it is another: ${difference(before, after)}`;
}

/** Undefined: it may not be sent, or what was written shorter than we write it would be too long now. */
function encoded(codec: MessageCodec, { version, xid, message }: Decoded): Uint8Array | undefined {
  try {
    return codec.encode(version as OpenFlowVersion, xid, message);
  } catch (error) {
    if (error instanceof RangeError && /^a message of \d+ bytes/.test(error.message)) return;
    // Open vSwitch takes these commands in older versions, too, but nobody may send them.
    if (error instanceof TypeError && /^(insert|remove)_bucket/.test(error.message)) return;
    throw error;
  }
}

function difference(before: string, after: string): string {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  const from = Math.max(0, at - 40);
  return `…${before.slice(from, at + 40)}… became …${after.slice(from, at + 40)}…`;
}

function printFault(codec: MessageCodec, input: Uint8Array): string | undefined {
  const verbosity = hashOf(input) % 6;
  const text = codec.print(input, verbosity);
  if (!text.endsWith('\n')) return 'its text does not end';
  if (text.length <= SIZE_ALWAYS + TEXT_OF_A_BYTE * input.length) return undefined;
  return `${input.length} bytes became a text of ${text.length}`;
}

function featuresOf(how: string, { result, shape }: { result: Result; shape: Shape }): string[] {
  if (!result.ok) {
    const { code, detail } = result.error;
    return [`${how} ${code} ${detail.replace(/(0x)?[0-9a-f]*[0-9][0-9a-f]*/g, '#')}`];
  }
  const { version, message } = result.value;
  const head = `${how} ${version} ${message.type}`;
  const words = shape.text.matchAll(/"(type|kind|field|control|command)":"(\w+)"/g);
  return [...new Set([...words].map(([, member, word]) => `${head} ${member} ${word}`))];
}

/** The hot path of a flow dump does not decode, and leaves nothing out. */
function scanFault(input: Uint8Array): string | undefined {
  const version = input[0];
  if (input[1] !== 19 || input[8] !== 0 || input[9] !== 1 || input.length < DUMP_HEAD_BYTES) return;
  if (version !== 4 && version !== 5 && version !== 6) return;
  const body = embedded(input, 0xff).bytes.subarray(DUMP_HEAD_BYTES);
  let end = 0;
  let isInside = true;
  const whole = scanFlowStats(version, body, (entry) => {
    isInside &&= entry.offset === end;
    end = entry.offset + entry.length;
    isInside &&= end <= body.length && entry.matchOffset + entry.matchLength <= end;
  });
  decodeFlowStats(version, body);
  if (!isInside) return 'a scan leaves its records';
  return whole && end !== body.length ? 'a scan ends before its end' : undefined;
}
