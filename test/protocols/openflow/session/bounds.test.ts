import { expect } from 'chai';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import { decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { endOf, SwitchSide } from './switch-side.ts';

const packetIn = (bufferId: number, size = 60): Message => ({
  ...{ type: 'packet_in', bufferId, totalLength: size, reason: 1, table: 0, cookie: 0n },
  ...{ match: [{ field: 'in_port', value: 1 }], data: new Uint8Array(size) },
});

const portStatus: Message = {
  ...{ type: 'port_status', reason: 'add' },
  port: {
    ...{ port: 7, hardwareAddress: 2, name: 'p7', config: 0, state: 4, current: 0 },
    ...{ advertised: 0, supported: 0, peer: 0, currentSpeed: 0, maxSpeed: 0 },
  },
};

/** What a taken packet-in is known by. */
const bufferIds = (messages: readonly { message: Message }[]) =>
  messages.map(({ message }) => ('bufferId' in message ? message.bufferId : undefined));

/** Of five times: what else the machine does makes it slower, never faster. */
function fastestMs(work: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
  return Math.min(...times);
}

describe('packet-ins of an OpenFlow session', () => {
  it('wait apart, are told once, and are decoded when they are taken, the oldest first', () => {
    const peer = SwitchSide.ready();
    for (const number of [1, 2, 3]) peer.says(packetIn(number));
    expect(peer.events()).to.deep.equal([{ type: 'packet-ins' }]);
    const first = peer.session.takePacketIns(2);
    expect(first).to.include({ waiting: 1, dropped: 0 });
    expect(bufferIds(first.messages)).to.deep.equal([1, 2]);
    expect(bufferIds(peer.session.takePacketIns().messages)).to.deep.equal([3]);
    peer.says(packetIn(4));
    expect(peer.events()).to.deep.equal([{ type: 'packet-ins' }]);
  });

  it('are free of the chunk that they came in', () => {
    const peer = SwitchSide.ready();
    const chunk = Buffer.from(encodeMessage(6, 9, packetIn(1)));
    peer.session.receive(chunk, peer.now);
    chunk.fill(0xee);
    expect(peer.session.takePacketIns().messages).to.have.nested.property('[0].xid', 9);
  });

  it('of Nicira wait there, too', () => {
    const peer = SwitchSide.ready();
    for (const subtype of [17, 30]) {
      peer.saysBytes([6, 4, 0, 16, 0, 0, 0, 0, 0, 0, 0x23, 0x20, 0, 0, 0, subtype]);
    }
    expect(peer.events()).to.deep.equal([{ type: 'packet-ins' }]);
    expect(peer.session.takePacketIns(0).waiting).to.equal(2);
  });

  it('are dropped above the bound in number or bytes, the newest, and that is told', () => {
    const few = SwitchSide.ready({ packetInsMax: 2 });
    for (const number of [1, 2, 3, 4]) few.says(packetIn(number));
    expect(few.session.counters.packetInsDropped).to.equal(2);
    const taken = few.session.takePacketIns();
    expect(bufferIds(taken.messages)).to.deep.equal([1, 2]);
    expect(taken.dropped).to.equal(2);
    expect(few.session.takePacketIns()).to.deep.equal({ messages: [], waiting: 0, dropped: 0 });

    const small = SwitchSide.ready({ packetInBytesMax: 3000 });
    for (const number of [1, 2, 3]) small.says(packetIn(number, 1400));
    expect(small.session.takePacketIns()).to.include({ dropped: 1 });
    small.says(packetIn(5, 60_000));
    expect(bufferIds(small.session.takePacketIns().messages)).to.deep.equal([5]);
  });

  it('that nobody wants are not kept', () => {
    const peer = SwitchSide.ready({ packetInsMax: 0 });
    peer.says(packetIn(1));
    expect(peer.events()).to.deep.equal([]);
    expect(peer.session.takePacketIns().messages).to.deep.equal([]);
  });

  it('in a flood keep nothing else waiting', () => {
    const peer = SwitchSide.ready();
    const barrier = peer.session.barrier(peer.now, 50);
    peer.heard();
    const flood = Array.from({ length: 20_000 }, (_, number) =>
      encodeMessage(6, 0, packetIn(number)),
    );
    const chunk = Buffer.concat([
      ...flood,
      encodeMessage(6, barrier, { type: 'barrier_reply' }),
      encodeMessage(6, 0, portStatus),
      encodeMessage(6, 5, { type: 'echo_request', data: new Uint8Array([9]) }),
    ]);
    peer.session.receive(chunk, peer.now);
    expect(peer.events().map(({ type }) => type)).to.deep.equal(['packet-ins', 'reply', 'async']);
    expect(peer.types()).to.deep.equal(['echo_reply']);
    expect(peer.session.counters.packetInsDropped).to.equal(20_000 - 256);
    const passing = fastestMs(() => peer.session.receive(chunk, peer.now));
    const decoding = fastestMs(() => flood.map((bytes) => decodeMessage(bytes)));
    expect(passing).to.be.below(decoding / 3);
  });

  it('that are malformed are told and answered when they are taken', () => {
    const peer = SwitchSide.ready();
    peer.saysBytes([6, 10, 0, 10, 0, 0, 0, 3, 0, 0]);
    peer.events();
    expect(peer.types()).to.deep.equal([]);
    expect(peer.session.takePacketIns().messages).to.deep.equal([]);
    expect(peer.events()).to.have.nested.property('[0].error.code', 'OFPBRC_BAD_LEN');
    expect(peer.heard()).to.have.nested.property('[0].xid', 3);
  });
});

describe('the bounds of an OpenFlow session', () => {
  it('drop what came unasked when too many events wait, never what was asked for', () => {
    const peer = SwitchSide.ready({ eventsMax: 3 });
    const barrier = peer.session.barrier(peer.now, 50);
    for (let turn = 0; turn < 5; turn++) peer.says(portStatus);
    peer.says({ type: 'barrier_reply' }, barrier);
    const events = peer.events();
    expect(events.map(({ type }) => type)).to.deep.equal([
      'async',
      'async',
      'async',
      'reply',
      'lost',
    ]);
    expect(events.at(-1)).to.deep.equal({ type: 'lost', events: 2 });
    expect(peer.session.counters.eventsDropped).to.equal(2);
    peer.says(portStatus);
    expect(peer.events().map(({ type }) => type)).to.deep.equal(['async']);
  });

  it('keep the end the last of all events', () => {
    const peer = SwitchSide.ready({ eventsMax: 1 });
    for (let turn = 0; turn < 3; turn++) peer.says(portStatus);
    peer.saysBytes(new Uint8Array(8));
    const events = peer.events();
    expect(events.map(({ type }) => type)).to.deep.equal(['async', 'lost', 'ended']);
  });

  it('end a session whose output nobody takes', () => {
    const peer = SwitchSide.ready({ outputMaxBytes: 10_000 });
    const echo: Message = { type: 'echo_request', data: new Uint8Array(3000) };
    for (let turn = 0; turn < 3; turn++) peer.says(echo);
    expect(peer.session.outputBytes).to.equal(3 * 3008);
    expect(endOf(peer.events())).to.equal(undefined);
    peer.says(echo);
    expect(endOf(peer.events())).to.equal('output-overflow');
  });

  it('begin anew when the output is taken', () => {
    const peer = SwitchSide.ready({ outputMaxBytes: 10_000 });
    for (let turn = 0; turn < 20; turn++) {
      peer.says({ type: 'echo_request', data: new Uint8Array(3000) });
      expect(peer.types()).to.deep.equal(['echo_reply']);
    }
    expect(peer.session.state).to.equal('ready');
  });
});
