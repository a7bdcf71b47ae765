/** Messages about ports and tables. */
import { bytesOf, type SwitchSample } from './switch-sample.ts';

const QUIET = {
  port: 0xfffffffe,
  hardwareAddress: 1,
  name: 'fifteen-letters',
  config: 0,
  state: 0,
  current: 0,
  advertised: 0,
  supported: 0,
  peer: 1,
  currentSpeed: 999,
  maxSpeed: 0xffffffff,
} as const;

const PORT = {
  port: 3,
  hardwareAddress: 0xaabbccddeeff,
  name: 'p3',
  config: 101,
  state: 5,
  current: 2080,
  advertised: 65535,
  supported: 61455,
  peer: 0,
  currentSpeed: 1234567,
  maxSpeed: 10000000,
} as const;

export const PORT_MESSAGE_SAMPLES: readonly SwitchSample[] = [
  {
    name: 'a new port',
    message: { type: 'port_status', reason: 'add', port: PORT },
    bytes: {
      4: '040c00500000000100000000000000000000000300000000aabbccddeeff0000703300000000000000000000000000000000006500000005000008200000ffff0000f00f000000000012d68700989680',
      5: '050c00580000000100000000000000000000000300480000aabbccddeeff00007033000000000000000000000000000000000065000000050000002000000000000008200000ffff0000f00f000000000012d68700989680',
      6: '060c00580000000100000000000000000000000300480000aabbccddeeff00007033000000000000000000000000000000000065000000050000002000000000000008200000ffff0000f00f000000000012d68700989680',
    },
  },
  {
    name: 'a port that is gone',
    message: { type: 'port_status', reason: 'delete', port: QUIET },
    bytes: {
      4: '040c0050000000010100000000000000fffffffe0000000000000000000100006669667465656e2d6c65747465727300000000000000000000000000000000000000000000000001000003e7ffffffff',
      5: '050c0058000000010100000000000000fffffffe0048000000000000000100006669667465656e2d6c657474657273000000000000000000000000200000000000000000000000000000000000000001000003e7ffffffff',
      6: '060c0058000000010100000000000000fffffffe0048000000000000000100006669667465656e2d6c657474657273000000000000000000000000200000000000000000000000000000000000000001000003e7ffffffff',
    },
  },
  {
    name: 'a changed port with bits that nobody knows',
    message: {
      type: 'port_status',
      reason: 'modify',
      port: { ...PORT, config: 0xffffffff, state: 0xffffffff, current: 0xffff0000 },
    },
    bytes: {
      4: '040c00500000000102000000000000000000000300000000aabbccddeeff000070330000000000000000000000000000ffffffffffffffffffff00000000ffff0000f00f000000000012d68700989680',
      5: '050c00580000000102000000000000000000000300480000aabbccddeeff000070330000000000000000000000000000ffffffffffffffff0000002000000000ffff00000000ffff0000f00f000000000012d68700989680',
      6: '060c00580000000102000000000000000000000300480000aabbccddeeff000070330000000000000000000000000000ffffffffffffffff0000002000000000ffff00000000ffff0000f00f000000000012d68700989680',
    },
  },
  {
    name: 'a port whose name cannot be printed',
    message: { type: 'port_status', reason: 'modify', port: { ...QUIET, name: 'ab' } },
    bytes: {
      4: '040c0050000000010200000000000000fffffffe00000000000000000001000061016200000000000000000000000000000000000000000000000000000000000000000000000001000003e7ffffffff',
      5: '050c0058000000010200000000000000fffffffe004800000000000000010000610162000000000000000000000000000000000000000000000000200000000000000000000000000000000000000001000003e7ffffffff',
      6: '060c0058000000010200000000000000fffffffe004800000000000000010000610162000000000000000000000000000000000000000000000000200000000000000000000000000000000000000001000003e7ffffffff',
    },
  },
  {
    name: 'a port with an optical property',
    message: {
      type: 'port_status',
      reason: 'add',
      port: {
        ...PORT,
        unknownProperties: bytesOf(
          '00010028000000000000000100000002000000030000000400000005000000060000000700010002',
        ),
      },
    },
    bytes: {
      5: '050c00800000000100000000000000000000000300700000aabbccddeeff00007033000000000000000000000000000000000065000000050000002000000000000008200000ffff0000f00f000000000012d6870098968000010028000000000000000100000002000000030000000400000005000000060000000700010002',
      6: '060c00800000000100000000000000000000000300700000aabbccddeeff00007033000000000000000000000000000000000065000000050000002000000000000008200000ffff0000f00f000000000012d6870098968000010028000000000000000100000002000000030000000400000005000000060000000700010002',
    },
  },
  {
    name: 'a port with an experimenter property',
    message: {
      type: 'port_status',
      reason: 'add',
      port: { ...QUIET, unknownProperties: bytesOf('ffff000d00002320000000010a000000') },
    },
    bytes: {
      5: '050c0068000000010000000000000000fffffffe0058000000000000000100006669667465656e2d6c657474657273000000000000000000000000200000000000000000000000000000000000000001000003e7ffffffffffff000d00002320000000010a000000',
      6: '060c0068000000010000000000000000fffffffe0058000000000000000100006669667465656e2d6c657474657273000000000000000000000000200000000000000000000000000000000000000001000003e7ffffffffffff000d00002320000000010a000000',
    },
  },
  {
    name: 'a port to be changed',
    message: {
      type: 'port_mod',
      port: 3,
      hardwareAddress: 0x200000000aa,
      config: 101,
      mask: 37,
      advertise: 0,
    },
    bytes: {
      4: '041000280000000100000003000000000200000000aa000000000065000000250000000000000000',
      5: '051000200000000100000003000000000200000000aa00000000006500000025',
      6: '061000200000000100000003000000000200000000aa00000000006500000025',
    },
  },
  {
    name: 'a port to advertise all',
    message: {
      type: 'port_mod',
      port: 0xfffffffe,
      hardwareAddress: 1,
      config: 0xffffffff,
      mask: 0xffffffff,
      advertise: 0xffffffff,
    },
    bytes: {
      4: '0410002800000001fffffffe000000000000000000010000ffffffffffffffffffffffff00000000',
      5: '0510002800000001fffffffe000000000000000000010000ffffffffffffffff00000008ffffffff',
      6: '0610002800000001fffffffe000000000000000000010000ffffffffffffffff00000008ffffffff',
    },
  },
  {
    name: 'a port to be changed optically',
    message: {
      type: 'port_mod',
      port: 65279,
      hardwareAddress: 1,
      config: 0,
      mask: 1,
      advertise: 5,
      unknownProperties: bytesOf('000100180000000100000002000000030000000400000005'),
    },
    bytes: {
      5: '05100040000000010000feff00000000000000000001000000000000000000010000000800000005000100180000000100000002000000030000000400000005',
      6: '06100040000000010000feff00000000000000000001000000000000000000010000000800000005000100180000000100000002000000030000000400000005',
    },
  },
  {
    name: 'a table to be changed',
    message: { type: 'table_mod', table: 2, config: 0 },
    bytes: {
      4: '04110010000000010200000000000000',
      5: '05110010000000010200000000000000',
      6: '06110010000000010200000000000000',
    },
  },
  {
    name: 'all tables to be changed',
    message: { type: 'table_mod', table: 255, config: 3 },
    bytes: {
      4: '0411001000000001ff00000000000003',
      5: '0511001000000001ff00000000000003',
      6: '0611001000000001ff00000000000003',
    },
  },
  {
    name: 'a table to evict and to warn',
    message: { type: 'table_mod', table: 254, config: 12 },
    bytes: { 5: '0511001000000001fe0000000000000c', 6: '0611001000000001fe0000000000000c' },
  },
  {
    name: 'a table with eviction flags 0',
    message: { type: 'table_mod', table: 1, config: 4, evictionFlags: 0 },
    bytes: {
      5: '051100180000000101000000000000040002000800000000',
      6: '061100180000000101000000000000040002000800000000',
    },
  },
  {
    name: 'a table with eviction flags 1',
    message: { type: 'table_mod', table: 1, config: 4, evictionFlags: 1 },
    bytes: {
      5: '051100180000000101000000000000040002000800000001',
      6: '061100180000000101000000000000040002000800000001',
    },
  },
  {
    name: 'a table with eviction flags 2',
    message: { type: 'table_mod', table: 1, config: 4, evictionFlags: 2 },
    bytes: {
      5: '051100180000000101000000000000040002000800000002',
      6: '061100180000000101000000000000040002000800000002',
    },
  },
  {
    name: 'a table with eviction flags 6',
    message: { type: 'table_mod', table: 1, config: 4, evictionFlags: 6 },
    bytes: {
      5: '051100180000000101000000000000040002000800000006',
      6: '061100180000000101000000000000040002000800000006',
    },
  },
  {
    name: 'a table with thresholds',
    message: {
      type: 'table_mod',
      table: 1,
      config: 8,
      evictionFlags: 2,
      vacancy: { down: 20, up: 80 },
    },
    bytes: {
      5: '0511002000000001010000000000000800020008000000020003000814500000',
      6: '0611002000000001010000000000000800020008000000020003000814500000',
    },
  },
  {
    name: 'a table with thresholds that are not in force',
    message: { type: 'table_mod', table: 1, config: 0, vacancy: { down: 0, up: 100 } },
    bytes: {
      5: '051100180000000101000000000000000003000800640000',
      6: '061100180000000101000000000000000003000800640000',
    },
  },
  {
    name: 'a table that got fuller',
    message: {
      type: 'table_status',
      reason: 'vacancy_down',
      table: { table: 3, config: 12, evictionFlags: 5, vacancy: { down: 20, up: 80, current: 10 } },
    },
    bytes: {
      5: '051f0028000000010300000000000000001803000000000c00020008000000050003000814500a00',
      6: '061f0028000000010300000000000000001803000000000c00020008000000050003000814500a00',
    },
  },
  {
    name: 'a table that got emptier',
    message: { type: 'table_status', reason: 'vacancy_up', table: { table: 255, config: 0 } },
    bytes: {
      5: '051f00180000000104000000000000000008ff0000000000',
      6: '061f00180000000104000000000000000008ff0000000000',
    },
  },
  {
    name: 'a table with a property that nobody knows',
    message: {
      type: 'table_status',
      reason: 'vacancy_up',
      table: {
        table: 0,
        config: 8,
        evictionFlags: 0xfffffff8,
        unknownProperties: bytesOf('0009000800000000'),
      },
    },
    bytes: {
      5: '051f0028000000010400000000000000001800000000000800020008fffffff80009000800000000',
      6: '061f0028000000010400000000000000001800000000000800020008fffffff80009000800000000',
    },
  },
  {
    name: 'queues of a port',
    message: { type: 'queue_get_config_request', port: 1 },
    bytes: { 4: '04160010000000010000000100000000' },
  },
  {
    name: 'queues of all ports',
    message: { type: 'queue_get_config_request', port: 0xffffffff },
    bytes: { 4: '0416001000000001ffffffff00000000' },
  },
  {
    name: 'no queues',
    message: { type: 'queue_get_config_reply', port: 1, queues: [] },
    bytes: { 4: '04170010000000010000000100000000' },
  },
  {
    name: 'queues in no order',
    message: {
      type: 'queue_get_config_reply',
      port: 1,
      queues: [
        { port: 1, queueId: 7, minRate: 1000, maxRate: 1001 },
        { port: 1, queueId: 5 },
        { port: 1, queueId: 6, minRate: 15 },
        { port: 2, queueId: 0xffffffff, maxRate: 65535 },
      ],
    },
    bytes: {
      4: '0417009000000001000000010000000000000007000000010030000000000000000100100000000003e8000000000000000200100000000003e900000000000000000005000000010010000000000000000000060000000100200000000000000001001000000000000f000000000000ffffffff0000000200200000000000000002001000000000ffff000000000000',
    },
  },
  {
    name: 'a queue of port 0 with a property that nobody knows',
    message: {
      type: 'queue_get_config_reply',
      port: 0,
      queues: [
        {
          port: 0,
          queueId: 7,
          minRate: 5,
          unknownProperties: bytesOf('0009001000000000aaaaaaaaaaaaaaaa'),
        },
      ],
    },
    bytes: {
      4: '0417004000000001000000000000000000000007000000000030000000000000000100100000000000050000000000000009001000000000aaaaaaaaaaaaaaaa',
    },
  },
];
