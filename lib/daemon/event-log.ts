/**
 * The events of this run: the newest EVENTS_MAX, told to whoever listens and written to the log.
 */
import type { Effect, NoticeLevel } from '../control/inputs.ts';
import type { EventView } from '../model/views.ts';
import type { Log } from '../runtime/log.ts';

export const EVENTS_MAX = 10_000;

/** A line is a blocking write: a thousand ports that come at once must not wait for a thousand. */
const LINES_ALIKE_MAX = 10;

export type Notice = Omit<Extract<Effect, { type: 'notice' }>, 'type'>;

export class EventLog {
  readonly #log: Log;
  readonly #listeners = new Set<(event: EventView) => void>();
  #events: EventView[] = [];
  #lastId = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** What one turn has told. Every event is kept; of many alike the log has the first few and their number. */
  add(notices: readonly Notice[]): void {
    const lines = new Map<string, number>();
    for (const { level, code, object, message } of notices) {
      const time = new Date().toISOString();
      const event: EventView = { id: ++this.#lastId, time, level, code, object, message };
      this.#events.push(event);
      const count = (lines.get(code) ?? 0) + 1;
      lines.set(code, count);
      if (count <= LINES_ALIKE_MAX) this.#write(level, message, { code, object });
      for (const listener of [...this.#listeners]) listener(event);
    }
    for (const [code, count] of lines) {
      const more = count - LINES_ALIKE_MAX;
      if (more > 0) this.#write('info', `and ${more} more at once: ${code}`, { code });
    }
    // Half at a time, so that keeping the bound costs nothing per event.
    if (this.#events.length > EVENTS_MAX * 1.5) this.#events = this.#events.slice(-EVENTS_MAX);
  }

  /** Oldest first. */
  after(id: number): readonly EventView[] {
    return this.#events.filter((event) => event.id > id).slice(-EVENTS_MAX);
  }

  #write(level: NoticeLevel, message: string, details: Readonly<Record<string, unknown>>): void {
    this.#log[level === 'warning' ? 'warn' : level](message, details);
  }

  onEvent(listener: (event: EventView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
