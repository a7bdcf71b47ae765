/**
 * Switch messages that Open vSwitch refuses, and the error that it names: what was done to a good one.
 */
import type { OpenFlowErrorName } from '../../../../protocols/openflow/values/error-codes.ts';

export type Fault = readonly [name: string, hex: string, code: OpenFlowErrorName];

export const SWITCH_FAULTS: readonly Fault[] = [
  // What is known from the header alone.
  ['a type that nobody knows', '0463000800000001', 'OFPBRC_BAD_TYPE'],
  ['a table status in OpenFlow 1.3', '041f000800000001', 'OFPBRC_BAD_TYPE'],
  ['a queue question in OpenFlow 1.4', '05160010000000010000000100000000', 'OFPBRC_BAD_TYPE'],
  ['a multipart that nobody knows', '04120010000000010063000000000000', 'OFPBRC_BAD_STAT'],
  ['a table description in OpenFlow 1.3', '0412001000000001000e000000000000', 'OFPBRC_BAD_STAT'],
  ['another experimenter', '04040010000000010000123400000001', 'OFPBRC_BAD_VENDOR'],
  ["another of Nicira's", '04040010000000010000232000000063', 'OFPBRC_BAD_SUBTYPE'],
  [
    "ONF's in OpenFlow 1.4",
    '05040018000000014f4e4600000008fc0000000100000000',
    'OFPBRC_BAD_SUBTYPE',
  ],
  [
    "another experimenter's multipart",
    '0412001800000001ffff0000000000000000123400000001',
    'OFPBRC_BAD_VENDOR',
  ],
  [
    "another of Nicira's multiparts",
    '0412001800000001ffff0000000000000000232000000063',
    'OFPBRC_BAD_SUBTYPE',
  ],
  ['half of an experimenter', '0404000c0000000100002320', 'OFPBRC_BAD_LEN'],
  ['half of a multipart', '0412000c0000000100000000', 'OFPBRC_BAD_LEN'],
  ['a barrier with a body', '0414000900000001ff', 'OFPBRC_BAD_LEN'],
  ['an error without numbers', '0401000800000001', 'OFPBRC_BAD_LEN'],
  ['features of 23 bytes', `0406001f00000001${'00'.repeat(23)}`, 'OFPBRC_BAD_LEN'],
  ['a port status of 79 bytes', `040c004f00000001${'00'.repeat(71)}`, 'OFPBRC_BAD_LEN'],
  [
    'a flow-mod that is no multiple of eight',
    `040e003100000001${'00'.repeat(41)}`,
    'OFPBRC_BAD_LEN',
  ],

  // Bodies.
  ['an error that nobody knows', '0401000c00000001004d0001', 'OFPBRC_BAD_LEN'],
  [
    "an experimenter's error without the experimenter",
    '0401000c00000001ffff08fc',
    'OFPBRC_BAD_LEN',
  ],
  ['a configuration with a flag', '0409000c0000000100040080', 'OFPSCFC_BAD_FLAGS'],
  [
    'a port status of reason 3',
    `040c005000000001${'03'.padEnd(16, '0')}${'00'.repeat(64)}`,
    'NXBRC_BAD_REASON',
  ],
  [
    'a port of 70000',
    `040c0050000000010200000000000000${'00011170'}${'00'.repeat(60)}`,
    'OFPBAC_BAD_OUT_PORT',
  ],
  [
    'a port that is longer than the message',
    `050c003800000001020000000000000000000001${'0030'}${'00'.repeat(34)}`,
    'OFPBRC_BAD_LEN',
  ],
  [
    'an Ethernet property of eight bytes',
    `050c004000000001020000000000000000000001${'0030'}${'00'.repeat(34)}0000000800000000`,
    'OFPBPC_BAD_LEN',
  ],
  [
    'a property of experimenter 0',
    `050c004800000001020000000000000000000001${'0038'}${'00'.repeat(34)}ffff0010${'00'.repeat(12)}`,
    'OFPBPC_BAD_EXPERIMENTER',
  ],
  ['a port-mod of port 65280', `04100028000000010000ff00${'00'.repeat(28)}`, 'OFPBAC_BAD_OUT_PORT'],
  [
    'a port-mod with a property of three bytes',
    `0510002800000001${'00'.repeat(24)}0000000300000000`,
    'OFPBPC_BAD_LEN',
  ],
  [
    'a table-mod with a property that nobody knows',
    '051100180000000100000000000000000005000800000000',
    'OFPBRC_BAD_TYPE',
  ],
  [
    'a table-mod whose thresholds are crossed',
    '05110018000000010000000000000000000300085a500000',
    'OFPBPC_BAD_VALUE',
  ],
  [
    'a table-mod with a threshold of 101 percent',
    '051100180000000100000000000000000003000800650000',
    'OFPBPC_BAD_VALUE',
  ],
  [
    'a table-mod that says how full the table is',
    '051100180000000100000000000000000003000800640100',
    'OFPBPC_BAD_VALUE',
  ],
  [
    'a table-mod with eviction flags of 16 bits',
    '051100180000000100000000000000000002000600010000',
    'OFPBPC_BAD_LEN',
  ],
  [
    'a table status of reason 0',
    '051f00180000000100000000000000000008000000000000',
    'OFPBPC_BAD_VALUE',
  ],
  ['a table of four bytes', '051f00180000000103000000000000000004000000000000', 'OFPBRC_BAD_LEN'],
  ['queues of the local port', '0416001000000001fffffffe00000000', 'OFPQOFC_BAD_PORT'],
  ['queues of port 65280', '04160010000000010000ff0000000000', 'OFPBAC_BAD_OUT_PORT'],
  [
    'a queue of 20 bytes',
    '0417002800000001000000010000000000000005000000010014000000000000000000000000000000000000'.slice(
      0,
      80,
    ),
    'OFPBRC_BAD_LEN',
  ],
  ['a role of 4', '041800180000000100000004000000000000000000000005', 'OFPRRFC_BAD_ROLE'],
  [
    'a role status of role 9',
    '051e00180000000100000009000000000000000000000005',
    'OFPRRFC_BAD_ROLE',
  ],
  ["Nicira's role of 3", '0404001400000001000023200000000a00000003', 'OFPRRFC_BAD_ROLE'],
  ['a mask with a reason that there is not', '051c0010000000010000000800000040', 'OFPACFC_INVALID'],
  ['a mask that there is not', '051c0010000000010011000800000001', 'OFPACFC_UNSUPPORTED'],
  [
    "a mask of an experimenter's",
    '051c001800000001fffe00100000232000000001000000ff',
    'OFPBPC_BAD_EXP_TYPE',
  ],
  [
    'a mask of experimenter 0',
    '051b001800000001fffe00100000000000000001000000ff',
    'OFPBPC_BAD_EXPERIMENTER',
  ],
  ['a mask of 64 bits', '051c00180000000100000010000000000000000100000000', 'OFPBPC_BAD_LEN'],
  [
    "Nicira's mask of a reason of OpenFlow 1.4",
    '0404001800000001000023200000001b0001000800000008',
    'OFPACFC_INVALID',
  ],
  ['nothing in a bundle', '05220010000000010000000100000000', 'OFPBFC_MSG_BAD_LEN'],
  [
    'another version in a bundle',
    '052200180000000100000001000000000410002800000001',
    'OFPBFC_BAD_VERSION',
  ],
  [
    'a message that is cut in a bundle',
    '052200180000000100000001000000000510002800000001',
    'OFPBFC_MSG_BAD_LEN',
  ],
  [
    'a message of four bytes in a bundle',
    '052200180000000100000001000000000510000400000001',
    'OFPBFC_MSG_BAD_LEN',
  ],
  [
    'another xid in a bundle',
    '052200180000000100000001000000000514000800000002',
    'OFPBFC_MSG_BAD_XID',
  ],
  ['a barrier in a bundle', '052200180000000100000001000000000514000800000001', 'OFPBFC_MSG_UNSUP'],
  [
    'a short port-mod in a bundle',
    '052200180000000100000001000000000510000800000001',
    'OFPBFC_MSG_UNSUP',
  ],
  ['a request that is cut', '0520001000000001050f001000000001', 'OFPBFC_MSG_BAD_LEN'],
  ['a request of another version', '05200010000000010414000800000001', 'OFPBRC_BAD_VERSION'],
  ['a request that is none', '05200010000000010514000800000001', 'OFPBFC_MSG_UNSUP'],
  ['a request of a type that nobody knows', '05200010000000010563000800000001', 'OFPBRC_BAD_TYPE'],
  ['a request that is too short', '0520001000000001050f000800000001', 'OFPBRC_BAD_LEN'],
  [
    'an addition to all tables',
    `040e003800000001${'00'.repeat(16)}ff00000000000000${'ff'.repeat(12)}000000000001000400000000`,
    'OFPFMFC_BAD_TABLE_ID',
  ],
  [
    'a flow command of 5',
    `040e003800000001${'00'.repeat(16)}0005000000000000${'ff'.repeat(12)}000000000001000400000000`,
    'OFPFMFC_BAD_COMMAND',
  ],
  [
    'a flow with a flag that there is not',
    `040e003800000001${'00'.repeat(16)}0000000000000000${'ff'.repeat(12)}002000000001000400000000`,
    'OFPFMFC_BAD_FLAGS',
  ],
  [
    'a deletion of flows to port 65280',
    `040e003800000001${'00'.repeat(16)}0003000000000000ffffffff0000ff00ffffffff000000000001000400000000`,
    'OFPBAC_BAD_OUT_PORT',
  ],
  [
    "Nicira's addition to flows of a cookie",
    `0404004000000001000023200000000d${'00'.repeat(8)}0000000000008000ffffffffffff0000000c000000000000${'00013c08'}${'0000000000000005'}00000000`,
    'NXBRC_NXM_INVALID',
  ],
  [
    "Nicira's deletion of flows of two cookies",
    `0404004800000001000023200000000d${'00'.repeat(8)}0003000000008000ffffffffffff00000018000000000000${'00013c080000000000000005'.repeat(2)}`,
    'OFPBMC_DUP_FIELD',
  ],
  [
    "Nicira's match that is longer than the message",
    `0404003000000001000023200000000d${'00'.repeat(8)}0003000000008000ffffffffffff00000008000000000000`,
    'OFPBMC_BAD_LEN',
  ],
  [
    "bytes behind the match of Nicira's flow removed",
    `0404004000000001000023200000000e${'00'.repeat(48)}`,
    'OFPBRC_BAD_LEN',
  ],
  ['a packet-in format of 3', '0404001400000001000023200000001000000003', 'OFPBRC_EPERM'],
  ['a TLV command of 3', '040400180000000100002320000000180003000000000000', 'NXTTMFC_BAD_COMMAND'],
  [
    'an option of three bytes',
    '0404002000000001000023200000001800000000000000000001020300000000',
    'NXTTMFC_BAD_OPT_LEN',
  ],
  [
    'an option of 128 bytes',
    '0404002000000001000023200000001800000000000000000001028000000000',
    'NXTTMFC_BAD_OPT_LEN',
  ],
  [
    'a field tun_metadata64',
    '0404002000000001000023200000001800000000000000000001020400400000',
    'NXTTMFC_BAD_FIELD_IDX',
  ],
  [
    'a flush with padding',
    '040400180000000100002320000000200600000000000001',
    'NXBRC_MUST_BE_ZERO',
  ],
  [
    'a flush with half of a direction',
    '0404002000000001000023200000002006000000000000000000000400000000',
    'OFPBPC_BAD_LEN',
  ],
  [
    'a flush with a zone of one byte',
    '0404002000000001000023200000002006000000000000000002000500000000',
    'OFPBPC_BAD_LEN',
  ],
  [
    'a flush of both families',
    `0404005000000001${'0000232000000020'}06${'00'.repeat(7)}0000003800000000${'00000014'}${'00'.repeat(10)}ffff0a00000100000000${'00010014'}${'00'.repeat(15)}0100000000`,
    'OFPBPC_BAD_VALUE',
  ],
];

/** Messages that are taken, though nobody here would write them so. */
export const SWITCH_ODDITIES: readonly (readonly [name: string, hex: string])[] = [
  [
    'a port without a property',
    `050c003800000001020000000000000000000001${'0028'}0000aabbccddeeff0000${'61'.repeat(16)}0000000000000004`,
  ],
  [
    'a port-mod whose only property advertises nothing',
    `0510002800000001${'00'.repeat(24)}0000000800000000`,
  ],
  ['a hello of a version that nobody has', '6300000800000001'],
  ['an echo of a version that nobody has', '6302000900000001ff'],
  ['a features request of OpenFlow 1.0', '0105000800000001'],
  ['a barrier of OpenFlow 1.2', '0314000800000001'],
  ['a type that OpenFlow 1.1 does not have', '0218000800000001'],
  ['a role request of OpenFlow 1.2 cut short', '0318001800000001'],
  ['a barrier cut short', '0414000900000001'],
  ['a bundle cut short', '05220020000000010000000700000001051000'],
  ['a multipart cut short', '04120020000000010001000000000000ff'],
  ['a message of another length', '041400080000000100'],
];
