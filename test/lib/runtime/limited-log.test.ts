import { expect } from 'chai';
import { limitedLog } from '../../../lib/runtime/limited-log.ts';
import type { Log } from '../../../lib/runtime/log.ts';

function collect(lines: string[]): Log {
  const add = (message: string): void => {
    lines.push(message);
  };
  return { debug: add, info: add, warn: add, error: add };
}

describe('a limited log', () => {
  it('says so many lines in a while, and later how many it left out', () => {
    const lines: string[] = [];
    let time = 0;
    const log = limitedLog(collect(lines), { linesMax: 2, perMs: 100 }, () => time);
    for (let line = 1; line <= 1000; line++) log.warn(`line ${line}`);
    expect(lines).to.deep.equal(['line 1', 'line 2']);
    time = 99;
    log.error('too early');
    time = 100;
    log.info('again');
    expect(lines.slice(2)).to.deep.equal(['999 more lines about peers were left out', 'again']);
  });

  it('says nothing of left out lines when there were none', () => {
    const lines: string[] = [];
    let time = 0;
    const log = limitedLog(collect(lines), { linesMax: 1, perMs: 100 }, () => time);
    log.info('one');
    time = 500;
    log.info('two');
    expect(lines).to.deep.equal(['one', 'two']);
  });
});
