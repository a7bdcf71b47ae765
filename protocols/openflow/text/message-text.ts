/**
 * Whole messages in the words of `ovs-ofctl ofp-print`: which words belong to which message.
 *
 * What stands here is behind the header's line: `OFPT_BARRIER_REPLY (OF1.3) (xid=0x2):` is print.ts's. A formatter's text
 * begins with the space or the newline that separates it.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { Message } from '../values/messages.ts';
import type { MessageFormatters, PrintContext } from './formatter.ts';
import { GROUP_TEXT } from './group-text.ts';
import { METER_TEXT } from './meter-text.ts';
import { MULTIPART_TEXT } from './multipart-text.ts';
import { PACKET_TEXT } from './packet-message-text.ts';
import { SWITCH_TEXT } from './switch-text.ts';

const FORMATTERS: MessageFormatters = {
  ...SWITCH_TEXT,
  ...PACKET_TEXT,
  ...MULTIPART_TEXT,
  ...GROUP_TEXT,
  ...METER_TEXT,
  // A request in a message: its words are here, too.
  requestforward: ({ request }, context) =>
    ` reason=${request.type}${formatBody(request, context)}`,
};

/** Behind the header's line; empty for a message without a body. */
export function formatBody(message: Message, context: PrintContext): string {
  // Each formatter takes the message of its own type: the record's type says so, TypeScript cannot follow it here.
  const format = FORMATTERS[message.type] as
    | ((message: Message, context: PrintContext) => string)
    | undefined;
  return format?.(message, context) ?? '';
}
