/**
 * Words of an `actions=` list that are instructions, not actions: meter, clear_actions, write_actions, write_metadata,
 * goto_table; the action that holds a list of others: clone; and what is left: conjunction, note, check_pkt_larger.
 *
 * Trap: from OpenFlow 1.5 on a meter is an action, and still stands first in the text.
 * Source: ovs-actions(7) of Open vSwitch 3.1; OpenFlow 1.3.5 §5.9.
 */
import type { Action } from '../../values/actions.ts';
import { OFPM_MAX } from '../../values/meter.ts';
import { judging, type Place, plain, type Step, type StepParser } from './action-step.ts';
import { cutArrow, needWritableSubfield } from './field-step-parse.ts';
import { needNoValue } from './header-step-parse.ts';
import type { KnownPacket } from './known-packet.ts';
import { bytesAt, numberAt, subfieldAt, tableAt, u32At, u64At } from './piece-parse.ts';
import { refuse } from './text-fault.ts';
import { parseInteger } from './value-number-parse.ts';
import { cutAt, type Word } from './words.ts';

const ALL_64 = 0xffffffffffffffffn;

function instruction(word: Word, place: Place, lower: Step['lower']): Step {
  return { name: word.key.toLowerCase(), at: word.at, place, lower };
}

const parseMeter: StepParser = (word) => {
  const meterId = u32At(word.value, word.key);
  return instruction(word, 'meter', (packet) => {
    packet.need(
      meterId > 0 && meterId <= OFPM_MAX,
      word.value.at,
      `meter: ${word.value.text} is not a meter's number of 1 to ${OFPM_MAX}`,
    );
    return [{ type: 'meter', meterId }];
  });
};

const parseClear: StepParser = (word) => {
  needNoValue(word);
  return instruction(word, 'clear', () => [{ type: 'clear_actions' }]);
};

/** Nothing to write is no instruction at all. */
const parseWrite: StepParser = (word, scope) => {
  const steps = scope.nested(word, 'write_actions');
  return instruction(word, 'write', (packet) => {
    const actions = lowerActions(steps, packet.inside('lenient'));
    return actions.length === 0 ? [] : [{ type: 'write_actions', actions }];
  });
};

function lowerActions(steps: readonly Step[], packet: KnownPacket): readonly Action[] {
  return steps.flatMap((step) => step.lower(packet) as readonly Action[]);
}

/** write_metadata:VALUE[/MASK] */
const parseMetadata: StepParser = (word) => {
  const [value, mask] = cutAt(word.value, '/') ?? [word.value, undefined];
  const metadata = u64At(value, word.key);
  const bits = mask === undefined ? ALL_64 : u64At(mask, word.key);
  return instruction(word, 'metadata', () => [{ type: 'write_metadata', metadata, mask: bits }]);
};

const parseGoto: StepParser = (word, scope) => {
  const table = tableAt(word.value, word.key);
  return instruction(word, 'goto', (packet) => {
    packet.need(
      scope.table === undefined || table > scope.table,
      word.value.at,
      `goto_table leads forward alone, and this flow is in table ${scope.table}; use resubmit(,${table})`,
    );
    return [{ type: 'goto_table', table }];
  });
};

const parseClone: StepParser = (word, scope) => {
  const steps = scope.nested(word, 'clone');
  return judging(word, (packet) => [
    { type: 'clone', actions: lowerActions(steps, packet.inside()) },
  ]);
};

const CLAUSES_MAX = 64;

/** conjunction(ID,CLAUSE/CLAUSES) */
const parseConjunction: StepParser = (word) => {
  const [, id = '', clause = '', clauses = ''] =
    /^\s*(-?\w+)\s*,\s*([0-9]{1,3})\s*\/\s*([0-9]{1,3})\s*$/.exec(word.value.text) ?? [];
  if (parseInteger(id) === undefined) {
    return refuse(word.at, `${word.key} is written ${word.key}(ID,CLAUSE/CLAUSES)`);
  }
  const [first, all] = [Number(clause), Number(clauses)];
  if (all < 2 || all > CLAUSES_MAX || first < 1 || first > all) {
    refuse(
      word.value.at,
      `${word.key} has 2 to ${CLAUSES_MAX} clauses, and the first is 1; ${first}/${all} is none of them`,
    );
  }
  const number = u32At({ text: id, at: word.value.at }, word.key);
  return plain(word, { type: 'conjunction', id: number, clause: first - 1, clauses: all });
};

const parseNote: StepParser = (word) =>
  plain(word, { type: 'note', data: bytesAt(word.value, word.key) });

/** check_pkt_larger(SIZE)->FIELD[BIT] */
const parseCheckLarger: StepParser = (word) => {
  const [source, destination] = cutArrow(word);
  const size = numberAt({ ...source, text: source.text.replace(/\)$/, '') }, word.key, 16);
  const to = subfieldAt(destination);
  needWritableSubfield(to, destination.at);
  if (to.bits !== 1) {
    refuse(
      destination.at,
      `${word.key} sets one bit, as in reg0[0]; ${destination.text} has ${to.bits}`,
    );
  }
  return plain(word, { type: 'check_pkt_larger', size, to });
};

const parseApply: StepParser = (word) =>
  refuse(word.at, 'the list of actions is apply_actions itself; leave the word out');

export const INSTRUCTION_STEPS: Readonly<Record<string, StepParser>> = {
  meter: parseMeter,
  clear_actions: parseClear,
  write_actions: parseWrite,
  write_metadata: parseMetadata,
  goto_table: parseGoto,
  clone: parseClone,
  conjunction: parseConjunction,
  note: parseNote,
  check_pkt_larger: parseCheckLarger,
  apply_actions: parseApply,
};
