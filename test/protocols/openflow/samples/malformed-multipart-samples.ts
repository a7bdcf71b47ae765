/**
 * Multiparts that Open vSwitch refuses.
 */
import { type MalformedSample, row } from './malformed.ts';

const REQUEST = 18;
const REPLY = 19;

function multipart(kind: number, body: string): string {
  return `${kind.toString(16).padStart(4, '0')} 0000 00000000 ${body}`;
}

/** Header of a table in table features, 64 bytes. */
const table = (size: string, number = '00', command = '00') =>
  `${size} ${number} ${command} 00000000 ${'00'.repeat(32)} ${'00'.repeat(16)} 00000000 00000000`;
const REQUIRED = [0, 2, 4, 6, 8, 10, 12, 14]
  .map((type) => `00${type.toString(16).padStart(2, '0')} 0004 00000000`)
  .join(' ');

export const MALFORMED_MULTIPART_SAMPLES: readonly MalformedSample[] = [
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
