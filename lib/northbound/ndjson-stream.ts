/**
 * One response that never ends by itself: a JSON text a line (application/x-ndjson).
 *
 * The memory a reader can hold is bounded: a reader that leaves more than `backlogMaxBytes` unread when the
 * next line comes, or takes nothing for `stallMaxMs`, loses its connection.
 */
import type { ServerResponse } from 'node:http';

export interface NdjsonLimits {
  readonly stallMaxMs: number;
  readonly backlogMaxBytes: number;
}

export class NdjsonStream {
  readonly #response: ServerResponse;
  readonly #limits: NdjsonLimits;
  #stallTimer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `drained` is called whenever the reader has taken everything; `closed` once, however it ended. */
  constructor(
    response: ServerResponse,
    limits: NdjsonLimits,
    drained: () => void,
    closed: () => void,
  ) {
    this.#response = response;
    this.#limits = limits;
    // The idle timeout is for requests that end; this one is watched by the stall timer.
    response.socket?.setTimeout(0);
    response.socket?.setKeepAlive(true, 30_000);
    response.on('drain', () => {
      this.#disarm();
      drained();
    });
    response.on('error', () => response.destroy());
    response.on('close', () => {
      this.#closed = true;
      this.#disarm();
      closed();
    });
    response.writeHead(200, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.flushHeaders();
  }

  /** Nothing waits to be read. */
  get idle(): boolean {
    return !this.#closed && this.#response.writableLength === 0;
  }

  /** `json` is one JSON text without line breaks. */
  send(json: string): void {
    if (this.#closed) return;
    if (this.#response.writableLength > this.#limits.backlogMaxBytes) {
      this.#response.destroy();
      return;
    }
    const taken = this.#response.write(`${json}\n`);
    if (!taken && this.#stallTimer === undefined) {
      this.#stallTimer = setTimeout(() => this.#response.destroy(), this.#limits.stallMaxMs);
    }
  }

  end(): void {
    if (!this.#closed) this.#response.end();
  }

  #disarm(): void {
    clearTimeout(this.#stallTimer);
    this.#stallTimer = undefined;
  }
}
