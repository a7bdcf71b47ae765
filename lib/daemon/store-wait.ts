/**
 * Waits for a store that does not answer yet, as after a power cut: in a few words, and without end. One that refuses
 * (wrong password, another program's keys, too old, a newer format) is not waited for.
 */
import { now } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { type Store, StoreError } from '../store/contract.ts';

/** Between two attempts: 0.2 s, doubled up to 2 s. */
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 2_000;
/** A person who looks at the log finds within this what is waited for. */
const REMIND_MS = 10_000;

/** @throws what `open` throws when the store refuses, or `stop` is aborted. */
export async function waitForStore(
  open: () => Promise<Store>,
  log: Log,
  stop?: AbortSignal,
): Promise<Store> {
  const reminder = new Reminder(log);
  for (let retryMs = RETRY_FIRST_MS; ; retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)) {
    try {
      const store = await open();
      reminder.over(store);
      return store;
    } catch (error) {
      if (!isAway(error) || stop?.aborted === true) throw error;
      reminder.away(error);
    }
    await pause(retryMs, stop);
  }
}

class Reminder {
  readonly #log: Log;
  readonly #begun = now();
  #last: number | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  away({ message }: StoreError): void {
    const time = now();
    if (this.#last !== undefined && time - this.#last < REMIND_MS) return;
    this.#last = time;
    const seconds = Math.round((time - this.#begun) / 1000);
    const since = seconds === 0 ? '' : ` for ${seconds} s`;
    const what = message.replace(/\.$/, '');
    this.#log.warn(
      `waiting for the store${since}: ${what}; see that it runs and that --store names it`,
    );
  }

  over(store: Store): void {
    if (this.#last !== undefined) this.#log.info(`the store answers: ${store.description}`);
  }
}

function isAway(error: unknown): error is StoreError {
  return error instanceof StoreError && error.code === 'store-unavailable' && error.retryable;
}

function pause(ms: number, stop?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stop?.addEventListener('abort', end);
  });
}
