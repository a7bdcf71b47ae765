/**
 * What tests of a store share: a watcher that remembers, waiting, and the refusal that a promise must end in.
 */
import { expect } from 'chai';
import {
  type ChangeSet,
  type Json,
  type Revision,
  StoreError,
  type StoreErrorCode,
  type Write,
} from '../../lib/store/contract.ts';

/** Collects what a watcher sees. */
export class Watched {
  readonly sets: ChangeSet[] = [];
  readonly errors: StoreError[] = [];
  readonly listener = (set: ChangeSet): void => {
    this.sets.push(set);
  };
  readonly ended = (error: StoreError): void => {
    this.errors.push(error);
  };

  get revisions(): Revision[] {
    return this.sets.map(({ revision }) => revision);
  }
}

export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const until = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > until) throw new Error(`waited 5 s in vain for ${what}`);
    await pause(2);
  }
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}

/** The StoreError that the promise must reject with. */
export async function refusal(
  promise: Promise<unknown>,
  code: StoreErrorCode,
): Promise<StoreError> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    expect(error.code, error.message).to.equal(code);
    expect(error.message).to.match(/^[^\n]+\.$/);
    return error;
  }
  throw new Error(`expected ${code}, and nothing was refused`);
}

export function put(key: string, value: Json): Write {
  return { op: 'put', key, value };
}

export function remove(key: string): Write {
  return { op: 'delete', key };
}
