/**
 * The way in for whoever receives: one whole message to a value.
 *
 * Never throws, whatever the bytes: a fault is a value from the closed catalogue. What is returned shares no memory with
 * `bytes`.
 *
 * Source: OpenFlow 1.3.5 §7.1; see the file of each message.
 */
import { failed, ok, type Result } from '../../base/protocol-error.ts';
import { type OpenFlowError, openFlowError } from '../values/errors.ts';
import type { Message } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { Cursor, type Judgement } from './cursor.ts';
import { HEADER_BYTES, TYPE } from './message-types.ts';
import { readBody } from './registry.ts';

const SOURCE = 'OpenFlow 1.3.5 §7.1';
const SOURCES: Readonly<Record<OpenFlowVersion, string>> = {
  4: 'OpenFlow 1.3.5 §7',
  5: 'OpenFlow 1.4.1 §7',
  6: 'OpenFlow 1.5.1 §7',
};

export interface Decoded {
  /** As in the header: a hello may carry any. */
  readonly version: number;
  readonly xid: number;
  readonly message: Message;
}

/** `judgement.strict`: as Open vSwitch judges, for ofp-print and for tests; sessions are lenient. */
export function decodeMessage(
  bytes: Uint8Array,
  judgement: Judgement = {},
): Result<Decoded, OpenFlowError> {
  if (bytes.length < HEADER_BYTES) {
    return failed(openFlowError('OFPBRC_BAD_LEN', `a header of ${bytes.length} bytes`, SOURCE));
  }
  // By hand: this runs for every message, and a parser's call would be a third of what a small one costs.
  const version = bytes[0] ?? 0;
  const type = bytes[1] ?? 0;
  const length = u16(bytes, 2);
  const xid = u16(bytes, 4) * 0x10000 + u16(bytes, 6);
  if (length !== bytes.length) {
    const detail = `the header says ${length} bytes, the message has ${bytes.length}`;
    return failed(openFlowError('OFPBRC_BAD_LEN', detail, SOURCE, 2));
  }
  const known = spoken(version, type);
  if (known === undefined) {
    return failed(openFlowError('bad-version', `version ${version} is not spoken here`, SOURCE));
  }
  const { message, error } = decodeBody(bytes, known, type, judgement);
  return error === undefined ? ok({ version, xid, message }) : failed(error);
}

/** The message as far as it was understood, and the fault that ended it: for whoever shows both. */
export function decodeBody(
  bytes: Uint8Array,
  version: OpenFlowVersion,
  messageType: number,
  judgement: Judgement,
): { readonly message: Message; readonly error: OpenFlowError | undefined } {
  const cursor = Cursor.over(bytes, SOURCES[version], HEADER_BYTES, judgement);
  const message = readBody(cursor, version, messageType);
  return { message, error: cursor.error };
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 0x100 + (bytes[at + 1] ?? 0);
}

/** A hello and the error that refuses it may come in any version; their bodies never change. */
function spoken(version: number, type: number): OpenFlowVersion | undefined {
  if (version === 4 || version === 5 || version === 6) return version;
  return type === TYPE.hello || type === TYPE.error ? 4 : undefined;
}
