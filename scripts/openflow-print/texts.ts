/**
 * Texts that the test files give to `ovs-ofctl` (flows, groups, meters): what it sends for each, and what our parsers make of it.
 */
import { parseFlowModLine } from '../../protocols/openflow/text/parse/flow-parse.ts';
import { parseGroupModLine } from '../../protocols/openflow/text/parse/group-parse.ts';
import { type ParseResult, parsed } from '../../protocols/openflow/text/parse/parse-result.ts';
import type { Message } from '../../protocols/openflow/values/messages.ts';
import { VERSION_NAMES } from '../../protocols/openflow/values/version.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';
import { parseCommand } from '../../test/protocols/openflow/text/parse-command.ts';
import { type PlayedSwitch, playSwitch } from '../../test/protocols/openflow/text/played-switch.ts';
import type { Call } from './calls.ts';
import { VERSIONS } from './wrap.ts';

export interface TextCase {
  readonly section: string;
  readonly title: string;
  /** As parse-command.ts has it. */
  readonly command: string;
  readonly text: string;
}

export interface TextVerdict {
  readonly text: TextCase;
  readonly version: (typeof VERSIONS)[number];
  /** Undefined: refused. */
  readonly theirs: string | undefined;
  readonly ours: string | undefined;
  /** What was said by who refused. */
  readonly complaint: string;
}

/** Behind the switch stands one text, or a file of them. */
const COMMANDS: ReadonlyMap<string, string> = new Map([
  ...['add-flow', 'mod-flows', 'del-flows', 'add-group', 'mod-group', 'del-groups'].map(
    (command) => [command, command] as const,
  ),
  ...['insert-buckets', 'remove-buckets', 'add-meter', 'mod-meter', 'del-meter'].map(
    (command) => [command, command] as const,
  ),
  ['add-flows', 'add-flow'],
  ['replace-flows', 'add-flow'],
  ['diff-flows', 'add-flow'],
  ['add-groups', 'add-group'],
]);
const PARSERS: ReadonlyMap<string, string> = new Map([
  ['parse-flow', 'add-flow'],
  ['parse-flows', 'add-flow'],
  ['parse-group', 'add-group'],
]);

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '');
}

export function textCases(file: string, calls: readonly Call[]): TextCase[] {
  const cases = calls.flatMap(({ title, options, command, args, files, stdin }) => {
    const parser = PARSERS.get(command);
    const known = parser ?? COMMANDS.get(command);
    if (known === undefined) return [];
    const strict = options.includes('--strict') && /^(mod|del)-flows$/.test(command);
    const at = parser === undefined ? 1 : 0;
    const content = args[at] === '-' ? stdin : files[at];
    const texts = content === undefined ? [args[at] ?? ''] : linesOf(content);
    return texts.map((text) => ({
      ...{ section: `${file}: texts`, title, text },
      command: strict ? `${known} --strict` : known,
    }));
  });
  return [...new Map(cases.map((one) => [`${one.command} ${one.text}`, one])).values()];
}

export async function judgeTexts(texts: readonly TextCase[]): Promise<TextVerdict[]> {
  const played = await playSwitch();
  try {
    const verdicts: TextVerdict[] = [];
    for (const text of texts) {
      for (const version of VERSIONS) verdicts.push(await judgeText(played, text, version));
    }
    return verdicts;
  } finally {
    await played.stop();
  }
}

/** Lines of files may begin with another command, so both are given as a file's line where there is such a file. */
const LINES: Readonly<Record<string, string>> = {
  'add-flow': 'add-flows',
  'add-group': 'add-groups',
};

async function judgeText(
  played: PlayedSwitch,
  text: TextCase,
  version: TextVerdict['version'],
): Promise<TextVerdict> {
  const file = LINES[text.command];
  const [command = '', ...options] = text.command.split(' ');
  const words = file === undefined ? [command, text.text, ...options] : [file, '-'];
  const sent = await played.send(VERSION_NAMES[version], words, `${text.text}\n`);
  const own = ownBytes(text, version);
  const theirs = sent.complaint === '' ? sent.messages.join(' ') : undefined;
  const ours = own.ok ? own.value : undefined;
  return { text, version, theirs, ours, complaint: own.ok ? sent.complaint : own.error };
}

function ownBytes(
  { command, text }: TextCase,
  version: TextVerdict['version'],
): ParseResult<string> {
  const result = messageOf(command, text, version);
  if (!result.ok) return result;
  try {
    return parsed(Buffer.from(encodeMessage(version, 0, result.value)).toString('hex'));
  } catch (error) {
    return { ok: false, error: String(error) };
  }
}

function messageOf(
  command: string,
  text: string,
  version: TextVerdict['version'],
): ParseResult<Message> {
  if (command === 'add-flow') return parseFlowModLine(text, version);
  if (command !== 'add-group') return parseCommand(command, text, version);
  const result = parseGroupModLine(text, version);
  return result.ok ? parsed({ type: 'group_mod', mod: result.value }) : result;
}
