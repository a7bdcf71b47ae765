import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { formatFlow } from '../../../../protocols/openflow/text/flow-text.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { type Decoded, decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { Framer } from '../../../../protocols/openflow/wire/framer.ts';
import { toVectorJson } from '../vector-json.ts';

interface Vector {
  readonly name: string;
  readonly version: OpenFlowVersion;
  readonly hex: string;
  readonly text: string;
  readonly message: unknown;
  readonly reencoded?: string;
}

const FOLDER = new URL('../../../vectors/openflow/', import.meta.url);
const vectors = ['openflow13', 'openflow14', 'openflow15'].flatMap(
  (name) => JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Vector[],
);

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function decoded(bytes: Uint8Array): Decoded {
  const result = decodeMessage(bytes);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
}

/** Encodes with the version of the header: a hello goes out in whatever version it came. */
function again({ version, xid, message }: Decoded): Uint8Array {
  return encodeMessage(version as OpenFlowVersion, xid, message);
}

/** What ofp-print writes behind "actions=" must be what we write. */
function expectSameActions(vector: Vector, { message }: Decoded): void {
  if (message.type !== 'flow_mod' || vector.text.includes('***decode error')) return;
  const ours = formatFlow(message.flow).split('actions=')[1];
  if (!ours?.includes('unknown(')) expect(vector.text).to.include(`actions=${ours}`);
}

describe('OpenFlow messages from a real switch and a real controller', () => {
  it('are there for every version', () => {
    for (const version of [4, 5, 6]) {
      const kinds = vectors.filter((vector) => vector.version === version);
      expect(kinds.length).to.be.above(60);
    }
  });

  for (const vector of vectors) {
    describe(`${vector.name} in wire version ${vector.version}`, () => {
      const bytes = bytesOf(vector.hex);

      it('decodes to the known value', () => {
        const message = decoded(bytes);
        expect(toVectorJson(message.message)).to.deep.equal(vector.message);
        expectSameActions(vector, message);
      });

      it('encodes to the known bytes', () => {
        expect(hexOf(again(decoded(bytes)))).to.equal(vector.reencoded ?? vector.hex);
      });

      it('comes back as the same value', () => {
        const first = decoded(bytes);
        expect(decoded(again(first))).to.deep.equal(first);
      });

      it('arrives whole however the stream is split', () => {
        const step = Math.max(1, Math.floor(bytes.length / 200));
        for (let cut = 0; cut <= bytes.length; cut += step) {
          const seen: string[] = [];
          const framer = new Framer();
          for (const part of [bytes.subarray(0, cut), bytes.subarray(cut), bytes]) {
            framer.push(part, (message) => {
              seen.push(hexOf(message));
              return true;
            });
          }
          expect(seen).to.deep.equal([vector.hex, vector.hex]);
        }
      });

      it('is never understood as itself when its end is missing', () => {
        for (let size = 0; size < bytes.length; size++) {
          const part = bytes.slice(0, size);
          expect(decodeMessage(part).ok).to.equal(false);
          if (size < 8) continue;
          new DataView(part.buffer).setUint16(2, size);
          const result = decodeMessage(part);
          if (result.ok)
            expect(toVectorJson(result.value.message)).not.to.deep.equal(vector.message);
        }
      });
    });
  }
});
