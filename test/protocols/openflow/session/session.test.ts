import { expect } from 'chai';
import { Outbox } from '../../../../protocols/openflow/session/outbox.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type { MultipartReply } from '../../../../protocols/openflow/values/multipart.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { endOf, FEATURES, SwitchSide } from './switch-side.ts';

describe('the OpenFlow handshake', () => {
  it('offers our versions, asks for features and is ready with them', () => {
    const peer = new SwitchSide();
    const [hello] = peer.heard();
    expect(hello).to.deep.include({ version: 6, message: { type: 'hello', versions: [4, 5, 6] } });
    peer.says({ type: 'hello', versions: [4, 5, 6] });
    expect(peer.types()).to.deep.equal(['features_request']);
    expect(peer.events()).to.deep.equal([]);
    peer.says(FEATURES);
    const { type, ...features } = FEATURES as Extract<Message, { type: 'features_reply' }>;
    expect(peer.events()).to.deep.equal([{ type: 'ready', version: 6, features }]);
  });

  const cases: readonly [string, OpenFlowVersion, readonly number[] | undefined, number][] = [
    ['the highest of both bitmaps', 6, [1, 4, 5], 5],
    ['the only common version, below the header', 6, [4], 4],
    ['the header version of a peer without a bitmap', 5, undefined, 5],
  ];
  for (const [what, header, versions, agreed] of cases) {
    it(`takes ${what}`, () => {
      const peer = new SwitchSide();
      peer.heard();
      peer.version = header;
      peer.says(versions === undefined ? { type: 'hello' } : { type: 'hello', versions });
      expect(peer.heard()).to.have.nested.property('[0].version', agreed);
    });
  }

  it('takes the highest version of any two bitmaps, and reads the header when there is none', () => {
    const ours: OpenFlowVersion[][] = [[4], [5], [6], [4, 5], [4, 6], [5, 6], [4, 5, 6]];
    for (const versions of ours) {
      for (let bitmap = 0; bitmap < 256; bitmap++) {
        const peer = new SwitchSide({ versions });
        peer.heard();
        const header = 1 + (bitmap % 9);
        peer.saysBytes([header, 0, 0, 16, 0, 0, 0, 1, 0, 1, 0, 8, 0, 0, 0, bitmap]);
        // Bit 0 is no version, so that this is as good as no bitmap.
        const lower = Math.min(header, versions.at(-1) ?? 0);
        const theirs = (version: number) =>
          bitmap < 2 ? version === lower : ((bitmap >> version) & 1) === 1;
        const agreed = versions.filter(theirs).at(-1);
        const said = peer.heard().map(({ version, message }) => [version, message.type]);
        expect(said).to.deep.equal([
          agreed === undefined ? [versions.at(-1), 'error'] : [agreed, 'features_request'],
        ]);
      }
    }
  });

  for (const hello of [
    [1, 1, 0, 8, 0, 0, 0, 0],
    [9, 0, 0, 16, 0, 0, 0, 0, 0, 1, 0, 8, 0, 0, 3, 0x82],
  ]) {
    it(`refuses a peer that shares no version (header version ${hello[0]})`, () => {
      const peer = new SwitchSide();
      peer.heard();
      const bytes = new Uint8Array(hello);
      bytes[1] = 0;
      peer.session.receive(bytes, peer.now);
      const [answer] = peer.heard();
      expect(answer?.message).to.include({ type: 'error', errorType: 0, code: 0 });
      expect(endOf(peer.events())).to.equal('no-common-version');
    });
  }

  it('ends when nothing comes', () => {
    const peer = new SwitchSide();
    expect(peer.session.deadline()).to.equal(1500);
    peer.tick(499);
    expect(peer.events()).to.deep.equal([]);
    peer.tick(1);
    expect(endOf(peer.events())).to.equal('handshake-timeout');
    expect(peer.session.deadline()).to.equal(undefined);
  });

  it('ends when the features do not come, however many echoes do', () => {
    const peer = new SwitchSide();
    peer.says({ type: 'hello', versions: [6] });
    for (let turn = 0; turn < 5; turn++) {
      peer.says({ type: 'echo_request', data: new Uint8Array([turn]) });
      peer.tick(100);
    }
    expect(endOf(peer.events())).to.equal('handshake-timeout');
  });

  it('ends when the first message is no hello', () => {
    const peer = new SwitchSide();
    peer.says({ type: 'barrier_reply' });
    expect(endOf(peer.events())).to.equal('hello-expected');
  });

  it('ends when the peer refuses our hello', () => {
    const peer = new SwitchSide();
    peer.says({ type: 'error', errorType: 0, code: 0, data: new Uint8Array(0) });
    expect(endOf(peer.events())).to.equal('hello-refused');
  });

  it('ends when the peer leaves the version that was agreed on', () => {
    const peer = SwitchSide.ready();
    peer.version = 4;
    peer.says({ type: 'barrier_reply' });
    expect(endOf(peer.events())).to.equal('bad-version');
  });
});

describe('liveness of an OpenFlow session', () => {
  it('asks a silent peer once and ends after as much silence again', () => {
    const peer = SwitchSide.ready();
    peer.tick(99);
    expect(peer.types()).to.deep.equal([]);
    peer.tick(1);
    expect(peer.types()).to.deep.equal(['echo_request']);
    expect(peer.session.deadline()).to.equal(peer.now + 100);
    peer.tick(99);
    expect(peer.events()).to.deep.equal([]);
    peer.tick(1);
    expect(endOf(peer.events())).to.equal('peer-silent');
    expect(peer.types()).to.deep.equal([]);
  });

  it('lives on with any whole message, and answers an echo with its data', () => {
    const peer = SwitchSide.ready();
    peer.tick(100);
    peer.heard();
    peer.says({ type: 'echo_request', data: new Uint8Array([1, 2, 3]) }, 77);
    const [answer] = peer.heard();
    expect(answer?.xid).to.equal(77);
    expect(answer?.message).to.deep.equal({ type: 'echo_reply', data: new Uint8Array([1, 2, 3]) });
    peer.tick(99);
    expect(peer.events()).to.deep.equal([]);
    expect(peer.types()).to.deep.equal([]);
  });

  it('leaves the asking to a peer that asks, and asks a little later when it does not any more', () => {
    const peer = SwitchSide.ready();
    for (let round = 0; round < 3; round++) {
      peer.says({ type: 'echo_request', data: new Uint8Array(0) });
      expect(peer.types()).to.deep.equal(['echo_reply']);
      peer.tick(101);
      expect(peer.types()).to.deep.equal([]);
    }
    peer.tick(9);
    expect(peer.types()).to.deep.equal(['echo_request']);
    peer.tick(99);
    expect(peer.events()).to.deep.equal([]);
    peer.tick(1);
    expect(endOf(peer.events())).to.equal('peer-silent');
  });

  it('does not take half a message for a sign of life', () => {
    const peer = SwitchSide.ready();
    const bytes = encodeMessage(6, 1, { type: 'echo_request', data: new Uint8Array(1000) });
    for (let at = 0; at < 200 && peer.session.state !== 'ended'; at++) {
      peer.session.receive(bytes.subarray(at, at + 1), peer.now);
      peer.tick(10);
    }
    expect(endOf(peer.events())).to.equal('peer-silent');
  });
});

describe('requests of an OpenFlow session', () => {
  it('have xids without the top bit and are answered by them', () => {
    const peer = SwitchSide.ready();
    const first = peer.session.barrier(peer.now, 50);
    const second = peer.session.barrier(peer.now, 50);
    expect(new Set([first, second]).size).to.equal(2);
    expect(Math.max(first, second)).to.be.below(0x80000000);
    peer.says({ type: 'barrier_reply' }, second);
    peer.says({ type: 'barrier_reply' }, 0x80000001);
    expect(peer.events()).to.deep.equal([
      { type: 'reply', xid: second, message: { type: 'barrier_reply' } },
    ]);
  });

  it('fail when their time is over, each in its own time', () => {
    const peer = SwitchSide.ready();
    const late = peer.session.barrier(peer.now, 80);
    const soon = peer.session.barrier(peer.now, 20);
    expect(peer.session.deadline()).to.equal(peer.now + 20);
    peer.tick(20);
    expect(peer.events()).to.deep.equal([{ type: 'request-failed', xid: soon, error: 'timeout' }]);
    expect(peer.session.deadline()).to.equal(peer.now + 60);
    peer.tick(60);
    expect(peer.events()).to.deep.equal([{ type: 'request-failed', xid: late, error: 'timeout' }]);
  });

  it('fail with the error that the switch answers', () => {
    const peer = SwitchSide.ready();
    const xid = peer.session.request(
      { type: 'role_request', role: 'master', generationId: 1n },
      ...([50, peer.now] as const),
    );
    const error = { type: 'error', errorType: 11, code: 0, data: new Uint8Array(8) } as const;
    peer.says(error, xid);
    peer.says(error, 0x80000007);
    expect(peer.events()).to.deep.equal([
      { type: 'request-failed', xid, error },
      { type: 'error', xid: 0x80000007, message: error, offending: error.data },
    ]);
  });

  it('fail when the reply is of another kind or damaged', () => {
    const peer = SwitchSide.ready();
    const first = peer.session.barrier(peer.now, 50);
    peer.says({ type: 'role_reply', role: 'equal', generationId: 0n }, first);
    const second = peer.session.request({ type: 'get_config_request' }, 50, peer.now);
    const bytes = new Uint8Array([6, 8, 0, 10, 0, 0, 0, second, 0, 0]);
    peer.session.receive(bytes, peer.now);
    const codes = peer
      .events()
      .map((event) =>
        event.type === 'request-failed' &&
        typeof event.error === 'object' &&
        event.error.type === 'bad-reply'
          ? event.error.error.code
          : event.type,
      );
    expect(codes).to.deep.equal(['unexpected-reply', 'OFPBRC_BAD_LEN', 'malformed']);
  });
});

describe('multipart requests of an OpenFlow session', () => {
  it('collect the parts of a multipart reply', () => {
    const peer = SwitchSide.ready();
    const ask = { type: 'multipart_request', request: { kind: 'table_stats' } } as const;
    const xid = peer.session.request(ask, 50, peer.now);
    const part = (table: number, more: boolean): Message => ({
      ...{ type: 'multipart_reply', more },
      reply: { kind: 'table_stats', tables: [{ table, active: 1, lookups: 2n, matched: 3n }] },
    });
    peer.says(part(0, true), xid);
    expect(peer.events()).to.deep.equal([]);
    peer.says(part(1, false), xid);
    expect(peer.events()).to.have.nested.property('[0].message.reply.tables.length', 2);
  });

  it('fail when a part, the first or a later one, is of another kind', () => {
    const tables: MultipartReply = { kind: 'table_stats', tables: [] };
    for (const kind of ['port_desc', 'flow'] as const) {
      const peer = SwitchSide.ready();
      const right: MultipartReply =
        kind === 'flow' ? { kind, flows: [] } : { kind: 'port_desc', ports: [] };
      const ask = () =>
        peer.session.request({ type: 'multipart_request', request: { kind } }, 50, peer.now);
      peer.says({ type: 'multipart_reply', more: false, reply: tables }, ask());
      const xid = ask();
      peer.says({ type: 'multipart_reply', more: true, reply: right }, xid);
      peer.says({ type: 'multipart_reply', more: false, reply: tables }, xid);
      const events = peer.events();
      expect(events).to.have.length(2);
      for (const event of events) {
        expect(event).to.have.nested.property('error.error.code', 'unexpected-reply');
      }
    }
  });

  it('of a type that nobody here knows take the kind that their first part has', () => {
    const peer = SwitchSide.ready();
    const body = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const unknown = { kind: 'unknown', multipartType: 99, body } as const;
    const xid = peer.session.request(
      { type: 'multipart_request', request: unknown },
      ...([50, peer.now] as const),
    );
    peer.says({ type: 'multipart_reply', more: true, reply: unknown }, xid);
    peer.says({ type: 'multipart_reply', more: false, reply: unknown }, xid);
    expect(peer.events()).to.have.nested.property('[0].message.reply.body.length', 16);
  });

  it('may go out in several messages of one xid', () => {
    const peer = SwitchSide.ready();
    const parts = [{ kind: 'desc' }, { kind: 'table_stats' }] as const;
    const xid = peer.session.requestInParts(parts, 50, peer.now);
    expect(peer.heard().map((one) => [one.xid, one.message])).to.deep.equal([
      [xid, { type: 'multipart_request', more: true, request: parts[0] }],
      [xid, { type: 'multipart_request', request: parts[1] }],
    ]);
    peer.tick(50);
    expect(peer.events()).to.deep.equal([{ type: 'request-failed', xid, error: 'timeout' }]);
  });

  it('keep the parts of a flow dump undecoded, and free of the chunk', () => {
    const peer = SwitchSide.ready();
    const ask = { type: 'multipart_request', request: { kind: 'flow' } } as const;
    const xid = peer.session.request(ask, 50, peer.now);
    const part = Buffer.from([6, 19, 0, 20, 0, 0, 0, xid, 0, 1, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4]);
    peer.session.receive(part, peer.now);
    part.fill(0xee);
    const last = Buffer.from([6, 19, 0, 16, 0, 0, 0, xid, 0, 1, 0, 0, 0, 0, 0, 0]);
    peer.session.receive(last, peer.now);
    expect(peer.events()).to.deep.equal([
      { type: 'reply', xid, parts: [new Uint8Array([1, 2, 3, 4])] },
    ]);
  });

  it('fail when their reply grows beyond the bound, and the session goes on', () => {
    const peer = SwitchSide.ready({ multipartMaxBytes: 1000 });
    const ask = { type: 'multipart_request', request: { kind: 'flow' } } as const;
    const xid = peer.session.request(ask, 50, peer.now);
    const part = new Uint8Array(616);
    part.set([6, 19, 2, 104, 0, 0, 0, xid, 0, 1, 0, 1]);
    for (let turn = 0; turn < 5; turn++) peer.session.receive(part, peer.now);
    const events = peer.events();
    expect(events).to.have.length(1);
    expect(events).to.have.nested.property('[0].error.error.code', 'multipart-too-large');
    expect(peer.session.state).to.equal('ready');
  });
});

describe('a peer that misbehaves', () => {
  it('ends the session by garbage, which is not read further', () => {
    const peer = SwitchSide.ready();
    peer.session.receive(new Uint8Array(100_000), peer.now);
    const events = peer.events();
    expect(events).to.have.length(1);
    expect(endOf(events)).to.equal('bad-frame-length');
    peer.says({ type: 'barrier_reply' });
    expect(peer.events()).to.deep.equal([]);
    expect(peer.session.barrier(peer.now, 10)).to.be.above(0);
    expect(peer.types()).to.deep.equal([]);
  });

  it('may send unknown types and 64 KB messages without harm', () => {
    const peer = SwitchSide.ready();
    for (let messageType = 35; messageType < 255; messageType++) {
      peer.says({ type: 'unknown', messageType, body: new Uint8Array(65_527) });
    }
    const events = peer.events();
    expect(events).to.have.length(220);
    expect(new Set(events.map(({ type }) => type))).to.deep.equal(new Set(['async']));
    expect(peer.types()).to.deep.equal([]);
    expect(peer.session.state).to.equal('ready');
  });

  it('loses only the message that it damages', () => {
    const peer = SwitchSide.ready();
    peer.session.receive(new Uint8Array([6, 12, 0, 12, 0, 0, 0, 0, 9, 9, 9, 9]), peer.now);
    const [event] = peer.events();
    expect(event).to.have.nested.property('error.remedy', 'answer-error');
    expect(peer.session.state).to.equal('ready');
  });
});

describe('sending through an OpenFlow session', () => {
  it('takes xids in a row, and begins anew before the top bit', () => {
    const outbox = new Outbox(4);
    expect(outbox.reserveXids(3)).to.equal(1);
    expect(outbox.reserveXids(0x7ffffff0)).to.equal(4);
    expect(outbox.reserveXids(12)).to.equal(0x7ffffff4);
    expect(outbox.reserveXids(1)).to.equal(1);
  });

  it('passes encoded messages on as they are, in order', () => {
    const peer = SwitchSide.ready();
    const bytes = encodeMessage(6, 0x80000001, { type: 'barrier_request' });
    peer.session.send(bytes);
    peer.session.barrier(peer.now, 10);
    const output = peer.session.takeOutput();
    expect(output[0]).to.equal(bytes);
    expect(output).to.have.length(2);
  });
});
