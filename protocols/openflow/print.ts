/**
 * The bytes of a message to the words of `ovs-ofctl ofp-print`.
 *
 *     OFPT_BARRIER_REPLY (OF1.3) (xid=0x2):
 *
 * A message that Open vSwitch would refuse is printed as Open vSwitch does it: the name of the error, then the bytes.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1 (ofp-print); judged by it.
 */
import { hexDump } from './text/hex-dump.ts';
import { formatBody } from './text/message-text.ts';
import { messageForm, multipartForm } from './values/message-forms.ts';
import type { Message } from './values/messages.ts';
import type { OpenFlowVersion } from './values/version.ts';
import { decodeMessage } from './wire/decode.ts';
import { HEADER_BYTES } from './wire/message-types.ts';

export const DEFAULT_VERBOSITY = 2;

/** One message, ending with a newline. */
export function printMessage(bytes: Uint8Array, verbosity = DEFAULT_VERBOSITY): string {
  if (bytes.length === 0) return 'OpenFlow message is empty\n';
  const dump = hexDump(bytes);
  if (bytes.length < HEADER_BYTES) {
    return `OpenFlow packet too short (only ${bytes.length} bytes):\n${dump}`;
  }
  const stated = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  if (stated < bytes.length) {
    return `(***only uses ${stated} bytes out of ${bytes.length}***)\n${dump}`;
  }
  const decoded = decodeMessage(bytes, { strict: true });
  if (!decoded.ok) return `***decode error: ${decoded.error.code}***\n${dump}`;
  const { version, xid, message } = decoded.value;
  const spoken = version as OpenFlowVersion;
  const nested = (inner: Uint8Array, level = verbosity) => printMessage(inner, level).trimEnd();
  const head = `${nameOf(message, spoken)} (OF1.${version - 1}) (xid=0x${xid.toString(16)}):`;
  const body = formatBody(message, { version: spoken, verbosity, nested });
  return `${head}${body}`.replace(/\n?$/, '\n');
}

function nameOf(message: Message, version: OpenFlowVersion): string {
  switch (message.type) {
    case 'multipart_request':
    case 'multipart_reply': {
      const [kind, word] =
        message.type === 'multipart_request'
          ? [message.request.kind, 'request']
          : [message.reply.kind, 'reply'];
      const form = kind === 'unknown' ? undefined : multipartForm(kind, version);
      return `${form?.name ?? 'OFPST'} ${word}`;
    }
    case 'experimenter':
    case 'unknown':
      return 'OFPT';
    default:
      return messageForm(message.type, version)?.name ?? 'OFPT';
  }
}
