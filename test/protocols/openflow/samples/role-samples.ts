/** Roles, and which asynchronous messages they get. */
import { bytesOf, type SwitchSample } from './switch-sample.ts';

export const ROLE_SAMPLES: readonly SwitchSample[] = [
  {
    name: 'a request for the role nochange',
    message: { type: 'role_request', role: 'nochange', generationId: 5n },
    bytes: {
      4: '041800180000000100000000000000000000000000000005',
      5: '051800180000000100000000000000000000000000000005',
      6: '061800180000000100000000000000000000000000000005',
    },
  },
  {
    name: 'a reply of the role nochange',
    message: { type: 'role_reply', role: 'nochange', generationId: 0n },
    bytes: {
      4: '041900180000000100000000000000000000000000000000',
      5: '051900180000000100000000000000000000000000000000',
      6: '061900180000000100000000000000000000000000000000',
    },
  },
  {
    name: 'a request for the role equal',
    message: { type: 'role_request', role: 'equal', generationId: 5n },
    bytes: {
      4: '041800180000000100000001000000000000000000000005',
      5: '051800180000000100000001000000000000000000000005',
      6: '061800180000000100000001000000000000000000000005',
    },
  },
  {
    name: 'a reply of the role equal',
    message: { type: 'role_reply', role: 'equal', generationId: 0n },
    bytes: {
      4: '041900180000000100000001000000000000000000000000',
      5: '051900180000000100000001000000000000000000000000',
      6: '061900180000000100000001000000000000000000000000',
    },
  },
  {
    name: 'a request for the role master',
    message: { type: 'role_request', role: 'master', generationId: 5n },
    bytes: {
      4: '041800180000000100000002000000000000000000000005',
      5: '051800180000000100000002000000000000000000000005',
      6: '061800180000000100000002000000000000000000000005',
    },
  },
  {
    name: 'a reply of the role master',
    message: { type: 'role_reply', role: 'master', generationId: 0n },
    bytes: {
      4: '041900180000000100000002000000000000000000000000',
      5: '051900180000000100000002000000000000000000000000',
      6: '061900180000000100000002000000000000000000000000',
    },
  },
  {
    name: 'a request for the role slave',
    message: { type: 'role_request', role: 'slave', generationId: 5n },
    bytes: {
      4: '041800180000000100000003000000000000000000000005',
      5: '051800180000000100000003000000000000000000000005',
      6: '061800180000000100000003000000000000000000000005',
    },
  },
  {
    name: 'a reply of the role slave',
    message: { type: 'role_reply', role: 'slave', generationId: 0n },
    bytes: {
      4: '041900180000000100000003000000000000000000000000',
      5: '051900180000000100000003000000000000000000000000',
      6: '061900180000000100000003000000000000000000000000',
    },
  },
  {
    name: 'a request without a generation',
    message: { type: 'role_request', role: 'equal', generationId: 0xffffffffffffffffn },
    bytes: {
      4: '04180018000000010000000100000000ffffffffffffffff',
      5: '05180018000000010000000100000000ffffffffffffffff',
      6: '06180018000000010000000100000000ffffffffffffffff',
    },
  },
  {
    name: 'a reply without a generation',
    message: { type: 'role_reply', role: 'equal', generationId: 0xffffffffffffffffn },
    bytes: {
      4: '04190018000000010000000100000000ffffffffffffffff',
      5: '05190018000000010000000100000000ffffffffffffffff',
      6: '06190018000000010000000100000000ffffffffffffffff',
    },
  },
  {
    name: 'a role status because of master_request',
    message: { type: 'role_status', role: 'slave', reason: 'master_request', generationId: 10n },
    bytes: {
      4: '04040020000000014f4e4600000007770000000300000000000000000000000a',
      5: '051e0018000000010000000300000000000000000000000a',
      6: '061e0018000000010000000300000000000000000000000a',
    },
  },
  {
    name: 'a role status because of config',
    message: { type: 'role_status', role: 'slave', reason: 'config', generationId: 10n },
    bytes: {
      4: '04040020000000014f4e4600000007770000000301000000000000000000000a',
      5: '051e0018000000010000000301000000000000000000000a',
      6: '061e0018000000010000000301000000000000000000000a',
    },
  },
  {
    name: 'a role status because of experimenter',
    message: { type: 'role_status', role: 'slave', reason: 'experimenter', generationId: 10n },
    bytes: {
      4: '04040020000000014f4e4600000007770000000302000000000000000000000a',
      5: '051e0018000000010000000302000000000000000000000a',
      6: '061e0018000000010000000302000000000000000000000a',
    },
  },
  {
    name: 'a role status because of 77',
    message: { type: 'role_status', role: 'slave', reason: 77, generationId: 10n },
    bytes: {
      4: '04040020000000014f4e460000000777000000034d000000000000000000000a',
      5: '051e001800000001000000034d000000000000000000000a',
      6: '061e001800000001000000034d000000000000000000000a',
    },
  },
  {
    name: 'a role status with a property',
    message: {
      type: 'role_status',
      role: 'master',
      reason: 'config',
      generationId: 0xffffffffffffffffn,
      properties: bytesOf('ffff000c000023200000000100000000'),
    },
    bytes: {
      4: '04040030000000014f4e4600000007770000000201000000ffffffffffffffffffff000c000023200000000100000000',
      5: '051e0028000000010000000201000000ffffffffffffffffffff000c000023200000000100000000',
      6: '061e0028000000010000000201000000ffffffffffffffffffff000c000023200000000100000000',
    },
  },
  {
    name: "a request for Nicira's role equal",
    message: { type: 'nx_role_request', role: 'equal' },
    bytes: {
      4: '0404001400000001000023200000000a00000000',
      5: '0504001400000001000023200000000a00000000',
      6: '0604001400000001000023200000000a00000000',
    },
  },
  {
    name: "a reply of Nicira's role equal",
    message: { type: 'nx_role_reply', role: 'equal' },
    bytes: {
      4: '0404001400000001000023200000000b00000000',
      5: '0504001400000001000023200000000b00000000',
      6: '0604001400000001000023200000000b00000000',
    },
  },
  {
    name: "a request for Nicira's role master",
    message: { type: 'nx_role_request', role: 'master' },
    bytes: {
      4: '0404001400000001000023200000000a00000001',
      5: '0504001400000001000023200000000a00000001',
      6: '0604001400000001000023200000000a00000001',
    },
  },
  {
    name: "a reply of Nicira's role master",
    message: { type: 'nx_role_reply', role: 'master' },
    bytes: {
      4: '0404001400000001000023200000000b00000001',
      5: '0504001400000001000023200000000b00000001',
      6: '0604001400000001000023200000000b00000001',
    },
  },
  {
    name: "a request for Nicira's role slave",
    message: { type: 'nx_role_request', role: 'slave' },
    bytes: {
      4: '0404001400000001000023200000000a00000002',
      5: '0504001400000001000023200000000a00000002',
      6: '0604001400000001000023200000000a00000002',
    },
  },
  {
    name: "a reply of Nicira's role slave",
    message: { type: 'nx_role_reply', role: 'slave' },
    bytes: {
      4: '0404001400000001000023200000000b00000002',
      5: '0504001400000001000023200000000b00000002',
      6: '0604001400000001000023200000000b00000002',
    },
  },
  {
    name: 'a request for masks',
    message: { type: 'get_async_request' },
    bytes: { 4: '041a000800000001', 5: '051a000800000001', 6: '061a000800000001' },
  },
  {
    name: 'masks of OpenFlow 1.3',
    message: {
      type: 'get_async_reply',
      masks: [
        { message: 'packet_in', role: 'master', reasons: 7 },
        { message: 'packet_in', role: 'slave', reasons: 0 },
        { message: 'port_status', role: 'master', reasons: 7 },
        { message: 'port_status', role: 'slave', reasons: 5 },
        { message: 'flow_removed', role: 'master', reasons: 7 },
        { message: 'flow_removed', role: 'slave', reasons: 0 },
      ],
    },
    bytes: { 4: '041b002000000001000000070000000000000007000000050000000700000000' },
  },
  {
    name: 'masks with reasons that nobody knows',
    message: {
      type: 'set_async',
      masks: [
        { message: 'packet_in', role: 'master', reasons: 0xffffffff },
        { message: 'packet_in', role: 'slave', reasons: 0xffffffff },
        { message: 'port_status', role: 'master', reasons: 0xffffffff },
        { message: 'port_status', role: 'slave', reasons: 0xffffffff },
        { message: 'flow_removed', role: 'master', reasons: 0xffffffff },
        { message: 'flow_removed', role: 'slave', reasons: 0xffffffff },
      ],
    },
    bytes: { 4: '041c002000000001ffffffffffffffffffffffffffffffffffffffffffffffff' },
  },
  {
    name: "Nicira's masks",
    message: {
      type: 'nx_set_async_config',
      masks: [
        { message: 'packet_in', role: 'master', reasons: 63 },
        { message: 'packet_in', role: 'slave', reasons: 63 },
        { message: 'port_status', role: 'master', reasons: 7 },
        { message: 'port_status', role: 'slave', reasons: 7 },
        { message: 'flow_removed', role: 'master', reasons: 63 },
        { message: 'flow_removed', role: 'slave', reasons: 63 },
      ],
    },
    bytes: {
      4: '040400280000000100002320000000130000003f0000003f00000007000000070000003f0000003f',
      5: '050400280000000100002320000000130000003f0000003f00000007000000070000003f0000003f',
      6: '060400280000000100002320000000130000003f0000003f00000007000000070000003f0000003f',
    },
  },
  {
    name: 'no properties',
    message: { type: 'set_async', masks: [] },
    bytes: { 5: '051c000800000001', 6: '061c000800000001' },
  },
  {
    name: 'properties of all messages',
    message: {
      type: 'set_async',
      masks: [
        { message: 'packet_in', role: 'slave', reasons: 0 },
        { message: 'packet_in', role: 'master', reasons: 63 },
        { message: 'port_status', role: 'slave', reasons: 5 },
        { message: 'port_status', role: 'master', reasons: 7 },
        { message: 'flow_removed', role: 'slave', reasons: 0 },
        { message: 'flow_removed', role: 'master', reasons: 63 },
        { message: 'role_status', role: 'slave', reasons: 0 },
        { message: 'role_status', role: 'master', reasons: 7 },
        { message: 'table_status', role: 'slave', reasons: 0 },
        { message: 'table_status', role: 'master', reasons: 24 },
        { message: 'requestforward', role: 'slave', reasons: 0 },
        { message: 'requestforward', role: 'master', reasons: 3 },
      ],
    },
    bytes: {
      5: '051c0068000000010000000800000000000100080000003f000200080000000500030008000000070004000800000000000500080000003f0006000800000000000700080000000700080008000000000009000800000018000a000800000000000b000800000003',
      6: '061c0068000000010000000800000000000100080000003f000200080000000500030008000000070004000800000000000500080000003f0006000800000000000700080000000700080008000000000009000800000018000a000800000000000b000800000003',
    },
  },
  {
    name: 'properties of a switch that knows more',
    message: {
      type: 'get_async_reply',
      masks: [
        { message: 'packet_in', role: 'master', reasons: 0xffffffff },
        { message: 'packet_in', role: 'master', reasons: 510 },
      ],
      unknownProperties: bytesOf('000c000800000001fffe00100000232000000001000000ff'),
    },
    bytes: {
      5: '051b00300000000100010008ffffffff00010008000001fe000c000800000001fffe00100000232000000001000000ff',
      6: '061b00300000000100010008ffffffff00010008000001fe000c000800000001fffe00100000232000000001000000ff',
    },
  },
  {
    name: "Nicira's properties",
    message: {
      type: 'nx_set_async_config2',
      masks: [
        { message: 'packet_in', role: 'slave', reasons: 0 },
        { message: 'packet_in', role: 'master', reasons: 7 },
        { message: 'port_status', role: 'slave', reasons: 5 },
        { message: 'port_status', role: 'master', reasons: 7 },
        { message: 'flow_removed', role: 'slave', reasons: 0 },
        { message: 'flow_removed', role: 'master', reasons: 63 },
        { message: 'role_status', role: 'slave', reasons: 0 },
        { message: 'role_status', role: 'master', reasons: 7 },
        { message: 'table_status', role: 'slave', reasons: 0 },
        { message: 'table_status', role: 'master', reasons: 24 },
        { message: 'requestforward', role: 'slave', reasons: 0 },
        { message: 'requestforward', role: 'master', reasons: 3 },
      ],
    },
    bytes: {
      4: '0404007000000001000023200000001b00000008000000000001000800000007000200080000000500030008000000070004000800000000000500080000003f0006000800000000000700080000000700080008000000000009000800000018000a000800000000000b000800000003',
    },
  },
];
