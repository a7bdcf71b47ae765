/**
 * What may stand under the cursor: worked out from the command tree, and names of objects from the API.
 *
 * Silent and quick: without a daemon there are no names, and nothing is said about it.
 */
import type { Command, Option } from 'commander';
import type { ViewKind } from '../model/views.ts';
import type { CommandContext } from './command-context.ts';
import { EVENT_FORMATS } from './commands/events.ts';
import { LIST_FORMATS } from './commands/get.ts';
import { ENCODE_FORMATS } from './commands/ofp-encode.ts';
import { PRINT_FORMATS } from './commands/ofp-print.ts';
import { REPORT_FORMATS } from './commands/status.ts';
import { STORE_ACTIONS } from './commands/store.ts';
import { COMPLETION_SCRIPTS } from './completion-scripts.ts';
import { DELETABLE_KINDS, findKind, KINDS } from './kinds.ts';
import { ENCODE_COMMANDS, VERSION_WORDS } from './openflow-words.ts';

/** Longer than that, and the person has typed the name. */
const NAMES_TIMEOUT_MS = 400;

interface Position {
  readonly command: Command;
  /** Arguments before the cursor, without flags and their values. */
  readonly args: readonly string[];
  /** The flag whose value is under the cursor. */
  readonly pending: Option | undefined;
  readonly api: string | undefined;
}

/** `words` follow the program's name; the last one is under the cursor, perhaps empty. */
export async function completeWords(
  program: Command,
  context: CommandContext,
  words: readonly string[],
): Promise<string[]> {
  const current = words.at(-1) ?? '';
  const position = positionOf(program, words.slice(0, -1));
  const inline = /^(--[a-z-]+=)(.*)$/.exec(current);
  if (inline !== null) {
    const [, flag = '', value = ''] = inline;
    const option = findOption(position.command, flag.slice(0, -1));
    const values = await valuesOf(context, { ...position, pending: option });
    return startingWith(values, value).map((word) => flag + word);
  }
  return startingWith(await candidates(program, context, position, current), current);
}

function startingWith(words: readonly string[], start: string): string[] {
  return words.filter((word) => word.startsWith(start));
}

function positionOf(program: Command, before: readonly string[]): Position {
  let position: Position = { command: program, args: [], pending: undefined, api: undefined };
  for (const word of before) position = step(position, word);
  return position;
}

function step(position: Position, word: string): Position {
  const { command, args, pending } = position;
  if (pending !== undefined) {
    const api = pending.long === '--api' ? word : position.api;
    return { ...position, pending: undefined, api };
  }
  if (word.startsWith('--api=')) return { ...position, api: word.slice('--api='.length) };
  if (word.startsWith('-')) {
    const option = word.includes('=') ? undefined : findOption(command, word);
    return option?.required === true ? { ...position, pending: option } : position;
  }
  const child = command.commands.find((one) => one.name() === word);
  if (child !== undefined) return { ...position, command: child };
  return { ...position, args: [...args, word] };
}

function findOption(command: Command, flag: string): Option | undefined {
  return command.options.find((option) => option.long === flag || option.short === flag);
}

async function candidates(
  program: Command,
  context: CommandContext,
  position: Position,
  current: string,
): Promise<readonly string[]> {
  const { command, pending } = position;
  if (pending !== undefined) return valuesOf(context, position);
  if (current.startsWith('-')) return flagsOf(command);
  if (command === program) {
    return position.args[0] === 'help' || position.args.length === 0
      ? commandNames(program, position.args.length === 0)
      : [];
  }
  if (command.commands.length > 0) return commandNames(command, false);
  return argumentsOf(context, position);
}

function commandNames(parent: Command, withHelp: boolean): string[] {
  const visible = parent.createHelp().visibleCommands(parent);
  return visible.map((one) => one.name()).filter((name) => withHelp || name !== 'help');
}

function flagsOf(command: Command): string[] {
  const flags = command.options.flatMap((option) => option.long ?? []);
  return [...flags, '--help'];
}

async function valuesOf(context: CommandContext, position: Position): Promise<readonly string[]> {
  switch (position.pending?.long) {
    case '--output':
      return formatsOf(position.command.name());
    case '--network':
      return namesOf(context, 'networks', position.api);
    case '--version':
      return VERSION_WORDS;
    case '--store-wait-aof':
      return ['yes', 'no'];
    case '--log-level':
      return ['error', 'warn', 'info', 'debug'];
    case '--log-format':
      return ['auto', 'text', 'json'];
    default:
      return [];
  }
}

function formatsOf(command: string): readonly string[] {
  if (command === 'get') return LIST_FORMATS;
  if (command === 'print') return PRINT_FORMATS;
  if (command === 'encode') return ENCODE_FORMATS;
  return command === 'events' ? EVENT_FORMATS : REPORT_FORMATS;
}

async function argumentsOf(
  context: CommandContext,
  { command, args, api }: Position,
): Promise<readonly string[]> {
  switch (command.name()) {
    case 'get':
    case 'describe':
      return kindThenName(context, args, KINDS, api);
    case 'delete':
      return kindThenName(context, args, DELETABLE_KINDS, api);
    case 'flows':
      return args.length === 0 ? namesOf(context, 'nves', api) : [];
    case 'store':
      return args.length === 0 ? STORE_ACTIONS : [];
    case 'encode':
      return args.length === 0 ? ENCODE_COMMANDS : [];
    case 'completion':
      return args.length === 0 ? Object.keys(COMPLETION_SCRIPTS) : [];
    default:
      return [];
  }
}

async function kindThenName(
  context: CommandContext,
  args: readonly string[],
  kinds: readonly ViewKind[],
  api: string | undefined,
): Promise<readonly string[]> {
  const [word, name] = args;
  if (word === undefined) return kinds;
  const kind = findKind(word);
  return kind !== undefined && name === undefined ? namesOf(context, kind, api) : [];
}

async function namesOf(
  context: CommandContext,
  kind: ViewKind,
  api: string | undefined,
): Promise<readonly string[]> {
  const stop = AbortSignal.any([context.io.stop, AbortSignal.timeout(NAMES_TIMEOUT_MS)]);
  try {
    const views = await context.clientAt(api, stop).list(kind);
    // A name with a blank could not be typed without quotes.
    return views.map((view) => view.name).filter((name) => /^[\x21-\x7e]+$/.test(name));
  } catch {
    return [];
  }
}
