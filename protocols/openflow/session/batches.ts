/**
 * Batches: messages that nothing answers, closed by a barrier, so that their sender knows when the switch has carried them out,
 * and which of them it refused.
 *
 * A bounded number is under way; others wait in order, bounded too. Who has more keeps it until a batch is settled. (The daemon's
 * own sender, lib/southbound/nve-switch.ts, keeps operations instead, and gives the socket as much as it takes.)
 *
 * Source: OpenFlow 1.3.5 §6.1.2 (order and barriers), §7.3.8.
 */
import type { DurationMs } from '../../base/units.ts';
import type { ErrorMessage } from '../values/messages.ts';
import { OFFENDING_BYTES } from './error-answers.ts';
import type { BatchError, OpenFlowEvent, RequestFailure } from './events.ts';

export interface BatchBounds {
  /** Batches sent whose barrier is not answered yet. */
  readonly batchesUnderWayMax: number;
  readonly batchesWaitingMax: number;
}

export interface Batch {
  readonly number: number;
  /** Encoded; their xids are `firstXid`, `firstXid` + 1, … */
  readonly messages: readonly Uint8Array[];
  readonly firstXid: number;
  readonly timeoutMs: DurationMs;
}

interface UnderWay {
  readonly batch: Batch;
  /** By the index of the message: the first, for a peer may send any number. */
  readonly errors: Map<number, BatchError>;
}

export class Batches {
  readonly #bounds: BatchBounds;
  /** By the xid of its barrier, in the order of sending. */
  readonly #underWay = new Map<number, UnderWay>();
  readonly #waiting: Batch[] = [];
  #last = 0;

  constructor(bounds: BatchBounds) {
    this.#bounds = bounds;
  }

  get hasRoom(): boolean {
    return this.#canSend() || this.#waiting.length < this.#bounds.batchesWaitingMax;
  }

  nextNumber(): number {
    this.#last++;
    return this.#last;
  }

  add(batch: Batch): void {
    this.#waiting.push(batch);
  }

  /** The next batch that may be sent now. */
  next(): Batch | undefined {
    return this.#canSend() ? this.#waiting.shift() : undefined;
  }

  sent(batch: Batch, barrierXid: number): void {
    this.#underWay.set(barrierXid, { batch, errors: new Map() });
  }

  /** True: the error is about a message of a batch, whose event will tell it. */
  takeError(xid: number, message: ErrorMessage): boolean {
    for (const { batch, errors } of this.#underWay.values()) {
      const index = xid - batch.firstXid;
      if (index < 0 || index >= batch.messages.length) continue;
      const data = message.data.slice(0, OFFENDING_BYTES);
      if (!errors.has(index)) errors.set(index, { index, message: { ...message, data } });
      return true;
    }
    return false;
  }

  /** What the answer to a batch's barrier, or its failure, means; undefined: it is no batch's. */
  settle(barrierXid: number, failure: RequestFailure | undefined): OpenFlowEvent | undefined {
    const underWay = this.#underWay.get(barrierXid);
    if (underWay === undefined) return undefined;
    this.#underWay.delete(barrierXid);
    const { batch } = underWay;
    const errors = [...underWay.errors.values()];
    return failure === undefined
      ? { type: 'batch', batch: batch.number, errors }
      : { type: 'batch-failed', batch: batch.number, errors, error: failure };
  }

  clear(): void {
    this.#underWay.clear();
    this.#waiting.length = 0;
  }

  #canSend(): boolean {
    return this.#underWay.size < this.#bounds.batchesUnderWayMax;
  }
}
