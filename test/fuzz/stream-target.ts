/**
 * Several messages behind one another, cut into chunks anywhere: the framer, and a session that has asked for this and that.
 *
 * Neither throws; the framer gives what it was given; a session says nothing after its end, waits for nothing in the past, and what it
 * keeps is bounded.
 */
import type { OpenFlowEvent } from '../../protocols/openflow/session/events.ts';
import { OpenFlowSession } from '../../protocols/openflow/session/session.ts';
import type { Message } from '../../protocols/openflow/values/messages.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';
import { Framer } from '../../protocols/openflow/wire/framer.ts';
import { mutateMessage } from './mutate-message.ts';
import { hashOf, Random } from './random.ts';
import { messageSeeds } from './seeds.ts';
import type { Outcome, Target } from './target.ts';

const MESSAGES_MAX = 12;
const STREAM_MAX_BYTES = 16 * 1024;
/** The session's requests have the xids behind that of its features request. */
const XIDS = [2, 3, 4, 5, 6, 7, 8, 0, 0x80000001];
const EVENTS_MAX = 50;

export function streamTarget(): Target {
  const messages = messageSeeds();
  return {
    name: 'stream',
    // One of each version, without a message.
    seeds: [0, 1, 2].map((version) => Uint8Array.of(version)),
    mutate: (seed, random) => mutateStream(seed, random, messages),
    run: runStream,
  };
}

/** Behind what the seed has, or instead of it. */
function mutateStream(
  seed: Uint8Array,
  random: Random,
  messages: readonly Uint8Array[],
): Uint8Array {
  const head = random.once(2) ? seed.slice(0, STREAM_MAX_BYTES) : seed.slice(0, 1);
  const version = versionOf(seed);
  const parts = Array.from({ length: 1 + random.below(MESSAGES_MAX) }, () =>
    messageOf(version, random, messages),
  );
  return Uint8Array.from(Buffer.concat([head, ...parts]));
}

/** Damaged or not; mostly one that the session takes for an answer. */
function messageOf(
  version: OpenFlowVersion,
  random: Random,
  messages: readonly Uint8Array[],
): Uint8Array {
  const one = random.pick(messages).slice(0, 1024);
  const bytes = random.once(2) ? mutateMessage(one, random, messages) : one;
  if (bytes.length < 8 || random.once(20)) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  bytes[0] = version;
  if (!random.once(20)) view.setUint16(2, bytes.length);
  view.setUint32(4, random.pick(XIDS));
  return bytes;
}

function versionOf(input: Uint8Array): OpenFlowVersion {
  return (4 + ((input[0] ?? 0) % 3)) as OpenFlowVersion;
}

/** The first byte is the version. */
function runStream(input: Uint8Array): Outcome {
  const version = versionOf(input);
  const stream = input.subarray(1);
  const chunks = cut(stream, new Random(hashOf(input)));
  const fault = framerFault(stream, chunks);
  if (fault !== undefined) return { fault, features: [] };
  return runSession(version, chunks);
}

function cut(stream: Uint8Array, random: Random): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < stream.length; ) {
    const size = random.pick([1, 3, 8, 20, 100, 1000, stream.length]);
    // A copy with others around it: the driver's buffers are like that.
    const buffer = new Uint8Array(size + 16).fill(0xa5);
    const piece = stream.subarray(at, at + size);
    buffer.set(piece, 8);
    chunks.push(buffer.subarray(8, 8 + piece.length));
    at += size;
  }
  return chunks;
}

function framerFault(stream: Uint8Array, chunks: readonly Uint8Array[]): string | undefined {
  const whole: Uint8Array[] = [];
  const framer = new Framer();
  for (const chunk of chunks) {
    framer.push(chunk, (message) => {
      whole.push(Uint8Array.from(message));
      return true;
    });
    if (framer.heldBytes > 0xffff) return `the framer holds ${framer.heldBytes} bytes`;
  }
  const joined = Buffer.concat(whole);
  if (joined.compare(stream.subarray(0, joined.length)) !== 0) return 'the framer changed bytes';
  const lost = stream.length - joined.length - framer.heldBytes;
  if (framer.error === undefined && lost !== 0) return `the framer lost ${lost} bytes`;
  const wrong = whole.find((one) => one.length !== ((one[2] ?? 0) << 8) + (one[3] ?? 0));
  return wrong === undefined ? undefined : 'a message has another length than it says';
}

function runSession(version: OpenFlowVersion, chunks: readonly Uint8Array[]): Outcome {
  const session = readySession(version);
  const features = new Set<string>();
  let now = 10;
  for (const chunk of chunks) {
    const before = session.state;
    session.receive(chunk, now);
    chunk.fill(0x5a);
    session.takePacketIns(3);
    now += 1;
    const fault = tickFault(session, now) ?? stepFault(session, before, features);
    if (fault !== undefined) return { fault, features: [...features] };
  }
  const fault = tickFault(session, now + 100_000);
  const left = session.takeEvents();
  const byTime = left.some(({ type }) => type === 'reply')
    ? 'a reply by the time alone'
    : undefined;
  return { fault: fault ?? byTime, features: [...features] };
}

/** A deadline that stays in the past would keep its driver busy for ever. */
function tickFault(session: OpenFlowSession, now: number): string | undefined {
  if ((session.deadline() ?? Number.POSITIVE_INFINITY) <= now) session.tick(now);
  const deadline = session.deadline() ?? Number.POSITIVE_INFINITY;
  return deadline > now ? undefined : `it waits for ${deadline}, at ${now}`;
}

function readySession(version: OpenFlowVersion): OpenFlowSession {
  const session = new OpenFlowSession(0, { eventsMax: EVENTS_MAX, multipartMaxBytes: 8192 });
  const features: Message = {
    type: 'features_reply',
    datapathId: '00000000000000ab',
    ...{ buffers: 0, tables: 1, auxiliaryId: 0, capabilities: 0 },
  };
  session.receive(encodeMessage(version, 1, { type: 'hello', versions: [version] }), 1);
  session.receive(encodeMessage(version, 2, features), 2);
  session.request({ type: 'multipart_request', request: { kind: 'flow' } }, 1000, 3);
  session.request({ type: 'multipart_request', request: { kind: 'group_desc' } }, 1000, 3);
  session.request({ type: 'multipart_request', request: { kind: 'port_desc' } }, 1000, 3);
  session.request({ type: 'get_config_request' }, 1000, 3);
  session.sendBatch([{ type: 'set_config', flags: 0, missSendLen: 0 }], 1000, 3);
  session.takeEvents();
  session.takeOutput();
  return session;
}

function stepFault(
  session: OpenFlowSession,
  before: OpenFlowSession['state'],
  features: Set<string>,
): string | undefined {
  const events = session.takeEvents();
  if (before === 'ended' && events.length > 0) return 'events after the end';
  const asked = events.filter(({ type }) => type === 'reply' || type === 'request-failed').length;
  if (events.length > EVENTS_MAX + asked + 10) return `${events.length} events wait`;
  const end = events.findIndex(({ type }) => type === 'ended');
  if (end !== -1 && end !== events.length - 1) return 'an event behind the end';
  for (const event of events) features.add(featureOf(event));
  for (const bytes of session.takeOutput()) {
    const decoded = decodeMessage(bytes, { strict: true });
    if (!decoded.ok) return `it says what nobody understands: ${decoded.error.detail}`;
    features.add(`says ${decoded.value.message.type}`);
  }
  return undefined;
}

function featureOf(event: OpenFlowEvent): string {
  if (event.type === 'ended' || event.type === 'malformed')
    return `${event.type} ${event.error.code}`;
  if (event.type === 'async') return `async ${event.message.type}`;
  return event.type === 'reply' ? `reply ${event.message?.type}` : event.type;
}
