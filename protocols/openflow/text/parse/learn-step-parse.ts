/**
 * learn(…): a flow that packets write. Each word that is no setting of it is a part of the flow: what it matches on
 * (NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[], eth_type=0x800), what it loads (load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15]), where it sends
 * packets (output:NXM_OF_IN_PORT[]).
 *
 * Source: ovs-actions(7) of Open vSwitch 3.1 ("The learn action").
 */
import type { Learn, LearnSource, LearnSpec, Subfield } from '../../values/actions.ts';
import {
  type Field,
  type FieldName,
  fieldByName,
  type RegisteredFieldName,
} from '../../values/fields.ts';
import type { FieldValue, MatchField } from '../../values/match.ts';
import { suggestion } from '../suggestion.ts';
import { judging, type StepParser } from './action-step.ts';
import { parseSubfield } from './field-parse.ts';
import { movedFields, needWritableSubfield } from './field-step-parse.ts';
import { needShortHeader } from './hash-step-parse.ts';
import { KnownPacket } from './known-packet.ts';
import {
  bitsAt,
  decimalAt,
  fieldValueAt,
  subfieldAt,
  tableAt,
  U16_MAX,
  u64At,
} from './piece-parse.ts';
import { type Piece, refuse } from './text-fault.ts';
import { parseInteger } from './value-number-parse.ts';
import { cutAt, cutWords, type Word } from './words.ts';

/** NX_LEARN_F_*. */
const SEND_FLOW_REM = 1;
const DELETE_LEARNED = 2;

const DEFAULT_PRIORITY = 32768;
const DEFAULT_TABLE = 1;
const TABLE_MAX = 254;
const LIMIT_MAX = 0x7fffffff;

type Settings = Omit<Learn, 'type' | 'specs'>;

const DEFAULTS: Settings = {
  ...{ table: DEFAULT_TABLE, priority: DEFAULT_PRIORITY, cookie: 0n, flags: 0, limit: 0 },
  ...{ idleTimeout: 0, hardTimeout: 0, finIdleTimeout: 0, finHardTimeout: 0 },
};

const seconds = ({ key, value }: Word) => decimalAt(value, key, U16_MAX);

/** What each setting changes of those before it. */
const SETTINGS: Readonly<Record<string, (word: Word, before: Settings) => Partial<Settings>>> = {
  table: ({ value }) => ({ table: tableAt(value, 'table', TABLE_MAX) }),
  priority: (word) => ({ priority: seconds(word) }),
  idle_timeout: (word) => ({ idleTimeout: seconds(word) }),
  hard_timeout: (word) => ({ hardTimeout: seconds(word) }),
  fin_idle_timeout: (word) => ({ finIdleTimeout: seconds(word) }),
  fin_hard_timeout: (word) => ({ finHardTimeout: seconds(word) }),
  cookie: ({ value }) => ({ cookie: u64At(value, 'cookie') }),
  send_flow_rem: (_word, { flags }) => ({ flags: flags | SEND_FLOW_REM }),
  delete_learned: (_word, { flags }) => ({ flags: flags | DELETE_LEARNED }),
  limit: ({ value }) => ({ limit: decimalAt(value, 'limit', LIMIT_MAX) }),
  result_dst: ({ value }) => ({ resultDestination: resultAt(value) }),
};

function resultAt(piece: Piece): Subfield {
  const to = subfieldAt(piece);
  needWritableSubfield(to, piece.at);
  if (to.bits !== 1)
    refuse(piece.at, `result_dst is one bit, as in reg0[0]; ${piece.text} has ${to.bits}`);
  return to;
}

interface Part {
  readonly at: number;
  readonly spec: LearnSpec;
}

export const parseLearn: StepParser = (word) => {
  let settings = DEFAULTS;
  const parts: Part[] = [];
  for (const inner of cutWords(word.value)) {
    const setting = Object.hasOwn(SETTINGS, inner.key) ? SETTINGS[inner.key] : undefined;
    if (setting === undefined) parts.push({ at: inner.at, spec: specOf(inner) });
    else settings = { ...settings, ...setting(inner, settings) };
  }
  const learn: Learn = { type: 'learn', ...settings, specs: parts.map(({ spec }) => spec) };
  return judging(word, (packet) => {
    if (packet.judgement !== 'blind') judge(parts, packet);
    return [learn];
  });
};

function specOf(word: Word): LearnSpec {
  const to = parseSubfield(word.key);
  if (to.ok) return matchSpec(word, to.value);
  if (word.key === 'load') return loadSpec(word);
  if (word.key === 'output') return { type: 'output', from: shortSubfieldAt(word.value) };
  if (/[[\]]/.test(word.key)) return refuse(word.at, to.error);
  const near = suggestion(word.key, ['load', 'output', ...Object.keys(SETTINGS)]);
  return refuse(word.at, `learn has no word ${word.key}, nor is it a field${near}`);
}

/** FIELD (of the packet itself), FIELD=FIELD, FIELD=VALUE */
function matchSpec({ key, at, value }: Word, to: Subfield): LearnSpec {
  needShortHeader(to, at);
  if (value.text === '') return { type: 'match', from: { field: to }, to };
  const from = parseSubfield(value.text);
  if (!from.ok) return { type: 'match', from: immediate(to, value), to };
  needShortHeader(from.value, value.at);
  if (from.value.bits !== to.bits) {
    refuse(
      at,
      `${key} has ${to.bits} bits and ${value.text} ${from.value.bits}; give parts of equal width`,
    );
  }
  return { type: 'match', from: { field: from.value }, to };
}

/** In the field's own words for a whole field, else a number. */
function immediate(to: Subfield, value: Piece): LearnSource {
  const field = rowOf(to);
  if (to.bits < field.bits) return { value: bitsAt(value, field.ovsName, to.bits) };
  const found = fieldValueAt(field, value);
  if (found.mask !== undefined)
    refuse(value.at, `learn takes a value without a mask for ${field.ovsName}`);
  return { value: BigInt(found.value) };
}

/** load:FIELD->FIELD, load:VALUE->FIELD */
function loadSpec(word: Word): LearnSpec {
  const [source, destination] =
    cutAt(word.value, '->') ?? refuse(word.at, 'load is written load:SOURCE->FIELD');
  if (parseInteger(source.text) !== undefined) {
    const to = shortSubfieldAt(destination);
    needWritableSubfield(to, destination.at);
    return { type: 'load', from: { value: bitsAt(source, 'load', to.bits) }, to };
  }
  const { from, to } = movedFields(word, source, destination);
  needShortHeader(from, source.at);
  needShortHeader(to, destination.at);
  return { type: 'load', from: { field: from }, to };
}

function shortSubfieldAt(piece: Piece): Subfield {
  const subfield = subfieldAt(piece);
  needShortHeader(subfield, piece.at);
  return subfield;
}

function rowOf({ field }: Subfield): Field {
  return fieldByName(field as RegisteredFieldName);
}

/**
 * The packet must have what is copied from it, and the learned flow must match on what makes its fields exist: eth_type before
 * ip_dst.
 */
function judge(parts: readonly Part[], packet: KnownPacket): void {
  /** By field, the last value: what the learned flow matches on so far. */
  const learned = new Map<FieldName, MatchField>();
  for (const { at, spec } of parts) {
    if (spec.type === 'output') {
      packet.needSubfield(spec.from, at);
      continue;
    }
    if (spec.from.field !== undefined) packet.needSubfield(spec.from.field, at);
    const field = rowOf(spec.to);
    if (field.prerequisite !== 'none') {
      KnownPacket.matching([...learned.values()], packet.judgement).needField(field, at);
    }
    if (spec.type === 'match' && spec.from.value !== undefined) {
      const shifted = spec.from.value << BigInt(spec.to.offset);
      const value: FieldValue = field.wide ? shifted : Number(shifted);
      learned.set(field.name, { field: field.name, value });
    }
  }
}
