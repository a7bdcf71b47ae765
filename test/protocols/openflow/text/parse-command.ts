/**
 * A text by ovs-ofctl's command, to the message that it asks for.
 */
import { parseFlowMod } from '../../../../protocols/openflow/text/parse/flow-parse.ts';
import { parseGroupMod } from '../../../../protocols/openflow/text/parse/group-parse.ts';
import { parseMeterMod } from '../../../../protocols/openflow/text/parse/meter-parse.ts';
import {
  type ParseResult,
  parsed,
} from '../../../../protocols/openflow/text/parse/parse-result.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';

const FLOW_COMMANDS = {
  'add-flow': 'add',
  'mod-flows': 'modify',
  'del-flows': 'delete',
  'mod-flows --strict': 'modify_strict',
  'del-flows --strict': 'delete_strict',
} as const;

const GROUP_COMMANDS = {
  'add-group': 'add',
  'mod-group': 'modify',
  'del-groups': 'delete',
  'insert-buckets': 'insert_buckets',
  'remove-buckets': 'remove_bucket',
} as const;

const METER_COMMANDS = {
  'add-meter': 'add',
  'mod-meter': 'modify',
  'del-meter': 'delete',
} as const;

export function parseCommand(
  command: string,
  text: string,
  version: OpenFlowVersion,
): ParseResult<Message> {
  if (isKey(FLOW_COMMANDS, command)) {
    return parseFlowMod(text, { version, command: FLOW_COMMANDS[command] });
  }
  if (isKey(GROUP_COMMANDS, command)) {
    const result = parseGroupMod(text, { version, command: GROUP_COMMANDS[command] });
    return result.ok ? parsed({ type: 'group_mod', mod: result.value }, result.warnings) : result;
  }
  if (isKey(METER_COMMANDS, command)) {
    const result = parseMeterMod(text, { command: METER_COMMANDS[command] });
    return result.ok ? parsed({ type: 'meter_mod', mod: result.value }) : result;
  }
  throw new Error(`no command ${command}`);
}

function isKey<Table extends object>(table: Table, key: string): key is keyof Table & string {
  return Object.hasOwn(table, key);
}

/** In hexadecimal, with xid 0; throws what the parser says. */
export function encodeCommand(command: string, text: string, version: OpenFlowVersion): string {
  const result = parseCommand(command, text, version);
  if (!result.ok) throw new Error(`${command} ${text}: ${result.error}`);
  return Buffer.from(encodeMessage(version, 0, result.value)).toString('hex');
}
