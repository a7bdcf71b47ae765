import { expect } from 'chai';
import { readYamlDocuments } from '../../../lib/northbound/yaml-documents.ts';

function problems(text: string, sizeMaxBytes?: number): string[] {
  const result = readYamlDocuments(text, sizeMaxBytes === undefined ? {} : { sizeMaxBytes });
  return result.ok ? [] : result.error.map(({ where, message }) => `${where}: ${message}`);
}

describe('YAML documents', () => {
  it('come with their number and line, and without the empty ones', () => {
    const text = '# head\nkind: Network\nname: blue\n---\n# nothing\n---\n\nkind: Port\n---\n';
    expect(readYamlDocuments(text)).to.deep.equal({
      ok: true,
      value: [
        { value: { kind: 'Network', name: 'blue' }, position: 'document 1 (line 2)' },
        { value: { kind: 'Port' }, position: 'document 3 (line 8)' },
      ],
    });
  });

  it('may be JSON, also a list of objects', () => {
    expect(readYamlDocuments('[{"kind": "Port"},\n {"kind": "Network"}]')).to.deep.equal({
      ok: true,
      value: [
        { value: { kind: 'Port' }, position: 'document 1, item 1 (line 1)' },
        { value: { kind: 'Network' }, position: 'document 1, item 2 (line 2)' },
      ],
    });
  });

  it('read MAC addresses and words as text', () => {
    const result = readYamlDocuments('mac: 02:00:00:00:00:01\nname: on\nvni: 0x10\n');
    expect(result.ok && result.value[0]?.value).to.deep.equal({
      mac: '02:00:00:00:00:01',
      name: 'on',
      vni: 16,
    });
  });

  it('may use anchors a few times', () => {
    const result = readYamlDocuments('a: &a [1]\nb: *a\n');
    expect(result.ok && result.value[0]?.value).to.deep.equal({ a: [1], b: [1] });
  });

  const refused: readonly [what: string, text: string, expected: string][] = [
    ['nothing', '', 'the file: holds no objects'],
    ['comments only', '# a\n---\n# b\n', 'the file: holds no objects'],
    ['a tab', 'a:\n\tb: 1', 'document 1 (line 2, column 1): is indented by a tab; use spaces.'],
    ['a syntax error', 'a: 1\n---\nb: [1\nc: 2', 'document 2 (line 4, column 1): is no YAML: '],
    [
      'a duplicate key',
      'a: 1\nb: {c: 1, c: 2}',
      'document 1 (line 2, column 11): names "c" twice in one object',
    ],
    [
      'an alias without an anchor',
      'a: *b',
      'document 1 (line 1): uses aliases that multiply or lead nowhere',
    ],
    ['a tag of a program', 'a: !!js/function x', 'document 1 (line 1, column 4): is no YAML: '],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuse ${what} with its place`, () => {
      const found = problems(text);
      expect(found[0]).to.contain(expected);
      for (const line of found) expect(line).to.match(/^[^\n]+\.$/);
    });
  }
});

describe('YAML documents of unreasonable shape', () => {
  const deep: readonly [what: string, open: string, close: string][] = [
    ['lists in brackets', '[', ']'],
    ['unfinished lists', '[', ''],
    ['objects in braces', '{a: ', '}'],
    ['lists in lines', '- ', ''],
    ['complex keys', '? ', ''],
    ['values of values', ': ', ''],
    ['anchored lists', '- &a ', ''],
  ];
  for (const [what, before, behind] of deep) {
    // Between some hundreds and some thousands of levels the stack ends at ever different places.
    for (const levels of [150, 1000, 1090, 1500, 3000, 100_000]) {
      it(`refuse ${levels} ${what} within each other`, () => {
        expect(problems(`${before.repeat(levels)}1${behind.repeat(levels)}`)).to.deep.equal([
          'the file: is nested too deeply; write manifests as flat objects.',
        ]);
      });
    }
  }

  it('refuse deep indentation, and take what is merely long', () => {
    const indented = Array.from({ length: 400 }, (_, n) => `${' '.repeat(n)}a:`).join('\n');
    expect(problems(indented)).to.have.length(1);
    const members = Array.from({ length: 500 }, (_, n) => `k${n}: [[1], "]", '[']`).join(', ');
    expect(problems(`{${members}}`)).to.deep.equal([]);
    expect(problems('- [1, 2]\n'.repeat(500))).to.deep.equal([]);
  });

  it('refuse ten megabytes unread, naming size and limit', () => {
    const start = performance.now();
    expect(problems('x: 1\n'.repeat(2_000_000))).to.deep.equal([
      'the file: has 10000000 bytes and the limit is 1048576; apply it in several parts.',
    ]);
    expect(performance.now() - start).to.be.lessThan(500);
  });

  it('measure the limit in bytes', () => {
    expect(problems('a: üü', 7)).to.deep.equal([]);
    expect(problems('a: üü', 6)).to.have.length(1);
  });

  it('refuse an alias bomb quickly', () => {
    const names = [...'abcdefghi'];
    const lines = names.map((name, index) => {
      const items = Array.from({ length: 9 }, () => (index === 0 ? 'lol' : `*${names[index - 1]}`));
      return `${name}: &${name} [${items.join(', ')}]`;
    });
    const start = performance.now();
    expect(problems(lines.join('\n'))[0]).to.contain('uses aliases that multiply');
    expect(performance.now() - start).to.be.lessThan(500);
  });

  it('take a large object in a time that grows with its size', () => {
    const text = (keys: number): string =>
      Array.from({ length: keys }, (_, n) => `k${n}: 1`).join('\n');
    const start = performance.now();
    expect(problems(text(50_000))).to.deep.equal([]);
    expect(performance.now() - start).to.be.lessThan(5000);
  });
});
