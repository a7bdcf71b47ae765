/**
 * The events of this run: the newest EVENTS_MAX, told to whoever listens and written to the log.
 */
import type { NoticeLevel } from '../control/inputs.ts';
import type { EventView } from '../model/views.ts';
import type { Log } from '../runtime/log.ts';

export const EVENTS_MAX = 10_000;

export class EventLog {
  readonly #log: Log;
  readonly #listeners = new Set<(event: EventView) => void>();
  #events: EventView[] = [];
  #lastId = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  add(notice: {
    readonly level: NoticeLevel;
    readonly code: string;
    readonly object: string;
    readonly message: string;
  }): void {
    const { level, code, object, message } = notice;
    const time = new Date().toISOString();
    const event: EventView = { id: ++this.#lastId, time, level, code, object, message };
    this.#events.push(event);
    // Half at a time, so that keeping the bound costs nothing per event.
    if (this.#events.length > EVENTS_MAX * 1.5) this.#events = this.#events.slice(-EVENTS_MAX);
    const write = level === 'warning' ? 'warn' : level;
    this.#log[write](message, { code, object });
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** Oldest first. */
  after(id: number): readonly EventView[] {
    return this.#events.filter((event) => event.id > id).slice(-EVENTS_MAX);
  }

  onEvent(listener: (event: EventView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
