import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type AuditedNve, Auditor } from '../../../lib/daemon/auditor.ts';

const nve = (name: string, isQuiet = true, flowsInstalled = 0): AuditedNve => ({
  ...{ name, isQuiet, flowsInstalled },
});

describe('the auditor', () => {
  let audited: { name: string; at: number }[];
  let auditor: Auditor | undefined;
  const start = (intervalMs: number, nves: readonly AuditedNve[]): void => {
    audited = [];
    auditor = new Auditor({
      intervalMs,
      nves: () => nves,
      audit: (name) => audited.push({ name, at: performance.now() }),
    });
  };
  const countOf = (name: string) => audited.filter((one) => one.name === name).length;

  afterEach(() => auditor?.close());

  it('takes each switch in turn, once per interval at most', async () => {
    start(250, [nve('a'), nve('b')]);
    await sleep(1_400);
    for (const name of ['a', 'b']) {
      const times = audited.filter((one) => one.name === name).map(({ at }) => at);
      expect(times.length).to.be.within(2, 6);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      expect(Math.min(...gaps)).to.be.at.least(240);
    }
  });

  it('leaves a busy switch for another time', async () => {
    start(100, [nve('busy', false), nve('quiet')]);
    await sleep(500);
    expect(countOf('busy')).to.equal(0);
    expect(countOf('quiet')).to.be.at.least(1);
  });

  it('rests the longer, the more a switch has cost', async () => {
    // 400 flows: 1.5 ms of work, so 375 ms until the next.
    start(10, [nve('large', true, 400)]);
    await sleep(1_000);
    expect(countOf('large')).to.be.within(1, 3);
  });

  it('does nothing with an interval of 0, nor once it is closed', async () => {
    start(0, [nve('a')]);
    await sleep(50);
    expect(audited).to.deep.equal([]);
    start(20, [nve('a')]);
    auditor?.close();
    await sleep(100);
    expect(audited).to.deep.equal([]);
  });
});
