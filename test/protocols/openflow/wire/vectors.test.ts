import { expect } from 'chai';
import { printMessage } from '../../../../protocols/openflow/print.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { type Decoded, decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { Framer } from '../../../../protocols/openflow/wire/framer.ts';
import {
  installedRelease,
  JUDGED_RELEASE,
  theirTexts,
} from '../../../../scripts/openflow-print/ovs-ofctl.ts';
import {
  bytesOf,
  hexOf,
  readVectors,
  type Vector,
} from '../../../../scripts/openflow-print/vector.ts';
import { toVectorJson } from '../vector-json.ts';

const files = readVectors();

function decoded(bytes: Uint8Array): Decoded {
  const result = decodeMessage(bytes);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
}

/** Encodes with the version of the header: a hello goes out in whatever version it came. */
function again({ version, xid, message }: Decoded): Uint8Array {
  return encodeMessage(version as OpenFlowVersion, xid, message);
}

/** A cut at each byte of a short message; of a long one at as many, spread over it. */
const CUTS = 160;

function cutsOf(bytes: Uint8Array): number[] {
  const step = Math.max(1, bytes.length / CUTS);
  const count = Math.ceil(bytes.length / step);
  return Array.from({ length: count }, (_, index) => Math.floor(index * step));
}

/** Two of them behind each other, cut in two anywhere: in the first, between them, in the second. */
function arrivesWhole(bytes: Uint8Array, hex: string): boolean {
  const stream = new Uint8Array([...bytes, ...bytes]);
  return [...cutsOf(stream), stream.length].every((cut) => {
    const seen: string[] = [];
    const framer = new Framer();
    for (const part of [stream.subarray(0, cut), stream.subarray(cut)]) {
      framer.push(part, (message) => {
        seen.push(hexOf(message));
        return true;
      });
    }
    return seen.length === 2 && seen.every((message) => message === hex);
  });
}

/** Without a class of its own, so that whatever compares or copies values takes it for what it says. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true;
  const isBare = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return isBare && Object.values(value).every(isPlain);
}

/** Where a message without its end, as it is or with a header that says so, is taken for the whole one. */
function understoodWithoutItsEnd(bytes: Uint8Array, whole: string): number | undefined {
  return cutsOf(bytes).find((size) => {
    const part = bytes.slice(0, size);
    if (decodeMessage(part).ok) return true;
    if (size < 8) return false;
    new DataView(part.buffer).setUint16(2, size);
    const result = decodeMessage(part);
    return result.ok && JSON.stringify(toVectorJson(result.value.message)) === whole;
  });
}

describe('vectors of OpenFlow', () => {
  it('are there for every version, and have names of their own', () => {
    for (const version of [4, 5, 6]) {
      const own = [...files.values()].flat().filter((vector) => vector.version === version);
      expect(own.length).to.be.above(200);
    }
    for (const [file, vectors] of files) {
      expect(new Set(vectors.map(({ name }) => name)).size, file).to.equal(vectors.length);
    }
  });

  const release = installedRelease();
  it(
    release === JUDGED_RELEASE
      ? 'are printed so by the installed ovs-ofctl'
      : `are not judged here: the installed ovs-ofctl is ${release ?? 'none'}, not ${JUDGED_RELEASE}`,
    async () => {
      if (release !== JUDGED_RELEASE) return;
      const vectors = [...files.values()].flat();
      const texts = await theirTexts(vectors.map(({ hex }) => ({ bytes: bytesOf(hex) })));
      for (const [index, vector] of vectors.entries()) {
        expect(texts[index], vector.hex).to.equal(vector.text);
      }
    },
  );

  for (const [file, vectors] of files) {
    describe(file, function () {
      this.timeout(20_000);
      const each = (take: (vector: Vector, bytes: Uint8Array) => void) => {
        for (const vector of vectors) take(vector, bytesOf(vector.hex));
      };

      it('decode to the known values, which are plain and outlive the bytes', () => {
        each(({ name, message }, bytes) => {
          const value = decoded(bytes).message;
          bytes.fill(0xa5);
          expect(toVectorJson(value), name).to.deep.equal(message);
          expect(isPlain(value), name).to.equal(true);
        });
      });

      it('encode to the known bytes', () => {
        each(({ name, hex, reencoded }, bytes) => {
          expect(hexOf(again(decoded(bytes))), name).to.equal(reencoded ?? hex);
        });
      });

      it('come back as the same values', () => {
        each(({ name, reencoded }, bytes) => {
          // What goes out in a newer form is the newer form's value from then on.
          const first = decoded(reencoded === undefined ? bytes : bytesOf(reencoded));
          expect(decoded(again(first)), name).to.deep.equal(first);
        });
      });

      it('arrive whole however the stream is split', () => {
        each(({ name, hex }, bytes) => {
          expect(arrivesWhole(bytes, hex), name).to.equal(true);
        });
      });

      it('are never understood as themselves when their end is missing', () => {
        each(({ name, message }, bytes) => {
          const size = understoodWithoutItsEnd(bytes, JSON.stringify(message));
          expect(size, name).to.equal(undefined);
        });
      });

      it('are printed in the known words', () => {
        each(({ name, text }, bytes) => {
          expect(printMessage(bytes), name).to.equal(text);
        });
      });
    });
  }
});
