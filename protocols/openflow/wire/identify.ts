/**
 * Which kind of message this is: from its header, the numbers behind it, and its length; never from its body. So a message has a
 * name also when its body is malformed, or cut off.
 *
 *     header 8                                                   | body      (type by type)
 *     header 8, type 4    | experimenter:32 | type:32            | body
 *     header 8, type 18/19 | type:16 | flags:16 | pad 4           | body
 *     header 8, type 18/19 | 0xffff  | flags:16 | pad 4 | experimenter:32 | type:32 | body
 *
 * Trap: hello, error and echo are the same in every version, also in those that we do not speak.
 * Source: OpenFlow 1.3.5 §7.1, §7.3.5 (multipart), §7.5.4 (experimenter).
 */
import { failed, ok, type Result } from '../../base/protocol-error.ts';
import type { OpenFlowErrorName } from '../values/error-codes.ts';
import { type OpenFlowError, openFlowError } from '../values/errors.ts';
import {
  EXPERIMENTER_TYPE,
  MESSAGE_FORMS,
  type MessageKind,
  MULTIPART_EXPERIMENTER,
  MULTIPART_FORMS,
  MULTIPART_REPLY_TYPE,
  MULTIPART_REQUEST_TYPE,
  type MultipartKind,
  messageForm,
  multipartForm,
  NICIRA,
  ONF,
} from '../values/message-forms.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { type BodyLength, lengthFits, messageLength, multipartLength } from './message-lengths.ts';
import { HEADER_BYTES } from './message-types.ts';
import { olderName } from './older-versions.ts';

export type Identity = MessageIdentity | MultipartIdentity;

interface Identified {
  /** As ofp-print has it: "OFPT_HELLO", "OFPST_FLOW request". */
  readonly name: string;
  /** What stands before the body: the header, and the experimenter's or the multipart's. */
  readonly headBytes: number;
  readonly length: BodyLength;
}

export interface MessageIdentity extends Identified {
  readonly kind: MessageKind;
  readonly part?: never;
}

export interface MultipartIdentity extends Identified {
  readonly kind: MultipartKind;
  readonly part: 'request' | 'reply';
}

/** Numbers of one kind of carrier to what they carry; an experimenter's by `EXPERIMENTER:TYPE`. */
interface Table<Row extends Identity> {
  readonly standard: ReadonlyMap<number, Row>;
  readonly experimenters: ReadonlyMap<string, Row>;
}

const EXPERIMENTER_BYTES = 8;
const MULTIPART_BYTES = 8;
const SOURCE = 'OpenFlow 1.3.5 §7.1';
const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];

/** OpenFlow 1.2. */
const OLDER_MAX = 3;

/** What every version has, also those that we do not speak. */
const IMMUTABLE: readonly MessageKind[] = ['hello', 'error', 'echo_request', 'echo_reply'];

const MESSAGES = new Map<number, Table<MessageIdentity>>(
  VERSIONS.map((version) => [version, messageTable(version)]),
);
const MULTIPARTS = new Map<number, Readonly<Record<'request' | 'reply', Table<MultipartIdentity>>>>(
  VERSIONS.map((version) => [
    version,
    { request: multipartTable(version, 'request'), reply: multipartTable(version, 'reply') },
  ]),
);
const ANY_VERSION = new Map(
  [...(MESSAGES.get(4)?.standard ?? [])].filter(([, { kind }]) => IMMUTABLE.includes(kind)),
);

function messageTable(version: OpenFlowVersion): Table<MessageIdentity> {
  const standard = new Map<number, MessageIdentity>();
  const experimenters = new Map<string, MessageIdentity>();
  for (const kind of Object.keys(MESSAGE_FORMS) as MessageKind[]) {
    const form = messageForm(kind, version);
    if (form === undefined) continue;
    const { name, number, experimenter } = form;
    const headBytes = HEADER_BYTES + (experimenter === undefined ? 0 : EXPERIMENTER_BYTES);
    const row = { kind, name, headBytes, length: messageLength(kind, version) };
    if (experimenter === undefined) standard.set(number, row);
    else experimenters.set(`${experimenter}:${number}`, row);
  }
  return { standard, experimenters };
}

function multipartTable(
  version: OpenFlowVersion,
  part: 'request' | 'reply',
): Table<MultipartIdentity> {
  const standard = new Map<number, MultipartIdentity>();
  const experimenters = new Map<string, MultipartIdentity>();
  for (const kind of Object.keys(MULTIPART_FORMS) as MultipartKind[]) {
    const form = multipartForm(kind, version);
    if (form === undefined) continue;
    const { number, experimenter } = form;
    const headBytes =
      HEADER_BYTES + MULTIPART_BYTES + (experimenter === undefined ? 0 : EXPERIMENTER_BYTES);
    const length = multipartLength(kind, part, version);
    const row = { kind, part, name: `${form.name} ${part}`, headBytes, length };
    if (experimenter === undefined) standard.set(number, row);
    else experimenters.set(`${experimenter}:${number}`, row);
  }
  return { standard, experimenters };
}

/**
 * The kind of a whole message, or why it cannot be told: OFPBRC_BAD_TYPE, OFPBRC_BAD_STAT (a multipart's type), OFPBRC_BAD_VENDOR
 * (an experimenter), OFPBRC_BAD_SUBTYPE (an experimenter's type), OFPBRC_BAD_LEN. `partial`: only the beginning of a message,
 * whose length is not judged.
 */
export function identifyMessage(
  bytes: Uint8Array,
  { partial = false }: { readonly partial?: boolean } = {},
): Result<Identity, OpenFlowError> {
  const found = find(bytes);
  if (typeof found === 'string') return failed(faultOf(found, bytes));
  if (!partial && !lengthFits(found.length, bytes.length - found.headBytes)) {
    return failed(badLength(found, bytes));
  }
  return ok(found);
}

function faultOf(code: OpenFlowErrorName, bytes: Uint8Array): OpenFlowError {
  const [version = 0, type = 0] = bytes;
  return openFlowError(
    code,
    `no message of version ${version} is of such a type (${type})`,
    SOURCE,
  );
}

export function badLength({ name, length }: Identity, bytes: Uint8Array): OpenFlowError {
  const { fixed, piece } = length;
  const more = piece === 0 ? '' : piece === 1 ? ' or more' : ` and a multiple of ${piece}`;
  const detail = `the body of ${name} takes ${fixed} bytes${more}; the message has ${bytes.length}`;
  return openFlowError('OFPBRC_BAD_LEN', detail, SOURCE, 2);
}

function find(bytes: Uint8Array): Identity | OpenFlowErrorName {
  if (bytes.length < HEADER_BYTES) return 'OFPBRC_BAD_LEN';
  const [version = 0, type = 0] = bytes;
  if (type === EXPERIMENTER_TYPE) {
    return findExperimenter(bytes, HEADER_BYTES, MESSAGES.get(version)?.experimenters);
  }
  if (type === MULTIPART_REQUEST_TYPE) return findMultipart(bytes, version, 'request');
  if (type === MULTIPART_REPLY_TYPE) return findMultipart(bytes, version, 'reply');
  const known = version === 0 ? undefined : (MESSAGES.get(version)?.standard ?? ANY_VERSION);
  return known?.get(type) ?? 'OFPBRC_BAD_TYPE';
}

function findMultipart(
  bytes: Uint8Array,
  version: number,
  part: 'request' | 'reply',
): Identity | OpenFlowErrorName {
  if (bytes.length < HEADER_BYTES + MULTIPART_BYTES) return 'OFPBRC_BAD_LEN';
  const type = ((bytes[HEADER_BYTES] ?? 0) << 8) | (bytes[HEADER_BYTES + 1] ?? 0);
  const table = MULTIPARTS.get(version)?.[part];
  return type === MULTIPART_EXPERIMENTER
    ? findExperimenter(bytes, HEADER_BYTES + MULTIPART_BYTES, table?.experimenters)
    : (table?.standard.get(type) ?? 'OFPBRC_BAD_STAT');
}

/** `at`: where the experimenter's number stands, its type behind it. */
function findExperimenter<Row extends Identity>(
  bytes: Uint8Array,
  at: number,
  rows: ReadonlyMap<string, Row> | undefined,
): Row | OpenFlowErrorName {
  if (bytes.length < at + EXPERIMENTER_BYTES) return 'OFPBRC_BAD_LEN';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const experimenter = view.getUint32(at);
  if (experimenter !== NICIRA && experimenter !== ONF) return 'OFPBRC_BAD_VENDOR';
  return rows?.get(`${experimenter}:${view.getUint32(at + 4)}`) ?? 'OFPBRC_BAD_SUBTYPE';
}

/**
 * What ofp-print calls a message of which only the beginning is there, also one of a version that we do not speak; undefined: it does
 * not know either.
 */
export function nameOfPart(bytes: Uint8Array): string | undefined {
  const identity = identifyMessage(bytes, { partial: true });
  if (identity.ok) return identity.value.name;
  const [version = 0] = bytes;
  if (bytes.length < HEADER_BYTES || version < 1 || version > OLDER_MAX) return undefined;
  const older = olderName(bytes);
  return typeof older === 'string' ? undefined : older.name;
}
