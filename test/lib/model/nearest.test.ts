import { expect } from 'chai';
import fc from 'fast-check';
import { alignmentDistance, nearest, suggestion } from '../../../lib/model/nearest.ts';

describe('nearest known name', () => {
  const distances: readonly [string, string, number][] = [
    ['', 'abc', 3],
    ['abc', '', 3],
    ['port', 'port', 0],
    ['prot', 'port', 1],
    ['pot', 'port', 1],
    ['ports', 'port', 1],
    ['part', 'port', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ];
  for (const [left, right, distance] of distances) {
    it(`is ${distance} from “${left}” to “${right}”`, () => {
      expect(alignmentDistance(left, right)).to.equal(distance);
    });
  }

  it('has a symmetric distance no greater than the longer word', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (left, right) => {
        const distance = alignmentDistance(left, right);
        expect(distance).to.equal(alignmentDistance(right, left));
        expect(distance).to.be.at.most(Math.max(left.length, right.length));
        expect(distance === 0).to.equal(left === right);
      }),
    );
  });

  it('is found across case and slips, and not at any price', () => {
    const known = ['name', 'network', 'mac', 'ips'];
    expect(nearest('NETWROK', known)).to.equal('network');
    expect(nearest('mack', known)).to.equal('mac');
    expect(nearest('colour', known)).to.equal(undefined);
    expect(nearest('network'.repeat(20), known)).to.equal(undefined);
  });

  it('becomes a question, or a list when nothing is near', () => {
    expect(suggestion('nmae', ['name', 'mac'])).to.equal('did you mean name?');
    expect(suggestion('colour', ['name', 'mac'])).to.equal('known are name, mac');
  });
});
