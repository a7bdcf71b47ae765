import { expect } from 'chai';
import type { ErrorMessage, Message } from '../../../../protocols/openflow/values/messages.ts';
import { SwitchSide } from './switch-side.ts';

const setConfig = (missSendLen: number): Message => ({ type: 'set_config', flags: 0, missSendLen });
const refusal: ErrorMessage = {
  ...{ type: 'error', errorType: 10, code: 0, data: new Uint8Array(0) },
};

/** Sends one and gives the xids of its messages, the barrier's last. */
function send(peer: SwitchSide, ...messages: Message[]): { batch: number; xids: number[] } {
  const batch = peer.session.sendBatch(messages, 50, peer.now);
  if (batch === undefined) throw new Error('no room');
  return { batch, xids: peer.heard().map(({ xid }) => xid) };
}

describe('batches of an OpenFlow session', () => {
  it('are closed by a barrier, whose reply settles them', () => {
    const peer = SwitchSide.ready();
    const batch = peer.session.sendBatch([setConfig(1), setConfig(2)], 50, peer.now);
    const heard = peer.heard();
    expect(heard.map(({ message }) => message)).to.deep.equal([
      setConfig(1),
      setConfig(2),
      { type: 'barrier_request' },
    ]);
    peer.says({ type: 'barrier_reply' }, heard.at(-1)?.xid);
    expect(peer.events()).to.deep.equal([{ type: 'batch', batch, errors: [] }]);
  });

  it('tell which of their messages the switch refused', () => {
    const peer = SwitchSide.ready();
    const first = send(peer, setConfig(1), setConfig(2));
    const second = send(peer, setConfig(3));
    peer.says(refusal, second.xids[0]);
    peer.says(refusal, first.xids[1]);
    peer.says({ type: 'barrier_reply' }, first.xids[2]);
    peer.says({ type: 'barrier_reply' }, second.xids[1]);
    expect(peer.events()).to.deep.equal([
      { type: 'batch', batch: first.batch, errors: [{ index: 1, message: refusal }] },
      { type: 'batch', batch: second.batch, errors: [{ index: 0, message: refusal }] },
    ]);
  });

  it('keep the first refusal of each message, and the beginning of what it says', () => {
    const peer = SwitchSide.ready();
    const { batch, xids } = send(peer, setConfig(1), setConfig(2));
    for (let code = 0; code < 100; code++) {
      const data = new Uint8Array(60_000);
      peer.says({ type: 'error', errorType: 10, code, data }, xids[1]);
    }
    peer.says({ type: 'barrier_reply' }, xids[2]);
    const message = { ...refusal, data: new Uint8Array(64) };
    expect(peer.events()).to.deep.equal([
      { type: 'batch', batch, errors: [{ index: 1, message }] },
    ]);
  });

  it('fail by the time and by a refused barrier, and make room', () => {
    const peer = SwitchSide.ready({ batchesUnderWayMax: 1 });
    const first = send(peer, setConfig(1));
    const late = peer.session.sendBatch([setConfig(2)], 50, peer.now);
    expect(peer.types()).to.deep.equal([]);
    peer.tick(50);
    const error = 'timeout';
    expect(peer.events()).to.deep.equal([
      { type: 'batch-failed', batch: first.batch, errors: [], error },
    ]);
    const heard = peer.heard();
    peer.says(refusal, heard.at(-1)?.xid);
    expect(peer.events()).to.deep.equal([
      { type: 'batch-failed', batch: late, errors: [], error: refusal },
    ]);
  });

  it('wait in order behind a bounded number under way, and are not taken when too many wait', () => {
    const peer = SwitchSide.ready({ batchesUnderWayMax: 2, batchesWaitingMax: 1 });
    const [first, second] = [send(peer, setConfig(1)), send(peer, setConfig(2))];
    const third = peer.session.sendBatch([setConfig(3)], 50, peer.now);
    expect(peer.types()).to.deep.equal([]);
    expect(peer.session.sendBatch([setConfig(4)], 50, peer.now)).to.equal(undefined);
    peer.says({ type: 'barrier_reply' }, first.xids.at(-1));
    const heard = peer.heard();
    expect(heard.map(({ message }) => message)).to.deep.equal([
      setConfig(3),
      { type: 'barrier_request' },
    ]);
    peer.says({ type: 'barrier_reply' }, second.xids.at(-1));
    peer.says({ type: 'barrier_reply' }, heard.at(-1)?.xid);
    const events = peer.events();
    expect(events.map((event) => ('batch' in event ? event.batch : undefined))).to.deep.equal([
      first.batch,
      second.batch,
      third,
    ]);
    expect(send(peer, setConfig(5)).xids).to.have.length(2);
  });

  it('leave what they cannot express unsent', () => {
    const peer = SwitchSide.ready({}, 4);
    const foreign: Message = { type: 'unknown', messageType: 1, body: new Uint8Array(70_000) };
    expect(() => peer.session.sendBatch([setConfig(1), foreign], 50, peer.now)).to.throw(
      RangeError,
    );
    expect(peer.types()).to.deep.equal([]);
  });

  it('give what goes into a bundle the xid of the message around it', () => {
    const peer = SwitchSide.ready();
    const message = new Uint8Array([6, 20, 0, 8, 9, 9, 9, 9]);
    const xid = peer.session.tell({ type: 'bundle_add', bundleId: 1, flags: 0, message });
    const [heard] = peer.heard();
    expect(heard?.message)
      .to.have.property('message')
      .that.deep.equals(new Uint8Array([6, 20, 0, 8, 0, 0, 0, xid]));
  });
});
