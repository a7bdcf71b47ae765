import { expect } from 'chai';
import { FORGET_MS, RENEWED_MS, TunnelHealth } from '../../../lib/southbound/tunnel-health.ts';

const up = (flaps: number) => status(flaps, { state: 'up', forwarding: 'true' });
const expired = (flaps: number) => {
  return status(flaps, { diagnostic: 'Control Detection Time Expired' });
};
const signaled = (flaps: number, remote: string) => {
  const words = { diagnostic: 'Neighbor Signaled Session Down', remote_diagnostic: remote };
  return status(flaps, words);
};

function status(flaps: number, words: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries({ flap_count: String(flaps), state: 'down', ...words }));
}

describe('the health of a monitored tunnel', () => {
  it('is unknown until the session has been up', () => {
    const health = new TunnelHealth(100);
    health.take(new Map(), 0);
    health.take(status(0, {}), 5_000);
    expect([health.verdict, health.dueMs]).to.deep.equal(['unheard', undefined]);
    health.take(up(1), 6_000);
    expect(health.verdict).to.equal('up');
  });

  it('is down at once when nothing comes any more, with the switch’s reason', () => {
    const health = new TunnelHealth(100);
    health.take(up(1), 0);
    health.take(expired(2), 1_000);
    expect(health.verdict).to.equal('down');
    expect(health.diagnostic).to.equal('Control Detection Time Expired');
  });

  it('is known from the switch when we were not there: it counts the session’s changes', () => {
    const health = new TunnelHealth(100);
    health.take(expired(2), 0);
    expect(health.verdict).to.equal('down');
  });

  it('is up again after five intervals without a break', () => {
    const health = new TunnelHealth(100);
    health.take(up(1), 0);
    health.take(expired(2), 1_000);
    health.take(up(3), 2_000);
    expect([health.verdict, health.dueMs]).to.deep.equal(['down', 2_500]);
    health.elapsed(2_499);
    expect(health.verdict).to.equal('down');
    health.elapsed(2_500);
    expect(health.verdict).to.equal('up');
  });

  it('waits twice as long for each further fall, until there was none for a minute', () => {
    const health = new TunnelHealth(100);
    health.take(up(1), 0);
    let [flaps, now] = [1, 100_000];
    for (const wait of [500, 1_000, 2_000, 4_000, 8_000]) {
      health.take(expired(++flaps), now);
      health.take(up(++flaps), now);
      expect(health.dueMs).to.equal(now + wait);
      now += wait;
      health.elapsed(now);
      expect(health.verdict).to.equal('up');
    }
    now += FORGET_MS + 1;
    health.take(expired(++flaps), now);
    health.take(up(++flaps), now);
    expect(health.dueMs).to.equal(now + 500);
  });

  it('begins to wait anew when the session breaks while it waits', () => {
    const health = new TunnelHealth(100);
    health.take(up(1), 0);
    health.take(expired(2), 100);
    health.take(up(3), 200);
    health.take(expired(4), 300);
    expect(health.dueMs).to.equal(undefined);
    health.elapsed(10_000);
    expect(health.verdict).to.equal('down');
  });

  it('says nothing for a while when the other end begins anew, and then that it is down', () => {
    const health = new TunnelHealth(100);
    health.take(up(1), 0);
    health.take(signaled(2, 'No Diagnostic'), 1_000);
    expect([health.verdict, health.dueMs]).to.deep.equal(['unheard', 1_000 + RENEWED_MS]);
    health.take(signaled(2, 'No Diagnostic'), 1_500);
    expect(health.verdict).to.equal('unheard');
    health.elapsed(1_000 + RENEWED_MS);
    expect(health.verdict).to.equal('down');
  });

  it('is up at once when the other end has begun anew', () => {
    const health = new TunnelHealth(100);
    health.take(up(1), 0);
    health.take(signaled(2, 'No Diagnostic'), 1_000);
    health.take(up(3), 1_800);
    expect([health.verdict, health.dueMs]).to.deep.equal(['up', undefined]);
  });

  it('is down when the other end does not hear us', () => {
    const health = new TunnelHealth(100);
    health.take(up(1), 0);
    health.take(signaled(2, 'Control Detection Time Expired'), 1_000);
    expect(health.verdict).to.equal('down');
  });

  it('says nothing for a while when our own switch was restarted', () => {
    const health = new TunnelHealth(100);
    health.take(up(3), 0);
    health.take(status(0, {}), 1_000);
    expect(health.verdict).to.equal('unheard');
    health.take(up(1), 2_000);
    expect(health.verdict).to.equal('up');
  });
});
