import { expect } from 'chai';
import { PeersHeard } from '../../../lib/daemon/peer-targets.ts';
import type { Member } from '../../../lib/model/announcement.ts';

const B_TARGET = { instance: 'b', target: 'tcp:10.0.0.2:6653' };

function member(name: string, ...controllers: string[]): Member {
  const nves = [{ name: 'hv1', owner: false, controllers }];
  const announcement = { version: '0', startedAt: '2026-01-01T00:00:00Z', confirmed: 0, nves };
  return { name, run: 'r1', beat: 1, announcement };
}

describe('what bridges are told of the other instances', () => {
  const both = [member('a', 'tcp:10.0.0.1:6653'), member('b', B_TARGET.target)];
  const alone = [member('a', 'tcp:10.0.0.1:6653')];

  it('is what those say, once, and that everybody is known when the store has answered for a while', () => {
    const peers = new PeersHeard('a');
    expect(peers.take(both, 0)?.('hv1')).to.deep.equal({
      ...{ targets: [B_TARGET], members: new Set(['a', 'b']), settled: false },
    });
    expect(peers.take(both, 500)).to.equal(undefined);
    expect(peers.take(both, 60_000)?.('hv1').settled).to.equal(true);
    expect(peers.take(both, 60_500)).to.equal(undefined);
    peers.away();
    expect(peers.take(both, 70_000)?.('hv1').settled).to.equal(false);
  });

  it('is not that everybody is known when the store has just forgotten somebody, as one that was emptied', () => {
    const peers = new PeersHeard('a');
    peers.take(both, 0);
    peers.take(both, 60_000);
    expect(peers.take(alone, 60_500)?.('hv1')).to.deep.equal({
      ...{ targets: [], members: new Set(['a']), settled: false },
    });
    expect(peers.take(both, 61_000)?.('hv1').settled).to.equal(false);
    expect(peers.take(both, 120_500)?.('hv1').settled).to.equal(true);
  });
});
