import { expect } from 'chai';
import { printMessage } from '../../../../protocols/openflow/print.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import {
  type NxPacketIn2,
  type PacketIn,
  type PacketMessage,
  type PacketOut,
  resumeOf,
} from '../../../../protocols/openflow/values/packet-messages.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { type Decoded, decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { Framer } from '../../../../protocols/openflow/wire/framer.ts';
import { theirTexts } from '../../../../scripts/openflow-print/ovs-ofctl.ts';
import { Random } from '../capture/random.ts';
import { randomPacketMessage } from './random-packet-messages.ts';

const VERSIONS = [4, 5, 6] as const;
const NO_BUFFER = 0xffffffff;
const NO_COOKIE = 0xffffffffffffffffn;
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));

const ARP = bytesOf(`ffff ffff ffff 0200 0000 0001 0806 0001 0800 06 04 0001
  020000000001 0a000001 000000000000 0a000002`);

const CONTINUATION = bytesOf(`8000 0014 5e1e913d 10587367 43c67531 74de84fe 00000000
  8001 0006 0102 0000 8001 0005 00 000000 8002 0008 0000 0003 8003 0004 00000000
  8004 0005 07 000000 8005 0010 00000000 00000000000000ff
  8006 0018 00000000 0000 0010 00000001 0000 000000000000
  8006 0008 00000000 8007 0018 00000000 0000 0010 fffffffb 0000 000000000000 8008 0008 0000 0009`);

const IN_PORT = { field: 'in_port', value: 1 } as const;
const PACKET_IN: PacketIn = {
  type: 'packet_in',
  ...{ bufferId: NO_BUFFER, totalLength: ARP.length, reason: 1, table: 3 },
  ...{ cookie: 0xabn, match: [IN_PORT], data: ARP },
};
const PACKET_IN2: NxPacketIn2 = {
  type: 'nx_packet_in2',
  ...{ data: ARP, table: 3, cookie: 5n, reason: 1 },
  metadata: [{ field: 'reg0', value: 5 }, IN_PORT],
};
const PACKET_OUT: PacketOut = {
  type: 'packet_out',
  ...{ inPort: 0xfffffffd, data: ARP },
  actions: [{ type: 'output', port: 0xfffffffb }],
};

/** Each is sent in each version, or in those that are named. */
const MESSAGES: readonly (readonly [
  name: string,
  message: PacketMessage,
  versions?: readonly OpenFlowVersion[],
])[] = [
  ['a packet-in', PACKET_IN],
  [
    'a packet-in without cookie, buffered and cut',
    { ...PACKET_IN, cookie: NO_COOKIE, bufferId: 7, totalLength: 99 },
  ],
  ['a packet-in with more bytes than it says', { ...PACKET_IN, bufferId: 7, totalLength: 9 }],
  ['a packet-in cut without a buffer', { ...PACKET_IN, totalLength: 1500 }],
  ...[0, 2, 3, 4, 5, 6, 7, 8, 255].map(
    (reason) => [`a packet-in for the reason ${reason}`, { ...PACKET_IN, reason }] as const,
  ),
  [
    'a packet-in with the fields of the pipeline',
    {
      ...{ ...PACKET_IN, table: 0 },
      match: [
        IN_PORT,
        { field: 'tun_id', value: 0x1389n },
        { field: 'metadata', value: 7n },
        { field: 'tun_src', value: 0x0a000001 },
        { field: 'reg1', value: 0, mask: 0xff },
      ],
    },
  ],
  ['an empty packet-in', { ...PACKET_IN, data: new Uint8Array(0), totalLength: 0 }],
  [
    'a packet-in without Ethernet',
    { ...PACKET_IN, match: [{ field: 'packet_type', value: 0x10806 }], data: ARP.slice(14) },
  ],
  [
    "a packet-in in Nicira's format",
    {
      ...PACKET_IN,
      type: 'nx_packet_in',
      match: [
        { field: 'nxm_in_port', value: 0xfffe },
        { field: 'tun_id', value: 9n },
      ],
    },
  ],
  [
    "a packet-in in Nicira's format without fields",
    { ...PACKET_IN, type: 'nx_packet_in', match: [] },
  ],
  ['a packet-in2', PACKET_IN2],
  ['a packet-in2 with nothing but its packet', { type: 'nx_packet_in2', data: ARP }],
  [
    'a packet-in2 with all that it can have',
    {
      ...{ ...PACKET_IN2, fullLength: 1500, bufferId: 9, userdata: new Uint8Array([1, 2, 255]) },
      continuation: { bytes: CONTINUATION },
      unknown: bytesOf('0063 0005 01 000000 ffff 000c 00001234 00000001 00000000'),
    },
  ],
  ['a resume', resumeOf({ ...PACKET_IN2, continuation: { bytes: CONTINUATION } })],
  ['a packet-out', PACKET_OUT],
  ['a packet-out that drops', { ...PACKET_OUT, actions: [], inPort: 0xfffffffe }],
  ['a packet-out of a buffer', { ...PACKET_OUT, bufferId: 9, data: new Uint8Array(0) }],
  ['an empty packet-out', { ...PACKET_OUT, data: new Uint8Array(0) }],
  [
    'a packet-out with the fields of the pipeline',
    {
      ...PACKET_OUT,
      match: [
        { field: 'metadata', value: 3n },
        { field: 'packet_type', value: 0x10806 },
        { field: 'tun_id', value: 5n },
      ],
    },
    [6],
  ],
];

const vectors = MESSAGES.flatMap(([name, message, versions = VERSIONS]) =>
  versions.map((version) => ({ name: `${name} in wire version ${version}`, version, message })),
);

function decoded(bytes: Uint8Array): Decoded {
  const result = decodeMessage(bytes);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
}

/** The name of the fault that ofp-print gives; undefined: none. */
function fault(hex: string): string | undefined {
  return /decode error: (\w+)/.exec(printMessage(bytesOf(hex)))?.[1];
}

async function expectTheirText(
  messages: readonly { readonly bytes: Uint8Array; readonly verbosity?: number }[],
): Promise<void> {
  const texts = await theirTexts(messages);
  for (const [index, { bytes, verbosity }] of messages.entries()) {
    expect(printMessage(bytes, verbosity), hexOf(bytes)).to.equal(texts[index]);
  }
}

describe('packets between switch and controller', () => {
  for (const { name, version, message } of vectors) {
    it(`go there and back, whole in any pieces and never cut: ${name}`, () => {
      const bytes = new Uint8Array(encodeMessage(version, 5, message));
      const there = decoded(bytes);
      expect(there).to.deep.equal({ version, xid: 5, message });
      expect(hexOf(encodeMessage(version, 5, there.message))).to.equal(hexOf(bytes));
      for (let at = 0; at < bytes.length; at++) {
        const seen: string[] = [];
        const framer = new Framer();
        for (const part of [bytes.subarray(0, at), bytes.subarray(at)]) {
          framer.push(part, (whole) => {
            seen.push(hexOf(whole));
            return true;
          });
        }
        expect(seen).to.deep.equal([hexOf(bytes)]);
        expect(decodeMessage(bytes.slice(0, at)).ok).to.equal(false);
      }
    });
  }

  it('have the words of ovs-ofctl', async () => {
    await expectTheirText(
      vectors.map(({ version, message }) => ({
        bytes: new Uint8Array(encodeMessage(version, 5, message)),
      })),
    );
  });

  it('have its words at each verbosity', async () => {
    const kinds: readonly Message[] = [PACKET_IN, PACKET_OUT, PACKET_IN2];
    await expectTheirText(
      kinds.flatMap((message) =>
        [0, 1, 2, 3, 5].map((verbosity) => ({
          bytes: new Uint8Array(encodeMessage(6, 5, message)),
          verbosity,
        })),
      ),
    );
  });

  it('have its words when they are shorter than they were, with a length to match', async () => {
    const whole = MESSAGES.filter(([name]) => /^a packet-in2 with all|^a packet-out$/.test(name));
    await expectTheirText(
      whole.flatMap(([, message]) => {
        const bytes = encodeMessage(6, 5, message);
        return Array.from({ length: bytes.length - 8 }, (_, at) => {
          const cut = bytes.slice(0, at + 8);
          new DataView(cut.buffer).setUint16(2, cut.length);
          return { bytes: cut };
        });
      }),
    );
  });

  it('have its words for 600 random messages, many of them malformed', async () => {
    const random = new Random(2026);
    const messages = Array.from({ length: 600 }, () => ({ bytes: randomPacketMessage(random) }));
    await expectTheirText(messages);
    for (const { bytes } of messages) {
      const result = decodeMessage(bytes);
      if (!result.ok) continue;
      const { version, xid, message } = result.value;
      const again = encodeMessage(version as OpenFlowVersion, xid, message);
      expect(decoded(again)).to.deep.equal(result.value);
    }
  });

  it('are refused for what Open vSwitch refuses them', () => {
    const out13 = (port: string, size = '0000') =>
      `040d 0018 00000001 ffffffff ${port} ${size} 000000000000`;
    expect(fault(out13('00000001'))).to.equal(undefined);
    expect(fault(out13('fffffff8'))).to.equal('OFPBRC_BAD_PORT');
    expect(fault(out13('0000ff00'))).to.equal('OFPBAC_BAD_OUT_PORT');
    expect(fault(out13('00000001', '0008'))).to.equal('OFPBRC_BAD_LEN');
    const out15 = (match: string) =>
      `060d ${(16 + match.replaceAll(' ', '').length / 2).toString(16).padStart(4, '0')} 00000001 ffffffff 0000 0000 ${match}`;
    expect(fault(out15('0001 0004 00000000'))).to.equal('OFPBRC_BAD_PORT');
    expect(fault(out15('0001 000c 80000004 00000001 00000000'))).to.equal(undefined);
    expect(fault(out15('0001 0012 80000004 00000001 80000a02 0800 00000000 0000'))).to.equal(
      'OFPBRC_PIPELINE_FIELDS_ONLY',
    );
    const in2 = (properties: string) =>
      `0404 ${(16 + properties.replaceAll(' ', '').length / 2).toString(16).padStart(4, '0')} 00000001 00002320 0000001e ${properties}`;
    expect(fault(in2('0003 0005 01 000000')), 'no packet').to.equal('OFPBRC_BAD_LEN');
    const packet = '0000 0006 0102 0000';
    expect(fault(in2(packet))).to.equal(undefined);
    expect(fault(in2(`${packet} 0001 0008 00000001`)), 'longer than all').to.equal(
      'OFPBRC_BAD_LEN',
    );
    expect(fault(in2(`${packet} 0001 0006 0001 0000`))).to.equal('OFPBPC_BAD_LEN');
    expect(fault(in2(`${packet} 0004 000c 0000000000000001 00000000`))).to.equal('OFPBPC_BAD_LEN');
    expect(fault(in2(`${packet} 0003 0004 00000000`))).to.equal('OFPBPC_BAD_LEN');
    expect(fault(in2(`${packet} 8888 0003 00000000`))).to.equal('OFPBPC_BAD_LEN');
    expect(fault(in2(`${packet} ffff 000c 00000000 00000001 00000000`))).to.equal(
      'OFPBPC_BAD_EXPERIMENTER',
    );
  });

  it('name fields as their format does', () => {
    const match = [{ field: 'tun_id', value: 9n }] as const;
    expect(hexOf(encodeMessage(4, 1, { ...PACKET_IN, match }))).to.include('80004c08');
    const ours = encodeMessage(6, 1, { ...PACKET_IN, type: 'nx_packet_in', match });
    expect(hexOf(ours)).to.include('00012008');
  });

  it('keep a field that nobody knows, and do not speak of it', () => {
    const oxm = bytesOf('8000 f604 01020304');
    const match = [IN_PORT, { field: 'unknown_oxm', value: 0, oxm } as const];
    const bytes = encodeMessage(5, 1, { ...PACKET_IN, match });
    expect(decoded(bytes).message).to.deep.include({ match });
    expect(printMessage(bytes)).to.include('in_port=1 (via');
  });

  it('throw for what a version cannot say', () => {
    const match = [{ field: 'metadata', value: 3n }] as const;
    expect(() => encodeMessage(4, 1, { ...PACKET_OUT, match })).to.throw(TypeError, 'match');
  });
});

describe('the continuation of a packet that waits', () => {
  const waiting: NxPacketIn2 = { ...PACKET_IN2, continuation: { bytes: CONTINUATION } };
  const garbled: NxPacketIn2 = {
    ...PACKET_IN2,
    continuation: { bytes: new Uint8Array(16).fill(255) },
  };

  it('is nothing that a session judges', () => {
    expect(decoded(encodeMessage(4, 1, garbled)).message).to.deep.equal(garbled);
    expect(fault(hexOf(encodeMessage(4, 1, garbled)))).to.equal('OFPBPC_BAD_LEN');
  });

  it('has no conjunction among its actions, not even alone', () => {
    const actions = (type: string) =>
      bytesOf(`${type} 0018 00000000 ffff 0010 00002320 0022 00 02 00000001`);
    const judged = (bytes: Uint8Array) =>
      fault(hexOf(encodeMessage(4, 1, { ...waiting, continuation: { bytes } })));
    expect(judged(actions('8006'))).to.equal('NXBAC_BAD_CONJUNCTION');
    expect(judged(actions('8007'))).to.equal(undefined);
  });

  it('goes back byte for byte, with what the controller changes', () => {
    const metadata = [{ field: 'reg0', value: 9 }] as const;
    const userdata = new Uint8Array([1]);
    expect(resumeOf({ ...waiting, userdata, bufferId: 3 }, { metadata })).to.deep.equal({
      ...{ type: 'resume', data: ARP, table: 3, cookie: 5n, reason: 1, metadata },
      continuation: { bytes: CONTINUATION },
    });
    const other = new Uint8Array(60);
    expect(resumeOf({ ...waiting, fullLength: 1500 }, { data: other }).data).to.equal(other);
  });

  it('is needed for a resume, and the whole packet with it', () => {
    expect(() => resumeOf(PACKET_IN2)).to.throw(TypeError, 'pause');
    expect(() => resumeOf({ ...waiting, fullLength: 1500 })).to.throw(RangeError, 'max_len');
  });
});
