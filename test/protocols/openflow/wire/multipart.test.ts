import { expect } from 'chai';
import {
  MULTIPART_FORMS,
  type MultipartKind,
  multipartForm,
} from '../../../../protocols/openflow/values/message-forms.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import {
  type MultipartReply,
  REPLY_RECORDS,
} from '../../../../protocols/openflow/values/multipart.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { FAMILIES } from '../samples/all-samples.ts';
import { MALFORMED_SAMPLES } from '../samples/malformed-samples.ts';

const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];
const SAMPLES = Object.values(FAMILIES).flat();

const PROPERTY = new Uint8Array([0, 9, 0, 8, 1, 2, 3, 4]);
const NO_DURATION = { durationSeconds: 0, durationNanoseconds: 0 };
const NOTHING_COUNTED = {
  ...{ receivedPackets: 0n, sentPackets: 0n, receivedBytes: 0n, sentBytes: 0n },
  ...{ receiveDropped: 0n, sendDropped: 0n, receiveErrors: 0n, sendErrors: 0n },
};
const PORT = { port: 1, ...NO_DURATION, ...NOTHING_COUNTED };
const BY_SIZE = [1n, 2n, 3n, 4n, 5n, 6n, 7n];
const RFC2819 = {
  ...{ receivedBySize: BY_SIZE, sentBySize: BY_SIZE, sentMulticast: 0n, receivedBroadcast: 0n },
  ...{ sentBroadcast: 0n, receivedUndersized: 0n, receivedOversize: 0n, receivedFragments: 0n },
  receivedJabber: 0n,
};
const QUEUE = { port: 1, queueId: 1, bytes: 0n, packets: 0n, errors: 0n, ...NO_DURATION };
const FLOW = {
  ...{ table: 0, priority: 1, match: [], instructions: [], cookie: 0n, packets: 0n, bytes: 0n },
  ...{ importance: 0, ...NO_DURATION },
};
const GROUP = { groupId: 1, type: 'select', buckets: [] } as const;
const BUCKET = { bucketId: 0, actions: [] };
const TABLE = {
  ...{ table: 1, name: '', metadataMatch: 0n, metadataWrite: 0n, capabilities: 0, maxEntries: 1 },
  properties: [],
};

function reply(value: MultipartReply): Message {
  return { type: 'multipart_reply', more: false, reply: value };
}

/** What the error says, and the last version that has no place for it. */
const UNSPEAKABLE: readonly (readonly [string, OpenFlowVersion, Message])[] = [
  ['rfc2819 of', 4, reply({ kind: 'port_stats', ports: [{ ...PORT, rfc2819: RFC2819 }] })],
  ['custom of', 4, reply({ kind: 'port_stats', ports: [{ ...PORT, custom: [] }] })],
  [
    'unknownProperties of port',
    4,
    reply({ kind: 'port_stats', ports: [{ ...PORT, unknownProperties: PROPERTY }] }),
  ],
  [
    'a property of queue',
    4,
    reply({ kind: 'queue_stats', queues: [{ ...QUEUE, unknownProperties: PROPERTY }] }),
  ],
  ['importance', 4, reply({ kind: 'flow', flows: [{ ...FLOW, importance: 1 }] })],
  ['idle time', 5, reply({ kind: 'flow', flows: [{ ...FLOW, idleTime: 1 }] })],
  [
    'selection method',
    5,
    reply({
      kind: 'group_desc',
      groups: [{ ...GROUP, selection: { method: 'dp_hash', param: 0n, fields: [] } }],
    }),
  ],
  [
    'property of a group',
    5,
    {
      type: 'group_mod',
      mod: { command: 'add', group: { ...GROUP, unknownProperties: PROPERTY } },
    },
  ],
  [
    'property of a bucket',
    5,
    reply({
      kind: 'group_desc',
      groups: [{ ...GROUP, buckets: [{ ...BUCKET, unknownProperties: PROPERTY }] }],
    }),
  ],
  [
    'a delete of buckets',
    5,
    { type: 'group_mod', mod: { command: 'delete', groupId: 1, buckets: [BUCKET] } },
  ],
  [
    'its value is the mask',
    6,
    {
      type: 'group_mod',
      mod: {
        command: 'add',
        group: {
          ...GROUP,
          selection: {
            ...{ method: 'hash', param: 0n },
            fields: [{ field: 'ipv4_src', value: 1, mask: 1 }],
          },
        },
      },
    },
  ],
  [
    'table features',
    5,
    reply({ kind: 'table_features', tables: [{ ...TABLE, command: 'enable' }] }),
  ],
  [
    'flags 0x20',
    4,
    {
      type: 'multipart_request',
      request: { kind: 'flow_monitor', monitors: [{ monitorId: 1, flags: 0x23, match: [] }] },
    },
  ],
  ['one group', 5, { type: 'multipart_request', request: { kind: 'group_desc', groupId: 1 } }],
  ['one port', 5, { type: 'multipart_request', request: { kind: 'port_desc', port: 1 } }],
];

function decoded(bytes: Uint8Array): Message {
  const result = decodeMessage(bytes);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value.message;
}

function kindOf(message: Message): string {
  if (message.type === 'multipart_request') return `${message.request.kind} request`;
  return message.type === 'multipart_reply' ? `${message.reply.kind} reply` : message.type;
}

describe('multiparts, groups and meters on the wire', () => {
  for (const [family, samples] of Object.entries(FAMILIES)) {
    for (const version of VERSIONS) {
      it(`come back as the same values: ${family} in OpenFlow 1.${version - 1}`, () => {
        for (const { name, versions, message } of samples) {
          if (!versions.includes(version)) continue;
          const bytes = new Uint8Array(encodeMessage(version, 7, message));
          expect(decoded(bytes), name).to.deep.equal(message);
        }
      });
    }
  }

  it('have a sample of every kind and version, both ways', () => {
    const wanted: string[] = [];
    for (const kind of Object.keys(MULTIPART_FORMS) as MultipartKind[]) {
      for (const version of VERSIONS) {
        if (multipartForm(kind, version) === undefined) continue;
        wanted.push(`${kind} request ${version}`, `${kind} reply ${version}`);
      }
    }
    const there = SAMPLES.flatMap(({ message, versions }) =>
      versions.map((version) => `${kindOf(message)} ${version}`),
    );
    expect(wanted.filter((one) => !there.includes(one))).to.deep.equal([]);
  });

  it('say which member of a reply holds its records', () => {
    for (const { message } of SAMPLES) {
      if (message.type !== 'multipart_reply') continue;
      const { reply } = message;
      const lists = Object.entries(reply).filter(([, value]) => Array.isArray(value));
      const member = REPLY_RECORDS[reply.kind as keyof typeof REPLY_RECORDS];
      expect(lists.map(([name]) => name)).to.deep.equal(member === undefined ? [] : [member]);
    }
  });

  it('do not depend on where in memory they are written', () => {
    const { message } = SAMPLES.find(({ name }) => name === 'features of equal tables') ?? {};
    if (message?.type !== 'multipart_reply' || message.reply.kind !== 'table_features') {
      throw new Error('no such sample');
    }
    const tables = Array.from({ length: 20 }, () => message.reply).flatMap((reply) =>
      reply.kind === 'table_features' ? reply.tables : [],
    );
    const large: Message = { ...message, reply: { kind: 'table_features', tables } };
    const written = Array.from({ length: 40 }, () =>
      Buffer.from(encodeMessage(5, 1, large)).toString('hex'),
    );
    expect(new Set(written).size).to.equal(1);
    expect(written[0]).to.have.length.above(80_000);
  });

  it('keep the flags that OpenFlow does not have', () => {
    const reply = { kind: 'flow', flows: [] } as const;
    const message: Message = { type: 'multipart_reply', more: true, flags: 0x8002, reply };
    expect(decoded(new Uint8Array(encodeMessage(4, 1, message)))).to.deep.equal(message);
  });

  it('keep a kind that nobody knows byte for byte, unless judged strictly', () => {
    for (const hex of ['00630000000000000102030405060708', 'ffff000000000000000023200000006301']) {
      const bytes = new Uint8Array(
        Buffer.from(
          `0513${(8 + hex.length / 2).toString(16).padStart(4, '0')}00000001${hex}`,
          'hex',
        ),
      );
      expect(Buffer.from(encodeMessage(5, 1, decoded(bytes))).toString('hex')).to.equal(
        Buffer.from(bytes).toString('hex'),
      );
      expect(decodeMessage(bytes, { strict: true }).ok).to.equal(false);
    }
  });

  it('keep properties and bands that nobody knows, unless judged strictly', () => {
    const codes = ['OFPBPC_BAD_TYPE', 'OFPBPC_BAD_EXP_TYPE', 'OFPMMFC_BAD_BAND'];
    const kept = MALFORMED_SAMPLES.filter(({ code }) => codes.includes(code));
    expect(kept.length).to.be.above(4);
    for (const { name, bytes } of kept) {
      const again = encodeMessage(bytes[0] as OpenFlowVersion, 7, decoded(bytes));
      expect(Buffer.from(again).toString('hex'), name).to.equal(Buffer.from(bytes).toString('hex'));
    }
  });

  it('keep a selection method that nobody knows, also of a type that nobody knows', () => {
    const method = '786c62000000000000000000000000000000000000000007';
    const selection = `ffff00280000154d0000000100000000${method}`;
    for (const [type, seen] of [
      ['01', { type: 'select' }],
      ['09', { unknownType: 9 }],
    ] as const) {
      const group = `0038${type}00000000010000000000000000${selection}`;
      const bytes = new Uint8Array(Buffer.from(`06130048000000070007000000000000${group}`, 'hex'));
      const message = decoded(bytes);
      if (message.type !== 'multipart_reply' || message.reply.kind !== 'group_desc') throw message;
      const unknownProperties = new Uint8Array(Buffer.from(selection, 'hex'));
      expect(message.reply.groups[0]).to.deep.include({ ...seen, unknownProperties });
      expect([...encodeMessage(6, 7, message)]).to.deep.equal([...bytes]);
      expect(decodeMessage(bytes, { strict: true }).ok).to.equal(false);
    }
  });

  it('are not written in a version that lacks them', () => {
    const request = (kind: 'queue_desc' | 'table_desc'): Message => ({
      type: 'multipart_request',
      request: { kind },
    });
    expect(() => encodeMessage(4, 1, request('queue_desc'))).to.throw(TypeError, 'queue_desc');
    expect(() => encodeMessage(4, 1, request('table_desc'))).to.throw(TypeError, 'table_desc');
    const misspelt = request('table_dsec' as 'table_desc');
    expect(() => encodeMessage(5, 1, misspelt)).to.throw(TypeError, 'no multipart table_dsec');
  });

  for (const [what, version, message] of UNSPEAKABLE) {
    it(`are not written without what has no place there: ${what}`, () => {
      expect(() => encodeMessage(version, 1, message)).to.throw(TypeError, what);
    });
  }

  it('are not written with numbers or lists that have no room', () => {
    const tables = [{ ...TABLE, properties: [{ type: 'next_tables', tables: [1, 256] } as const] }];
    expect(() => encodeMessage(4, 1, reply({ kind: 'table_features', tables }))).to.throw('256');
    const receivedBySize = [1n, 2n];
    const ports = [{ ...PORT, rfc2819: { ...RFC2819, receivedBySize } }];
    expect(() => encodeMessage(5, 1, reply({ kind: 'port_stats', ports }))).to.throw('2 counters');
  });

  it('delete a meter by its number, whatever stands behind it', () => {
    const hex = '041d0020000000010002000100000009' + '00010010000000010000000200000000';
    const message = decoded(new Uint8Array(Buffer.from(hex, 'hex')));
    expect(message).to.deep.equal({ type: 'meter_mod', mod: { command: 'delete', meterId: 9 } });
  });

  for (const { name, bytes, code } of MALFORMED_SAMPLES) {
    it(`are refused with ${code}: ${name}`, () => {
      const result = decodeMessage(bytes, { strict: true });
      expect(result.ok ? 'no error' : result.error.code).to.equal(code);
    });
  }
});
