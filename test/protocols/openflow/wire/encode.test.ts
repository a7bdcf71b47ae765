import { expect } from 'chai';
import type { Flow } from '../../../../protocols/openflow/values/flow.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import {
  encodeFlowMod,
  encodeGroupMod,
  encodeMessage,
} from '../../../../protocols/openflow/wire/encode.ts';

const flow: Flow = { table: 1, priority: 2, match: [], instructions: [], cookie: 3n };

const groupOf = (buckets: number) => ({
  groupId: 1,
  type: 'all' as const,
  buckets: Array.from({ length: buckets }, (_, bucketId) => ({
    bucketId,
    actions: [{ type: 'output' as const, port: bucketId + 1 }],
  })),
});

describe('encoding', () => {
  it('leaves earlier messages alone when later ones share their slab', () => {
    const kept = Array.from({ length: 3000 }, (_, xid) => encodeFlowMod(4, 'add', flow, xid));
    for (const [xid, bytes] of kept.entries()) {
      expect(bytes).to.have.length(56);
      expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(4)).to.equal(xid);
    }
  });

  it('moves a message that outgrows its slab as a whole', () => {
    for (let turn = 0; turn < 20; turn++) {
      const bytes = encodeGroupMod(4, { command: 'add', group: groupOf(1000) }, 7);
      expect(bytes).to.have.length(16 + 1000 * 32);
      expect(new DataView(bytes.buffer, bytes.byteOffset).getUint16(2)).to.equal(bytes.length);
      expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(16 + 999 * 32 + 20)).to.equal(
        1000,
      );
    }
  });

  it('refuses a message that the header cannot measure, and goes on after it', () => {
    const tooMany = () => encodeGroupMod(4, { command: 'add', group: groupOf(5000) }, 7);
    expect(tooMany).to.throw(RangeError, 'no more than 65535');
    expect([...encodeFlowMod(4, 'add', flow, 9)]).to.deep.equal([
      ...[4, 14, 0, 56, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0],
      ...[1, 0, 0, 0, 0, 0, 0, 2, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
      ...[0, 0, 0, 0, 0, 1, 0, 4, 0, 0, 0, 0],
    ]);
  });

  it('refuses what a version cannot say', () => {
    const remove = { command: 'remove_bucket', groupId: 1, type: 'all', bucketId: 1 } as const;
    expect(() => encodeGroupMod(5, remove, 1)).to.throw(TypeError, 'needs OpenFlow15');
    // Without a bucket that it names, Open vSwitch takes it in 1.4, too.
    expect(encodeGroupMod(5, { ...remove, bucketId: 'all' }, 1)).to.have.length(16);
    const metered: Flow = { ...flow, instructions: [{ type: 'meter', meterId: 1 }] };
    expect(() => encodeFlowMod(6, 'add', metered, 1)).to.throw(TypeError, 'an action from');
    expect(encodeFlowMod(5, 'add', metered, 1)).to.have.length(64);
    const unknownProperties = new Uint8Array([0, 9, 0, 8, 0, 0, 0, 0]);
    const port = { port: 1, hardwareAddress: 2, config: 0, mask: 0, advertise: 0 };
    const masks = { masks: [], unknownProperties };
    const messages: readonly Message[] = [
      { type: 'flow_mod', command: 'add', flow, importance: 1 },
      { type: 'table_mod', table: 1, config: 0, evictionFlags: 1 },
      { type: 'table_mod', table: 1, config: 0, vacancy: { down: 1, up: 2 } },
      { type: 'port_mod', ...port, unknownProperties },
      { type: 'set_async', ...masks },
    ];
    for (const message of messages) {
      expect(() => encodeMessage(4, 1, message), message.type).to.throw(TypeError);
      expect(encodeMessage(5, 1, message), message.type).to.be.instanceOf(Uint8Array);
    }
    expect(() => encodeMessage(5, 1, { type: 'nx_set_async_config', ...masks })).to.throw(
      TypeError,
    );
  });

  it('refuses bytes that would be something else on the wire', () => {
    const kept = (bytes: readonly number[]): Flow => ({
      ...flow,
      match: [{ field: 'unknown_oxm', value: 0, oxm: new Uint8Array(bytes) }],
    });
    expect(encodeFlowMod(4, 'add', kept([0x80, 5, 0xfc, 1, 7]), 1)).to.have.length(64);
    for (const bytes of [[], [0x80, 5], [0x80, 5, 0xfc, 1], [0x80, 5, 0xfc, 0, 7]]) {
      expect(() => encodeFlowMod(4, 'add', kept(bytes), 1)).to.throw(RangeError, 'a TLV of');
    }
    const short = {
      type: 'bundle_add',
      bundleId: 1,
      flags: 0,
      message: new Uint8Array(8),
    } as const;
    expect(() => encodeMessage(5, 1, short)).to.throw(RangeError, 'of 8 bytes that says 0');
    const error = { type: 'error', errorType: 0xffff, code: 1, data: new Uint8Array() } as const;
    expect(() => encodeMessage(4, 1, error)).to.throw(TypeError, 'of experimenter undefined');
    expect(encodeMessage(4, 1, { ...error, experimenter: 9 })).to.have.length(16);
  });

  it('refuses numbers that their place has no room for, by name, and goes on after them', () => {
    const numbers: readonly (readonly [Partial<Flow>, string])[] = [
      [{ table: 260 }, 'flow_mod: table: 260 does not fit into 8 bits'],
      [{ priority: 65536 }, 'flow_mod: priority: 65536 does not fit into 16 bits'],
      [{ priority: -1 }, 'priority: -1'],
      [{ idleTimeout: 1.5 }, 'idleTimeout: 1.5'],
      [{ hardTimeout: Number.NaN }, 'hardTimeout: NaN'],
      [{ cookie: -1n }, 'cookie: -1 does not fit into 64 bits'],
      [{ cookie: 1n << 64n }, 'cookie: 18446744073709551616'],
      [{ match: [{ field: 'in_port', value: 2 ** 32 }] }, 'match.0.value: 4294967296'],
      [{ match: [{ field: 'eth_dst', value: 2 ** 48 }] }, 'match.0.value: 281474976710656'],
      [{ match: [{ field: 'eth_dst', value: -1 }] }, 'match.0.value: -1'],
      [{ match: [{ field: 'pbb_isid', value: 2 ** 24 }] }, 'match.0.value: 16777216'],
      [{ match: [{ field: 'ct_label', value: 0n, mask: 1n << 128n }] }, 'match.0.mask'],
      [
        { match: [{ field: 'metadata', value: -5n }] },
        'match.0.value: -5 does not fit into 64 bits',
      ],
      [{ instructions: [{ type: 'goto_table', table: 256 }] }, 'instructions.0.table: 256'],
      [
        {
          instructions: [{ type: 'apply_actions', actions: [{ type: 'output', port: -3 }] }],
        },
        'instructions.0.actions.0.port: -3',
      ],
    ];
    for (const [wrong, words] of numbers) {
      const encode = () => encodeFlowMod(4, 'add', { ...flow, ...wrong }, 1);
      expect(encode).to.throw(RangeError, words);
    }
    expect(encodeFlowMod(4, 'add', flow, 9)).to.have.length(56);
    expect(() => encodeMessage(4, 2 ** 32, { type: 'barrier_request' })).to.throw('4294967296');
    const twice = { type: 'table_mod', table: 300, config: 300 } as const;
    expect(() => encodeMessage(4, 1, twice)).to.throw('table_mod: table or config: 300');
    for (const version of [2 ** 30, 256, -1, 4.5]) {
      const hello = { type: 'hello', versions: [4, version] } as const;
      expect(() => encodeMessage(4, 1, hello)).to.throw(RangeError, `versions.1: ${version}`);
    }
  });

  it('refuses words that there are not, and members that lack another', () => {
    const wrong: readonly (readonly [unknown, string])[] = [
      [{ type: 'nx_role_request', role: 'nochange' }, 'nx_role_request: -1'],
      [{ type: 'role_request', role: 'king', generationId: 1n }, 'role_request: a member is'],
      [{ type: 'bundle_control', bundleId: 1, flags: 0 }, 'bundle_control: a member is missing'],
      [{ type: 'greeting' }, 'OpenFlow13 has no greeting'],
      [
        { type: 'set_async', masks: [{ message: 'packet_in', role: 'king', reasons: 1 }] },
        'no mask for packet_in of a king',
      ],
      [
        { type: 'nx_flow_mod', command: 'add', flow, cookieFilter: 5n },
        'a cookie to look for without its mask',
      ],
      [
        { type: 'error', errorType: 1, code: 1, experimenter: 5, data: new Uint8Array() },
        'an error of type 1 and of experimenter 5',
      ],
      [
        { type: 'ct_flush', ipProtocol: 6, original: { source: 1n << 128n } },
        'ct_flush: original.source: 340282366920938463463374607431768211456',
      ],
    ];
    for (const [message, words] of wrong) {
      expect(() => encodeMessage(4, 1, message as Message)).to.throw(words);
    }
  });

  it('wraps bundles into the extension where the version has none', () => {
    const open = {
      type: 'bundle_control',
      bundleId: 1,
      control: 'open_request',
      flags: 3,
    } as const;
    expect(encodeMessage(4, 1, open)).to.have.length(24);
    expect(encodeMessage(5, 1, open)).to.have.length(16);
  });
});
