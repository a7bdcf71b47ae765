/**
 * Flows in ovs-ofctl's words, as add-flow, mod-flows and del-flows (--strict) take them:
 * `table=1,priority=100,ip,nw_dst=10.0.0.0/8,idle_timeout=60,actions=output:1`. A line that dump-flows printed is one, too.
 *
 * Traps, all as ovs-ofctl has them: everything behind `actions=` is actions; del-flows without a table means all tables, the
 * others table 0; a cookie with a mask chooses flows, and one without a mask is set, which OpenFlow 1.3 and later do for add-flow
 * alone; importance is sent from OpenFlow 1.4 on, and by add-flow alone.
 * Source: ovs-ofctl(8) of Open vSwitch 3.1 ("Flow Syntax"); OpenFlow 1.3.5 §7.3.4.1.
 */
import type { FlowCommand } from '../../values/commands.ts';
import type { Match } from '../../values/match.ts';
import type { FlowMod } from '../../values/messages.ts';
import { OFPG_ALL, OFPG_ANY, OFPP_ANY, OFPTT_ALL } from '../../values/ports.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { suggestion } from '../suggestion.ts';
import { instructionsAt } from './action-parse.ts';
import { parseMatchWords } from './match-parse.ts';
import { isMatchWord, matchWords } from './match-words.ts';
import type { ParseResult } from './parse-result.ts';
import { decimalAt, numberAt, portAt, tableAt, u64At } from './piece-parse.ts';
import { judged, type Piece, quoted, refuse } from './text-fault.ts';
import { cutAt, cutWords, type Word } from './words.ts';

export interface FlowContext {
  readonly version: OpenFlowVersion;
  readonly command: FlowCommand;
}

const DEFAULT_PRIORITY = 32768;
const GROUP_ID_MAX = 0xffffffff;

/** OFPFF_*, by bit. */
const FLAGS = [
  'send_flow_rem',
  'check_overlap',
  'reset_counts',
  'no_packet_counts',
  'no_byte_counts',
];

/** Printed by a dump, without a meaning for who sends. */
const OF_A_DUMP = ['duration', 'n_packets', 'n_bytes', 'idle_age', 'hard_age'];
const IGNORED = ['no_readonly_table', 'allow_hidden_fields'];

interface FlowWords {
  table?: number;
  priority?: number;
  idleTimeout?: number;
  hardTimeout?: number;
  importance?: number;
  /** To be set. */
  newCookie?: bigint;
  /** To choose by. */
  cookie?: bigint;
  cookieMask?: bigint;
  outPort?: number;
  outGroup?: number;
}

export function parseFlowMod(text: string, context: FlowContext): ParseResult<FlowMod> {
  return judged(text, (warnings) => flowModOf({ text, at: 0 }, context, warnings));
}

const COMMANDS: readonly FlowCommand[] = [
  'add',
  'modify',
  'modify_strict',
  'delete',
  'delete_strict',
];

/** A line of a file for add-flows: it may begin with another command than add. */
export function parseFlowModLine(text: string, version: OpenFlowVersion): ParseResult<FlowMod> {
  return judged(text, (warnings) => {
    const [, before = '', word = ''] = /^(\s*)([^,\s]*)/.exec(text) ?? [];
    const command = COMMANDS.find((name) => name === word);
    const at = command === undefined ? 0 : before.length + word.length;
    const piece = { text: text.slice(at), at };
    return flowModOf(piece, { version, command: command ?? 'add' }, warnings);
  });
}

function flowModOf(piece: Piece, context: FlowContext, warnings: string[]): FlowMod {
  const { version, command } = context;
  const deletes = isDelete(command);
  const [head, actions] = deletes ? [piece, undefined] : cutActions(piece);
  const { words, flags, matching } = headOf(head, context, warnings);
  warnings.push(...forgotten(words, context));
  const match = matchOf(matching, version, warnings);
  const { table = OFPTT_ALL, priority = DEFAULT_PRIORITY } = words;
  const { idleTimeout = 0, hardTimeout = 0, importance = 0 } = words;
  const instructions =
    actions === undefined
      ? []
      : instructionsAt(actions, { version, match, ...(table === OFPTT_ALL ? {} : { table }) });
  return {
    type: 'flow_mod',
    command,
    flow: {
      ...{ table: table === OFPTT_ALL && !deletes ? 0 : table, priority, match, instructions },
      cookie: sentCookie(command, words),
      ...(idleTimeout === 0 ? {} : { idleTimeout }),
      ...(hardTimeout === 0 ? {} : { hardTimeout }),
      ...(flags === 0 ? {} : { flags }),
    },
    ...(words.cookieMask === undefined ? {} : { cookieMask: words.cookieMask }),
    ...(words.outPort === undefined ? {} : { outPort: words.outPort }),
    ...(words.outGroup === undefined ? {} : { outGroup: words.outGroup }),
    ...(importance === 0 || version < 5 ? {} : { importance }),
  };
}

function isDelete(command: FlowCommand): boolean {
  return command === 'delete' || command === 'delete_strict';
}

function sentCookie(command: FlowCommand, words: FlowWords): bigint {
  const { newCookie = 0n, cookie = 0n, cookieMask = 0n } = words;
  return command === 'add' ? newCookie : cookie & cookieMask;
}

/** Before `actions=`, and behind it. */
function cutActions({ text, at }: Piece): readonly [Piece, Piece] {
  const word = text.indexOf('action');
  const equals = word < 0 ? -1 : text.indexOf('=', word);
  if (equals < 0)
    refuse(at, 'what does the flow do? add actions=, as in actions=output:1 or actions=drop');
  return [
    { text: text.slice(0, word), at },
    { text: text.slice(equals + 1), at: at + equals + 1 },
  ];
}

interface Head {
  readonly words: FlowWords;
  readonly flags: number;
  /** The words of the match. */
  readonly matching: readonly Word[];
}

function headOf(piece: Piece, context: FlowContext, warnings: string[]): Head {
  const matching: Word[] = [];
  let words: FlowWords = {};
  let flags = 0;
  const said = new Map<string, string>();
  for (const word of cutWords(piece)) {
    const flag = FLAGS.indexOf(word.key);
    const setting = Object.hasOwn(SETTINGS, word.key) ? SETTINGS[word.key] : undefined;
    if (flag >= 0) flags |= flagBit(flag, word, context);
    else if (setting !== undefined) {
      words = { ...words, ...setting(word, context) };
      noteTwice(said, word, warnings);
    } else if (!isIgnored(word)) matching.push(matchWordOf(word, context));
  }
  return { words, flags, matching };
}

/** Of a setting that is there twice the last counts; a cookie to choose by and one to set are two. */
function noteTwice(said: Map<string, string>, { key, value }: Word, warnings: string[]): void {
  const spelled = `${key}=${value.text}`;
  const what = value.text.includes('/') ? `${key}/` : key;
  const earlier = said.get(what) ?? spelled;
  if (earlier !== spelled) warnings.push(`${spelled} overrides ${earlier}; keep one of them`);
  said.set(what, spelled);
}

/** What the version has no room for. */
function forgotten({ newCookie, importance }: FlowWords, context: FlowContext): string[] {
  const { command, version } = context;
  const told: string[] = [];
  if (command !== 'add' && newCookie !== undefined && newCookie !== 0n) {
    const cookie = `cookie=0x${newCookie.toString(16)}`;
    told.push(`${cookie} is left out: a change keeps the flow's cookie; leave it out`);
  }
  if (version < 5 && importance !== undefined) {
    const word = `importance=${importance}`;
    told.push(`${word} is left out: OpenFlow 1.4 and later have it; give -O OpenFlow14`);
  }
  return told;
}

function flagBit(bit: number, { key, at }: Word, { command }: FlowContext): number {
  if (isDelete(command)) refuse(at, `${key} is said of flows that are added; leave it out`);
  return 1 << bit;
}

function isIgnored({ key, at, value }: Word): boolean {
  if (OF_A_DUMP.includes(key) && value.text === '')
    refuse(at, `${key} needs a value, as a dump has it`);
  return OF_A_DUMP.includes(key) || IGNORED.includes(key);
}

function matchWordOf(word: Word, { command }: FlowContext): Word {
  const { key, at } = word;
  if (isMatchWord(key)) return word;
  if (/^actions?$/.test(key)) {
    const name = command === 'delete' ? 'del-flows' : 'del-flows --strict';
    refuse(at, `${name} takes no actions; leave them out`);
  }
  const known = [...Object.keys(SETTINGS), ...FLAGS, ...matchWords()];
  return refuse(at, `${quoted(key)} is no word of a flow${suggestion(key, known)}`);
}

function matchOf(words: readonly Word[], version: OpenFlowVersion, warnings: string[]): Match {
  const texts = words.map(({ key, value }) => ({ key, value: value.text }));
  const result = parseMatchWords(texts, version);
  if (result.ok) {
    warnings.push(...(result.warnings ?? []));
    return result.value;
  }
  // The sentence begins with the word; of two with the same key, the last one contradicts the other.
  const spelled = words.filter(({ key, value }) => {
    const text = value.text === '' ? key : `${key}=${value.text}`;
    return result.error.startsWith(`${text} `) || result.error.startsWith(`${text}:`);
  });
  const word = spelled.at(-1) ?? words.findLast(({ key }) => result.error.startsWith(key));
  return refuse(word?.at ?? 0, result.error);
}

type Setting = (word: Word, context: FlowContext) => FlowWords;

/** Refuses where the command does not have it. */
function only(commands: readonly FlowCommand[], hint: string, setting: Setting): Setting {
  return (word, context) => {
    if (!commands.includes(context.command)) refuse(word.at, `${word.key} ${hint}`);
    return setting(word, context);
  };
}

const WRITING: readonly FlowCommand[] = ['add', 'modify', 'modify_strict'];
const DELETING: readonly FlowCommand[] = ['delete', 'delete_strict'];

const OF_WRITING = 'is said of flows that are added or modified; leave it out';
const OF_DELETING = 'chooses among flows to delete; leave it out';

const SETTINGS: Readonly<Record<string, Setting>> = {
  table: ({ value }) => ({ table: tableAt(value, 'table') }),
  priority: only(
    [...WRITING, 'delete_strict'],
    'chooses a single flow, which del-flows does with --strict; leave it out, or add --strict',
    ({ value }) => ({ priority: numberAt(value, 'priority', 16) }),
  ),
  idle_timeout: only(WRITING, OF_WRITING, ({ key, value }) => ({
    idleTimeout: numberAt(value, key, 16),
  })),
  hard_timeout: only(WRITING, OF_WRITING, ({ key, value }) => ({
    hardTimeout: numberAt(value, key, 16),
  })),
  importance: only(['add'], 'is said of flows that are added; leave it out', ({ key, value }) => ({
    importance: numberAt(value, key, 16),
  })),
  out_port: only(DELETING, OF_DELETING, ({ key, value }) => outPort(portAt(value, key))),
  out_group: only(DELETING, OF_DELETING, ({ value }) => outGroup(outGroupAt(value))),
  cookie: cookieWords,
};

function outPort(port: number): FlowWords {
  return port === OFPP_ANY ? {} : { outPort: port };
}

function outGroup(group: number): FlowWords {
  return group === OFPG_ANY ? {} : { outGroup: group };
}

function outGroupAt(piece: Piece): number {
  const name = piece.text.toLowerCase();
  if (name === 'any') return OFPG_ANY;
  return name === 'all' ? OFPG_ALL : decimalAt(piece, 'out_group', GROUP_ID_MAX);
}

/** VALUE sets it, VALUE/MASK chooses by it. */
function cookieWords({ value }: Word, { command }: FlowContext): FlowWords {
  const parts = cutAt(value, '/');
  if (parts === undefined) {
    if (isDelete(command)) {
      refuse(
        value.at,
        `which bits of the cookie choose the flows? write cookie=${value.text}/-1 for all of them`,
      );
    }
    return { newCookie: u64At(value, 'cookie') };
  }
  if (command === 'add') {
    refuse(parts[1].at - 1, 'a new flow has one cookie; leave out the slash and what follows it');
  }
  const [cookie, mask] = parts;
  return { cookie: u64At(cookie, 'cookie'), cookieMask: u64At(mask, "the cookie's mask") };
}
