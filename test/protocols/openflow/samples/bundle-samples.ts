/** Messages in messages: bundles and forwarded requests. */
import { bytesOf, type SwitchSample } from './switch-sample.ts';

export const BUNDLE_SAMPLES: readonly SwitchSample[] = [
  {
    name: 'bundle control open_request',
    message: { type: 'bundle_control', bundleId: 0, control: 'open_request', flags: 0 },
    bytes: {
      4: '04040018000000014f4e4600000008fc0000000000000000',
      5: '05210010000000010000000000000000',
      6: '06210010000000010000000000000000',
    },
  },
  {
    name: 'bundle control open_reply',
    message: { type: 'bundle_control', bundleId: 1, control: 'open_reply', flags: 1 },
    bytes: {
      4: '04040018000000014f4e4600000008fc0000000100010001',
      5: '05210010000000010000000100010001',
      6: '06210010000000010000000100010001',
    },
  },
  {
    name: 'bundle control close_request',
    message: { type: 'bundle_control', bundleId: 2, control: 'close_request', flags: 2 },
    bytes: {
      4: '04040018000000014f4e4600000008fc0000000200020002',
      5: '05210010000000010000000200020002',
      6: '06210010000000010000000200020002',
    },
  },
  {
    name: 'bundle control close_reply',
    message: { type: 'bundle_control', bundleId: 3, control: 'close_reply', flags: 3 },
    bytes: {
      4: '04040018000000014f4e4600000008fc0000000300030003',
      5: '05210010000000010000000300030003',
      6: '06210010000000010000000300030003',
    },
  },
  {
    name: 'bundle control commit_request',
    message: { type: 'bundle_control', bundleId: 4, control: 'commit_request', flags: 0 },
    bytes: {
      4: '04040018000000014f4e4600000008fc0000000400040000',
      5: '05210010000000010000000400040000',
      6: '06210010000000010000000400040000',
    },
  },
  {
    name: 'bundle control commit_reply',
    message: { type: 'bundle_control', bundleId: 5, control: 'commit_reply', flags: 1 },
    bytes: {
      4: '04040018000000014f4e4600000008fc0000000500050001',
      5: '05210010000000010000000500050001',
      6: '06210010000000010000000500050001',
    },
  },
  {
    name: 'bundle control discard_request',
    message: { type: 'bundle_control', bundleId: 6, control: 'discard_request', flags: 2 },
    bytes: {
      4: '04040018000000014f4e4600000008fc0000000600060002',
      5: '05210010000000010000000600060002',
      6: '06210010000000010000000600060002',
    },
  },
  {
    name: 'bundle control discard_reply',
    message: { type: 'bundle_control', bundleId: 7, control: 'discard_reply', flags: 3 },
    bytes: {
      4: '04040018000000014f4e4600000008fc0000000700070003',
      5: '05210010000000010000000700070003',
      6: '06210010000000010000000700070003',
    },
  },
  {
    name: 'bundle control 99',
    message: { type: 'bundle_control', bundleId: 8, control: 99, flags: 0 },
    bytes: {
      4: '04040018000000014f4e4600000008fc0000000800630000',
      5: '05210010000000010000000800630000',
      6: '06210010000000010000000800630000',
    },
  },
  {
    name: 'bundle control with a property and a flag that nobody knows',
    message: {
      type: 'bundle_control',
      bundleId: 0xffffffff,
      control: 'open_request',
      flags: 17,
      properties: bytesOf('ffff000c000023200000000100000000'),
    },
    bytes: {
      4: '04040028000000014f4e4600000008fcffffffff00000011ffff000c000023200000000100000000',
      5: '0521002000000001ffffffff00000011ffff000c000023200000000100000000',
      6: '0621002000000001ffffffff00000011ffff000c000023200000000100000000',
    },
  },
  {
    name: 'a port-mod in a bundle of wire version 4',
    message: {
      type: 'bundle_add',
      bundleId: 7,
      flags: 1,
      message: bytesOf(
        '04100028000000010000000300000000020000000000000000000001000000010000000000000000',
      ),
    },
    bytes: {
      4: '04040040000000014f4e4600000008fd000000070000000104100028000000010000000300000000020000000000000000000001000000010000000000000000',
    },
  },
  {
    name: 'a port-mod in a bundle of wire version 5',
    message: {
      type: 'bundle_add',
      bundleId: 7,
      flags: 1,
      message: bytesOf('0510002000000001000000030000000002000000000000000000000100000001'),
    },
    bytes: {
      5: '052200300000000100000007000000010510002000000001000000030000000002000000000000000000000100000001',
    },
  },
  {
    name: 'a port-mod in a bundle of wire version 6',
    message: {
      type: 'bundle_add',
      bundleId: 7,
      flags: 1,
      message: bytesOf('0610002000000001000000030000000002000000000000000000000100000001'),
    },
    bytes: {
      6: '062200300000000100000007000000010610002000000001000000030000000002000000000000000000000100000001',
    },
  },
  {
    name: 'a malformed port-mod in a bundle',
    message: {
      type: 'bundle_add',
      bundleId: 7,
      flags: 1,
      message: bytesOf(
        '05100028000000010000000300000000020000000000000000000001000000010000000300000000',
      ),
    },
    bytes: {
      5: '0522003800000001000000070000000105100028000000010000000300000000020000000000000000000001000000010000000300000000',
    },
  },
  {
    name: 'a port-mod with properties behind it in a bundle',
    message: {
      type: 'bundle_add',
      bundleId: 0,
      flags: 2,
      message: bytesOf(
        '04100028000000010000000300000000020000000000000000000001000000010000000000000000',
      ),
      properties: bytesOf('ffff000c000023200000000100000000'),
    },
    bytes: {
      4: '04040050000000014f4e4600000008fd000000000000000204100028000000010000000300000000020000000000000000000001000000010000000000000000ffff000c000023200000000100000000',
    },
  },
  {
    name: 'a group-mod that is forwarded',
    message: {
      type: 'requestforward',
      xid: 5,
      request: {
        type: 'group_mod',
        mod: {
          command: 'add',
          group: {
            groupId: 5,
            type: 'all',
            buckets: [{ bucketId: 0, actions: [{ type: 'output', port: 3 }] }],
          },
        },
      },
    },
    bytes: {
      4: '04040040000000014f4e46000000092e040f003000000005000000000000000500200000ffffffffffffffff0000000000000010000000030000000000000000',
      5: '0520003800000001050f003000000005000000000000000500200000ffffffffffffffff0000000000000010000000030000000000000000',
      6: '0620003800000001060f003000000005000000000000000500180000ffffffff001800100000000000000010000000030000000000000000',
    },
  },
  {
    name: 'a meter-mod that is forwarded',
    message: {
      type: 'requestforward',
      xid: 5,
      request: {
        type: 'meter_mod',
        mod: {
          command: 'modify',
          meterId: 5,
          flags: 1,
          bands: [{ type: 'drop', rate: 5, burst: 0 }],
        },
      },
    },
    bytes: {
      4: '04040030000000014f4e46000000092e041d002000000005000100010000000500010010000000050000000000000000',
      5: '0520002800000001051d002000000005000100010000000500010010000000050000000000000000',
      6: '0620002800000001061d002000000005000100010000000500010010000000050000000000000000',
    },
  },
];
