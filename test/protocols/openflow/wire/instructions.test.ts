import { expect } from 'chai';
import { printMessage } from '../../../../protocols/openflow/print.ts';
import { formatInstructions } from '../../../../protocols/openflow/text/action-text.ts';
import type { Action, Instruction, Learn } from '../../../../protocols/openflow/values/actions.ts';
import type { Flow } from '../../../../protocols/openflow/values/flow.ts';
import type { Match } from '../../../../protocols/openflow/values/match.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeFlowMod } from '../../../../protocols/openflow/wire/encode.ts';
import { printMessages } from '../dummy-bridge.ts';
import { INSTRUCTION_SAMPLES } from '../samples/instruction-samples.ts';

const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];

function flowOf(instructions: readonly Instruction[], match: Match = [], table = 0): Flow {
  return { table, priority: 5, cookie: 0n, match, instructions };
}

function applied(match: Match, ...actions: Action[]): Flow {
  return flowOf([{ type: 'apply_actions', actions }], match);
}

/** A flow-mod that does nothing, with these bytes for instructions. */
function flowModOf(version: OpenFlowVersion, hex: string): Uint8Array {
  const head = encodeFlowMod(version, 'add', flowOf([]), 1);
  const message = new Uint8Array([...head, ...Buffer.from(hex, 'hex')]);
  new DataView(message.buffer).setUint16(2, message.length);
  return message;
}

const field = (name: 'eth_type' | 'ip_proto' | 'ct_state' | 'icmpv6_type', value: number) => ({
  field: name,
  value,
});
const ip = field('eth_type', 0x0800);
const ipv6 = field('eth_type', 0x86dd);
const mpls = field('eth_type', 0x8847);
const tcp = [ip, field('ip_proto', 6)];
const set = (name: 'ipv4_src' | 'vlan_vid' | 'ct_mark' | 'tcp_src', value: number): Action => ({
  ...{ type: 'set_field', field: name, value },
});
const reg0 = { field: 'reg0', offset: 0, bits: 32 } as const;
const learn: Omit<Learn, 'specs'> = {
  type: 'learn',
  ...{ table: 1, priority: 1, idleTimeout: 0, hardTimeout: 0, cookie: 0n, flags: 0 },
  ...{ finIdleTimeout: 0, finHardTimeout: 0, limit: 0 },
};
const learnTcp: Action = {
  ...learn,
  specs: [
    {
      type: 'match',
      from: { value: 5n },
      to: { field: 'tcp_src', offset: 0, bits: 16 },
    },
  ],
};

/** Flows whose actions fit their match only here and there. */
const FITTING: readonly (readonly [string, Flow])[] = [
  ['an address of no IP', applied([], set('ipv4_src', 1))],
  ['an address of IP', applied([ip], set('ipv4_src', 1))],
  ['an address of the other IP', applied([ipv6], set('ipv4_src', 1))],
  ['a port without a protocol', applied([ip], set('tcp_src', 1))],
  ['a port with its protocol', applied(tcp, set('tcp_src', 1))],
  ['a VLAN that is not there', applied([], set('vlan_vid', 0x1005))],
  [
    'a VLAN that is pushed',
    applied([], { type: 'push_vlan', ethertype: 0x8100 }, set('vlan_vid', 0x1005)),
  ],
  [
    'a third VLAN',
    applied([], ...[1, 2, 3].map((): Action => ({ type: 'push_vlan', ethertype: 0x8100 }))),
  ],
  ['a VLAN that is not there to pop', applied([], { type: 'pop_vlan' })],
  [
    'as many VLANs popped as pushed',
    applied(
      [],
      ...[1, 2].map((): Action => ({ type: 'push_vlan', ethertype: 0x8100 })),
      ...[1, 2].map((): Action => ({ type: 'pop_vlan' })),
    ),
  ],
  ['a label that is not there to pop', applied([ip], { type: 'pop_mpls', ethertype: 0x0800 })],
  ['a label popped', applied([mpls], { type: 'pop_mpls', ethertype: 0x0800 }, { type: 'dec_ttl' })],
  [
    'what a label hides',
    applied([ip], { type: 'push_mpls', ethertype: 0x8847 }, { type: 'dec_ttl' }),
  ],
  ['dec_ttl of no IP', applied([], { type: 'dec_ttl' })],
  ['dec_mpls_ttl of no MPLS', applied([ip], { type: 'dec_mpls_ttl' })],
  ['fin_timeout of UDP', applied([ip], { type: 'fin_timeout', idleTimeout: 1, hardTimeout: 0 })],
  ['fin_timeout of TCP', applied(tcp, { type: 'fin_timeout', idleTimeout: 1, hardTimeout: 0 })],
  ['mod_tp_dst without a protocol', applied([ip], { type: 'mod_tp_dst', port: 1 })],
  ['ct of no IP', applied([], { type: 'ct', actions: [] })],
  ['ct for FTP without TCP', applied([ip], { type: 'ct', alg: 21, actions: [] })],
  ['ct for FTP', applied(tcp, { type: 'ct', alg: 21, actions: [] })],
  [
    'nat to IPv6 of IPv4',
    applied([ip], {
      ...{ type: 'ct', commit: true },
      actions: [{ type: 'nat', direction: 'src', ipv6Min: 1n }],
    }),
  ],
  ['resubmit of what was not tracked', applied([ip], { type: 'resubmit', table: 2, ct: true })],
  [
    'resubmit of what was tracked',
    applied([field('ct_state', 0x21), ip], { type: 'resubmit', table: 2, ct: true }),
  ],
  ['learn of a port without a protocol', applied(tcp, learnTcp)],
  [
    'learn of a port behind its protocol',
    applied([], {
      ...learn,
      specs: [
        { type: 'match', from: { value: 0x0800n }, to: { field: 'eth_type', offset: 0, bits: 16 } },
        { type: 'match', from: { value: 6n }, to: { field: 'ip_proto', offset: 0, bits: 8 } },
        { type: 'match', from: { value: 5n }, to: { field: 'tcp_src', offset: 0, bits: 16 } },
      ],
    }),
  ],
  [
    'learn past the end of a field',
    applied([], {
      ...learn,
      specs: [{ type: 'output', from: { field: 'reg0', offset: 8, bits: 32 } }],
    }),
  ],
  [
    'nd_sll of an advertisement',
    applied([ipv6, field('ip_proto', 58), field('icmpv6_type', 136)], {
      type: 'set_field',
      field: 'nd_sll',
      value: 1,
    }),
  ],
  ['dec_nsh_ttl of no NSH', applied([], { type: 'dec_nsh_ttl' })],
  [
    'dec_nsh_ttl of what encap made',
    applied(
      [],
      { type: 'encap', packetType: 0x1894f, headerSize: 0, properties: [] },
      { type: 'dec_nsh_ttl' },
    ),
  ],
  [
    'set of Ethernet behind decap',
    applied(
      [],
      { type: 'decap' },
      {
        ...{ type: 'set_field', field: 'eth_src', value: 1 },
      },
    ),
  ],
  ['delete_field of a register', applied([], { type: 'delete_field', field: 'reg0' })],
  ['output_trunc to no port', applied([], { type: 'output_trunc', port: 0xffffffff, maxLen: 20 })],
  [
    'a tag in a clone stays there',
    applied(
      [],
      { type: 'clone', actions: [{ type: 'push_vlan', ethertype: 0x8100 }] },
      set('vlan_vid', 0x1005),
    ),
  ],
  [
    'write_actions forgives some',
    flowOf([{ type: 'write_actions', actions: [{ type: 'dec_ttl' }] }]),
  ],
  [
    'write_actions does not forgive all',
    flowOf([{ type: 'write_actions', actions: [set('ipv4_src', 1)] }]),
  ],
  ['goto_table back', flowOf([{ type: 'goto_table', table: 3 }], [], 3)],
  ['goto_table on', flowOf([{ type: 'goto_table', table: 4 }], [], 3)],
  ['a meter of no number', flowOf([{ type: 'meter', meterId: 0 }])],
  ['ct_mark outside of ct', applied([ip], set('ct_mark', 1))],
  ['nat outside of ct', applied([ip], { type: 'nat' })],
  [
    'output in ct',
    applied([ip], {
      ...{ type: 'ct', commit: true, actions: [{ type: 'output', port: 1 }] },
    }),
  ],
  ['actions in ct without commit', applied([ip], { type: 'ct', actions: [set('ct_mark', 1)] })],
  [
    'conjunction beside output',
    applied([], { type: 'conjunction', id: 1, clause: 0, clauses: 2 }, { type: 'output', port: 1 }),
  ],
  [
    'conjunction beside note',
    applied(
      [],
      { type: 'conjunction', id: 1, clause: 0, clauses: 2 },
      { type: 'note', data: new Uint8Array(6) },
    ),
  ],
  [
    'write_metadata before output',
    applied([], { type: 'write_metadata', metadata: 1n, mask: 1n }, { type: 'output', port: 1 }),
  ],
  [
    'write_metadata in a clone',
    applied([], {
      type: 'clone',
      actions: [{ type: 'write_metadata', metadata: 1n, mask: 1n }],
    }),
  ],
  ['learn in write_actions', flowOf([{ type: 'write_actions', actions: [learnTcp] }])],
  [
    'push in write_actions',
    flowOf([{ type: 'write_actions', actions: [{ type: 'push', field: reg0 }] }]),
  ],
  [
    'controller in write_actions',
    flowOf([{ type: 'write_actions', actions: [{ type: 'controller' }] }]),
  ],
  ['goto_table twice', flowOf([1, 2].map((table) => ({ type: 'goto_table', table })))],
];

/** Bytes that are no instructions, or none that are known. */
const MALFORMED: readonly (readonly [string, string])[] = [
  ['four bytes', '00010004'],
  ['a length of zero', '0001000000000000'],
  ['a length that is no multiple of eight', '000400090000000000000000'],
  ['a length past the end', '0004001000000000'],
  ['an experimenter', 'ffff000800002320'],
  ['an unknown number', '0009000800000000'],
  ['goto_table too long', '00010010010000000000000000000000'],
  ['write_metadata too short', '0002001000000000000000000000000a'],
  ['clear_actions too long', '00050010000000000000000000000000'],
  ['apply_actions twice', '00040008000000000004000800000000'],
  ['a meter', '0006000800000001'],
  ['a broken head behind a broken action', '00040010000000000000000800000000ffff0000'],
  ['an unknown action', '0004001000000000ff00000800000000'],
  ["another experimenter's action", '0004001800000000ffff0010000000010000000000000000'],
  ["an unknown action of Nicira's", '0004001800000000ffff001000002320fff0000000000000'],
  ['an action too short to be named', '00040010000000000000000000000000'],
  ["Nicira's without a subtype", '0004001000000000ffff000800002320'],
  ['copy_ttl_in', '0004001000000000000c000800000000'],
  ['debug_recirc', '0004001800000000ffff00100000232000ff000000000000'],
];

describe('instructions', () => {
  for (const version of VERSIONS) {
    it(`come back from their bytes, and say what ovs-ofctl says, in wire version ${version}`, async () => {
      const messages = INSTRUCTION_SAMPLES.map(({ instructions }) =>
        encodeFlowMod(version, 'add', flowOf(instructions), 1),
      );
      const printed = await printMessages(messages);
      for (const [index, { instructions, text, name }] of INSTRUCTION_SAMPLES.entries()) {
        const decoded = decodeMessage(messages[index] ?? new Uint8Array(), { strict: true });
        if (!decoded.ok || decoded.value.message.type !== 'flow_mod') throw new Error(name);
        expect(decoded.value.message.flow.instructions).to.deep.equal(instructions);
        expect(formatInstructions(instructions), name).to.equal(text);
        expect(printed[index]).to.equal(
          `OFPT_FLOW_MOD (OF1.${version - 1}) (xid=0x1): ADD priority=5 actions=${text}`,
        );
      }
    });
  }

  it('have a meter before OpenFlow 1.5 and an action from there on', () => {
    const metered = flowOf([{ type: 'meter', meterId: 3 }]);
    expect(() => encodeFlowMod(6, 'add', metered, 1)).to.throw(TypeError, 'an action from');
    const acting = applied([], { type: 'meter', meterId: 3 });
    expect(() => encodeFlowMod(5, 'add', acting, 1)).to.throw(TypeError, 'an instruction before');
    expect(printMessage(encodeFlowMod(4, 'add', metered, 1))).to.include('actions=meter:3');
    expect(printMessage(encodeFlowMod(6, 'add', acting, 1))).to.include('actions=meter:3');
  });

  for (const version of VERSIONS) {
    it(`fit a match, an order and a place as Open vSwitch judges it in wire version ${version}`, async () => {
      const sendable = FITTING.filter(([title]) => version < 6 || title !== 'a meter of no number');
      const messages = sendable.map(([, flow]) => encodeFlowMod(version, 'add', flow, 1));
      const printed = await printMessages(messages);
      for (const [index, [title]] of sendable.entries()) {
        const ours = firstLine(printMessage(messages[index] ?? new Uint8Array()));
        expect(ours, title).to.equal(firstLine(printed[index] ?? ''));
      }
      const refused = printed.filter((text) => text.includes('***decode error')).length;
      expect(refused).to.be.within(30, sendable.length - 12);
    });

    it(`that are malformed get the error of Open vSwitch in wire version ${version}`, async () => {
      const messages = MALFORMED.map(([, hex]) => flowModOf(version, hex));
      const printed = await printMessages(messages);
      for (const [index, [title]] of MALFORMED.entries()) {
        const ours = firstLine(printMessage(messages[index] ?? new Uint8Array()));
        expect(ours, title).to.equal(firstLine(printed[index] ?? ''));
      }
    });
  }

  it('that nobody knows are kept by who does not judge', () => {
    for (const [title, hex] of MALFORMED) {
      if (/length|bytes|broken|short|subtype/.test(title)) continue;
      const message = flowModOf(4, hex);
      const decoded = decodeMessage(message);
      if (!decoded.ok || decoded.value.message.type !== 'flow_mod') throw new Error(title);
      const again = encodeFlowMod(4, 'add', decoded.value.message.flow, 1);
      expect(Buffer.from(again).toString('hex'), title).to.equal(
        Buffer.from(message).toString('hex'),
      );
    }
  });
});

/** Without what the switch's log says first, and without the bytes behind an error. */
function firstLine(text: string): string {
  return text.split('\n').find((line) => line.startsWith('OFPT_')) ?? '';
}
