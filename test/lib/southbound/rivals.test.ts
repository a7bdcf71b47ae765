import { expect } from 'chai';
import { Rivals } from '../../../lib/southbound/rivals.ts';

describe('who is refused because of another’s system-id', () => {
  it('is told of until it has that name itself', () => {
    const told: [string, number][] = [];
    const rivals = new Rivals((nve, sentences) => told.push([nve, sentences.length]));
    rivals.note('hv1', '192.0.2.7');
    rivals.note('hv1', '192.0.2.8');
    rivals.note('hv1', '192.0.2.8');
    rivals.accepted('hv1', '192.0.2.7');
    rivals.accepted('hv1', '192.0.2.9');
    rivals.accepted('hv2', '192.0.2.9');
    rivals.close();
    expect(told).to.deep.equal([
      ['hv1', 1],
      ['hv1', 2],
      ['hv1', 1],
    ]);
  });
});
