import { expect } from 'chai';
import fc from 'fast-check';
import type { Match } from '../../../../protocols/openflow/values/match.ts';
import type { FlowStats } from '../../../../protocols/openflow/values/multipart.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { flowKey, scanFlowStats } from '../../../../protocols/openflow/wire/flow-scan.ts';
import { arbitraryFlow, arbitraryMatch } from '../arbitraries.ts';

const MULTIPART_BODY = 16;

function dumpOf(version: 4 | 5 | 6, flows: readonly FlowStats[]): Uint8Array {
  const reply = { kind: 'flow', flows } as const;
  return encodeMessage(version, 1, { type: 'multipart_reply', more: false, reply }).subarray(
    MULTIPART_BODY,
  );
}

const key = (match: Match) => flowKey(3, 100, match);

describe('the key of a flow', () => {
  it('is the same from our values and from a dump, in every version', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryFlow, { maxLength: 5 }),
        fc.constantFrom(4, 5, 6),
        (flows, version) => {
          const stats = flows.map((flow) => ({
            ...{ ...flow, importance: 0, durationSeconds: 1 },
            ...{ durationNanoseconds: 2, packets: 3n, bytes: 4n },
          }));
          const seen: [number, bigint][] = [];
          const whole = scanFlowStats(
            version as 4 | 5 | 6,
            dumpOf(version as 4 | 5 | 6, stats),
            (entry) =>
              seen.push([
                entry.key,
                BigInt(entry.cookieHi) * 0x100000000n + BigInt(entry.cookieLo),
              ]),
          );
          expect(whole).to.equal(true);
          expect(seen).to.deep.equal(
            flows.map((flow) => [flowKey(flow.table, flow.priority, flow.match), flow.cookie]),
          );
        },
      ),
    );
  });

  it('does not depend on the order of the fields', () => {
    fc.assert(
      fc.property(arbitraryMatch, (match) => {
        expect(key([...match].reverse())).to.equal(key(match));
      }),
    );
  });

  it('is a whole number of at most 53 bits that differs with table, priority and match', () => {
    const seen = new Set<number>();
    for (let table = 0; table < 20; table++) {
      for (let priority = 0; priority < 20; priority++) {
        for (let port = 1; port <= 50; port++) {
          const one = flowKey(table, priority, [{ field: 'in_port', value: port }]);
          expect(Number.isSafeInteger(one)).to.equal(true);
          seen.add(one);
        }
      }
    }
    expect(seen.size).to.equal(20 * 20 * 50);
  });

  it('differs between fields of the same value, and between values that swap fields', () => {
    const src = { field: 'eth_src', value: 1 } as const;
    const dst = { field: 'eth_dst', value: 1 } as const;
    expect(key([src])).not.to.equal(key([dst]));
    const crossed: Match = [
      { field: 'eth_src', value: 2 },
      { field: 'eth_dst', value: 1 },
    ];
    expect(key([src, { field: 'eth_dst', value: 2 }])).not.to.equal(key(crossed));
  });
});

describe('the key of a match that a switch wrote back', () => {
  const same: readonly [string, Match, Match][] = [
    [
      'a full mask and none',
      [{ field: 'vlan_vid', value: 0x1064, mask: 0x1fff }],
      [{ field: 'vlan_vid', value: 0x1064 }],
    ],
    ['an empty mask and no field', [{ field: 'tun_id', value: 5n, mask: 0n }], []],
    [
      'a value with bits outside its mask and one without',
      [{ field: 'ipv4_dst', value: 0x0a0000ff, mask: 0xffffff00 }],
      [{ field: 'ipv4_dst', value: 0x0a000000, mask: 0xffffff00 }],
    ],
    [
      'two registers and their extended register',
      [
        { field: 'reg2', value: 7 },
        { field: 'reg3', value: 8, mask: 0xff },
      ],
      [{ field: 'xreg1', value: 0x0000000700000008n, mask: 0xffffffff000000ffn }],
    ],
    [
      'a register and its part of the widest one',
      [{ field: 'reg7', value: 9 }],
      [{ field: 'xxreg1', value: 9n, mask: 0xffffffffn }],
    ],
    [
      'an option of the length that it has and of the shortest one',
      [{ field: 'tun_metadata3', value: 5n, bytes: 8 }],
      [{ field: 'tun_metadata3', value: 5n }],
    ],
    [
      'the same of an option with a mask',
      [{ field: 'tun_metadata3', value: 5n, mask: 0xffn, bytes: 4 }],
      [{ field: 'tun_metadata3', value: 5n, mask: 0xffn }],
    ],
    ['Ethernet as a packet type and nothing', [{ field: 'packet_type', value: 0 }], []],
  ];
  for (const [what, left, right] of same) {
    it(`does not tell apart ${what}`, () => {
      expect(key(left)).to.equal(key(right));
    });
  }

  it('tells a masked field from an exact one', () => {
    const exact: Match = [{ field: 'tun_id', value: 5n }];
    expect(key([{ field: 'tun_id', value: 5n, mask: 0xffffffn }])).not.to.equal(key(exact));
    const option: Match = [{ field: 'tun_metadata3', value: 5n }];
    expect(key([{ field: 'tun_metadata3', value: 5n, mask: 0xffn }])).not.to.equal(key(option));
    expect(key([{ field: 'tun_metadata4', value: 5n }])).not.to.equal(key(option));
  });
});
