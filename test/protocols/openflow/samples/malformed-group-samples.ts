/**
 * Group-mods and meter-mods that Open vSwitch refuses.
 */
import { type MalformedSample, row } from './malformed.ts';

const GROUP_MOD = 15;
const METER_MOD = 29;

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

export const MALFORMED_GROUP_SAMPLES: readonly MalformedSample[] = [
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
];
