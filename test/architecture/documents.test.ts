import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const ROOT = new URL('../..', import.meta.url).pathname;

/** Files and folders of the tree that a document names in backquotes. */
function namedPaths(text: string): string[] {
  const named = text.matchAll(/`((?:test|lib|protocols|scripts|docs|examples)\/[^`*\s]+)`/g);
  return [...named].map(([, path = '']) => path);
}

describe('the documents', () => {
  const documents = [
    'README.md',
    ...readdirSync(join(ROOT, 'docs'))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ];

  for (const document of documents) {
    it(`${document} names only files that exist`, () => {
      const text = readFileSync(join(ROOT, document), 'utf8');
      const missing = namedPaths(text).filter((path) => !existsSync(join(ROOT, path)));
      expect(missing).to.deep.equal([]);
    });
  }

  it('coverage has every requirement once, and a test behind each that is shown', () => {
    const rows = readFileSync(join(ROOT, 'docs/coverage.md'), 'utf8')
      .split('\n')
      .filter((line) => /^\| [A-Z]\d+ +\|/.test(line))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    const ids = rows.map((row) => row[1]);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids).to.have.length(66);
    for (const [, id, , state, where] of rows) {
      expect(state, id).to.match(/^(shown|partly|not yet)$/);
      if (state === 'shown') expect(where, id).to.match(/`test\//);
    }
  });
});
