/**
 * One line of ovs-ofctl's language as `nva ofp encode` gives it back. Apart from the command, so that only it loads the codec.
 */
import { printMessage } from '../../protocols/openflow/print.ts';
import { parseFlowMod, parseFlowModLine } from '../../protocols/openflow/text/parse/flow-parse.ts';
import {
  parseGroupMod,
  parseGroupModLine,
} from '../../protocols/openflow/text/parse/group-parse.ts';
import { parseMeterMod } from '../../protocols/openflow/text/parse/meter-parse.ts';
import {
  type ParseResult,
  parsed,
  unparsed,
} from '../../protocols/openflow/text/parse/parse-result.ts';
import type { FlowCommand } from '../../protocols/openflow/values/commands.ts';
import type { Message } from '../../protocols/openflow/values/messages.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';
import type { EncodeCommand } from './openflow-words.ts';

export interface EncodeRequest {
  readonly command: EncodeCommand;
  readonly version: OpenFlowVersion;
  readonly strict: boolean;
  readonly mayCreate: boolean;
  readonly xid: number;
  readonly format: 'hex' | 'json';
}

/** `isLine`: of several, where a line of add-flow or add-group may begin with another command. Ends with a newline. */
export function encodeText(
  text: string,
  request: EncodeRequest,
  isLine: boolean,
): ParseResult<string> {
  const message = messageOf(text, request, isLine);
  if (!message.ok) return message;
  const bytes = bytesOf(request, message.value);
  if (typeof bytes === 'string') return unparsed(bytes);
  const hex = Buffer.from(bytes).toString('hex');
  const out =
    request.format === 'hex' ? hex : JSON.stringify({ hex, text: printMessage(bytes, 2) });
  return parsed(`${out}\n`, message.warnings);
}

/** A string says why there are none: the text is right, and more than a message holds. */
function bytesOf({ version, xid }: EncodeRequest, message: Message): Uint8Array | string {
  try {
    return encodeMessage(version, xid, message);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function messageOf(text: string, request: EncodeRequest, isLine: boolean): ParseResult<Message> {
  const { command, version, strict, mayCreate } = request;
  const flow = (base: 'modify' | 'delete'): FlowCommand => (strict ? `${base}_strict` : base);
  switch (command) {
    case 'add-flow':
      return isLine
        ? parseFlowModLine(text, version)
        : parseFlowMod(text, { version, command: 'add' });
    case 'mod-flows':
      return parseFlowMod(text, { version, command: flow('modify') });
    case 'del-flows':
      return parseFlowMod(text, { version, command: flow('delete') });
    case 'add-group':
      return groupMod(
        isLine
          ? parseGroupModLine(text, version)
          : parseGroupMod(text, { version, command: 'add' }),
      );
    case 'mod-group':
      return groupMod(
        parseGroupMod(text, { version, command: mayCreate ? 'add_or_modify' : 'modify' }),
      );
    case 'del-groups':
      return groupMod(parseGroupMod(text, { version, command: 'delete' }));
    case 'insert-buckets':
      return groupMod(parseGroupMod(text, { version, command: 'insert_buckets' }));
    case 'remove-buckets':
      return groupMod(parseGroupMod(text, { version, command: 'remove_bucket' }));
    case 'add-meter':
      return meterMod(text, 'add');
    case 'mod-meter':
      return meterMod(text, 'modify');
    case 'del-meter':
      return meterMod(text, 'delete');
  }
}

function groupMod(result: ReturnType<typeof parseGroupMod>): ParseResult<Message> {
  return result.ok ? parsed({ type: 'group_mod', mod: result.value }, result.warnings) : result;
}

function meterMod(text: string, command: 'add' | 'modify' | 'delete'): ParseResult<Message> {
  const result = parseMeterMod(text, { command });
  return result.ok ? parsed({ type: 'meter_mod', mod: result.value }) : result;
}
