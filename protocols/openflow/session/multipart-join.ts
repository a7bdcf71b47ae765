/**
 * The parts of one multipart reply as one: records one behind the other, in order. A kind without records has one part.
 *
 * Source: OpenFlow 1.3.5 §7.3.5 (each part holds whole records).
 */
import { type MultipartReply, REPLY_RECORDS } from '../values/multipart.ts';

export function joinReplies(replies: readonly MultipartReply[]): MultipartReply {
  const [first, ...others] = replies;
  if (first === undefined) throw new Error('a multipart reply without parts');
  if (others.length === 0) return first;
  if (first.kind === 'unknown') return { ...first, body: joinBytes(replies) };
  const member = (REPLY_RECORDS as Readonly<Record<string, string>>)[first.kind];
  if (member === undefined) return first;
  const records = replies.flatMap((reply) =>
    reply.kind === first.kind ? listIn(reply, member) : [],
  );
  return { ...first, [member]: records };
}

function listIn(reply: MultipartReply, member: string): readonly unknown[] {
  const list = (reply as unknown as Readonly<Record<string, unknown>>)[member];
  return Array.isArray(list) ? list : [];
}

function joinBytes(replies: readonly MultipartReply[]): Uint8Array {
  const bodies = replies.flatMap((part) => (part.kind === 'unknown' ? [part.body] : []));
  const joined = new Uint8Array(bodies.reduce((sum, body) => sum + body.length, 0));
  let at = 0;
  for (const body of bodies) {
    joined.set(body, at);
    at += body.length;
  }
  return joined;
}
