/**
 * Names of the errors that a switch answers with.
 *
 * Sources: OpenFlow 1.3.5 §7.4.4, OpenFlow 1.4.1 and 1.5.1 §7.5.4; ofp-errors of Open vSwitch 3.1 for its own (Nicira 0x2320)
 * and ONF's (0x4f4e4600) experimenter errors.
 */
import type { ErrorMessage } from './messages.ts';

/** By error type: the names' prefix, and the names in the order of their codes. */
const NAMES: readonly (readonly [prefix: string, codes: string])[] = [
  ['OFPHFC', `INCOMPATIBLE EPERM`],
  [
    'OFPBRC',
    `BAD_VERSION BAD_TYPE BAD_MULTIPART BAD_EXPERIMENTER BAD_EXP_TYPE EPERM BAD_LEN
     BUFFER_EMPTY BUFFER_UNKNOWN BAD_TABLE_ID IS_SLAVE BAD_PORT BAD_PACKET
     MULTIPART_BUFFER_OVERFLOW MULTIPART_REQUEST_TIMEOUT MULTIPART_REPLY_TIMEOUT
     MULTIPART_BAD_SCHED PIPELINE_FIELDS_ONLY UNKNOWN`,
  ],
  [
    'OFPBAC',
    `BAD_TYPE BAD_LEN BAD_EXPERIMENTER BAD_EXP_TYPE BAD_OUT_PORT BAD_ARGUMENT EPERM
     TOO_MANY BAD_QUEUE BAD_OUT_GROUP MATCH_INCONSISTENT UNSUPPORTED_ORDER BAD_TAG
     BAD_SET_TYPE BAD_SET_LEN BAD_SET_ARGUMENT BAD_SET_MASK BAD_METER`,
  ],
  [
    'OFPBIC',
    `UNKNOWN_INST UNSUP_INST BAD_TABLE_ID UNSUP_METADATA UNSUP_METADATA_MASK
     BAD_EXPERIMENTER BAD_EXP_TYPE BAD_LEN EPERM DUP_INST`,
  ],
  [
    'OFPBMC',
    `BAD_TYPE BAD_LEN BAD_TAG BAD_DL_ADDR_MASK BAD_NW_ADDR_MASK BAD_WILDCARDS
     BAD_FIELD BAD_VALUE BAD_MASK BAD_PREREQ DUP_FIELD EPERM`,
  ],
  [
    'OFPFMFC',
    `UNKNOWN TABLE_FULL BAD_TABLE_ID OVERLAP EPERM BAD_TIMEOUT BAD_COMMAND BAD_FLAGS
     CANT_SYNC BAD_PRIORITY IS_SYNC`,
  ],
  [
    'OFPGMFC',
    `GROUP_EXISTS INVALID_GROUP WEIGHT_UNSUPPORTED OUT_OF_GROUPS OUT_OF_BUCKETS
     CHAINING_UNSUPPORTED WATCH_UNSUPPORTED LOOP UNKNOWN_GROUP CHAINED_GROUP BAD_TYPE
     BAD_COMMAND BAD_BUCKET BAD_WATCH EPERM UNKNOWN_BUCKET BUCKET_EXISTS`,
  ],
  ['OFPPMFC', `BAD_PORT BAD_HW_ADDR BAD_CONFIG BAD_ADVERTISE EPERM`],
  ['OFPTMFC', `BAD_TABLE BAD_CONFIG EPERM`],
  ['OFPQOFC', `BAD_PORT BAD_QUEUE EPERM`],
  ['OFPSCFC', `BAD_FLAGS BAD_LEN EPERM`],
  ['OFPRRFC', `STALE UNSUP BAD_ROLE ID_UNSUP ID_IN_USE`],
  [
    'OFPMMFC',
    `UNKNOWN METER_EXISTS INVALID_METER UNKNOWN_METER BAD_COMMAND BAD_FLAGS BAD_RATE
     BAD_BURST BAD_BAND BAD_BAND_VALUE OUT_OF_METERS OUT_OF_BANDS`,
  ],
  [
    'OFPTFFC',
    `BAD_TABLE BAD_METADATA BAD_TYPE BAD_LEN BAD_ARGUMENT EPERM BAD_CAPA BAD_MAX_ENT
     BAD_FEATURES BAD_COMMAND TOO_MANY`,
  ],
  [
    'OFPBPC',
    `BAD_TYPE BAD_LEN BAD_VALUE TOO_MANY DUP_TYPE BAD_EXPERIMENTER BAD_EXP_TYPE
     BAD_EXP_VALUE EPERM`,
  ],
  ['OFPACFC', `INVALID UNSUPPORTED EPERM`],
  [
    'OFPMOFC',
    `UNKNOWN MONITOR_EXISTS INVALID_MONITOR UNKNOWN_MONITOR BAD_COMMAND BAD_FLAGS
     BAD_TABLE_ID BAD_OUT`,
  ],
  [
    'OFPBFC',
    `UNKNOWN EPERM BAD_ID BUNDLE_EXIST BUNDLE_CLOSED OUT_OF_BUNDLES BAD_TYPE
     BAD_FLAGS MSG_BAD_LEN MSG_BAD_XID MSG_UNSUP MSG_CONFLICT MSG_TOO_MANY MSG_FAILED
     TIMEOUT BUNDLE_IN_PROGRESS SCHED_NOT_SUPPORTED SCHED_FUTURE SCHED_PAST`,
  ],
];

const ONF = 0x4f4e4600;
const NICIRA = 0x00002320;
const EXPERIMENTER = 0xffff;
/** ONF extension 230 numbers its errors from here on, in the order of OFPBFC. */
const ONF_BUNDLE_BASE = 2300;
const BUNDLE_FAILED = 17;

/** Open vSwitch's own, as far as an edge meets them. */
const NICIRA_NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'NXBRC_NXM_INVALID'],
  [3, 'NXBRC_NXM_BAD_TYPE'],
  [4, 'NXBRC_MUST_BE_ZERO'],
  [5, 'NXBRC_BAD_REASON'],
  [10, 'NXBRC_UNENCODABLE_ERROR'],
  [11, 'NXBAC_MUST_BE_ZERO'],
  [12, 'NXFMFC_HARDWARE'],
  [13, 'NXFMFC_BAD_TABLE_ID'],
  [15, 'NXBAC_BAD_CONJUNCTION'],
  [37, 'NXFMFC_INVALID_TLV_FIELD'],
]);

/** The specification's name, e.g. "OFPBRC_IS_SLAVE"; for what has none the numbers. */
export function errorName(error: ErrorMessage): string {
  if (error.errorType === EXPERIMENTER) return experimenterErrorName(error);
  return nameOf(error.errorType, error.code) ?? `error ${error.errorType}, ${error.code}`;
}

function experimenterErrorName({ experimenter = 0, code }: ErrorMessage): string {
  const name =
    experimenter === ONF
      ? nameOf(BUNDLE_FAILED, code - ONF_BUNDLE_BASE)
      : experimenter === NICIRA
        ? NICIRA_NAMES.get(code)
        : undefined;
  return name ?? `experimenter error 0x${experimenter.toString(16).padStart(8, '0')}, ${code}`;
}

function nameOf(errorType: number, code: number): string | undefined {
  const known = NAMES[errorType];
  const name = known?.[1].split(/\s+/)[code];
  return known === undefined || name === undefined ? undefined : `${known[0]}_${name}`;
}
