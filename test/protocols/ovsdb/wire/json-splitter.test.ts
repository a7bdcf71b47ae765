import { expect } from 'chai';
import fc from 'fast-check';
import type { Json } from '../../../../protocols/ovsdb/values/json.ts';
import {
  JsonSplitter,
  type SplitterLimits,
} from '../../../../protocols/ovsdb/wire/json-splitter.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** Everything that comes out: messages, then the code of the fault, if any. */
function drain(splitter: JsonSplitter): (Json | string)[] {
  const out: (Json | string)[] = [];
  for (let next = splitter.next(); next !== undefined; next = splitter.next()) {
    out.push(next.message.ok ? next.message.value : next.message.error.code);
    if (!next.message.ok) break;
  }
  return out;
}

function split(text: string | Uint8Array, limits?: SplitterLimits): (Json | string)[] {
  const splitter = new JsonSplitter(limits);
  splitter.push(typeof text === 'string' ? encode(text) : text);
  return drain(splitter);
}

const MESSAGES = [
  { id: 1, result: [true, 'x', { a: { b: { c: {} } } }] },
  { text: 'quote " backslash \\ brackets ]}{[ slash \\" end \\\\' },
  { ключ: 'žluťoučký 🐎', empty: [], zero: -1.5e-7, no: null, yes: true },
  {},
];
const STREAM = encode(MESSAGES.map((message) => JSON.stringify(message)).join('\n '));

describe('the JSON splitter', () => {
  it('gives whole messages in order, with or without space between them', () => {
    expect(split('{"a":1}{"b":2} \r\n\t{"c":3}')).to.deep.equal([{ a: 1 }, { b: 2 }, { c: 3 }]);
  });

  it('gives the same messages wherever the stream is cut in two', () => {
    for (let cut = 0; cut <= STREAM.length; cut++) {
      const splitter = new JsonSplitter();
      splitter.push(STREAM.subarray(0, cut));
      const first = drain(splitter);
      splitter.push(STREAM.subarray(cut));
      expect([...first, ...drain(splitter)], `cut at ${cut}`).to.deep.equal(MESSAGES);
    }
  });

  it('gives the same messages one byte at a time', () => {
    const splitter = new JsonSplitter();
    const out: (Json | string)[] = [];
    for (const byte of STREAM) {
      splitter.push(Uint8Array.of(byte));
      out.push(...drain(splitter));
    }
    expect(out).to.deep.equal(MESSAGES);
    expect(splitter.bufferedBytes).to.equal(0);
  });

  it('gives back any JSON object, cut anywhere', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), cuts, (objects, at) => {
        const plain = objects.map((object) => JSON.parse(JSON.stringify(object)) as Json);
        const bytes = encode(plain.map((object) => JSON.stringify(object)).join(''));
        const ends = at.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
        const splitter = new JsonSplitter();
        let from = 0;
        for (const end of [...ends, bytes.length]) {
          splitter.push(bytes.subarray(from, end));
          from = end;
        }
        expect(drain(splitter)).to.deep.equal(plain);
      }),
    );
  });

  it('does not keep the chunk that it was given', () => {
    const splitter = new JsonSplitter();
    const chunk = encode('{"a":1}{"b":');
    splitter.push(chunk);
    chunk.fill(0x20);
    splitter.push(encode('2}'));
    expect(drain(splitter)).to.deep.equal([{ a: 1 }, { b: 2 }]);
  });

  it('takes a message of 8 MB one byte at a time in linear time', function () {
    this.timeout(5000);
    const splitter = new JsonSplitter();
    const bytes = encode(`{"a":"${'x'.repeat(8_000_000)}"}`);
    const began = performance.now();
    for (let at = 0; at < bytes.length; at++) splitter.push(bytes.subarray(at, at + 1));
    expect(drain(splitter)).to.have.length(1);
    expect(performance.now() - began).to.be.below(4000);
  });
});

describe('the JSON splitter and a hostile peer', () => {
  for (const garbage of ['[1]', '"text"', 'GET / HTTP/1.1\r\n', '\u0000', '}', '16', '\ufeff{}']) {
    it(`ends at ${JSON.stringify(garbage)} where a message should begin`, () => {
      expect(split(`{"a":1} ${garbage}`)).to.deep.equal([{ a: 1 }, 'not-an-object']);
    });
  }

  for (const broken of [
    '{"a":1]',
    '{]}',
    '{"a" 1}',
    '{"a":01}',
    '{"a":"\n"}',
    '{a:1}',
    '{"a":1,}',
  ]) {
    it(`ends at ${JSON.stringify(broken)}, which has its brackets and is not JSON`, () => {
      expect(split(broken)).to.deep.equal(['malformed-json']);
    });
  }

  it('ends at bytes that are not UTF-8', () => {
    const bytes = encode('{"a":"xx"}');
    bytes[6] = 0xc3;
    expect(split(bytes)).to.deep.equal(['malformed-json']);
  });

  it('tells a fault once more when asked again, and takes nothing after it', () => {
    const splitter = new JsonSplitter();
    splitter.push(encode('{"a":01}'));
    expect(drain(splitter)).to.deep.equal(['malformed-json']);
    splitter.push(encode('{"b":2}'));
    expect(drain(splitter)).to.deep.equal(['malformed-json']);
  });

  it('ends at the bracket that is one too many', () => {
    const limits = { messageSizeMaxBytes: 1000, nestingMax: 4 };
    expect(split('{"a":[[[1]]]}', limits)).to.have.deep.members([{ a: [[[1]]] }]);
    expect(split('{"a":[[[[1]]]]}', limits)).to.deep.equal(['nesting-too-deep']);
    expect(split(`{"a":${'['.repeat(1_000_000)}`)).to.deep.equal(['nesting-too-deep']);
  });

  it('ends when one message grows above its limit, whole or in parts, and lets go of it', () => {
    const limits = { messageSizeMaxBytes: 20, nestingMax: 4 };
    expect(split('{"a":"0123456789ab"}', limits)).to.have.length(1);
    expect(split('{"a":"0123456789abc"}', limits)).to.deep.equal(['message-too-large']);
    const splitter = new JsonSplitter(limits);
    splitter.push(encode('{"a":"0123456'));
    splitter.push(encode('0123456789'));
    expect(drain(splitter)).to.deep.equal(['message-too-large']);
    expect(splitter.bufferedBytes).to.equal(0);
  });

  it('keeps an own "__proto__" key away from the prototype', () => {
    const [message] = split('{"__proto__":{"polluted":1}}');
    expect(Object.hasOwn(message as object, '__proto__')).to.equal(true);
    expect(({} as { polluted?: number }).polluted).to.equal(undefined);
  });

  it('knows whether a message has begun', () => {
    const splitter = new JsonSplitter();
    splitter.push(encode('  '));
    expect(splitter.isInsideMessage).to.equal(false);
    splitter.push(encode('{"a":'));
    expect(splitter.isInsideMessage).to.equal(true);
    splitter.push(encode('1}'));
    expect(splitter.isInsideMessage).to.equal(false);
    expect(splitter.completedCount).to.equal(1);
  });
});
