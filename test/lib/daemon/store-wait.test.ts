import { expect } from 'chai';
import { waitForStore } from '../../../lib/daemon/store-wait.ts';
import type { Log } from '../../../lib/runtime/log.ts';
import { StoreError } from '../../../lib/store/contract.ts';
import { openMemoryStore } from '../../../lib/store/memory-store.ts';

const AWAY = new StoreError('store-unavailable', 'Nobody answers at redis://h:6379.', true);
const REFUSAL = new StoreError('store-unavailable', 'The password is wrong.', false);

describe('a store that is opened', () => {
  let lines: string[];
  let log: Log;

  beforeEach(() => {
    lines = [];
    const say = (message: string): void => {
      lines.push(message);
    };
    log = { debug: say, info: say, warn: say, error: say };
  });

  it('is waited for, in one line with the remedy and one when it is there', async () => {
    let attempts = 0;
    const store = await waitForStore(async () => {
      if (++attempts < 3) throw AWAY;
      return openMemoryStore();
    }, log);
    expect(store.description).to.equal('memory');
    expect(attempts).to.equal(3);
    expect(lines).to.deep.equal([
      'waiting for the store: Nobody answers at redis://h:6379; see that it runs and that --store names it',
      'the store answers: memory',
    ]);
  });

  it('is not waited for when it refuses', async () => {
    const refused = await waitForStore(() => Promise.reject(REFUSAL), log).catch((error) => error);
    expect(refused).to.equal(REFUSAL);
    expect(lines).to.deep.equal([]);
  });

  it('is not waited for any longer when nobody wants it any more', async () => {
    const stop = new AbortController();
    const waiting = waitForStore(() => Promise.reject(AWAY), log, stop.signal);
    stop.abort();
    expect(await waiting.catch((error: unknown) => error)).to.equal(AWAY);
  });

  it('is there at once without a word', async () => {
    await waitForStore(async () => openMemoryStore(), log);
    expect(lines).to.deep.equal([]);
  });
});
