/**
 * Requests under way: which xid waits for what reply until when, and the parts of multipart replies so far.
 *
 * Parts are copied, because a chunk belongs to the driver; their sum is bounded, and who asked for more pays with the failure
 * of that one request.
 *
 * Source: OpenFlow 1.3.5 §7.3.5 (OFPMPF_REPLY_MORE).
 */
import type { DurationMs, InstantMs } from '../../base/units.ts';
import { openFlowError } from '../values/errors.ts';
import type { Message } from '../values/messages.ts';
import type { MultipartReply } from '../values/multipart.ts';
import { type Request, replyTypeOf } from './directions.ts';
import type { OpenFlowEvent, RequestFailure } from './events.ts';
import { joinReplies } from './multipart-join.ts';

interface Pending {
  readonly replyType: string;
  /** Of a multipart; `unknown`: only the first part tells. */
  readonly kind: MultipartReply['kind'] | undefined;
  readonly deadline: InstantMs;
  /** Flow dumps: the bodies. */
  readonly bodies: Uint8Array[] | undefined;
  readonly replies: MultipartReply[];
  bytes: number;
}

export class Requests {
  readonly #pending = new Map<number, Pending>();
  readonly #multipartMaxBytes: number;
  /** No request ends before this; it may lie too early, never too late. */
  #earliest: InstantMs | undefined;

  constructor(multipartMaxBytes: number) {
    this.#multipartMaxBytes = multipartMaxBytes;
  }

  add(xid: number, request: Request, timeoutMs: DurationMs, now: InstantMs): void {
    const deadline = now + timeoutMs;
    const kind = request.type === 'multipart_request' ? request.request.kind : undefined;
    this.#pending.set(xid, {
      replyType: replyTypeOf(request.type),
      kind,
      deadline,
      bodies: kind === 'flow' ? [] : undefined,
      replies: [],
      bytes: 0,
    });
    if (this.#earliest === undefined || deadline < this.#earliest) this.#earliest = deadline;
  }

  has(xid: number): boolean {
    return this.#pending.has(xid);
  }

  deadline(): InstantMs | undefined {
    return this.#pending.size === 0 ? undefined : this.#earliest;
  }

  /** Whether this multipart reply's body is to be kept undecoded. */
  isFlowDump(xid: number): boolean {
    return this.#pending.get(xid)?.bodies !== undefined;
  }

  /** One part of a flow dump; `body` is the caller's, it is copied here. */
  addFlowPart(xid: number, body: Uint8Array, more: boolean): OpenFlowEvent | undefined {
    const pending = this.#pending.get(xid);
    if (pending?.bodies === undefined) return undefined;
    const tooLarge = this.#count(xid, pending, body.length);
    if (tooLarge !== undefined) return tooLarge;
    if (body.length > 0) pending.bodies.push(new Uint8Array(body));
    if (more) return undefined;
    this.#pending.delete(xid);
    return { type: 'reply', xid, parts: pending.bodies };
  }

  /** A decoded reply of `size` bytes. Answers what there is to tell, if anything yet. */
  addReply(xid: number, message: Message, size: number): OpenFlowEvent | undefined {
    const pending = this.#pending.get(xid);
    if (pending === undefined) return undefined;
    if (message.type !== pending.replyType) {
      return this.#unexpected(xid, message.type, pending.replyType);
    }
    if (message.type === 'multipart_reply') {
      const { kind } = message.reply;
      const expected = pending.kind === 'unknown' ? pending.replies[0]?.kind : pending.kind;
      if (kind !== (expected ?? kind)) return this.#unexpected(xid, `${kind} reply`, expected);
      const tooLarge = this.#count(xid, pending, size);
      if (tooLarge !== undefined) return tooLarge;
      pending.replies.push(message.reply);
      if (message.more) return undefined;
      this.#pending.delete(xid);
      const reply = joinReplies(pending.replies);
      return { type: 'reply', xid, message: { type: 'multipart_reply', more: false, reply } };
    }
    this.#pending.delete(xid);
    return { type: 'reply', xid, message };
  }

  fail(xid: number, error: RequestFailure): OpenFlowEvent {
    this.#pending.delete(xid);
    return { type: 'request-failed', xid, error };
  }

  /** Ends the requests whose time is over. */
  expire(now: InstantMs): OpenFlowEvent[] {
    if (this.#earliest === undefined || now < this.#earliest) return [];
    const events: OpenFlowEvent[] = [];
    let earliest: InstantMs | undefined;
    for (const [xid, { deadline }] of this.#pending) {
      if (deadline <= now) events.push(this.fail(xid, 'timeout'));
      else if (earliest === undefined || deadline < earliest) earliest = deadline;
    }
    this.#earliest = earliest;
    return events;
  }

  clear(): void {
    this.#pending.clear();
    this.#earliest = undefined;
  }

  #unexpected(xid: number, came: string, expected: string | undefined): OpenFlowEvent {
    const detail = `a ${came} where a ${expected} was expected`;
    const error = openFlowError('unexpected-reply', detail, 'OpenFlow 1.3.5 §6.1.1, §7.3.5');
    return this.fail(xid, { type: 'bad-reply', error });
  }

  #count(xid: number, pending: Pending, size: number): OpenFlowEvent | undefined {
    pending.bytes += size;
    if (pending.bytes <= this.#multipartMaxBytes) return undefined;
    const error = openFlowError(
      'multipart-too-large',
      `a multipart reply of more than ${this.#multipartMaxBytes} bytes`,
      'the bound given to the session',
    );
    return this.fail(xid, { type: 'bad-reply', error });
  }
}
