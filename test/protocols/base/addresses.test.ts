import { expect } from 'chai';
import fc from 'fast-check';
import {
  ipFamily,
  ipv4FromNumber,
  ipv4ToNumber,
  ipv6FromBigInt,
  ipv6ToBigInt,
  isGroupMac,
  macFromNumber,
  macToNumber,
  parseIp,
  parseMac,
} from '../../../protocols/base/addresses.ts';

const MACS: readonly (readonly [string, string | undefined])[] = [
  ['02:00:00:00:00:01', '02:00:00:00:00:01'],
  ['02-AB-cd-00-00-01', '02:ab:cd:00:00:01'],
  ['02:00:00:00:00', undefined],
  ['02:00:00:00:00:01:02', undefined],
  ['2:0:0:0:0:1', undefined],
  ['0200.0000.0001', undefined],
  ['', undefined],
];

const IPS: readonly (readonly [string, string | undefined])[] = [
  ['192.168.7.1', '192.168.7.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['256.0.0.1', undefined],
  ['010.0.0.1', undefined],
  ['127.1', undefined],
  ['1.2.3.4 ', undefined],
  ['1.2.3.4\n', undefined],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['FD00:7::0001', 'fd00:7::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['1:2:3:4:5:6:7:8::', undefined],
  ['1:2:3:4:5:6:7', undefined],
  ['1::2::3', undefined],
  [':::', undefined],
  [':1:2:3:4:5:6:7', undefined],
  ['12345::', undefined],
  ['1.2.3.4::', undefined],
  ['fe80::1%eth0', undefined],
  ['', undefined],
];

describe('addresses', () => {
  for (const [text, expected] of MACS) {
    it(`reads the MAC ${JSON.stringify(text)} as ${expected}`, () => {
      expect(parseMac(text)).to.equal(expected);
    });
  }

  for (const [text, expected] of IPS) {
    it(`reads the IP ${JSON.stringify(text)} as ${expected}`, () => {
      expect(parseIp(text)).to.equal(expected);
    });
  }

  it('tells the family of an address', () => {
    expect(ipFamily(ipv4FromNumber(1))).to.equal(4);
    expect(ipFamily(ipv6FromBigInt(1n))).to.equal(6);
  });

  it('knows group addresses by the last bit of the first octet', () => {
    expect(isGroupMac(macFromNumber(0xffffffffffff))).to.equal(true);
    expect(isGroupMac(macFromNumber(0x01005e000001))).to.equal(true);
    expect(isGroupMac(macFromNumber(0x020000000001))).to.equal(false);
  });

  it('takes any 48 bits to a MAC and back', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffffffff), (bits) => {
        const mac = macFromNumber(bits);
        expect(parseMac(mac)).to.equal(mac);
        expect(macToNumber(mac)).to.equal(bits);
      }),
    );
  });

  it('takes any 32 bits to an IPv4 address and back', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (bits) => {
        const ip = ipv4FromNumber(bits);
        expect(parseIp(ip)).to.equal(ip);
        expect(ipv4ToNumber(ip)).to.equal(bits);
      }),
    );
  });

  it('takes any 128 bits to canonical IPv6 text and back', () => {
    const sparse = fc
      .array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
      .map((words) => words.reduce((bits, word) => (bits << 16n) | BigInt(word), 0n));
    fc.assert(
      fc.property(sparse, (bits) => {
        const ip = ipv6FromBigInt(bits);
        expect(parseIp(ip)).to.equal(ip);
        expect(ipv6ToBigInt(ip)).to.equal(bits);
      }),
    );
  });
});
