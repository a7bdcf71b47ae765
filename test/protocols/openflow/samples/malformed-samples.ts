/**
 * Messages that Open vSwitch refuses, and the error that it gives: groups, meters and multiparts.
 */
import type { OpenFlowErrorName } from '../../../../protocols/openflow/values/error-codes.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';

export interface MalformedSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: OpenFlowErrorName;
}

const GROUP_MOD = 15;
const METER_MOD = 29;
const REQUEST = 18;
const REPLY = 19;

/** `body` in hexadecimal, spaces allowed. */
function message(version: OpenFlowVersion, type: number, body: string): Uint8Array {
  const content = Buffer.from(body.replaceAll(' ', ''), 'hex');
  const header = Buffer.from([version, type, 0, 0, 0, 0, 0, 7]);
  header.writeUInt16BE(8 + content.length, 2);
  return new Uint8Array(Buffer.concat([header, content]));
}

function row(
  version: OpenFlowVersion,
  type: number,
  code: OpenFlowErrorName,
  name: string,
  body: string,
): MalformedSample {
  return {
    name: `${name} in OpenFlow 1.${version - 1}`,
    bytes: message(version, type, body),
    code,
  };
}

function multipart(kind: number, body: string): string {
  return `${kind.toString(16).padStart(4, '0')} 0000 00000000 ${body}`;
}

const BUCKET_13 = '0010 0000 ffffffff ffffffff 00000000';
const WEIGHTED_13 = '0010 0001 ffffffff ffffffff 00000000';
const WATCHING_13 = '0010 0000 00000001 ffffffff 00000000';
const BUCKET_15 = '0008 0000 00000001';
const ALL_BUCKETS = 'ffffffff';

/** An add of a select group with properties, in 1.5. */
const selecting = (properties: string, type = '01', command = '0000') =>
  `${command} ${type} 00 00000001 0000 0000 ${ALL_BUCKETS} ${properties}`;
const selection = (method: string, behind = '', size = '0028') =>
  `ffff ${size} 0000154d 00000001 00000000 ${method} 0000000000000000 ${behind}`;
const HASH = '68617368000000000000000000000000';
const DP_HASH = '64705f68617368000000000000000000';

/** Header of a table in table features, 64 bytes. */
const table = (size: string, number = '00', command = '00') =>
  `${size} ${number} ${command} 00000000 ${'00'.repeat(32)} ${'00'.repeat(16)} 00000000 00000000`;
const REQUIRED = [0, 2, 4, 6, 8, 10, 12, 14]
  .map((type) => `00${type.toString(16).padStart(2, '0')} 0004 00000000`)
  .join(' ');

export const MALFORMED_SAMPLES: readonly MalformedSample[] = [
  row(4, GROUP_MOD, 'OFPGMFC_BAD_COMMAND', 'a group command', '0007 00 00 00000001'),
  row(
    6,
    GROUP_MOD,
    'OFPGMFC_BAD_COMMAND',
    'a group command',
    `0007 00 00 00000001 0000 0000 ${ALL_BUCKETS}`,
  ),
  row(4, GROUP_MOD, 'OFPGMFC_BAD_TYPE', 'a group type', '0000 04 00 00000001'),
  row(5, GROUP_MOD, 'OFPGMFC_INVALID_GROUP', 'an empty indirect group', '0000 02 00 00000001'),
  row(
    4,
    GROUP_MOD,
    'OFPGMFC_INVALID_GROUP',
    'a delete with buckets',
    `0002 00 00 00000001 ${BUCKET_13}`,
  ),
  row(
    4,
    GROUP_MOD,
    'OFPGMFC_INVALID_GROUP',
    'a weight out of place',
    `0000 00 00 00000001 ${WEIGHTED_13}`,
  ),
  row(
    4,
    GROUP_MOD,
    'OFPGMFC_INVALID_GROUP',
    'failover without watching',
    `0000 03 00 00000001 ${BUCKET_13}`,
  ),
  row(
    4,
    GROUP_MOD,
    'OFPGMFC_WATCH_UNSUPPORTED',
    'watching for all',
    `0000 00 00 00000001 ${WATCHING_13}`,
  ),
  row(
    4,
    GROUP_MOD,
    'OFPGMFC_BAD_WATCH',
    'a port to watch',
    '0000 01 00 00000001 0010 0001 00010000 ffffffff 00000000',
  ),
  row(
    4,
    GROUP_MOD,
    'OFPGMFC_BAD_BUCKET',
    'a bucket too short',
    '0000 00 00 00000001 0008 0000 00000000',
  ),
  row(
    4,
    GROUP_MOD,
    'OFPGMFC_BAD_BUCKET',
    'a bucket too long',
    `0000 00 00 00000001 0018 0000 ffffffff ffffffff 00000000`,
  ),
  row(
    6,
    GROUP_MOD,
    'OFPGMFC_BAD_BUCKET',
    'a bucket of an add',
    '0000 00 00 00000001 0000 0000 00000001',
  ),
  row(
    6,
    GROUP_MOD,
    'OFPGMFC_BAD_BUCKET',
    'an insert behind all',
    `0003 00 00 00000001 0000 0000 ${ALL_BUCKETS}`,
  ),
  row(
    6,
    GROUP_MOD,
    'OFPGMFC_BAD_BUCKET',
    'a bucket that is removed and there',
    `0005 00 00 00000001 0008 0000 ${ALL_BUCKETS} ${BUCKET_15}`,
  ),
  row(
    6,
    GROUP_MOD,
    'OFPGMFC_BAD_BUCKET',
    'two buckets of one number',
    `0000 00 00 00000001 0010 0000 ${ALL_BUCKETS} ${BUCKET_15} ${BUCKET_15}`,
  ),
  row(
    6,
    GROUP_MOD,
    'OFPGMFC_BAD_BUCKET',
    'a reserved bucket',
    `0000 00 00 00000001 0008 0000 ${ALL_BUCKETS} 0008 0000 ffffff01`,
  ),
  row(
    6,
    GROUP_MOD,
    'OFPGMFC_BAD_BUCKET',
    'actions longer than a bucket',
    `0000 00 00 00000001 0008 0000 ${ALL_BUCKETS} 0008 0008 00000001`,
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBRC_BAD_LEN',
    'buckets longer than the message',
    `0000 00 00 00000001 0010 0000 ${ALL_BUCKETS} ${BUCKET_15}`,
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBRC_BAD_LEN',
    'actions of no size',
    `0000 00 00 00000001 0010 0000 ${ALL_BUCKETS} 0010 0004 00000001 0000 0000 00000000`,
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBPC_BAD_TYPE',
    'a bucket property',
    `0000 00 00 00000001 0010 0000 ${ALL_BUCKETS} 0010 0000 00000001 0009 0008 00000000`,
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBPC_BAD_LEN',
    'a watch port too long',
    `0000 01 00 00000001 0018 0000 ${ALL_BUCKETS} 0018 0000 00000001 0001 000a 00000001 0000000000000000`,
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBPC_BAD_LEN',
    'a property longer than its bucket',
    `0000 00 00 00000001 0010 0000 ${ALL_BUCKETS} 0010 0000 00000001 0000 0010 00000000`,
  ),
  row(6, GROUP_MOD, 'OFPBPC_BAD_TYPE', 'a group property', selecting('0001 0008 00000000')),
  row(
    6,
    GROUP_MOD,
    'OFPBPC_BAD_EXP_TYPE',
    'an experimenter of a group',
    selecting('ffff 0010 00000001 00000001 00000000'),
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBPC_BAD_EXPERIMENTER',
    'the experimenter 0',
    selecting('ffff 0010 00000000 00000001 00000000'),
  ),
  row(6, GROUP_MOD, 'OFPBPC_BAD_LEN', 'an experimenter too short', selecting('ffff 0008 0000154d')),
  row(
    6,
    GROUP_MOD,
    'OFPBPC_BAD_VALUE',
    'a selection method',
    selecting(selection('78'.padEnd(32, '0'))),
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBPC_BAD_VALUE',
    'a selection method without an end',
    selecting(selection('78'.repeat(16))),
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBPC_BAD_VALUE',
    'a selection method for all',
    selecting(selection(HASH), '00'),
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBPC_BAD_VALUE',
    'a selection method in a delete',
    selecting(selection(HASH), '01', '0002'),
  ),
  row(
    6,
    GROUP_MOD,
    'OFPGMFC_BAD_TYPE',
    'a selection method for no type',
    selecting(selection(HASH), '09'),
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBPC_BAD_VALUE',
    'fields for dp_hash',
    selecting(selection(DP_HASH, '80000a02 ffff 0000', '002e')),
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBMC_DUP_FIELD',
    'a field twice',
    selecting(selection(HASH, '80000a02 ffff 80000a02 ffff 00000000', '0034')),
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBMC_BAD_FIELD',
    'a field that nobody knows',
    selecting(selection(HASH, '12340a02 ffff 0000', '002e')),
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBMC_BAD_MASK',
    'a mask that cannot be',
    selecting(selection(HASH, '80000a02 00ff 0000', '002e')),
  ),
  row(
    6,
    GROUP_MOD,
    'OFPBPC_BAD_LEN',
    'a selection method too short',
    selecting('ffff 0010 0000154d 00000001 00000000'),
  ),

  row(4, METER_MOD, 'OFPMMFC_BAD_COMMAND', 'a meter command', '0003 0000 00000001'),
  row(4, METER_MOD, 'OFPMMFC_BAD_FLAGS', 'a meter of two units', '0000 0003 00000001'),
  row(
    4,
    METER_MOD,
    'OFPMMFC_BAD_BAND',
    'a meter band',
    '0000 0001 00000001 0003 0010 00000001 00000000 00000000',
  ),
  row(
    5,
    METER_MOD,
    'OFPBRC_BAD_LEN',
    'a band too short',
    '0000 0001 00000001 0001 000f 00000001 00000000 00000000',
  ),
  row(6, METER_MOD, 'OFPBRC_BAD_LEN', 'half a band', '0000 0001 00000001 0001 0010 00000001'),

  row(
    4,
    REPLY,
    'OFPBRC_BAD_LEN',
    'group statistics too short',
    multipart(6, `0027 0000 00000001 ${'00'.repeat(32)}`),
  ),
  row(
    4,
    REPLY,
    'OFPBRC_BAD_LEN',
    'a group description too long',
    multipart(7, '0010 00 00 00000001'),
  ),
  row(
    6,
    REPLY,
    'OFPBRC_BAD_LEN',
    'buckets longer than a description',
    multipart(7, '0010 00 00 00000001 0008 0000 00000000'),
  ),
  row(
    4,
    REPLY,
    'OFPBRC_BAD_LEN',
    'meter statistics too short',
    multipart(9, `00000001 0020 0000 ${'00'.repeat(32)}`),
  ),
  row(
    4,
    REPLY,
    'OFPBRC_BAD_LEN',
    'a meter configuration too short',
    multipart(10, '0004 0001 00000001'),
  ),
  row(
    4,
    REPLY,
    'OFPMMFC_BAD_BAND',
    'a band of a configuration',
    multipart(10, '0018 0001 00000001 0009 0010 00000001 00000000 00000000'),
  ),
  row(
    4,
    REQUEST,
    'OFPBAC_BAD_OUT_PORT',
    'a port that cannot be',
    multipart(4, '00010000 00000000'),
  ),
  row(
    5,
    REPLY,
    'OFPBRC_BAD_LEN',
    'port statistics too short',
    multipart(4, `004f 0000 00000001 ${'00'.repeat(72)}`),
  ),
  row(
    5,
    REPLY,
    'OFPBPC_BAD_LEN',
    'counters of Ethernet too short',
    multipart(4, `0058 0000 00000001 ${'00'.repeat(72)} 0000 0008 00000000`),
  ),
  row(
    5,
    REPLY,
    'OFPBPC_BAD_LEN',
    'custom counters without their names',
    multipart(4, `0060 0000 00000001 ${'00'.repeat(72)} ffff 0010 0000aa01 00000002 0000 0001`),
  ),
  row(
    5,
    REPLY,
    'OFPBRC_BAD_LEN',
    'queue statistics too short',
    multipart(5, `002f 000000000000 ${'00'.repeat(40)}`),
  ),
  row(
    5,
    REPLY,
    'OFPBRC_BAD_LEN',
    'a queue of no size',
    multipart(15, '00000001 00000001 0014 000000000000 00000000 00000000'),
  ),
  row(
    4,
    REPLY,
    'OFPTFFC_BAD_FEATURES',
    'table features without properties',
    multipart(12, table('0040')),
  ),
  row(
    6,
    REQUEST,
    'OFPTFFC_BAD_FEATURES',
    'table features with one property',
    multipart(12, `${table('0048')} 0000 0004 00000000`),
  ),
  row(
    4,
    REPLY,
    'OFPTFFC_BAD_FEATURES',
    'a property twice',
    multipart(12, `${table('0088')} ${REQUIRED} 0000 0004 00000000`),
  ),
  row(
    6,
    REPLY,
    'OFPTFFC_BAD_COMMAND',
    'a command of table features',
    multipart(12, table('0040', '00', '09')),
  ),
  row(4, REPLY, 'OFPTFFC_BAD_TABLE', 'features of all tables', multipart(12, table('0040', 'ff'))),
  row(
    4,
    REPLY,
    'OFPBPC_BAD_LEN',
    'table features longer than the message',
    multipart(12, table('0048')),
  ),
  row(
    4,
    REPLY,
    'OFPBPC_BAD_VALUE',
    'all tables as the next',
    multipart(12, `${table('0048')} 0002 0005 ff 000000`),
  ),
  row(
    4,
    REPLY,
    'OFPBMC_BAD_MASK',
    'a mask where none can be',
    multipart(12, `${table('0048')} 000a 0008 8000070c`),
  ),
  row(
    4,
    REPLY,
    'OFPBMC_BAD_LEN',
    'half a field',
    multipart(12, `${table('0048')} 0008 0006 8000 0000`),
  ),
  row(
    4,
    REPLY,
    'OFPBPC_BAD_LEN',
    'half an instruction',
    multipart(12, `${table('0048')} 0000 0006 0001 0000`),
  ),
  row(
    5,
    REPLY,
    'OFPBRC_BAD_LEN',
    'a table description too long',
    multipart(14, '0010 00 00 00000000'),
  ),
  row(
    5,
    REPLY,
    'OFPBPC_BAD_LEN',
    'a vacancy too short',
    multipart(14, '0010 00 00 00000000 0003 0007 00000000'),
  ),
  row(
    4,
    REPLY,
    'OFPBRC_BAD_LEN',
    'a flow too short',
    multipart(1, `002f ${'00'.repeat(46)} 0001 0004 00000000`),
  ),
  row(
    4,
    REPLY,
    'OFPBIC_BAD_LEN',
    'a flow that ends in its match',
    multipart(1, `0034 ${'00'.repeat(46)} 0001 0004 00000000`),
  ),
  row(
    4,
    REPLY,
    'OFPFMFC_BAD_FLAGS',
    'flow flags',
    multipart(1, `0038 ${'00'.repeat(16)} 0020 ${'00'.repeat(28)} 0001 0004 00000000`),
  ),
  row(
    6,
    REPLY,
    'OFPBMC_BAD_LEN',
    'totals without their end',
    multipart(2, '0000 0010 80020808 00000000'),
  ),
  row(
    4,
    REQUEST,
    'OFPMOFC_BAD_FLAGS',
    'a flow monitor of nothing',
    'ffff 0000 00000000 4f4e4600 0000074e 00000001 0001 0008 ffffffff ff 000000 0001 0004 00000000',
  ),
  row(
    4,
    REQUEST,
    'NXBRC_MUST_BE_ZERO',
    'padding of a flow monitor',
    'ffff 0000 00000000 4f4e4600 0000074e 00000001 0002 0008 ffffffff ff 000001 0001 0004 00000000',
  ),
  row(
    5,
    REQUEST,
    'OFPMOFC_BAD_FLAGS',
    'flags of a flow monitor',
    multipart(16, '00000001 ffffffff ffffffff 0022 ff 00 0001 0004 00000000'),
  ),
  row(5, REPLY, 'NXBRC_FM_BAD_EVENT', 'an event', multipart(16, '0008 0007 00000000')),
  row(
    5,
    REPLY,
    'OFPBRC_BAD_LEN',
    'an abbreviation too long',
    multipart(16, '0010 0004 00000000 0000000000000000'),
  ),
  row(
    5,
    REPLY,
    'OFPBIC_BAD_LEN',
    'an update that ends in its match',
    multipart(16, `0018 0001 ${'00'.repeat(20)} 0001 0004 00000000`),
  ),
];
