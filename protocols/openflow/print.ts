/**
 * The bytes of a message to the words of `ovs-ofctl ofp-print`.
 *
 *     OFPT_BARRIER_REPLY (OF1.3) (xid=0x2):
 *
 * A message that Open vSwitch would refuse is printed as Open vSwitch does it: what it is called, as far as it was
 * understood, then the name of the error and the bytes. Never throws, whatever the bytes.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1 (ofp-print); judged by it.
 */
import { hexDump } from './text/hex-dump.ts';
import { formatBody } from './text/message-text.ts';
import type { OpenFlowErrorCode } from './values/errors.ts';
import {
  MULTIPART_REPLY_TYPE,
  MULTIPART_REQUEST_TYPE,
  type MultipartKind,
} from './values/message-forms.ts';
import type { Message } from './values/messages.ts';
import type { OpenFlowVersion } from './values/version.ts';
import { decodeBody } from './wire/decode.ts';
import { identifyMessage, nameOfPart } from './wire/identify.ts';
import { HEADER_BYTES } from './wire/message-types.ts';
import { olderEmptyName } from './wire/older-versions.ts';

export const DEFAULT_VERBOSITY = 2;
/** From here on the message's bytes follow its words. */
const VERBOSITY_WITH_BYTES = 5;
/** A message has room for 5000 errors in each other, the stack has not. Of those that are deeper there are the bytes. */
const NESTING_MAX = 500;

/** One message, ending with a newline. */
export function printMessage(bytes: Uint8Array, verbosity = DEFAULT_VERBOSITY): string {
  return printAt(0, bytes, verbosity);
}

/** `depth`: how many messages are around this one. */
function printAt(depth: number, bytes: Uint8Array, verbosity: number): string {
  if (depth > NESTING_MAX) return hexDump(bytes);
  if (bytes.length === 0) return 'OpenFlow message is empty\n';
  if (bytes.length < HEADER_BYTES) {
    return `OpenFlow packet too short (only ${bytes.length} bytes):\n${hexDump(bytes)}`;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stated = view.getUint16(2);
  if (stated < bytes.length) {
    return `(***only uses ${stated} bytes out of ${bytes.length}***)\n${hexDump(bytes)}`;
  }
  if (stated > bytes.length) {
    const name = nameOfPart(bytes);
    const line = name === undefined ? '' : onLineOfItsOwn(headLine(name, view));
    return `${line}(***truncated to ${bytes.length} bytes from ${stated}***)\n${hexDump(bytes)}`;
  }
  const identity = identifyMessage(bytes);
  if (!identity.ok) {
    const older = olderEmptyName(bytes);
    if (older !== undefined) return onLineOfItsOwn(headLine(older, view));
    return `${decodeError(identity.error.code)}${hexDump(bytes)}`;
  }
  const head = headLine(identity.value.name, view);
  const { text, error } = bodyText(depth, bytes, verbosity);
  if (error !== undefined) {
    const before = text === '' ? ' ' : onLineOfItsOwn(chomp(text));
    return `${head}${before}${decodeError(error)}${hexDump(bytes)}`;
  }
  const words = onLineOfItsOwn(chomp(`${head}${text}`));
  return verbosity < VERBOSITY_WITH_BYTES ? words : `${words}${hexDump(bytes)}`;
}

/** `OFPT_HELLO (OF1.3) (xid=0x1):`; hellos, errors and echoes come in versions that we do not speak, too. */
function headLine(name: string, view: DataView): string {
  const version = view.getUint8(0);
  return `${name}${VERSION_WORDS[version] ?? ` (OF 0x${hexByte(version)})`} (xid=0x${view.getUint32(4).toString(16)}):`;
}

/** OpenFlow 1.0 is not mentioned. */
const VERSION_WORDS: readonly (string | undefined)[] = [
  ...[undefined, '', ' (OF1.1)', ' (OF1.2)', ' (OF1.3)', ' (OF1.4)', ' (OF1.5)'],
];

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** What is said behind the header's line; with an error: what is said before it. */
function bodyText(
  depth: number,
  bytes: Uint8Array,
  verbosity: number,
): { text: string; error?: string } {
  const [headerVersion = 0] = bytes;
  // Of others there are only kinds that are the same in each version.
  const version: OpenFlowVersion = headerVersion === 5 || headerVersion === 6 ? headerVersion : 4;
  const { message, error } = decodeBody(bytes, version, bytes[1] ?? 0, { strict: true });
  const flags = multipartFlags(bytes);
  const nested = (inner: Uint8Array, level = verbosity) =>
    withoutLastNewline(printAt(depth + 1, inner, level));
  const format = () => formatBody(message, { bytes, version, headerVersion, verbosity, nested });
  if (error === undefined || (verbosity < 1 && isCounted(message))) {
    return { text: flags + format() };
  }
  const before = isPrintedPiecewise(message) ? format() : '';
  // Open vSwitch says it twice there.
  const twice = kindOf(message) === 'group_stats' ? ' ***parse error***' : '';
  return { text: flags + before + twice, error: errorWord(message, bytes, error.code) };
}

/**
 * Open vSwitch has no name for what is wrong with the match or the statistics of a flow in OpenFlow 1.5, nor with a table
 * status that says nothing of its table.
 */
function errorWord(message: Message, bytes: Uint8Array, code: OpenFlowErrorCode): string {
  const is15 = bytes[0] === 6;
  const ofFlow = is15 && message.type === 'multipart_reply' && kindOf(message) === 'flow';
  const nameless =
    (ofFlow && (code === 'OFPBRC_BAD_LEN' || code.startsWith('OFPBMC_'))) ||
    (message.type === 'table_status' && bytes.length === TABLE_STATUS_HEAD_BYTES);
  return nameless ? '<invalid>' : code;
}

/** The header, the reason and what fills it up. */
const TABLE_STATUS_HEAD_BYTES = 16;

/** Flags that OpenFlow does not have are said, too. */
function multipartFlags(bytes: Uint8Array): string {
  const type = bytes[1] ?? 0;
  if (type !== MULTIPART_REQUEST_TYPE && type !== MULTIPART_REPLY_TYPE) return '';
  const flags = ((bytes[10] ?? 0) << 8) | (bytes[11] ?? 0);
  if (flags === 0) return '';
  const more = (flags & MORE) === 0 ? '' : '[more]';
  const unknown = flags & ~MORE;
  const rest =
    unknown === 0 ? '' : `[***unknown flags 0x${unknown.toString(16).padStart(4, '0')}***]`;
  return ` flags=${more}${rest}`;
}

/** OFPMPF_REQ_MORE, OFPMPF_REPLY_MORE. */
const MORE = 1;

/** Of these ofp-print says, record for record, what it understood before the fault. */
const PIECEWISE: ReadonlySet<string> = new Set<MultipartKind>([
  ...(['flow', 'table_stats', 'port_stats', 'queue_stats', 'group_stats', 'group_desc'] as const),
  ...(['meter_stats', 'meter_config', 'table_features', 'port_desc', 'table_desc'] as const),
  ...(['queue_desc', 'flow_monitor', 'ipfix_bridge', 'ipfix_flow'] as const),
]);
const REQUESTS_PIECEWISE: ReadonlySet<string> = new Set<MultipartKind>([
  ...(['table_features', 'table_desc', 'flow_monitor'] as const),
]);
/** With verbosity 0, ofp-print says how many there are and looks no further. */
const COUNTED: ReadonlySet<string> = new Set<MultipartKind>(['port_stats', 'queue_stats']);

function kindOf(message: Message): string {
  if (message.type === 'multipart_request') return message.request.kind;
  return message.type === 'multipart_reply' ? message.reply.kind : message.type;
}

function isPrintedPiecewise(message: Message): boolean {
  const kind = kindOf(message);
  if (message.type === 'multipart_reply') return PIECEWISE.has(kind);
  if (message.type === 'multipart_request') return REQUESTS_PIECEWISE.has(kind);
  return kind === 'queue_get_config_reply' || kind === 'features_reply';
}

function isCounted(message: Message): boolean {
  return message.type === 'multipart_reply' && COUNTED.has(kindOf(message));
}

function decodeError(code: string): string {
  return `***decode error: ${code}***\n`;
}

function chomp(text: string): string {
  return text.endsWith(' ') ? text.slice(0, -1) : text;
}

/** Not by a pattern: that would look at each line of the text, again for each message around it. */
function withoutLastNewline(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

function onLineOfItsOwn(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
