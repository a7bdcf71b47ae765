/**
 * One OpenFlow connection, seen from the controller: handshake, liveness, requests and their replies.
 *
 *     hello ──▶ features ──▶ ready ──▶ ended        (every state may end)
 *
 * No socket and no clock (ByteSession). Only whole messages count as a sign of life, so that a peer that dribbles one message
 * for ever is silent. The session's own xids are 1 to 0x7fffffff: who sends buffers of his own through `send` sets the
 * top bit, and finds his xids in `error` events.
 *
 * Source: OpenFlow 1.3.5 §6.1 (message kinds), §6.3.1 (connection set-up), §6.4 (echo), §7.5.
 */
import type { ByteSession } from '../../base/byte-session.ts';
import type { DurationMs, InstantMs } from '../../base/units.ts';
import { type OpenFlowError, openFlowError } from '../values/errors.ts';
import type { Hello, Message } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { type Decoded, decodeMessage } from '../wire/decode.ts';
import { encodeMessage } from '../wire/encode.ts';
import { Framer } from '../wire/framer.ts';
import { HEADER_BYTES, TYPE } from '../wire/message-types.ts';
import { MULTIPART_HEADER, MULTIPART_MORE } from '../wire/multipart.ts';
import type { OpenFlowEvent } from './events.ts';
import { agreeOnVersion } from './negotiation.ts';
import { type Request, Requests } from './requests.ts';

export interface OpenFlowSessionOptions {
  /** Ascending. */
  readonly versions: readonly OpenFlowVersion[];
  /** Silence after which an echo request goes out; after as much again the session ends. */
  readonly probeIntervalMs: DurationMs;
  /** From the beginning to `ready`. */
  readonly handshakeTimeoutMs: DurationMs;
  /** Of all parts of one reply. */
  readonly multipartMaxBytes: number;
}

export const OPENFLOW_SESSION_DEFAULTS: OpenFlowSessionOptions = {
  versions: [4, 5, 6],
  // Open vSwitch's own default inactivity_probe (ovs-vswitchd.conf.db(5)).
  probeIntervalMs: 5_000,
  handshakeTimeoutMs: 10_000,
  // About 400,000 flows of a dump.
  multipartMaxBytes: 64 * 1024 * 1024,
};

const XID_MAX = 0x7fffffff;
/** OpenFlow 1.3.5 §7.4.4: a switch gives at least so much of what it refuses. */
const OFFENDING_BYTES = 64;
const HELLO_FAILED = 0;
const INCOMPATIBLE = 0;
const SOURCE = 'OpenFlow 1.3.5 §6.3.1';

type State = 'hello' | 'features' | 'ready' | 'ended';

/** Of the interval: so much later than it would be due, a probe of ours follows on one of the peer's. */
const COURTESY = 0.1;

export class OpenFlowSession implements ByteSession<OpenFlowEvent> {
  readonly #options: OpenFlowSessionOptions;
  readonly #framer = new Framer();
  readonly #requests: Requests;
  readonly #handshakeDeadline: InstantMs;
  #state: State = 'hello';
  #version: OpenFlowVersion;
  #events: OpenFlowEvent[] = [];
  #output: Uint8Array[] = [];
  #lastXid = 0;
  #lastHeard: InstantMs;
  /** A peer that has just probed us is let be the one who asks: else both would, at the same moment for ever. */
  #courtesyMs: DurationMs = 0;
  /** When the unanswered echo request went out. */
  #probedAt: InstantMs | undefined;

  constructor(now: InstantMs, options: Partial<OpenFlowSessionOptions> = {}) {
    this.#options = { ...OPENFLOW_SESSION_DEFAULTS, ...options };
    this.#requests = new Requests(this.#options.multipartMaxBytes);
    this.#lastHeard = now;
    this.#handshakeDeadline = now + this.#options.handshakeTimeoutMs;
    const versions = this.#options.versions;
    this.#version = versions.at(-1) ?? 4;
    this.#say({ type: 'hello', versions });
  }

  /** The version agreed on; our highest before that. */
  get version(): OpenFlowVersion {
    return this.#version;
  }

  get state(): State {
    return this.#state;
  }

  receive(chunk: Uint8Array, now: InstantMs): void {
    if (this.#state === 'ended') return;
    this.#framer.push(chunk, (message) => {
      this.#lastHeard = now;
      this.#probedAt = undefined;
      this.#courtesyMs = 0;
      this.#take(message);
      return this.#state !== 'ended';
    });
    const error = this.#framer.error;
    if (error !== undefined) this.#end(error);
  }

  tick(now: InstantMs): void {
    if (this.#state === 'ended') return;
    this.#events.push(...this.#requests.expire(now));
    if (this.#state !== 'ready') {
      if (now >= this.#handshakeDeadline) this.#endWith('handshake-timeout', this.#waitingFor());
    } else if (this.#probedAt === undefined) {
      if (now >= this.#probeDueAt()) this.#probe(now);
    } else if (now >= this.#probeDueAt()) {
      this.#endWith('peer-silent', `no answer to an echo request in ${now - this.#probedAt} ms`);
    }
  }

  deadline(): InstantMs | undefined {
    if (this.#state === 'ended') return undefined;
    const own = this.#state === 'ready' ? this.#probeDueAt() : this.#handshakeDeadline;
    return Math.min(own, this.#requests.deadline() ?? own);
  }

  takeEvents(): OpenFlowEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  takeOutput(): Uint8Array[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  /** Sends a request; its xid comes back in a `reply` or a `request-failed`. Only once ready. */
  request(message: Request, timeoutMs: DurationMs, now: InstantMs): number {
    if (this.#state === 'ended') return this.#nextXid();
    if (this.#state !== 'ready') throw new Error('an OpenFlow request before the session is ready');
    const xid = this.#say(message);
    this.#requests.add(xid, message, timeoutMs, now);
    return xid;
  }

  barrier(now: InstantMs, timeoutMs: DurationMs): number {
    return this.request({ type: 'barrier_request' }, timeoutMs, now);
  }

  /** Sends a message that nothing answers; returns its xid, which an error would carry. */
  tell(message: Message): number {
    return this.#state === 'ended' ? this.#nextXid() : this.#say(message);
  }

  /** Sends whole messages that are encoded already, without a copy. */
  send(bytes: Uint8Array): void {
    if (this.#state !== 'ended') this.#output.push(bytes);
  }

  #nextXid(): number {
    this.#lastXid = this.#lastXid === XID_MAX ? 1 : this.#lastXid + 1;
    return this.#lastXid;
  }

  #say(message: Message): number {
    const xid = this.#nextXid();
    this.#output.push(encodeMessage(this.#version, xid, message));
    return xid;
  }

  /** The next probe, or the end of waiting for the answer to one. */
  #probeDueAt(): InstantMs {
    const since = this.#probedAt ?? this.#lastHeard + this.#courtesyMs;
    return since + this.#options.probeIntervalMs;
  }

  #probe(now: InstantMs): void {
    this.#probedAt = now;
    this.#say({ type: 'echo_request', data: new Uint8Array(0) });
  }

  /** One whole message. */
  #take(bytes: Uint8Array): void {
    if (this.#state !== 'hello' && bytes[0] !== this.#version) {
      this.#endWith('bad-version', `version ${bytes[0]} after version ${this.#version} was agreed`);
      return;
    }
    if (this.#isUnwanted(bytes) || this.#takeFlowPart(bytes)) return;
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) this.#malformed(decoded.error, bytes);
    else if (this.#state === 'hello') this.#takeHello(decoded.value);
    else if (this.#state === 'features') this.#takeFeatures(decoded.value);
    else this.#takeReady(decoded.value, bytes.length);
  }

  #malformed(error: OpenFlowError, bytes: Uint8Array): void {
    if (error.remedy === 'end-session') {
      this.#end(error);
      return;
    }
    if (this.#state === 'hello') {
      this.#endWith('hello-expected', `the first message is no hello: ${error.detail}`);
      return;
    }
    const xid = xidOf(bytes);
    if (isReply(bytes) && this.#requests.has(xid)) {
      this.#events.push(this.#requests.fail(xid, { type: 'bad-reply', error }));
    }
    const offending = new Uint8Array(bytes.subarray(0, OFFENDING_BYTES));
    this.#events.push({ type: 'malformed', error, offending });
  }

  #takeHello({ version, message }: Decoded): void {
    if (message.type === 'error') {
      this.#endWith('hello-refused', `error ${message.errorType}, ${message.code} for our hello`);
    } else if (message.type !== 'hello') {
      this.#endWith('hello-expected', `the first message is a ${message.type}, not a hello`);
    } else {
      this.#agree(version, message);
    }
  }

  #agree(theirHeaderVersion: number, hello: Hello): void {
    const agreed = agreeOnVersion(this.#options.versions, theirHeaderVersion, hello);
    if (agreed === undefined) {
      const theirs = hello.versions?.join(', ') ?? `up to ${theirHeaderVersion}`;
      const detail = `the peer speaks wire versions ${theirs}, we speak ${this.#options.versions.join(', ')}`;
      const data = new TextEncoder().encode(detail);
      this.#say({ type: 'error', errorType: HELLO_FAILED, code: INCOMPATIBLE, data });
      this.#endWith('no-common-version', detail);
      return;
    }
    this.#version = agreed;
    this.#state = 'features';
    this.#say({ type: 'features_request' });
  }

  #takeFeatures({ xid, message }: Decoded): void {
    if (message.type === 'features_reply') {
      const { type, ...features } = message;
      this.#state = 'ready';
      this.#events.push({ type: 'ready', version: this.#version, features });
    } else if (message.type === 'error' && message.errorType === HELLO_FAILED) {
      this.#endWith('hello-refused', `error 0, ${message.code} for our hello`);
    } else if (message.type === 'echo_request') {
      this.#answerEcho(xid, message.data);
    }
  }

  #takeReady({ xid, message }: Decoded, size: number): void {
    switch (message.type) {
      case 'echo_request':
        this.#answerEcho(xid, message.data);
        this.#courtesyMs = this.#options.probeIntervalMs * COURTESY;
        return;
      case 'error':
        this.#takeError(xid, message);
        return;
      case 'port_status':
      case 'packet_in':
      case 'flow_removed':
      case 'role_status':
      case 'experimenter':
        this.#events.push({ type: 'async', message });
        return;
      default:
        this.#takeReply(xid, message, size);
    }
  }

  /** Not one of ours, or a type that nobody asked for: passed over. */
  #takeReply(xid: number, message: Message, size: number): void {
    const event = this.#requests.addReply(xid, message, size);
    if (event !== undefined) this.#events.push(event);
  }

  #takeError(xid: number, message: Extract<Message, { type: 'error' }>): void {
    if (this.#requests.has(xid)) {
      this.#events.push(this.#requests.fail(xid, message));
      return;
    }
    const offending = message.data.slice(0, OFFENDING_BYTES);
    this.#events.push({ type: 'error', xid, message, offending });
  }

  #answerEcho(xid: number, data: Uint8Array): void {
    this.#output.push(encodeMessage(this.#version, xid, { type: 'echo_reply', data }));
  }

  /** A part of a multipart reply that nobody waits for any more: not worth decoding. */
  #isUnwanted(bytes: Uint8Array): boolean {
    return bytes[1] === TYPE.multipart_reply && !this.#requests.has(xidOf(bytes));
  }

  /** The hot path of a flow dump: the body is kept, not decoded. */
  #takeFlowPart(bytes: Uint8Array): boolean {
    const body = HEADER_BYTES + MULTIPART_HEADER.size;
    if (bytes[1] !== TYPE.multipart_reply || bytes.length < body) return false;
    const xid = xidOf(bytes);
    if (this.#state !== 'ready' || !this.#requests.isFlowDump(xid)) return false;
    if (bytes[8] !== 0 || bytes[9] !== 1) return false;
    const more = ((bytes[11] ?? 0) & MULTIPART_MORE) !== 0;
    const event = this.#requests.addFlowPart(xid, bytes.subarray(body), more);
    if (event !== undefined) this.#events.push(event);
    return true;
  }

  #waitingFor(): string {
    const what = this.#state === 'hello' ? 'a hello' : 'a features reply';
    return `${what} did not come in ${this.#options.handshakeTimeoutMs} ms`;
  }

  #endWith(code: OpenFlowError['code'], detail: string): void {
    this.#end(openFlowError(code, detail, SOURCE));
  }

  #end(error: OpenFlowError): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#requests.clear();
    this.#events.push({ type: 'ended', error });
  }
}

function xidOf(bytes: Uint8Array): number {
  const [b4 = 0, b5 = 0, b6 = 0, b7 = 0] = bytes.subarray(4, 8);
  return ((b4 << 24) | (b5 << 16) | (b6 << 8) | b7) >>> 0;
}

const REPLY_NUMBERS: ReadonlySet<number> = new Set([
  TYPE.multipart_reply,
  TYPE.features_reply,
  TYPE.get_config_reply,
  TYPE.role_reply,
  TYPE.bundle_control,
  TYPE.experimenter,
]);

/** An async message may carry any xid; only a reply's is one of ours. */
function isReply(bytes: Uint8Array): boolean {
  return REPLY_NUMBERS.has(bytes[1] ?? -1);
}
