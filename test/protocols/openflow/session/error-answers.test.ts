import { expect } from 'chai';
import { DIRECTIONS } from '../../../../protocols/openflow/session/directions.ts';
import { SESSION_ERRORS } from '../../../../protocols/openflow/values/errors.ts';
import { MESSAGE_FORMS } from '../../../../protocols/openflow/values/message-forms.ts';
import type { ErrorMessage, Message } from '../../../../protocols/openflow/values/messages.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { SwitchSide } from './switch-side.ts';

/** The codes that this peer has provoked, in order. */
function codesOf(peer: SwitchSide): string[] {
  return peer.events().flatMap((event) => {
    if (event.type === 'ended' || event.type === 'malformed') return [event.error.code];
    if (event.type !== 'request-failed' || typeof event.error !== 'object') return [];
    return event.error.type === 'bad-reply' ? [event.error.error.code] : [];
  });
}

const refusedHello: Message = { type: 'error', errorType: 0, code: 0, data: new Uint8Array(0) };
const shortPortStatus = (version: number) => [version, 12, 0, 12, 0, 0, 0, 77, 9, 9, 9, 9];

/** How a peer brings about each fault of a connection. */
const PROVOKED: Readonly<Record<keyof typeof SESSION_ERRORS, () => SwitchSide>> = {
  'bad-frame-length': () => after((peer) => peer.saysBytes([6, 20, 0, 7, 0, 0, 0, 0])),
  'bad-version': () => after((peer) => peer.saysBytes([5, 21, 0, 8, 0, 0, 0, 0])),
  'no-common-version': () => before((peer) => peer.saysBytes([1, 0, 0, 8, 0, 0, 0, 0])),
  'hello-expected': () => before((peer) => peer.says({ type: 'barrier_reply' })),
  'hello-refused': () => before((peer) => peer.says(refusedHello)),
  'handshake-timeout': () => before((peer) => peer.tick(500)),
  'peer-silent': () =>
    after((peer) => {
      peer.tick(100);
      peer.tick(100);
    }),
  'output-overflow': () =>
    after((peer) => peer.says({ type: 'echo_request', data: new Uint8Array(2000) })),
  'unexpected-reply': () =>
    after((peer) => {
      const xid = peer.session.barrier(peer.now, 50);
      peer.says({ type: 'get_config_reply', flags: 0, missSendLen: 0 }, xid);
    }),
  'multipart-too-large': () =>
    after((peer) => {
      const ask = { type: 'multipart_request', request: { kind: 'flow' } } as const;
      const xid = peer.session.request(ask, 50, peer.now);
      const reply = { kind: 'unknown', multipartType: 1, body: new Uint8Array(2000) } as const;
      peer.says({ type: 'multipart_reply', more: true, reply }, xid);
    }),
};

const BOUNDS = { outputMaxBytes: 1000, multipartMaxBytes: 1000 };

function before(act: (peer: SwitchSide) => void): SwitchSide {
  const peer = new SwitchSide(BOUNDS);
  act(peer);
  return peer;
}

function after(act: (peer: SwitchSide) => void): SwitchSide {
  const peer = SwitchSide.ready(BOUNDS);
  act(peer);
  return peer;
}

describe('faults of an OpenFlow connection', () => {
  for (const [code, remedy] of Object.entries(SESSION_ERRORS)) {
    it(`can be ${code}, and then ${remedy}`, () => {
      const peer = PROVOKED[code as keyof typeof SESSION_ERRORS]();
      expect(codesOf(peer)).to.deep.equal([code]);
      expect(peer.session.state === 'ended').to.equal(remedy === 'end-session');
    });
  }
});

/** The errors that the session answered. */
function answers(peer: SwitchSide): { xid: number; message: ErrorMessage }[] {
  return peer.heard().flatMap(({ xid, message }) => {
    return message.type === 'error' ? [{ xid, message }] : [];
  });
}

describe('answers to what a switch gets wrong', () => {
  for (const version of [4, 5, 6] as const) {
    it(`are the error of wire version ${version}, with the beginning of the message`, () => {
      const peer = SwitchSide.ready({}, version);
      const bytes = new Uint8Array(100);
      bytes.set([version, 12, 0, 100, 1, 2, 3, 4]);
      peer.saysBytes(bytes);
      const [answer, ...others] = answers(peer);
      expect(others).to.deep.equal([]);
      expect(answer?.xid).to.equal(0x01020304);
      expect(answer?.message).to.deep.include({ errorType: 1, code: 6, data: bytes.slice(0, 64) });
      expect(codesOf(peer)).to.deep.equal(['OFPBRC_BAD_LEN']);
      expect(peer.session.counters).to.include({ malformed: 1, errorsAnswered: 1 });
    });
  }

  const notASwitchs: readonly [string, number[], string, number][] = [
    ['a flow-mod', [4, 14, 0, 8, 0, 0, 0, 5], 'OFPBRC_BAD_TYPE', 1],
    ['a barrier request', [4, 20, 0, 8, 0, 0, 0, 5], 'OFPBRC_BAD_TYPE', 1],
    [
      'a multipart request',
      [4, 18, 0, 16, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0],
      'OFPBRC_BAD_STAT',
      2,
    ],
  ];
  for (const [what, bytes, code, number] of notASwitchs) {
    it(`come for ${what}, which is not a switch's to send`, () => {
      const peer = SwitchSide.ready({}, 4);
      peer.saysBytes(bytes);
      expect(codesOf(peer)).to.deep.equal([code]);
      expect(answers(peer)).to.have.nested.property('[0].message.code', number);
    });
  }

  it('never come for an error, a hello or a reply', () => {
    const peer = SwitchSide.ready();
    const xid = peer.session.request({ type: 'get_config_request' }, 50, peer.now);
    peer.heard();
    peer.saysBytes([6, 1, 0, 10, 0, 0, 0, 5, 0, 0]);
    peer.saysBytes([6, 0, 0, 12, 0, 0, 0, 5, 0, 1, 0, 2]);
    peer.saysBytes([6, 8, 0, 10, 0, 0, 0, xid, 0, 0]);
    peer.saysBytes([6, 8, 0, 10, 0, 0, 0, 0x77, 0, 0]);
    peer.saysBytes([6, 19, 0, 12, 0, 0, 0, 0x77, 0, 0, 0, 0]);
    expect(answers(peer)).to.deep.equal([]);
    expect(codesOf(peer)).to.include('OFPBRC_BAD_LEN');
  });

  it('are so many in a second, the rest is counted', () => {
    const peer = SwitchSide.ready({ errorAnswersPerSecond: 3, probeIntervalMs: 60_000 });
    for (let turn = 0; turn < 10; turn++) peer.saysBytes(shortPortStatus(6));
    expect(answers(peer)).to.have.length(3);
    expect(codesOf(peer)).to.have.length(10);
    peer.tick(999);
    peer.saysBytes(shortPortStatus(6));
    expect(answers(peer)).to.have.length(0);
    peer.tick(1);
    peer.saysBytes(shortPortStatus(6));
    expect(answers(peer)).to.have.length(1);
    expect(peer.session.counters).to.include({ errorsAnswered: 4, errorsUnanswered: 8 });
  });

  const newer: readonly [string, number[]][] = [
    ['an experimenter whom nobody knows', [4, 0, 16, 0, 0, 0, 5, 0, 0, 0x12, 0x34, 0, 0, 0, 1]],
    ["a message of Open vSwitch's own", [4, 0, 16, 0, 0, 0, 5, 0, 0, 0x23, 0x20, 0, 0, 3, 0xe7]],
    ['a type that nobody knows', [99, 0, 8, 0, 0, 0, 5]],
    ['a type of another version', [30, 0, 8, 0, 0, 0, 5]],
  ];
  for (const [what, bytes] of newer) {
    it(`do not come for ${what}, which a newer switch may send: the owner hears it`, () => {
      const peer = SwitchSide.ready({}, 4);
      peer.saysBytes([4, ...bytes]);
      expect(answers(peer)).to.deep.equal([]);
      const events = peer.events();
      expect(events).to.have.length(1);
      expect(events[0]).to.have.property('type', 'async');
      expect(events[0])
        .to.have.nested.property('message.type')
        .that.is.oneOf(['unknown', 'experimenter']);
    });
  }

  it('may be refused themselves, which is no answer to a request of that xid', () => {
    const peer = SwitchSide.ready();
    const xid = peer.session.barrier(peer.now, 50);
    peer.heard();
    peer.saysBytes([6, 12, 0, 12, 0, 0, 0, xid, 9, 9, 9, 9]);
    const [answer] = peer.session.takeOutput();
    expect(answer?.[1]).to.equal(1);
    // As Open vSwitch does: OFPBRC_BAD_TYPE with the beginning of our error.
    const data = answer ?? new Uint8Array(0);
    peer.says({ type: 'error', errorType: 1, code: 1, data }, xid);
    peer.says({ type: 'barrier_reply' }, xid);
    expect(peer.events().map(({ type }) => type)).to.deep.equal(['malformed', 'reply']);
    expect(answers(peer)).to.deep.equal([]);
  });
});

describe('directions of messages', () => {
  it('are known of every kind of the catalogue, and each request has its reply there', () => {
    expect(Object.keys(DIRECTIONS).sort()).to.deep.equal(Object.keys(MESSAGE_FORMS).sort());
    for (const kind of Object.keys(MESSAGE_FORMS)) {
      if (kind.endsWith('_request')) {
        expect(MESSAGE_FORMS).to.have.property(kind.replace('_request', '_reply'));
      }
    }
  });

  it('let a late reply pass without a word', () => {
    const version: OpenFlowVersion = 6;
    const peer = SwitchSide.ready();
    for (const type of [6, 8, 21, 25, 27]) peer.saysBytes([version, type, 0, 8, 0, 0, 0x99, 1]);
    peer.session.receive(encodeMessage(6, 77, { type: 'echo_reply', data: new Uint8Array(1) }), 1);
    expect(peer.events()).to.deep.equal([]);
    expect(peer.types()).to.deep.equal([]);
  });
});
