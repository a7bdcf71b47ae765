/**
 * Names of the messages of OpenFlow 1.0 to 1.2, which we do not speak: for who prints what is left of one in an error.
 *
 * Only what a header says is known here, no body.
 * Sources: OpenFlow 1.0.0 §5.1, §5.3.5; OpenFlow 1.1.0 and 1.2 Appendix A; nicira-ext.h of Open vSwitch 3.1.
 */
import type { OpenFlowErrorName } from '../values/error-codes.ts';
import { MESSAGE_FORMS, type MessageForm, NICIRA } from '../values/message-forms.ts';
import { HEADER_BYTES } from './message-types.ts';

const EXPERIMENTER_TYPE = 4;
const EXPERIMENTER_STATISTICS = 0xffff;

/** ofp_header.type from 5 on; "" has no meaning in that version. */
const COMMON = [
  ...['FEATURES_REQUEST', 'FEATURES_REPLY', 'GET_CONFIG_REQUEST', 'GET_CONFIG_REPLY'],
  ...['SET_CONFIG', 'PACKET_IN', 'FLOW_REMOVED', 'PORT_STATUS', 'PACKET_OUT', 'FLOW_MOD'],
];
const QUEUES = ['QUEUE_GET_CONFIG_REQUEST', 'QUEUE_GET_CONFIG_REPLY'];
const OF_10 = [...COMMON, 'PORT_MOD', '', '', 'BARRIER_REQUEST', 'BARRIER_REPLY', ...QUEUES];
const OF_11 = [
  ...[...COMMON, 'GROUP_MOD', 'PORT_MOD', 'TABLE_MOD', '', ''],
  ...['BARRIER_REQUEST', 'BARRIER_REPLY', ...QUEUES],
];
const OF_12 = [...OF_11, 'ROLE_REQUEST', 'ROLE_REPLY'];
const FIRST_TYPE = 5;
const TYPES: readonly (readonly string[])[] = [[], OF_10, OF_11, OF_12];

const STATISTICS = ['DESC', 'FLOW', 'AGGREGATE', 'TABLE', 'PORT', 'QUEUE'];
const STATISTICS_TYPES: readonly (readonly string[])[] = [
  [],
  STATISTICS,
  [...STATISTICS, 'GROUP', 'GROUP_DESC'],
  [...STATISTICS, 'GROUP', 'GROUP_DESC', 'GROUP_FEATURES'],
];
const PORT_DESC = 13;

interface Layout {
  readonly request: number;
  readonly reply: number;
  /** Of the whole statistics header; with an experimenter's. */
  readonly headBytes: number;
  readonly experimenterHeadBytes: number;
  /** Where the experimenter stands. */
  readonly experimenterAt: number;
}
const LAYOUT_10: Layout = {
  ...{ request: 16, reply: 17, headBytes: 12 },
  ...{ experimenterHeadBytes: 24, experimenterAt: 12 },
};
const LAYOUT_11: Layout = {
  ...{ request: 18, reply: 19, headBytes: 16 },
  ...{ experimenterHeadBytes: 24, experimenterAt: 16 },
};

interface Extension {
  readonly name: string;
  readonly number: number;
  readonly until: number;
}

/** Those that all versions have, and those that only old ones need. */
const NXT: readonly Extension[] = [
  ...Object.values(MESSAGE_FORMS)
    .flat()
    .filter((form: MessageForm) => form.experimenter === NICIRA)
    .map(({ name, number }) => ({ name, number, until: 3 })),
  { name: 'NXT_SET_FLOW_FORMAT', number: 12, until: 1 },
  { name: 'NXT_GROUP_MOD', number: 31, until: 1 },
  { name: 'NXT_FLOW_MONITOR_CANCEL', number: 21, until: 3 },
  { name: 'NXT_FLOW_MONITOR_PAUSED', number: 22, until: 3 },
  { name: 'NXT_FLOW_MONITOR_RESUMED', number: 23, until: 3 },
  { name: 'NXT_REQUESTFORWARD', number: 132, until: 3 },
];
const NXST: readonly Extension[] = [
  { name: 'NXST_FLOW', number: 0, until: 1 },
  { name: 'NXST_AGGREGATE', number: 1, until: 1 },
  { name: 'NXST_FLOW_MONITOR', number: 2, until: 3 },
  { name: 'NXST_IPFIX_BRIDGE', number: 3, until: 3 },
  { name: 'NXST_IPFIX_FLOW', number: 4, until: 3 },
  { name: 'NXST_GROUP', number: 7, until: 1 },
  { name: 'NXST_GROUP_DESC', number: 8, until: 1 },
  { name: 'NXST_GROUP_FEATURES', number: 9, until: 2 },
];

/** The message's name, as ofp-print has it, or why it has none. ONF's extensions came with OpenFlow 1.3. */
export function olderName(bytes: Uint8Array): { readonly name: string } | OpenFlowErrorName {
  const [version = 0, type = 0] = bytes;
  const layout = version === 1 ? LAYOUT_10 : LAYOUT_11;
  if (type === EXPERIMENTER_TYPE) return extension(bytes, 8, 16, NXT);
  if (type === layout.request || type === layout.reply) return statistics(bytes, layout);
  const word = TYPES[version]?.[type - FIRST_TYPE];
  return word ? { name: `OFPT_${word}` } : 'OFPBRC_BAD_TYPE';
}

/** Of these there is no more to say than their name. */
const EMPTY: ReadonlySet<string> = new Set([
  ...['OFPT_FEATURES_REQUEST', 'OFPT_GET_CONFIG_REQUEST'],
  ...['OFPT_BARRIER_REQUEST', 'OFPT_BARRIER_REPLY'],
]);

/** The name of a whole message that has no body. */
export function olderEmptyName(bytes: Uint8Array): string | undefined {
  const found = bytes.length === HEADER_BYTES ? olderName(bytes) : 'OFPBRC_BAD_LEN';
  return typeof found === 'string' || !EMPTY.has(found.name) ? undefined : found.name;
}

function statistics(bytes: Uint8Array, layout: Layout): { name: string } | OpenFlowErrorName {
  const [version = 0, type] = bytes;
  if (bytes.length < layout.headBytes) return 'OFPBRC_BAD_LEN';
  const part = type === layout.request ? 'request' : 'reply';
  const number = new DataView(bytes.buffer, bytes.byteOffset).getUint16(8);
  if (number === EXPERIMENTER_STATISTICS) {
    const { experimenterAt, experimenterHeadBytes } = layout;
    const found = extension(bytes, experimenterAt, experimenterHeadBytes, NXST);
    return typeof found === 'string' ? found : { name: `${found.name} ${part}` };
  }
  const word = number === PORT_DESC ? 'PORT_DESC' : STATISTICS_TYPES[version]?.[number];
  return word === undefined ? 'OFPBRC_BAD_STAT' : { name: `OFPST_${word} ${part}` };
}

function extension(
  bytes: Uint8Array,
  at: number,
  headBytes: number,
  rows: readonly Extension[],
): { name: string } | OpenFlowErrorName {
  const [version = 0] = bytes;
  if (bytes.length < headBytes) return 'OFPBRC_BAD_LEN';
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(at) !== NICIRA) return 'OFPBRC_BAD_VENDOR';
  const number = view.getUint32(at + 4);
  const row = rows.find((one) => one.number === number && version <= one.until);
  return row === undefined ? 'OFPBRC_BAD_SUBTYPE' : { name: row.name };
}
