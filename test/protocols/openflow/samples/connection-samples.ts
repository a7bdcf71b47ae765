/** Messages about the connection and the switch itself. */
import { bytesOf, type SwitchSample } from './switch-sample.ts';

export const CONNECTION_SAMPLES: readonly SwitchSample[] = [
  {
    name: 'a hello that offers all versions up to its own',
    message: { type: 'hello' },
    bytes: { 4: '0400000800000001', 5: '0500000800000001', 6: '0600000800000001' },
  },
  {
    name: 'a hello with a bitmap',
    message: { type: 'hello', versions: [4, 5, 6] },
    bytes: {
      4: '04000010000000010001000800000070',
      5: '05000010000000010001000800000070',
      6: '06000010000000010001000800000070',
    },
  },
  {
    name: 'a hello with a bitmap of two words',
    message: { type: 'hello', versions: [1, 4, 40] },
    bytes: {
      4: '04000018000000010001000c000000120000010000000000',
      5: '05000018000000010001000c000000120000010000000000',
      6: '06000018000000010001000c000000120000010000000000',
    },
  },
  {
    name: 'a hello with another element',
    message: { type: 'hello', elements: bytesOf('0002000800000001') },
    bytes: {
      4: '04000010000000010002000800000001',
      5: '05000010000000010002000800000001',
      6: '06000010000000010002000800000001',
    },
  },
  {
    name: 'a hello with an empty bitmap behind a good one',
    message: {
      type: 'hello',
      versions: [1, 4],
      elements: bytesOf('00010008000000120001000400000000'),
    },
    bytes: {
      4: '040000180000000100010008000000120001000400000000',
      5: '050000180000000100010008000000120001000400000000',
      6: '060000180000000100010008000000120001000400000000',
    },
  },
  {
    name: 'a hello that ends in an element',
    message: { type: 'hello', elements: bytesOf('0001000800') },
    bytes: {
      4: '0400000d000000010001000800',
      5: '0500000d000000010001000800',
      6: '0600000d000000010001000800',
    },
  },
  {
    name: 'an error of a hello with text',
    message: {
      type: 'error',
      errorType: 0,
      code: 0,
      data: bytesOf('6e6f20766572736966f6ee205c2722'),
    },
    bytes: {
      4: '0401001b00000001000000006e6f20766572736966f6ee205c2722',
      5: '0501001b00000001000000006e6f20766572736966f6ee205c2722',
      6: '0601001b00000001000000006e6f20766572736966f6ee205c2722',
    },
  },
  {
    name: 'an error of a whole message',
    message: { type: 'error', errorType: 1, code: 6, data: bytesOf('0502000a000000016162') },
    bytes: {
      4: '0401001600000001000100060502000a000000016162',
      5: '0501001600000001000100060502000a000000016162',
      6: '0601001600000001000100060502000a000000016162',
    },
  },
  {
    name: 'an error of the beginning of a message',
    message: {
      type: 'error',
      errorType: 5,
      code: 1,
      data: bytesOf('040e009000000001000000000000000000000000000000000000000000000000'),
    },
    bytes: {
      4: '0401002c0000000100050001040e009000000001000000000000000000000000000000000000000000000000',
      5: '0501002c0000000100050001040e009000000001000000000000000000000000000000000000000000000000',
      6: '0601002c0000000100050001040e009000000001000000000000000000000000000000000000000000000000',
    },
  },
  {
    name: 'an error of the beginning of a message of OpenFlow 1.1',
    message: { type: 'error', errorType: 1, code: 1, data: bytesOf('0206ccddeeff0011') },
    bytes: {
      4: '0401001400000001000100010206ccddeeff0011',
      5: '0501001400000001000100010206ccddeeff0011',
      6: '0601001400000001000100010206ccddeeff0011',
    },
  },
  {
    name: 'an error of statistics of OpenFlow 1.0',
    message: { type: 'error', errorType: 1, code: 2, data: bytesOf('0110ccddeeff001100010000') },
    bytes: {
      4: '0401001800000001000100020110ccddeeff001100010000',
      5: '0501001800000001000100020110ccddeeff001100010000',
      6: '0601001800000001000100020110ccddeeff001100010000',
    },
  },
  {
    name: 'an error of nothing',
    message: { type: 'error', errorType: 1, code: 10, data: bytesOf('') },
    bytes: {
      4: '0401000c000000010001000a',
      5: '0501000c000000010001000a',
      6: '0601000c000000010001000a',
    },
  },
  {
    name: 'an error of four bytes',
    message: { type: 'error', errorType: 1, code: 1, data: bytesOf('04000008') },
    bytes: {
      4: '04010010000000010001000104000008',
      5: '05010010000000010001000104000008',
      6: '06010010000000010001000104000008',
    },
  },
  {
    name: 'an error of ONF',
    message: {
      type: 'error',
      errorType: 65535,
      code: 2300,
      experimenter: 1330529792,
      data: bytesOf('0405000800000001'),
    },
    bytes: { 4: '0401001800000001ffff08fc4f4e46000405000800000001' },
  },
  {
    name: 'an error of Nicira',
    message: {
      type: 'error',
      errorType: 65535,
      code: 34,
      experimenter: 8992,
      data: bytesOf('0404001000000001000023200000000a'),
    },
    bytes: {
      4: '0401002000000001ffff0022000023200404001000000001000023200000000a',
      5: '0501002000000001ffff0022000023200404001000000001000023200000000a',
      6: '0601002000000001ffff0022000023200404001000000001000023200000000a',
    },
  },
  {
    name: 'an echo without a payload',
    message: { type: 'echo_request', data: bytesOf('') },
    bytes: { 4: '0402000800000001', 5: '0502000800000001', 6: '0602000800000001' },
  },
  {
    name: 'an echo of more than a line',
    message: { type: 'echo_reply', data: bytesOf('00112233445566778899aabbccddeeff4142') },
    bytes: {
      4: '0403001a0000000100112233445566778899aabbccddeeff4142',
      5: '0503001a0000000100112233445566778899aabbccddeeff4142',
      6: '0603001a0000000100112233445566778899aabbccddeeff4142',
    },
  },
  {
    name: 'a features request',
    message: { type: 'features_request' },
    bytes: { 4: '0405000800000001', 5: '0505000800000001', 6: '0605000800000001' },
  },
  {
    name: 'features',
    message: {
      type: 'features_reply',
      datapathId: '00000000000000ab',
      buffers: 256,
      tables: 254,
      auxiliaryId: 0,
      capabilities: 79,
    },
    bytes: {
      4: '040600200000000100000000000000ab00000100fe0000000000004f00000000',
      5: '050600200000000100000000000000ab00000100fe0000000000004f00000000',
      6: '060600200000000100000000000000ab00000100fe0000000000004f00000000',
    },
  },
  {
    name: 'features of an auxiliary connection with all capabilities',
    message: {
      type: 'features_reply',
      datapathId: 'fedcba9876543210',
      buffers: 0xffffffff,
      tables: 255,
      auxiliaryId: 1,
      capabilities: 0xffffffff,
    },
    bytes: {
      4: '0406002000000001fedcba9876543210ffffffffff010000ffffffff00000000',
      5: '0506002000000001fedcba9876543210ffffffffff010000ffffffff00000000',
      6: '0606002000000001fedcba9876543210ffffffffff010000ffffffff00000000',
    },
  },
  {
    name: 'features of nothing',
    message: {
      type: 'features_reply',
      datapathId: '0000000000000000',
      buffers: 0,
      tables: 0,
      auxiliaryId: 0,
      capabilities: 0,
    },
    bytes: {
      4: '0406002000000001000000000000000000000000000000000000000000000000',
      5: '0506002000000001000000000000000000000000000000000000000000000000',
      6: '0606002000000001000000000000000000000000000000000000000000000000',
    },
  },
  {
    name: 'a configuration request',
    message: { type: 'get_config_request' },
    bytes: { 4: '0407000800000001', 5: '0507000800000001', 6: '0607000800000001' },
  },
  {
    name: 'a configuration of fragments: normal',
    message: { type: 'set_config', flags: 0, missSendLen: 128 },
    bytes: {
      4: '0409000c0000000100000080',
      5: '0509000c0000000100000080',
      6: '0609000c0000000100000080',
    },
  },
  {
    name: 'a configuration of fragments: drop',
    message: { type: 'set_config', flags: 1, missSendLen: 128 },
    bytes: {
      4: '0409000c0000000100010080',
      5: '0509000c0000000100010080',
      6: '0609000c0000000100010080',
    },
  },
  {
    name: 'a configuration of fragments: reassemble',
    message: { type: 'set_config', flags: 2, missSendLen: 128 },
    bytes: {
      4: '0409000c0000000100020080',
      5: '0509000c0000000100020080',
      6: '0609000c0000000100020080',
    },
  },
  {
    name: 'a configuration of fragments: nx-match',
    message: { type: 'set_config', flags: 3, missSendLen: 128 },
    bytes: {
      4: '0409000c0000000100030080',
      5: '0509000c0000000100030080',
      6: '0609000c0000000100030080',
    },
  },
  {
    name: 'a configuration with flags that nobody knows',
    message: { type: 'get_config_reply', flags: 65286, missSendLen: 65535 },
    bytes: {
      4: '0408000c00000001ff06ffff',
      5: '0508000c00000001ff06ffff',
      6: '0608000c00000001ff06ffff',
    },
  },
  {
    name: 'a barrier',
    message: { type: 'barrier_request' },
    bytes: { 4: '0414000800000001', 5: '0514000800000001', 6: '0614000800000001' },
  },
  {
    name: 'a barrier reply',
    message: { type: 'barrier_reply' },
    bytes: { 4: '0415000800000001', 5: '0515000800000001', 6: '0615000800000001' },
  },
];
