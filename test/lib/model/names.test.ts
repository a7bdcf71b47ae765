import { expect } from 'chai';
import { isNveName } from '../../../lib/model/names.ts';

describe('names of NVEs', () => {
  for (const name of ['hv1', 'a1e4-uuid', 'rack 4/host ü', 'ü'.repeat(200)]) {
    it(`are what a person or a program chose: ${name.slice(0, 20)}`, () => {
      expect(isNveName(name)).to.equal(true);
    });
  }

  for (const name of [
    '',
    '.',
    '..',
    'a\nb',
    '\u001b[2Ja',
    'a\u202eb',
    'a\u2028b',
    'x'.repeat(201),
  ]) {
    it(`are nothing that a terminal, a URL or a store could take for something else: ${JSON.stringify(name.slice(0, 20))}`, () => {
      expect(isNveName(name)).to.equal(false);
    });
  }
});
