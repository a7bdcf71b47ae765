import { expect } from 'chai';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { FRAME_SIZE_MAX_BYTES, Framer } from '../../../../protocols/openflow/wire/framer.ts';

const echo = (size: number) =>
  encodeMessage(4, 1, { type: 'echo_request', data: new Uint8Array(size) }).slice();

function collect(framer: Framer, chunk: Uint8Array): number[] {
  const sizes: number[] = [];
  framer.push(chunk, (message) => {
    sizes.push(message.length);
    return true;
  });
  return sizes;
}

describe('the framer', () => {
  it('gives several messages of one chunk in order', () => {
    const chunk = new Uint8Array([
      ...echo(0),
      ...echo(5),
      ...echo(1000),
      ...echo(3).subarray(0, 9),
    ]);
    const framer = new Framer();
    expect(collect(framer, chunk)).to.deep.equal([8, 13, 1008]);
    expect(framer.heldBytes).to.equal(9);
  });

  it('takes the largest message that the header can name, byte by byte', () => {
    const framer = new Framer();
    const bytes = echo(FRAME_SIZE_MAX_BYTES - 8);
    const sizes: number[] = [];
    for (let at = 0; at < bytes.length; at++)
      sizes.push(...collect(framer, bytes.subarray(at, at + 1)));
    expect(sizes).to.deep.equal([FRAME_SIZE_MAX_BYTES]);
    expect(framer.heldBytes).to.equal(0);
  });

  it('never holds more than one partial message', () => {
    const framer = new Framer();
    const bytes = echo(60_000);
    for (let turn = 0; turn < 20; turn++) {
      collect(framer, bytes.subarray(0, 40_000));
      expect(framer.heldBytes).to.be.at.most(FRAME_SIZE_MAX_BYTES);
      collect(framer, bytes.subarray(40_000));
      expect(framer.heldBytes).to.equal(0);
    }
  });

  for (const size of [0, 7]) {
    it(`ends the stream at a length of ${size}, and stays ended`, () => {
      for (const cut of [8, 3]) {
        const framer = new Framer();
        const bytes = new Uint8Array([4, 2, 0, size, 0, 0, 0, 1, 4, 2, 0, 8, 0, 0, 0, 1]);
        expect(collect(framer, bytes.subarray(0, cut))).to.deep.equal([]);
        expect(collect(framer, bytes.subarray(cut))).to.deep.equal([]);
        expect(framer.error).to.include({ code: 'bad-frame-length', remedy: 'end-session' });
        expect(collect(framer, echo(0))).to.deep.equal([]);
      }
    });
  }

  it('stops where the visitor stops', () => {
    const framer = new Framer();
    let seen = 0;
    framer.push(new Uint8Array([...echo(0), ...echo(0)]), () => {
      seen++;
      return false;
    });
    expect(seen).to.equal(1);
  });
});
