/**
 * One OpenFlow connection, seen from the controller: handshake, liveness, requests and their replies.
 *
 *     hello ──▶ features ──▶ ready ──▶ ended        (every state may end)
 *
 * No socket and no clock (ByteSession). Only whole messages count as a sign of life, so that a peer that dribbles one message
 * for ever is silent. The session's own xids are 1 to 0x7fffffff: who sends buffers of his own through `send` sets the
 * top bit, and finds his xids in `error` events.
 *
 * Nothing here grows without a bound: see OpenFlowSessionOptions. Packet-ins have a queue of their own (packet-ins.ts) and are
 * decoded when they are taken, so that however many come, replies, port-status and echoes are not behind them.
 *
 * Source: OpenFlow 1.3.5 §6.1 (message kinds), §6.3.1 (connection set-up), §6.4 (echo), §7.5.
 */
import type { ByteSession } from '../../base/byte-session.ts';
import type { DurationMs, InstantMs } from '../../base/units.ts';
import { type OpenFlowError, openFlowError } from '../values/errors.ts';
import type { ErrorMessage, Message } from '../values/messages.ts';
import type { MultipartRequest } from '../values/multipart.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { type Decoded, decodeMessage } from '../wire/decode.ts';
import { Framer } from '../wire/framer.ts';
import { HEADER_BYTES, TYPE } from '../wire/message-types.ts';
import { MULTIPART_HEADER, MULTIPART_MORE } from '../wire/multipart.ts';
import { Batches } from './batches.ts';
import type { SessionCounters, TakenPacketIns } from './counters.ts';
import { directionFromSwitch, isMonitorUpdate, type Request } from './directions.ts';
import { ErrorAnswers, OFFENDING_BYTES, xidOf } from './error-answers.ts';
import { EventQueue } from './event-queue.ts';
import type { OpenFlowEvent } from './events.ts';
import { Liveness } from './liveness.ts';
import { HELLO_FAILED, negotiate, refusalOf } from './negotiation.ts';
import { OPENFLOW_SESSION_DEFAULTS, type OpenFlowSessionOptions } from './options.ts';
import { Outbox } from './outbox.ts';
import { isPacketIn, PacketIns } from './packet-ins.ts';
import { Requests } from './requests.ts';

const SOURCE = 'OpenFlow 1.3.5 §6.3.1';

type State = 'hello' | 'features' | 'ready' | 'ended';

export class OpenFlowSession implements ByteSession<OpenFlowEvent> {
  readonly #options: OpenFlowSessionOptions;
  readonly #framer = new Framer();
  readonly #requests: Requests;
  readonly #batches: Batches;
  readonly #packetIns: PacketIns;
  readonly #answers: ErrorAnswers;
  readonly #events: EventQueue;
  readonly #liveness: Liveness;
  readonly #handshakeDeadline: InstantMs;
  readonly #outbox: Outbox;
  #state: State = 'hello';
  #malformedCount = 0;
  #now: InstantMs;

  constructor(now: InstantMs, options: Partial<OpenFlowSessionOptions> = {}) {
    const all = { ...OPENFLOW_SESSION_DEFAULTS, ...options };
    this.#options = all;
    this.#requests = new Requests(all.multipartMaxBytes);
    this.#batches = new Batches(all);
    this.#packetIns = new PacketIns(all);
    this.#answers = new ErrorAnswers(all.errorAnswersPerSecond);
    this.#events = new EventQueue(all.eventsMax);
    this.#liveness = new Liveness(now, all.probeIntervalMs);
    this.#now = now;
    this.#handshakeDeadline = now + all.handshakeTimeoutMs;
    this.#outbox = new Outbox(all.versions.at(-1) ?? 4);
    this.#say({ type: 'hello', versions: all.versions });
  }

  /** The version agreed on; our highest before that. */
  get version(): OpenFlowVersion {
    return this.#outbox.version;
  }

  get state(): State {
    return this.#state;
  }

  /** Bytes that wait for takeOutput. */
  get outputBytes(): number {
    return this.#outbox.bytes;
  }

  get counters(): SessionCounters {
    return {
      malformed: this.#malformedCount,
      errorsAnswered: this.#answers.answered,
      errorsUnanswered: this.#answers.unanswered,
      packetInsDropped: this.#packetIns.dropped,
      eventsDropped: this.#events.dropped,
    };
  }

  receive(chunk: Uint8Array, now: InstantMs): void {
    if (this.#state === 'ended') return;
    this.#now = now;
    this.#framer.push(chunk, (message) => {
      this.#liveness.heard(now);
      this.#take(message);
      return this.#state !== 'ended';
    });
    const error = this.#framer.error;
    if (error !== undefined) this.#end(error);
  }

  tick(now: InstantMs): void {
    if (this.#state === 'ended') return;
    this.#now = now;
    for (const event of this.#requests.expire(now)) this.#settle(event);
    if (this.#state !== 'ready') {
      if (now >= this.#handshakeDeadline) this.#endWith('handshake-timeout', this.#waitingFor());
    } else if (now >= this.#liveness.dueAt()) {
      this.#probe(now);
    }
  }

  deadline(): InstantMs | undefined {
    if (this.#state === 'ended') return undefined;
    const own = this.#state === 'ready' ? this.#liveness.dueAt() : this.#handshakeDeadline;
    return Math.min(own, this.#requests.deadline() ?? own);
  }

  takeEvents(): OpenFlowEvent[] {
    return this.#events.take();
  }

  takeOutput(): Uint8Array[] {
    return this.#outbox.take();
  }

  /** The oldest packet-ins, decoded now; an event says when there are some. */
  takePacketIns(most = Number.POSITIVE_INFINITY): TakenPacketIns {
    const { taken, dropped } = this.#packetIns.take(most);
    const messages: Decoded[] = [];
    for (const bytes of taken) {
      const decoded = decodeMessage(bytes);
      if (decoded.ok) messages.push(decoded.value);
      else this.#malformed(decoded.error, bytes);
    }
    return { messages, waiting: this.#packetIns.waiting, dropped };
  }

  /** Sends a request; its xid comes back in a `reply` or a `request-failed`. Only once ready. */
  request(message: Request, timeoutMs: DurationMs, now: InstantMs): number {
    return this.#ask([message], timeoutMs, now);
  }

  /** Sends one multipart request in several messages, each with whole records; answered as one. Only once ready. */
  requestInParts(
    parts: readonly MultipartRequest[],
    timeoutMs: DurationMs,
    now: InstantMs,
  ): number {
    const last = parts.length - 1;
    const messages = parts.map((request, index): Request => {
      const type = 'multipart_request';
      return index < last ? { type, more: true, request } : { type, request };
    });
    return this.#ask(messages, timeoutMs, now);
  }

  barrier(now: InstantMs, timeoutMs: DurationMs): number {
    return this.request({ type: 'barrier_request' }, timeoutMs, now);
  }

  /**
   * Sends messages that nothing answers, and a barrier behind them; the number comes back in a `batch` or a `batch-failed`.
   * Only once ready. Undefined: too many batches wait already, nothing was taken; there is room after the next such event.
   * All of it counts for `outputMaxBytes` when it is sent: some thousands of messages are enough for one.
   */
  sendBatch(
    messages: readonly Message[],
    timeoutMs: DurationMs,
    now: InstantMs,
  ): number | undefined {
    if (this.#state === 'ended') return undefined;
    this.#mustBeReady();
    if (!this.#batches.hasRoom) return undefined;
    const firstXid = this.#outbox.reserveXids(messages.length);
    const encoded = messages.map((message, index) =>
      this.#outbox.encode(firstXid + index, message),
    );
    const number = this.#batches.nextNumber();
    this.#batches.add({ number, messages: encoded, firstXid, timeoutMs });
    this.#sendBatches(now);
    return number;
  }

  /** Sends a message that nothing answers; returns its xid, which an error would carry. */
  tell(message: Message): number {
    return this.#state === 'ended' ? this.#outbox.reserveXids(1) : this.#say(message);
  }

  /** Sends whole messages that are encoded already, without a copy. */
  send(bytes: Uint8Array): void {
    if (this.#state === 'ended') return;
    this.#outbox.push(bytes);
    const most = this.#options.outputMaxBytes;
    if (this.#outbox.bytes <= most) return;
    const detail = `more than ${most} bytes wait to be sent`;
    this.#endWith('output-overflow', detail, 'the bound given to the session');
  }

  #mustBeReady(): void {
    if (this.#state !== 'ready') throw new Error('an OpenFlow request before the session is ready');
  }

  #say(message: Message): number {
    const xid = this.#outbox.reserveXids(1);
    this.send(this.#outbox.encode(xid, message));
    return xid;
  }

  #ask(messages: readonly Request[], timeoutMs: DurationMs, now: InstantMs): number {
    const xid = this.#outbox.reserveXids(1);
    const [first] = messages;
    if (this.#state === 'ended' || first === undefined) return xid;
    this.#mustBeReady();
    for (const message of messages) this.send(this.#outbox.encode(xid, message));
    this.#requests.add(xid, first, timeoutMs, now);
    return xid;
  }

  #sendBatches(now: InstantMs): void {
    for (let batch = this.#batches.next(); batch !== undefined; batch = this.#batches.next()) {
      for (const message of batch.messages) this.send(message);
      this.#batches.sent(batch, this.barrier(now, batch.timeoutMs));
    }
  }

  #probe(now: InstantMs): void {
    const unansweredMs = this.#liveness.unansweredMs(now);
    if (unansweredMs === undefined) {
      this.#liveness.probed(now);
      this.#say({ type: 'echo_request', data: new Uint8Array(0) });
    } else {
      this.#endWith('peer-silent', `no answer to an echo request in ${unansweredMs} ms`);
    }
  }

  /** One whole message. */
  #take(bytes: Uint8Array): void {
    if (this.#state === 'hello') {
      this.#takeFirst(bytes);
    } else if (bytes[0] !== this.version) {
      this.#endWith('bad-version', `version ${bytes[0]} after version ${this.version} was agreed`);
    } else if (bytes[1] === TYPE.echo_request) {
      this.#answerEcho(bytes);
    } else if (this.#state === 'features') {
      this.#takeFeatures(bytes);
    } else if (isPacketIn(bytes)) {
      this.#takePacketIn(bytes);
    } else if (bytes[1] === TYPE.multipart_reply) {
      this.#takeMultipartReply(bytes);
    } else {
      this.#takeOther(bytes);
    }
  }

  #takeFirst(bytes: Uint8Array): void {
    const negotiated = negotiate(this.#options.versions, bytes);
    if (negotiated.error !== undefined) {
      if (negotiated.answer !== undefined) this.#say(negotiated.answer);
      this.#end(negotiated.error);
      return;
    }
    this.#outbox.version = negotiated.version;
    this.#state = 'features';
    this.#say({ type: 'features_request' });
  }

  /** All but the features can wait: who is ready reads the switch anyway. */
  #takeFeatures(bytes: Uint8Array): void {
    if (bytes[1] !== TYPE.features_reply && bytes[1] !== TYPE.error) return;
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) {
      this.#malformed(decoded.error, bytes);
      return;
    }
    const { message } = decoded.value;
    if (message.type === 'features_reply') {
      const { type, ...features } = message;
      this.#state = 'ready';
      this.#events.push({ type: 'ready', version: this.version, features });
    } else if (message.type === 'error' && message.errorType === HELLO_FAILED) {
      this.#end(refusalOf(message, this.version));
    }
  }

  /** The same bytes as another type: an idle switch says nothing else, so that nothing is decoded for it. */
  #answerEcho(bytes: Uint8Array): void {
    const answer = new Uint8Array(bytes);
    answer[1] = TYPE.echo_reply;
    this.send(answer);
    this.#liveness.wasAsked();
  }

  #takePacketIn(bytes: Uint8Array): void {
    if (this.#packetIns.add(bytes) && this.#packetIns.waiting === 1) {
      this.#events.push({ type: 'packet-ins' });
    }
  }

  #takeMultipartReply(bytes: Uint8Array): void {
    if (this.#requests.has(xidOf(bytes))) {
      if (!this.#takeFlowPart(bytes)) this.#takeOther(bytes);
    } else if (isMonitorUpdate(bytes)) {
      const decoded = decodeMessage(bytes);
      if (decoded.ok) this.#events.push({ type: 'async', message: decoded.value.message });
      else this.#malformed(decoded.error, bytes);
    }
    // Else a part of a reply that nobody waits for any more: not worth decoding.
  }

  /** The hot path of a flow dump: the body is kept, not decoded. */
  #takeFlowPart(bytes: Uint8Array): boolean {
    const body = HEADER_BYTES + MULTIPART_HEADER.size;
    const xid = xidOf(bytes);
    if (bytes.length < body || !this.#requests.isFlowDump(xid)) return false;
    if (bytes[8] !== 0 || bytes[9] !== 1) return false;
    const more = ((bytes[11] ?? 0) & MULTIPART_MORE) !== 0;
    const event = this.#requests.addFlowPart(xid, bytes.subarray(body), more);
    if (event !== undefined) this.#settle(event);
    return true;
  }

  #takeOther(bytes: Uint8Array): void {
    const direction = directionFromSwitch(bytes);
    if (typeof direction === 'object') {
      this.#malformed(direction, bytes);
      return;
    }
    // A late answer, or one that nobody asked for: passed over.
    if (direction === 'reply' && !this.#requests.has(xidOf(bytes))) return;
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) {
      this.#malformed(decoded.error, bytes);
      return;
    }
    const { xid, message } = decoded.value;
    if (message.type === 'error') this.#takeError(xid, message);
    else if (direction === 'async') this.#events.push({ type: 'async', message });
    else {
      const event = this.#requests.addReply(xid, message, bytes.length);
      if (event !== undefined) this.#settle(event);
    }
  }

  #takeError(xid: number, message: ErrorMessage): void {
    // Open vSwitch refuses an error of ours too, by the xid of its own message, which may be that of a request.
    if (message.data[1] === TYPE.error) return;
    if (this.#requests.has(xid)) this.#settle(this.#requests.fail(xid, message));
    else if (!this.#batches.takeError(xid, message)) {
      const offending = message.data.slice(0, OFFENDING_BYTES);
      this.#events.push({ type: 'error', xid, message, offending });
    }
  }

  /** The end of a request; of a barrier of ours, the end of a batch. */
  #settle(event: OpenFlowEvent): void {
    const isEnd = event.type === 'reply' || event.type === 'request-failed';
    const failure = event.type === 'request-failed' ? event.error : undefined;
    const batch = isEnd ? this.#batches.settle(event.xid, failure) : undefined;
    this.#events.push(batch ?? event);
    if (batch !== undefined) this.#sendBatches(this.#now);
  }

  /** Drops the message; the peer is told, unless it was an answer itself. */
  #malformed(error: OpenFlowError, bytes: Uint8Array): void {
    if (error.remedy === 'end-session') {
      this.#end(error);
      return;
    }
    this.#malformedCount++;
    const direction = directionFromSwitch(bytes);
    const isReply = direction === 'reply';
    const xid = xidOf(bytes);
    if (isReply && this.#requests.has(xid)) {
      this.#settle(this.#requests.fail(xid, { type: 'bad-reply', error }));
    }
    const offending = new Uint8Array(bytes.subarray(0, OFFENDING_BYTES));
    this.#events.push({ type: 'malformed', error, offending });
    if (isReply || direction === 'symmetric' || error.remedy !== 'answer-error') return;
    const answer = this.#answers.answer(error.code, this.version, offending, this.#now);
    if (answer !== undefined) this.send(answer);
  }

  #waitingFor(): string {
    const what = this.#state === 'hello' ? 'a hello' : 'a features reply';
    return `${what} did not come in ${this.#options.handshakeTimeoutMs} ms`;
  }

  #endWith(code: OpenFlowError['code'], detail: string, source = SOURCE): void {
    this.#end(openFlowError(code, detail, source));
  }

  #end(error: OpenFlowError): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#requests.clear();
    this.#batches.clear();
    this.#packetIns.clear();
    this.#events.push({ type: 'ended', error });
  }
}
