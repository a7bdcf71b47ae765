import { expect } from 'chai';
import fc from 'fast-check';
import { PiecewiseParser } from '../../../../protocols/ovsdb/wire/piecewise-json.ts';

/** Feeds a text in parts of `step` bytes; the value, or the state that it ended in. */
function parse(text: string, step = 1_000_000, pieceBytes = 1): unknown {
  const parser = new PiecewiseParser(64, pieceBytes);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += step) {
    const outcome = parser.push(bytes.slice(at, at + step), 0);
    if (outcome.state === 'whole')
      return { value: outcome.value, rest: bytes.length - at - outcome.end };
    if (outcome.state !== 'open') return outcome.state;
  }
  return 'open';
}

function parseWhole(text: string): unknown {
  try {
    return { value: JSON.parse(text) as unknown, rest: 0 };
  } catch {
    return undefined;
  }
}

/** Names that a careless copy loses, and that look like brackets. */
const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '"', '\\', '{[,]}'));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 7, withCrossShrink: true },
    fc.oneof(
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
  ),
}));
const document = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 5 });

describe('the piecewise parser', () => {
  it('gives what JSON.parse gives, whatever the size of parts and pieces', () => {
    fc.assert(
      fc.property(
        document,
        fc.nat(3),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(40),
        (value, indent, step, piece) => {
          const text = JSON.stringify(value, undefined, indent);
          expect(parse(text, step, piece)).to.deep.equal(parseWhole(text));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses what JSON.parse refuses and takes what it takes, one byte altered', () => {
    const bytes = fc.constantFrom(...'{}[]",:\\ 0-e\n\u00a0tnul');
    fc.assert(
      fc.property(document, fc.nat(), bytes, fc.nat(20), (value, at, byte, piece) => {
        const text = JSON.stringify(value);
        const cut = 1 + (at % Math.max(1, text.length - 1));
        for (const altered of [
          `${text.slice(0, cut)}${byte}${text.slice(cut)}`,
          `${text.slice(0, cut)}${byte}${text.slice(cut + 1)}`,
          `${text.slice(0, cut)}${text.slice(cut + 1)}`,
        ]) {
          const expected = parseWhole(altered);
          const got = parse(altered, 7, piece);
          if (expected !== undefined) expect(got, altered).to.deep.equal(expected);
          else if (typeof got === 'object') expect(got, altered).to.not.have.property('rest', 0);
        }
      }),
      { numRuns: 2000 },
    );
  });

  for (const text of [
    '{"a":[1,]}',
    '{"a":{"b":{"c":[[1],]}}}',
    '{"a":[,1]}',
    '{"a":{}"b":1}',
    '{"a":[[][]]}',
    '{,"a":1}',
    '{"a":[}',
    '{"a"[]}',
    '{[]}',
    '{"a":1,,"b":2}',
    '{"a":1[]}',
  ]) {
    it(`refuses ${text}`, () => {
      for (let piece = 0; piece < 20; piece++) expect(parse(text, 1, piece)).to.equal('malformed');
    });
  }

  it('says how far the message went', () => {
    expect(parse('{"a":{"b":[1]}}{"next":1}')).to.deep.equal({
      value: { a: { b: [1] } },
      rest: 10,
    });
  });

  it('ends at bytes that are not UTF-8 and at brackets beyond the limit', () => {
    const parser = new PiecewiseParser(64);
    expect(parser.push(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 0).state).to.equal('malformed');
    expect(parse(`{"a":${'['.repeat(64)}`)).to.equal('nested-too-deep');
  });

  describe('is given up at', () => {
    const limits = { pieceSizeMaxBytes: 1000, elementsMax: 50, bracketsMax: 200 };
    const outcome = (text: string) => {
      const parser = new PiecewiseParser(64, 10, limits);
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length; at += 100) {
        const { state } = parser.push(bytes.subarray(at, at + 100), 0);
        if (state !== 'open') return state;
      }
      return 'open';
    };
    const rows = (count: number) => Array.from({ length: count }, (_, row) => `"${row}":0`).join();
    const children = (count: number) => rows(count).replaceAll(':0', ':{}');
    const cases = [
      ['a row that is too large', (size: number) => `{"T":{"row":"${'x'.repeat(size)}`, 900, 1200],
      ['a table of too many rows', (count: number) => `[[{"T":{${rows(count)}`, 45, 80],
      ['a table of too many rows, less deep', (n: number) => `[{${children(n)}`, 45, 80],
      ['too many brackets', (count: number) => `{"T":{"row":[[[${'[],'.repeat(count)}`, 150, 300],
    ] as const;
    for (const [name, text, fine, many] of cases) {
      it(name, () => {
        expect(outcome(text(fine))).to.equal('open');
        expect(outcome(text(many))).to.equal('too-large');
      });
    }
  });

  it('holds no more than a piece of a message of many rows', () => {
    const parser = new PiecewiseParser(64);
    const row = '"550e8400-e29b-41d4-a716-446655440000":{"initial":{"name":"x"}},';
    const bytes = new TextEncoder().encode(row);
    parser.push(new TextEncoder().encode('{"id":1,"result":[false,"",{"Port":{'), 0);
    for (let count = 0; count < 5000; count++) {
      parser.push(bytes, 0);
      expect(parser.bufferedBytes).to.be.below(17 * 1024);
    }
  });
});
