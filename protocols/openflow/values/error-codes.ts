/**
 * Every error that Open vSwitch knows, by name: how each protocol version writes it.
 *
 * The one home of error names and numbers; the messages themselves are ErrorMessage (messages.ts).
 *
 * Sources: OpenFlow 1.3.5 §7.4.4, OpenFlow 1.4.1 and 1.5.1 §7.5.4; ONF extensions for what 1.3 lacks (experimenter 0x4f4e4600);
 * Open vSwitch 3.1 for its own (0x2320).
 */

/** How a range of versions writes an error. */
export interface ErrorForm {
  /** 0: the standard's own type and code; else an experimenter error (type 0xffff), whose exp_type is `code`. */
  readonly experimenter: number;
  readonly type: number;
  readonly code: number;
  /** Wire versions, both included. */
  readonly since: number;
  readonly until: number;
}

const EXPERIMENTER = 0xffff;
const NICIRA = 0x00002320;
const ONF = 0x4f4e4600;
const NEWEST = 6;

function of(type: number, code: number, since = 4, until = NEWEST): ErrorForm {
  return { experimenter: 0, type, code, since, until };
}

/** Open vSwitch's own. */
function nx(code: number, since = 4, until = NEWEST): ErrorForm {
  return { experimenter: NICIRA, type: EXPERIMENTER, code, since, until };
}

/** ONF's extensions to 1.3. */
function onf(code: number, until = 4): ErrorForm {
  return { experimenter: ONF, type: EXPERIMENTER, code, since: 4, until };
}

type Row = readonly [name: string, ...forms: readonly ErrorForm[]];

// biome-ignore format: a table reads best with one row a line
const ROWS = [
  ['OFPHFC_INCOMPATIBLE', of(0, 0)],
  ['OFPHFC_EPERM', of(0, 1)],
  ['OFPBRC_BAD_VERSION', of(1, 0)],
  ['OFPBRC_BAD_TYPE', of(1, 1)],
  ['OFPBRC_BAD_STAT', of(1, 2)],
  ['OFPBRC_BAD_VENDOR', of(1, 3)],
  ['OFPBRC_BAD_SUBTYPE', of(1, 4)],
  ['OFPBRC_EPERM', of(1, 5)],
  ['OFPBRC_BAD_LEN', of(1, 6)],
  ['OFPBRC_BUFFER_EMPTY', of(1, 7)],
  ['OFPBRC_BUFFER_UNKNOWN', of(1, 8)],
  ['OFPBRC_BAD_TABLE_ID', of(1, 9)],
  ['OFPBRC_IS_SECONDARY', of(1, 10)],
  ['OFPBRC_BAD_PORT', of(1, 11)],
  ['OFPBRC_BAD_PACKET', of(1, 12)],
  ['OFPBRC_MULTIPART_BUFFER_OVERFLOW', of(1, 13)],
  ['OFPBRC_MULTIPART_REQUEST_TIMEOUT', onf(2640), of(1, 14, 5)],
  ['OFPBRC_MULTIPART_REPLY_TIMEOUT', onf(2641), of(1, 15, 5)],
  ['OFPBRC_MULTIPART_BAD_SCHED', of(1, 16, 6)],
  ['OFPBRC_PIPELINE_FIELDS_ONLY', of(1, 17, 6)],
  ['OFPBRC_UNKNOWN', of(1, 18, 6)],
  ['NXBRC_NXM_INVALID', nx(2)],
  ['NXBRC_NXM_BAD_TYPE', nx(3)],
  ['NXBRC_MUST_BE_ZERO', nx(4)],
  ['NXBRC_BAD_REASON', nx(5)],
  ['NXBRC_FM_BAD_EVENT', nx(9)],
  ['NXBRC_UNENCODABLE_ERROR', nx(10)],
  ['OFPBAC_BAD_TYPE', of(2, 0)],
  ['OFPBAC_BAD_LEN', of(2, 1)],
  ['OFPBAC_BAD_VENDOR', of(2, 2)],
  ['OFPBAC_BAD_VENDOR_TYPE', of(2, 3)],
  ['OFPBAC_BAD_OUT_PORT', of(2, 4)],
  ['OFPBAC_BAD_ARGUMENT', of(2, 5)],
  ['OFPBAC_EPERM', of(2, 6)],
  ['OFPBAC_TOO_MANY', of(2, 7)],
  ['OFPBAC_BAD_QUEUE', of(2, 8)],
  ['OFPBAC_BAD_OUT_GROUP', of(2, 9)],
  ['OFPBAC_MATCH_INCONSISTENT', of(2, 10)],
  ['OFPBAC_UNSUPPORTED_ORDER', of(2, 11)],
  ['OFPBAC_BAD_TAG', of(2, 12)],
  ['OFPBAC_BAD_SET_TYPE', of(2, 13)],
  ['OFPBAC_BAD_SET_LEN', of(2, 14)],
  ['OFPBAC_BAD_SET_ARGUMENT', of(2, 15)],
  ['OFPBAC_BAD_SET_MASK', onf(4250, 5), of(2, 16, 6)],
  ['OFPBAC_BAD_METER', of(2, 17, 6)],
  ['NXBAC_MUST_BE_ZERO', nx(11)],
  ['NXBAC_BAD_CONJUNCTION', nx(15)],
  ['NXBAC_BAD_HEADER_TYPE', nx(39)],
  ['NXBAC_UNKNOWN_ED_PROP', nx(40)],
  ['NXBAC_BAD_ED_PROP', nx(41)],
  ['NXBAC_CT_DATAPATH_SUPPORT', nx(42)],
  ['OFPBIC_UNKNOWN_INST', of(3, 0)],
  ['OFPBIC_UNSUP_INST', of(3, 1)],
  ['OFPBIC_BAD_TABLE_ID', of(3, 2)],
  ['OFPBIC_UNSUP_METADATA', of(3, 3)],
  ['OFPBIC_UNSUP_METADATA_MASK', of(3, 4)],
  ['OFPBIC_BAD_EXPERIMENTER', of(3, 5)],
  ['OFPBIC_BAD_EXP_TYPE', of(3, 6)],
  ['OFPBIC_BAD_LEN', of(3, 7)],
  ['OFPBIC_EPERM', of(3, 8)],
  ['OFPBIC_DUP_INST', onf(2600), of(3, 9, 5)],
  ['OFPBMC_BAD_TYPE', of(4, 0)],
  ['OFPBMC_BAD_LEN', of(4, 1)],
  ['OFPBMC_BAD_TAG', of(4, 2)],
  ['OFPBMC_BAD_DL_ADDR_MASK', of(4, 3)],
  ['OFPBMC_BAD_NW_ADDR_MASK', of(4, 4)],
  ['OFPBMC_BAD_WILDCARDS', of(4, 5)],
  ['OFPBMC_BAD_FIELD', of(4, 6)],
  ['OFPBMC_BAD_VALUE', of(4, 7)],
  ['OFPBMC_BAD_MASK', of(4, 8)],
  ['OFPBMC_BAD_PREREQ', of(4, 9)],
  ['OFPBMC_DUP_FIELD', of(4, 10)],
  ['OFPBMC_EPERM', of(4, 11)],
  ['NXBMC_CT_DATAPATH_SUPPORT', nx(43)],
  ['OFPFMFC_UNKNOWN', of(5, 0)],
  ['OFPFMFC_TABLE_FULL', of(5, 1)],
  ['OFPFMFC_BAD_TABLE_ID', of(5, 2)],
  ['OFPFMFC_OVERLAP', of(5, 3)],
  ['OFPFMFC_EPERM', of(5, 4)],
  ['OFPFMFC_BAD_TIMEOUT', of(5, 5)],
  ['OFPFMFC_BAD_COMMAND', of(5, 6)],
  ['OFPFMFC_BAD_FLAGS', of(5, 7)],
  ['OFPFMFC_CANT_SYNC', of(5, 8, 5)],
  ['OFPFMFC_BAD_PRIORITY', onf(2360), of(5, 9, 5)],
  ['OFPFMFC_IS_SYNC', of(5, 10, 5)],
  ['NXFMFC_HARDWARE', nx(12)],
  ['NXFMFC_BAD_TABLE_ID', nx(13)],
  ['NXFMFC_INVALID_TLV_FIELD', nx(37)],
  ['OFPGMFC_GROUP_EXISTS', of(6, 0)],
  ['OFPGMFC_INVALID_GROUP', of(6, 1)],
  ['OFPGMFC_WEIGHT_UNSUPPORTED', of(6, 2)],
  ['OFPGMFC_OUT_OF_GROUPS', of(6, 3)],
  ['OFPGMFC_OUT_OF_BUCKETS', of(6, 4)],
  ['OFPGMFC_CHAINING_UNSUPPORTED', of(6, 5)],
  ['OFPGMFC_WATCH_UNSUPPORTED', of(6, 6)],
  ['OFPGMFC_LOOP', of(6, 7)],
  ['OFPGMFC_UNKNOWN_GROUP', of(6, 8)],
  ['OFPGMFC_CHAINED_GROUP', of(6, 9)],
  ['OFPGMFC_BAD_TYPE', of(6, 10)],
  ['OFPGMFC_BAD_COMMAND', of(6, 11)],
  ['OFPGMFC_BAD_BUCKET', of(6, 12)],
  ['OFPGMFC_BAD_WATCH', of(6, 13)],
  ['OFPGMFC_EPERM', of(6, 14)],
  ['OFPGMFC_UNKNOWN_BUCKET', of(6, 15, 6)],
  ['OFPGMFC_BUCKET_EXISTS', of(6, 16, 6)],
  ['OFPPMFC_BAD_PORT', of(7, 0)],
  ['OFPPMFC_BAD_HW_ADDR', of(7, 1)],
  ['OFPPMFC_BAD_CONFIG', of(7, 2)],
  ['OFPPMFC_BAD_ADVERTISE', of(7, 3)],
  ['OFPPMFC_EPERM', of(7, 4)],
  ['OFPTMFC_BAD_TABLE', of(8, 0)],
  ['OFPTMFC_BAD_CONFIG', of(8, 1)],
  ['OFPTMFC_EPERM', of(8, 2)],
  ['OFPQOFC_BAD_PORT', of(9, 0)],
  ['OFPQOFC_BAD_QUEUE', of(9, 1)],
  ['OFPQOFC_EPERM', of(9, 2)],
  ['NXQOFC_QUEUE_ERROR', nx(23, 5)],
  ['OFPSCFC_BAD_FLAGS', of(10, 0)],
  ['OFPSCFC_BAD_LEN', of(10, 1)],
  ['OFPSCFC_EPERM', of(10, 2)],
  ['OFPRRFC_STALE', of(11, 0)],
  ['OFPRRFC_UNSUP', of(11, 1)],
  ['OFPRRFC_BAD_ROLE', of(11, 2)],
  ['OFPRRFC_ID_UNSUP', of(11, 3, 6)],
  ['OFPRRFC_ID_IN_USE', of(11, 4, 6)],
  ['OFPMMFC_UNKNOWN', of(12, 0)],
  ['OFPMMFC_METER_EXISTS', of(12, 1)],
  ['OFPMMFC_INVALID_METER', of(12, 2)],
  ['OFPMMFC_UNKNOWN_METER', of(12, 3)],
  ['OFPMMFC_BAD_COMMAND', of(12, 4)],
  ['OFPMMFC_BAD_FLAGS', of(12, 5)],
  ['OFPMMFC_BAD_RATE', of(12, 6)],
  ['OFPMMFC_BAD_BURST', of(12, 7)],
  ['OFPMMFC_BAD_BAND', of(12, 8)],
  ['OFPMMFC_BAD_BAND_VALUE', of(12, 9)],
  ['OFPMMFC_OUT_OF_METERS', of(12, 10)],
  ['OFPMMFC_OUT_OF_BANDS', of(12, 11)],
  ['OFPTFFC_BAD_TABLE', of(13, 0)],
  ['OFPTFFC_BAD_METADATA', of(13, 1)],
  ['OFPTFFC_EPERM', of(13, 5)],
  ['OFPTFFC_BAD_CAPA', of(13, 6, 6)],
  ['OFPTFFC_BAD_MAX_ENT', of(13, 7, 6)],
  ['OFPTFFC_BAD_FEATURES', of(13, 8, 6)],
  ['OFPTFFC_BAD_COMMAND', of(13, 9, 6)],
  ['OFPTFFC_TOO_MANY', of(13, 10, 6)],
  ['NXTFFC_DUP_TABLE', nx(44)],
  ['OFPBPC_BAD_TYPE', of(13, 2, 4, 4), of(14, 0, 5)],
  ['OFPBPC_BAD_LEN', of(13, 3, 4, 4), of(14, 1, 5)],
  ['OFPBPC_BAD_VALUE', of(13, 4, 4, 4), of(14, 2, 5)],
  ['OFPBPC_TOO_MANY', onf(4443), of(14, 3, 5)],
  ['OFPBPC_DUP_TYPE', onf(4444), of(14, 4, 5)],
  ['OFPBPC_BAD_EXPERIMENTER', onf(4445), of(14, 5, 5)],
  ['OFPBPC_BAD_EXP_TYPE', onf(4446), of(14, 6, 5)],
  ['OFPBPC_BAD_EXP_VALUE', onf(4447), of(14, 7, 5)],
  ['OFPBPC_EPERM', onf(4448), of(14, 8, 5)],
  ['OFPACFC_INVALID', onf(2370), of(15, 0, 5)],
  ['OFPACFC_UNSUPPORTED', onf(2371), of(15, 1, 5)],
  ['OFPACFC_EPERM', onf(2372), of(15, 2, 5)],
  ['OFPBFC_UNKNOWN', onf(2300), of(17, 0, 5)],
  ['OFPBFC_EPERM', onf(2301), of(17, 1, 5)],
  ['OFPBFC_BAD_ID', onf(2302), of(17, 2, 5)],
  ['OFPBFC_BUNDLE_EXIST', onf(2303), of(17, 3, 5)],
  ['OFPBFC_BUNDLE_CLOSED', onf(2304), of(17, 4, 5)],
  ['OFPBFC_OUT_OF_BUNDLES', onf(2305), of(17, 5, 5)],
  ['OFPBFC_BAD_TYPE', onf(2306), of(17, 6, 5)],
  ['OFPBFC_BAD_FLAGS', onf(2307), of(17, 7, 5)],
  ['OFPBFC_MSG_BAD_LEN', onf(2308), of(17, 8, 5)],
  ['OFPBFC_MSG_BAD_XID', onf(2309), of(17, 9, 5)],
  ['OFPBFC_MSG_UNSUP', onf(2310), of(17, 10, 5)],
  ['OFPBFC_MSG_CONFLICT', onf(2311), of(17, 11, 5)],
  ['OFPBFC_MSG_TOO_MANY', onf(2312), of(17, 12, 5)],
  ['OFPBFC_MSG_FAILED', onf(2313), of(17, 13, 5)],
  ['OFPBFC_TIMEOUT', onf(2314), of(17, 14, 5)],
  ['OFPBFC_BUNDLE_IN_PROGRESS', onf(2315), of(17, 15, 5)],
  ['OFPBFC_SCHED_NOT_SUPPORTED', of(17, 16, 6)],
  ['OFPBFC_SCHED_FUTURE', of(17, 17, 6)],
  ['OFPBFC_SCHED_PAST', of(17, 18, 6)],
  ['OFPBFC_BAD_VERSION', nx(22, 5)],
  ['OFPMOFC_UNKNOWN', of(16, 0, 5)],
  ['OFPMOFC_MONITOR_EXISTS', nx(6, 4, 4), of(16, 1, 5)],
  ['OFPMOFC_INVALID_MONITOR', of(16, 2, 5)],
  ['OFPMOFC_UNKNOWN_MONITOR', nx(8, 4, 4), of(16, 3, 5)],
  ['OFPMOFC_BAD_COMMAND', of(16, 4, 5)],
  ['OFPMOFC_BAD_FLAGS', nx(7, 4, 4), of(16, 5, 5)],
  ['OFPMOFC_BAD_TABLE_ID', of(16, 6, 5)],
  ['OFPMOFC_BAD_OUT', of(16, 7, 5)],
  ['NXTTMFC_BAD_COMMAND', nx(16)],
  ['NXTTMFC_BAD_OPT_LEN', nx(17)],
  ['NXTTMFC_BAD_FIELD_IDX', nx(18)],
  ['NXTTMFC_TABLE_FULL', nx(19)],
  ['NXTTMFC_ALREADY_MAPPED', nx(20)],
  ['NXTTMFC_DUP_ENTRY', nx(21)],
  ['NXTTMFC_INVALID_TLV_DEL', nx(38)],
  ['NXR_NOT_SUPPORTED', nx(34)],
  ['NXR_STALE', nx(35)],
  ['NXST_NOT_CONFIGURED', nx(36)],
] as const satisfies readonly Row[];

export type OpenFlowErrorName = (typeof ROWS)[number][0];

/** In the order of the specification; the first one that fits numbers names them. */
export const ERROR_FORMS: ReadonlyMap<OpenFlowErrorName, readonly ErrorForm[]> = new Map(
  ROWS.map(([name, ...forms]) => [name, forms] as const),
);
