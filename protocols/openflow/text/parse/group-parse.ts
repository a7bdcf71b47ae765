/**
 * Groups in ovs-ofctl's words, as add-group, mod-group, insert-buckets, remove-buckets and del-groups take them:
 * `group_id=1,type=select,bucket=weight:2,actions=output:1,bucket=actions=output:2`.
 *
 * Everything behind `bucket=` belongs to that bucket (bucket-parse.ts). Before OpenFlow 1.5 there are neither numbers of
 * buckets nor properties on the wire, so bucket_id and selection_method are read and not sent, as ovs-ofctl does.
 * Source: ovs-ofctl(8) of Open vSwitch 3.1 ("Group Syntax"); OpenFlow 1.5.1 §7.3.4.3.
 */
import { BUCKET_ALL, BUCKET_FIRST, BUCKET_ID_MAX, BUCKET_LAST } from '../../values/commands.ts';
import { findOvsField } from '../../values/fields.ts';
import type { Bucket, GroupMod, GroupSelection, GroupType } from '../../values/group.ts';
import type { MatchField } from '../../values/match.ts';
import { OFPG_ALL } from '../../values/ports.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { suggestion } from '../suggestion.ts';
import { bucketsAt, GROUP_ID_MAX } from './bucket-parse.ts';
import type { ParseResult } from './parse-result.ts';
import { fieldValueAt, u32At, u64At } from './piece-parse.ts';
import { judged, type Piece, quoted, refuse } from './text-fault.ts';
import { cutWords, lookUp, type Word } from './words.ts';

export type GroupCommand = GroupMod['command'];

export interface GroupContext {
  readonly version: OpenFlowVersion;
  readonly command: GroupCommand;
}

/** A bucket has eight bytes at least, a message 65535. */
const BUCKETS_MAX = 8191;

const TYPES: ReadonlyMap<string, GroupType> = new Map([
  ['all', 'all'],
  ['select', 'select'],
  ['indirect', 'indirect'],
  ['ff', 'ff'],
  ['fast_failover', 'ff'],
]);

/** What each command's text may have. */
const TAKES: Readonly<
  Record<GroupCommand, { type: boolean; buckets: boolean; position: boolean }>
> = {
  add: { type: true, buckets: true, position: false },
  modify: { type: true, buckets: true, position: false },
  add_or_modify: { type: true, buckets: true, position: false },
  delete: { type: false, buckets: false, position: false },
  insert_buckets: { type: false, buckets: true, position: true },
  remove_bucket: { type: false, buckets: false, position: true },
};

interface GroupWords {
  groupId?: number;
  type?: GroupType;
  position?: number;
  method?: GroupSelection['method'];
  param?: bigint;
  fields?: readonly MatchField[];
}

/** `''` deletes all groups; the other commands name one. */
export function parseGroupMod(text: string, context: GroupContext): ParseResult<GroupMod> {
  return judged(text, (warnings) => groupModOf(text, context, warnings));
}

function groupModOf(text: string, context: GroupContext, warnings: string[]): GroupMod {
  const { command, version } = context;
  if (command === 'delete' && text.trim() === '') return { command, groupId: OFPG_ALL };
  if (version < 6 && (command === 'insert_buckets' || command === 'remove_bucket')) {
    return refuse(
      0,
      'single buckets are inserted and removed from OpenFlow 1.5 on; give -O OpenFlow15',
    );
  }
  const [head, ...bucketPieces] = cutBuckets(text);
  if (bucketPieces[0] !== undefined && !TAKES[command].buckets) {
    refuse(bucketPieces[0].at, `no bucket is given to ${commandName(command)}`);
  }
  const words = headWords(head, context);
  const selection = selectionOf(words);
  if (selection !== undefined && version < 6 && bucketPieces.length === 0) {
    refuse(0, 'selection_method needs OpenFlow 1.5; give -O OpenFlow15');
  }
  const buckets = bucketsAt(bucketPieces, {
    ...{ version, type: words.type ?? 'all' },
    ...{ isInserted: command === 'insert_buckets', warnings },
  });
  if (selection !== undefined && version < 6) {
    const word = `selection_method=${selection.method}`;
    warnings.push(`${word} is left out: OpenFlow 1.5 alone has it; give -O OpenFlow15`);
  }
  const properties = selection === undefined || version < 6 ? {} : { selection };
  return modOf(command, words, buckets, properties);
}

function modOf(
  command: GroupCommand,
  words: GroupWords & { groupId: number },
  buckets: readonly Bucket[],
  properties: { readonly selection?: GroupSelection },
): GroupMod {
  const { groupId, type = 'all' } = words;
  switch (command) {
    case 'delete':
      return { command, groupId };
    case 'insert_buckets':
      return { command, groupId, type, buckets, position: positionOf(words) };
    case 'remove_bucket':
      return { command, groupId, type, bucketId: bucketOf(words.position ?? BUCKET_ALL) };
    default:
      return { command, group: { groupId, type, buckets, ...properties } };
  }
}

function commandName(command: GroupCommand): string {
  return command === 'delete' ? 'del-groups' : 'remove-buckets';
}

/** What stands before the first `bucket=`, and behind each. */
function cutBuckets(text: string): readonly [Piece, ...Piece[]] {
  const separator = 'bucket=';
  const [head = '', ...rest] = text.split(separator);
  if (rest.length > BUCKETS_MAX) {
    refuse(
      head.length,
      `the group has ${rest.length} buckets; no message has room for more than ${BUCKETS_MAX}`,
    );
  }
  let at = head.length;
  const pieces = rest.map((part) => {
    const piece = { text: part, at: at + separator.length };
    at = piece.at + part.length;
    return piece;
  });
  return [{ text: head, at: 0 }, ...pieces];
}

const KEYS: Readonly<Record<string, (word: Word, context: GroupContext) => GroupWords>> = {
  group_id: ({ value }) => ({ groupId: groupIdAt(value) }),
  type: ({ value }) => ({ type: typeAt(value) }),
  command_bucket_id: ({ value }, { command }) => ({ position: positionAt(value, command) }),
  selection_method: ({ value }) => ({ method: methodAt(value) }),
  selection_method_param: ({ value }) => ({ param: u64At(value, 'selection_method_param') }),
  fields: ({ value }) => ({ fields: fieldsAt(value) }),
};

const OF_A_TYPE = ['type', 'selection_method', 'selection_method_param', 'fields'];

function headWords(head: Piece, context: GroupContext): GroupWords & { groupId: number } {
  const around = { key: 'a group', at: 0, value: head, delimiter: '' } as const;
  const takes = TAKES[context.command];
  let words: GroupWords = {};
  for (const word of cutWords(head)) {
    if (suggestion(word.key, ['bucket']) !== '')
      refuse(word.at, `a group has no ${quoted(word.key)}; did you mean bucket?`);
    const read = lookUp(KEYS, around, word);
    const isTaken = OF_A_TYPE.includes(word.key)
      ? takes.type
      : word.key !== 'command_bucket_id' || takes.position;
    if (!isTaken) refuse(word.at, `${word.key} has no meaning here; leave it out`);
    words = { ...words, ...read(word, context) };
  }
  const { groupId } = words;
  if (groupId === undefined) refuse(0, 'which group? add group_id=N');
  if (words.type === undefined && takes.type) {
    refuse(0, 'of which type is the group? add type=all, select, indirect or ff');
  }
  return { ...words, groupId };
}

function groupIdAt(piece: Piece): number {
  if (piece.text === 'all') return OFPG_ALL;
  const id = u32At(piece, 'group_id');
  if (id <= GROUP_ID_MAX || id === OFPG_ALL) return id;
  return refuse(
    piece.at,
    `group_id: ${piece.text} is not a group's number of 0 to ${GROUP_ID_MAX}, nor all`,
  );
}

function typeAt({ text, at }: Piece): GroupType {
  const type = TYPES.get(text);
  if (type !== undefined) return type;
  return refuse(at, `${quoted(text)} is no type of group; they are all, select, indirect and ff`);
}

const PLACES: Readonly<Record<string, number>> = {
  all: BUCKET_ALL,
  first: BUCKET_FIRST,
  last: BUCKET_LAST,
};

function positionAt(piece: Piece, command: GroupCommand): number {
  const named = Object.hasOwn(PLACES, piece.text) ? PLACES[piece.text] : undefined;
  const position = named ?? u32At(piece, 'command_bucket_id');
  if (position > BUCKET_ID_MAX && !Object.values(PLACES).includes(position)) {
    refuse(
      piece.at,
      `command_bucket_id: ${piece.text} is neither a bucket's number nor first, last or all`,
    );
  }
  if (position === BUCKET_ALL && command === 'insert_buckets') {
    refuse(
      piece.at,
      'buckets are inserted first, last or behind one; give command_bucket_id=first, last or N',
    );
  }
  return position;
}

function positionOf({ position }: GroupWords): 'first' | 'last' | number {
  const where = position === undefined ? 'all' : bucketOf(position);
  if (where !== 'all') return where;
  return refuse(0, 'where do the buckets go? add command_bucket_id=first, last or N');
}

function bucketOf(position: number): 'first' | 'last' | 'all' | number {
  if (position === BUCKET_FIRST) return 'first';
  if (position === BUCKET_LAST) return 'last';
  return position === BUCKET_ALL ? 'all' : position;
}

function methodAt({ text, at }: Piece): GroupSelection['method'] {
  if (text === 'hash' || text === 'dp_hash') return text;
  return refuse(at, `selection_method is hash or dp_hash, not ${quoted(text)}`);
}

/** fields(ip_src,tcp_dst=0xff): what is hashed, each field once, whole or in part. */
function fieldsAt(piece: Piece): readonly MatchField[] {
  const items = new Map<number, MatchField>();
  for (const { key, at, value } of cutWords(piece)) {
    const field = findOvsField(key);
    if (field === undefined) return refuse(at, `${quoted(key)} is no field`);
    if (items.has(field.index)) refuse(at, `${key} is there twice; give it once`);
    const part = value.text === '' ? undefined : fieldValueAt(field, value);
    if (part?.mask !== undefined)
      refuse(value.at, `the value of ${key} is the mask itself; give one`);
    if (part !== undefined && BigInt(part.value) === 0n) {
      refuse(value.at, `no bit of ${key} would be hashed; leave it out, or give a mask with ones`);
    }
    items.set(field.index, { field: field.name, value: part?.value ?? field.fullMask });
  }
  return [...items].sort(([left], [right]) => left - right).map(([, item]) => item);
}

function selectionOf({ method, param = 0n, fields = [] }: GroupWords): GroupSelection | undefined {
  if (fields.length > 0 && method !== 'hash') {
    refuse(0, 'fields are hashed by selection_method=hash alone; add it, or leave the fields out');
  }
  if (method === undefined && param !== 0n) {
    refuse(0, 'selection_method_param needs a selection_method; add hash or dp_hash');
  }
  return method === undefined ? undefined : { method, param, fields };
}

/** As a line of a file for add-groups may begin. */
const COMMANDS: ReadonlyMap<string, GroupCommand> = new Map([
  ['add', 'add'],
  ['modify', 'modify'],
  ['add_or_mod', 'add_or_modify'],
  ['delete', 'delete'],
  ['insert_bucket', 'insert_buckets'],
  ['remove_bucket', 'remove_bucket'],
]);

/** A line of a file for add-groups: it may begin with another command than add. */
export function parseGroupModLine(text: string, version: OpenFlowVersion): ParseResult<GroupMod> {
  return judged(text, (warnings) => {
    const [, before = '', word = ''] = /^(\s*)([^,\s]*)/.exec(text) ?? [];
    const command = COMMANDS.get(word);
    // Blanks instead of the command, so that places stay what they are.
    const rest =
      command === undefined
        ? text
        : ' '.repeat(before.length + word.length) + text.slice(before.length + word.length);
    return groupModOf(rest, { version, command: command ?? 'add' }, warnings);
  });
}
