import { expect } from 'chai';
import { RECONNECT_DEFAULTS, Reconnect } from '../../../protocols/base/reconnect.ts';

/** One attempt that fails at once; returns how long the next one has to wait. */
function failOnce(reconnect: Reconnect, now: number, random: number): number {
  reconnect.connecting(now);
  reconnect.lost(now, random);
  return (reconnect.deadline() ?? Number.NaN) - now;
}

describe('reconnect', () => {
  it('makes its first attempt at once', () => {
    const reconnect = new Reconnect(500);
    expect(reconnect.isDue(499)).to.equal(false);
    expect(reconnect.isDue(500)).to.equal(true);
  });

  it('doubles the wait from 1 s to 8 s and stays there', () => {
    const reconnect = new Reconnect(0);
    const waits = Array.from({ length: 6 }, (_, step) => failOnce(reconnect, step * 10_000, 1));
    expect(waits).to.deep.equal([1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it('spreads attempts over the second half of the wait', () => {
    expect(failOnce(new Reconnect(0), 0, 0)).to.equal(500);
    expect(failOnce(new Reconnect(0), 0, 0.5)).to.equal(750);
  });

  it('is due only when the wait is over, and not while it connects', () => {
    const reconnect = new Reconnect(0);
    failOnce(reconnect, 100, 1);
    expect(reconnect.isDue(1099)).to.equal(false);
    expect(reconnect.isDue(1100)).to.equal(true);
    reconnect.connecting(0);
    expect(reconnect.isDue(9999)).to.equal(false);
    expect(reconnect.deadline()).to.equal(undefined);
  });

  it('keeps backing off from a peer that accepts and drops', () => {
    const reconnect = new Reconnect(0);
    for (let step = 0; step < 3; step++) {
      reconnect.connecting(0);
      reconnect.connected(step);
      reconnect.lost(step, 1);
    }
    expect(reconnect.failures).to.equal(3);
    expect((reconnect.deadline() ?? 0) - 2).to.equal(4000);
  });

  it('forgets old failures once a connection has proved itself', () => {
    const reconnect = new Reconnect(0);
    for (let step = 0; step < 5; step++) failOnce(reconnect, step, 1);
    reconnect.connecting(0);
    reconnect.connected(1000);
    const later = 1000 + RECONNECT_DEFAULTS.provenAfterMs;
    reconnect.lost(later, 1);
    expect((reconnect.deadline() ?? 0) - later).to.equal(1000);
  });

  it('forgets nothing for a connection on which nothing was heard, however long it stood', () => {
    const reconnect = new Reconnect(0);
    failOnce(reconnect, 0, 1);
    reconnect.connecting(0);
    reconnect.connected(1000);
    const later = 1000 + 10 * RECONNECT_DEFAULTS.provenAfterMs;
    reconnect.lost(later, 1, 1000);
    expect((reconnect.deadline() ?? 0) - later).to.equal(2000);
  });

  it('gives up an attempt that is neither taken nor refused, after 10 s or the back-off if that is longer', () => {
    const limits = (options: Partial<typeof RECONNECT_DEFAULTS>) => {
      const reconnect = new Reconnect(0, { ...RECONNECT_DEFAULTS, ...options });
      return Array.from({ length: 6 }, () => {
        reconnect.connecting(0);
        const giveUpAt = reconnect.giveUpAt();
        reconnect.lost(0, 1);
        expect(reconnect.giveUpAt()).to.equal(undefined);
        return giveUpAt;
      });
    };
    expect(limits({})).to.deep.equal(Array(6).fill(10_000));
    expect(limits({ attemptMinMs: 1500 })).to.deep.equal([1500, 1500, 2000, 4000, 8000, 8000]);
  });
});
