/**
 * The requests that stay open (watches, followed events, waits): counted, and ended together at shutdown.
 */
import { ApiError } from './api-error.ts';

export class LongRequests {
  readonly #max: number;
  readonly #enders = new Set<() => void>();
  #closing = false;

  constructor(max: number) {
    this.#max = max;
  }

  /** @throws ApiError when there are too many, or the server is closing. Call the result when the request is over. */
  begin(end: () => void): () => void {
    if (this.#closing)
      throw new ApiError('closing', 'The daemon is shutting down; ask again later.');
    if (this.#enders.size >= this.#max) {
      throw new ApiError(
        'too-many-streams',
        `${this.#max} watches and waits are open already; end one of them first.`,
      );
    }
    // A function of its own, so that two requests that share `end` count twice.
    const ender = () => end();
    this.#enders.add(ender);
    return () => this.#enders.delete(ender);
  }

  /** Idempotent; refuses new ones from now on. */
  endAll(): void {
    this.#closing = true;
    for (const end of [...this.#enders]) end();
    this.#enders.clear();
  }
}
