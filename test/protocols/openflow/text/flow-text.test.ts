import { expect } from 'chai';
import { formatFlow, formatFlowStats } from '../../../../protocols/openflow/text/flow-text.ts';
import type { Action } from '../../../../protocols/openflow/values/actions.ts';
import type { Flow } from '../../../../protocols/openflow/values/flow.ts';
import type { Match } from '../../../../protocols/openflow/values/match.ts';
import { encodeFlowMod } from '../../../../protocols/openflow/wire/encode.ts';
import { printMessages } from '../dummy-bridge.ts';

const IP = { field: 'eth_type', value: 0x0800 } as const;
const IPV6 = { field: 'eth_type', value: 0x86dd } as const;

function flowOf(match: Match, ...actions: Action[]): Flow {
  return {
    ...{ table: 0, priority: 5, cookie: 0n, match },
    instructions: [{ type: 'apply_actions', actions }],
  };
}

/** What random flows seldom reach. */
const flows: readonly Flow[] = [
  flowOf([IP, { field: 'ct_state', value: 0x21 }]),
  flowOf([IP, { field: 'ct_state', value: 0x21, mask: 0x23 }]),
  flowOf([IP, { field: 'ct_zone', value: 5 }]),
  flowOf([{ field: 'tun_flags', value: 1 }]),
  flowOf([{ field: 'tun_flags', value: 0, mask: 1 }]),
  flowOf([IP, { field: 'ip_frag', value: 1 }]),
  flowOf([IP, { field: 'ip_frag', value: 1, mask: 1 }]),
  flowOf([IP, { field: 'ip_frag', value: 0, mask: 2 }]),
  flowOf([{ field: 'eth_type', value: 0x88cc }]),
  flowOf([IPV6, { field: 'ipv6_label', value: 0x123 }]),
  flowOf([
    { field: 'eth_type', value: 0x8847 },
    { field: 'mpls_label', value: 5 },
    { field: 'mpls_bos', value: 1 },
  ]),
  flowOf([{ field: 'conj_id', value: 5 }]),
  flowOf([{ field: 'xxreg0', value: 5n }]),
  flowOf([{ field: 'in_port', value: 0xfffffffe }]),
  flowOf([IP, { field: 'ip_proto', value: 6 }, { field: 'tcp_flags', value: 0 }]),
  flowOf([IP, { field: 'ip_proto', value: 89 }]),
  flowOf([
    { field: 'tun_gbp_id', value: 5 },
    { field: 'tun_gbp_flags', value: 5 },
  ]),
  flowOf([{ field: 'dp_hash', value: 5, mask: 15 }]),
  flowOf([{ field: 'vlan_vid', value: 0x1000, mask: 0x1000 }], { type: 'pop_vlan' }),
  flowOf(
    [],
    { type: 'push_vlan', ethertype: 0x88a8 },
    { type: 'set_field', field: 'vlan_vid', value: 0x1064 },
  ),
  flowOf(
    [],
    { type: 'set_field', field: 'xxreg1', value: 0n },
    { type: 'set_field', field: 'reg0', value: 0 },
  ),
  flowOf(
    [{ field: 'eth_type', value: 0x0806 }],
    { type: 'set_field', field: 'arp_op', value: 2 },
    { type: 'set_field', field: 'arp_spa', value: 0x0a000001 },
    { type: 'load', value: 5n, to: { field: 'reg0', offset: 0, bits: 8 } },
    { type: 'load', value: 1n, to: { field: 'reg0', offset: 31, bits: 1 } },
    { type: 'load', value: 0n, to: { field: 'in_port', offset: 0, bits: 32 } },
  ),
  flowOf(
    [IPV6, { field: 'ip_proto', value: 58 }, { field: 'icmpv6_type', value: 135 }],
    { type: 'set_field', field: 'nd_reserved', value: 0x60000000 },
    { type: 'set_field', field: 'nd_options_type', value: 2 },
    { type: 'set_field', field: 'nd_target', value: 5n },
    { type: 'set_field', field: 'icmpv6_type', value: 136 },
  ),
  flowOf(
    [IP],
    ...[{ type: 'dec_ttl' as const }, { type: 'set_ttl' as const, ttl: 5 }],
    { type: 'push_mpls', ethertype: 0x8847 },
    { type: 'set_mpls_ttl', ttl: 3 },
    ...[{ type: 'dec_mpls_ttl' as const }, { type: 'pop_mpls' as const, ethertype: 0x0800 }],
  ),
  {
    ...flowOf([]),
    instructions: [
      { type: 'meter', meterId: 3 },
      { type: 'goto_table', table: 3 },
    ],
  },
];

describe('flows in the words of ovs-ofctl', () => {
  it('are the same as its own for fields and actions of every kind', async () => {
    const printed = await printMessages(flows.map((flow) => encodeFlowMod(4, 'add', flow, 1)));
    const texts = printed.map((text) => /ADD (.*)$/.exec(text)?.[1]);
    expect(flows.map(formatFlow)).to.deep.equal(texts);
  });

  it('carry cookie, table and counters as a dump does', () => {
    const flow = flowOf([{ field: 'tun_id', value: 0x1389n }], { type: 'resubmit', table: 60 });
    const stats = {
      ...{ ...flow, table: 40, cookie: 0xabn, importance: 0, packets: 3n, bytes: 180n },
      ...{ durationSeconds: 12, durationNanoseconds: 5_000_000 },
    };
    expect(formatFlowStats(stats)).to.equal(
      'cookie=0xab, duration=12.005s, table=40, n_packets=3, n_bytes=180, ' +
        'priority=5,tun_id=0x1389 actions=resubmit(,60)',
    );
    expect(formatFlow(stats)).to.equal(
      'cookie=0xab, table=40, priority=5,tun_id=0x1389 actions=resubmit(,60)',
    );
  });

  it('show what is unknown in hexadecimal', () => {
    const match: Match = [
      { field: 'unknown_oxm', value: 0, oxm: new Uint8Array([0, 1, 0x50, 1, 9]) },
    ];
    const flow = flowOf(match, { type: 'unknown', bytes: new Uint8Array([0xff, 0xff, 0, 8]) });
    expect(formatFlow(flow)).to.equal('priority=5,oxm(0001500109) actions=unknown(ffff0008)');
  });
});
