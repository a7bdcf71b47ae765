import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { printMessage } from '../../../../protocols/openflow/print.ts';
import type { Prerequisite } from '../../../../protocols/openflow/values/field-registry.ts';
import {
  FIELDS,
  type Field,
  fieldByName,
  headerForm,
} from '../../../../protocols/openflow/values/fields.ts';
import type { Match } from '../../../../protocols/openflow/values/match.ts';
import { canonicalMatch } from '../../../../protocols/openflow/values/match-canonical.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { ByteWriter } from '../../../../protocols/openflow/wire/byte-writer.ts';
import { Cursor } from '../../../../protocols/openflow/wire/cursor.ts';
import {
  readMatch,
  readMatchFields,
} from '../../../../protocols/openflow/wire/match/oxm-decode.ts';
import { putMatchFields } from '../../../../protocols/openflow/wire/match/oxm-encode.ts';
import { arbitraryCanonicalMatch, arbitraryFields } from '../arbitrary-matches.ts';
import { printMessages } from '../dummy-bridge.ts';
import { type Content, rawFlowMod, tlv } from '../raw-flow-mod.ts';

const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];

const some = (name: Parameters<typeof fieldByName>[0], ...content: Content) =>
  tlv(fieldByName(name), content);
const IP = some('eth_type', 0x0800n);
const IPV6 = some('eth_type', 0x86ddn);
const ICMP6 = IPV6 + some('ip_proto', 58n);

/** What the fields need before them, in TLVs. */
const BEFORE: Readonly<Record<Prerequisite, string>> = {
  none: '',
  ethernet: '',
  vlan: some('vlan_vid', 0x1005n),
  arp: some('eth_type', 0x0806n),
  ipv4: IP,
  ipv6: IPV6,
  ip: IP,
  mpls: some('eth_type', 0x8847n),
  nsh: some('eth_type', 0x894fn),
  ct: IP + some('ct_state', 0x21n, 0x21n),
  tcp: IP + some('ip_proto', 6n),
  udp: IP + some('ip_proto', 17n),
  sctp: IPV6 + some('ip_proto', 132n),
  icmp: IP + some('ip_proto', 1n),
  icmp6: ICMP6,
  nd: ICMP6 + some('icmpv6_type', 135n),
  nd_solicit: ICMP6 + some('icmpv6_type', 135n),
  nd_advert: ICMP6 + some('icmpv6_type', 136n),
};

function contentsOf(field: Field, bytes: number): readonly Content[] {
  const bits = field.variable ? bytes * 8 : Math.max(field.bits, field.maskBits);
  const most = (1n << BigInt(bits)) - 1n;
  const full = (1n << BigInt(bytes * 8)) - 1n;
  return [[1n], [most], [full], [1n & most, most], [1n, 1n], [0n, 0n], [1n, full]];
}

/** Fields that differ from another by their number alone. */
const SIMILAR = /^(tun_metadata|x{0,2}reg)([2-9]|[1-9][0-9])$/;

/** Every header of every field, exact and masked, with and without what it needs. */
function everyTlv(): string[] {
  return FIELDS.flatMap((field) => {
    if (!field.inOvs || SIMILAR.test(field.name)) return [];
    const bytes = field.variable ? 4 : field.bytes;
    const before = BEFORE[field.prerequisite];
    return field.forms.flatMap((form) => {
      const contents = form === field.forms[0] ? contentsOf(field, bytes) : [[1n] as const];
      const alone = tlv(field, [1n], form, bytes);
      const mistakes = form === field.forms[0] ? [before + alone + alone, alone] : [];
      return [...contents.map((content) => before + tlv(field, content, form, bytes)), ...mistakes];
    });
  });
}

/** Bytes that no field explains, or not as they lie. */
const MALFORMED: Readonly<Record<string, string>> = {
  'half a header': '8000',
  'an experimenter header without experimenter': 'ffff5604',
  'an experimenter header whose length is too small': 'ffff560300004f4e4600',
  'a value that ends early': '80000a0208',
  'a mask that ends early': '000101080000000100000000',
  'a known field of another length': '8000000200030000',
  'an unknown field': '80007e0400000001',
  'an unknown class': '4000020100',
  'an unknown experimenter': 'ffff020812345678abcdef01',
  'an unknown field beyond its mask': '80007f020f01',
  'an odd length with a mask': `${IP}000135050000ff00ff`,
  'bits that the mask has not': '00010108000000ff0000000f',
  'a mask where none is taken': `80000b04080008000`.slice(0, 16),
  'tags said twice': some('vlan_vid', 0x1005n) + some('vlan_tci', 0x2000n, 0xe000n),
  'a register within one that is said': some('xreg0', 5n) + some('reg1', 5n),
  'a register beside one that is said': some('xreg0', 5n << 32n, 0xffn << 32n) + some('reg1', 5n),
  'the ports of another protocol': BEFORE.udp + some('tcp_src', 5n),
  'packet_type behind what implies it': some('eth_src', 5n) + some('packet_type', 0n),
  'a field of Ethernet in another packet': some('packet_type', 0x20001n) + some('eth_src', 5n),
  'a tracked address without tracking': IP + some('ct_nw_src', 5n),
  'an address of another family': IPV6 + some('ct_state', 1n, 1n) + some('ct_nw_src', 5n),
  'more options than fit': [0, 1, 2]
    .map((index) => tlv(fieldByName(`tun_metadata${index}`), [(1n << 800n) - 1n], undefined, 100))
    .join(''),
  'an option of no byte': '00015000',
  'an option that is only to be there': '00015100',
};

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function encoded(match: Match, version: OpenFlowVersion): string {
  const writer = new ByteWriter();
  writer.begin();
  putMatchFields(writer, match, version);
  return hexOf(writer.take());
}

function decoded(hex: string, strict = false): Match | string {
  const bytes = Buffer.from(hex, 'hex');
  const cursor = Cursor.over(bytes, 'test', 0, { strict });
  const match = readMatchFields(cursor.cut(bytes.length, 'a match', 'OFPBMC_BAD_LEN'));
  return cursor.error?.code ?? match;
}

/** What ovs-ofctl makes of matches in a version: canonical TLVs. */
function canonicalByOvs(version: OpenFlowVersion, matches: readonly Match[]): string[] {
  const lines = matches.map((match) =>
    match
      .map(({ field, value, mask }) => {
        const row = fieldByName(field as Parameters<typeof fieldByName>[0]);
        const content: Content =
          mask === undefined ? [BigInt(value)] : [BigInt(value), BigInt(mask)];
        const hex = tlv(row, content, row.forms[0], row.variable ? 8 : row.bytes);
        const header = row.forms[0]?.experimenter === 0 ? 8 : 16;
        const half = header + (hex.length - header) / (mask === undefined ? 1 : 2);
        const behind = mask === undefined ? '' : `/${hex.slice(half)}`;
        return `${hex.slice(0, header)}(${hex.slice(header, half)}${behind})`;
      })
      .join(','),
  );
  const { stdout } = spawnSync(
    'ovs-ofctl',
    ['-m', '--strict', 'parse-oxm', `OpenFlow1${version - 1}`],
    { input: `${lines.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  const dumps = stdout.split(/^(?![0-9a-f]{8} {2})/m).filter((block) => /^0{8} {2}/m.test(block));
  const bytes = dumps.map((block) =>
    [...block.matchAll(/^[0-9a-f]{7}0 {2}(.*)$/gm)]
      .map(([, row = '']) => row.replace(/[^0-9a-f]/g, ''))
      .join(''),
  );
  return bytes.map((hex) => hex.slice(8, 2 * Number.parseInt(hex.slice(4, 8), 16)));
}

/** ovs-ofctl's texts, without what it logs besides. */
async function printedByOvs(messages: readonly Uint8Array[]): Promise<string[]> {
  const texts = await printMessages(messages);
  return texts.map((text) => text.replace(/^\d{4}-\d\d-\d\dT.*\n/gm, ''));
}

describe('the TLVs of a match', () => {
  it('are judged and printed as ovs-ofctl does, under every header, masked or not', async () => {
    const messages = everyTlv().map((hex) => rawFlowMod(4, hex));
    const theirs = await printedByOvs(messages);
    const differing = messages.flatMap((message, index) => {
      const ours = printMessage(message).trim();
      return ours === theirs[index] ? [] : [[hexOf(message), ours, theirs[index]]];
    });
    expect(differing).to.deep.equal([]);
  }).timeout(30_000);

  it('are refused as ovs-ofctl refuses them, each mistake by its name', async () => {
    const titles = Object.keys(MALFORMED);
    const messages = Object.values(MALFORMED).map((hex) => rawFlowMod(4, hex));
    const theirs = await printedByOvs(messages);
    const ours = messages.map((message) => printMessage(message).trim());
    for (const [index, title] of titles.entries())
      expect(ours[index], title).to.equal(theirs[index]);
    expect(new Set(ours.flatMap((text) => /OFPBMC_\w+/.exec(text) ?? [])).size).to.equal(7);
  });

  for (const version of VERSIONS) {
    it(`come back from their bytes in wire version ${version}`, () => {
      fc.assert(
        fc.property(arbitraryCanonicalMatch(version), (match) => {
          expect(decoded(encoded(match, version))).to.deep.equal(match);
        }),
        { numRuns: 500 },
      );
    });

    it(`are written in the order and the forms of Open vSwitch in wire version ${version}`, () => {
      const matches = fc
        .sample(arbitraryFields, { numRuns: 800, seed: 30 + version })
        .filter((match) => match.length > 0);
      const theirs = canonicalByOvs(version, matches);
      expect(theirs).to.have.length(matches.length);
      const ours = matches.map((match) => encoded(canonicalMatch(match, version), version));
      expect(ours).to.deep.equal(theirs);
    });
  }

  it('say in each version what its header for a field is', () => {
    const match: Match = [
      { field: 'actset_output', value: 1 },
      { field: 'tcp_flags', value: 2 },
    ];
    expect(encoded(match, 4)).to.equal('ffff56084f4e460000000001ffff54064f4e46000002');
    expect(encoded(match, 6)).to.equal('8000560400000001800054020002');
    expect(headerForm(fieldByName('tun_id'), 0).header).to.equal(0x00012008);
  });

  it('are taken by a session though Open vSwitch would want other fields before them', () => {
    expect(decoded(some('tcp_dst', 80n))).to.deep.equal([{ field: 'tcp_dst', value: 80 }]);
    expect(decoded(some('tcp_dst', 80n), true)).to.equal('OFPBMC_BAD_PREREQ');
    const unknown = '80007e0400000001';
    const kept = {
      field: 'unknown_oxm',
      value: 0,
      oxm: new Uint8Array(Buffer.from(unknown, 'hex')),
    };
    expect(decoded(unknown)).to.deep.equal([kept]);
    expect(encoded([kept as Match[number]], 4)).to.equal(unknown);
  });

  it('are refused by a session too when their bytes contradict themselves', () => {
    expect(decoded('00010108000000ff0000000f')).to.equal('OFPBMC_BAD_WILDCARDS');
    expect(decoded('8000000200030000')).to.equal('OFPBMC_BAD_FIELD');
    expect(decoded('80000a0208')).to.equal('OFPBMC_BAD_LEN');
  });

  it('have no mask when all of it counts, and are not there when nothing of it does', () => {
    expect(decoded('000101080000000fffffffff')).to.deep.equal([{ field: 'reg0', value: 15 }]);
    expect(decoded('000101080000000000000000')).to.deep.equal([]);
    expect(decoded('00015100')).to.deep.equal([{ field: 'tun_metadata0', value: 0n, mask: 0n }]);
  });

  it('keep the length that a switch gives an option', () => {
    const hex = '0001500800000000000000ff';
    const match: Match = [{ field: 'tun_metadata0', value: 0xffn, bytes: 8 }];
    expect(decoded(hex)).to.deep.equal(match);
    expect(encoded(match, 4)).to.equal(hex);
    expect(encoded([{ field: 'tun_metadata0', value: 0xffn }], 4)).to.equal('00015001ff');
    expect(() => encoded([{ field: 'tun_metadata0', value: 1n << 992n }], 4)).to.throw(RangeError);
  });
});

describe('ofp_match', () => {
  function readWhole(hex: string): string | number {
    const cursor = Cursor.over(Buffer.from(hex, 'hex'), 'test', 0, {});
    const match = readMatch(cursor);
    return cursor.error?.code ?? match.length;
  }

  it('ends where it says, with its padding', () => {
    expect(readWhole('0001000c8000000400000001')).to.equal('OFPBMC_BAD_LEN');
    expect(readWhole('0001000c800000040000000100000000')).to.equal(1);
    expect(readWhole('0001000400000000')).to.equal(0);
    expect(readWhole('0001000300000000')).to.equal('OFPBMC_BAD_LEN');
    expect(readWhole('000100')).to.equal('OFPBMC_BAD_LEN');
    expect(readWhole('0002000400000000')).to.equal('OFPBMC_BAD_TYPE');
  });
});
