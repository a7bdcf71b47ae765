/**
 * Events that wait for the owner, bounded: what the switch says unasked is dropped above the bound, counted, and told; what was
 * asked for never is, because who asks sets its bound himself.
 */
import type { OpenFlowEvent } from './events.ts';

/** Whether the peer alone decides how many of them there are. */
const UNASKED: ReadonlySet<OpenFlowEvent['type']> = new Set(['async', 'error', 'malformed']);

export class EventQueue {
  readonly #max: number;
  #events: OpenFlowEvent[] = [];
  #lost = 0;
  dropped = 0;

  constructor(max: number) {
    this.#max = max;
  }

  push(event: OpenFlowEvent): void {
    if (this.#events.length >= this.#max && UNASKED.has(event.type)) {
      this.#lost++;
      this.dropped++;
      return;
    }
    this.#events.push(event);
  }

  take(): OpenFlowEvent[] {
    const events = this.#events;
    this.#events = [];
    if (this.#lost === 0) return events;
    const lost = { type: 'lost', events: this.#lost } as const;
    this.#lost = 0;
    // `ended` stays the last one.
    const at = events.at(-1)?.type === 'ended' ? events.length - 1 : events.length;
    events.splice(at, 0, lost);
    return events;
  }
}
