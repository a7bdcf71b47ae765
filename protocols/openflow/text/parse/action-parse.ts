/**
 * Lists of actions in ovs-ofctl's words: `actions=` of a flow, with instructions among them, and of a group's bucket.
 *
 * The one home of how a list is put together: which words there are, in which order instructions stand, what may stand inside
 * what. Refuses what ovs-ofctl refuses, and what it takes in silence though it cannot be meant (a value where none belongs, a
 * number that is cut off). Lists in lists are DEPTH_MAX deep at most.
 *
 * Source: ovs-actions(7) of Open vSwitch 3.1.
 */
import type { Action, Instruction } from '../../values/actions.ts';
import type { Match } from '../../values/match.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { suggestion } from '../suggestion.ts';
import {
  type Outer,
  PLACES,
  type Place,
  type Scope,
  type Step,
  type StepParser,
} from './action-step.ts';
import { parseCt, parseNat } from './ct-step-parse.ts';
import { FIELD_STEPS } from './field-step-parse.ts';
import { HASH_STEPS } from './hash-step-parse.ts';
import { HEADER_STEPS, needNoValue } from './header-step-parse.ts';
import { INSTRUCTION_STEPS } from './instruction-step-parse.ts';
import { KnownPacket } from './known-packet.ts';
import { parseLearn } from './learn-step-parse.ts';
import { OUTPUT_STEPS, parseBarePort } from './output-step-parse.ts';
import type { ParseResult } from './parse-result.ts';
import { judged, type Piece, quoted, refuse } from './text-fault.ts';
import { parsePort } from './value-number-parse.ts';
import { cutWords, type Word } from './words.ts';

/** As deep as ovs-ofctl goes. */
const DEPTH_MAX = 100;

const STEPS: ReadonlyMap<string, StepParser> = new Map(
  Object.entries({
    ...OUTPUT_STEPS,
    ...FIELD_STEPS,
    ...HEADER_STEPS,
    ...HASH_STEPS,
    ...INSTRUCTION_STEPS,
    learn: parseLearn,
    ct: parseCt,
    nat: parseNat,
  }),
);

/** Every word that an action or instruction begins with, and `drop`. */
export const ACTION_WORDS: readonly string[] = [...STEPS.keys(), 'drop'];

export interface ActionsContext {
  readonly version: OpenFlowVersion;
  /** What the actions are held against; absent: nothing is known of the packet, and nothing asked. */
  readonly match?: Match;
  /** That the flow is in; absent: any. */
  readonly table?: number;
}

/** The `actions=` of a flow. */
export function parseInstructions(
  text: string,
  context: ActionsContext,
): ParseResult<readonly Instruction[]> {
  return judged(text, () => instructionsAt({ text, at: 0 }, context));
}

/** Actions alone, as a bucket has them. */
export function parseActions(
  text: string,
  context: ActionsContext,
): ParseResult<readonly Action[]> {
  return judged(text, () => actionsAt(cutWords({ text, at: 0 }), context));
}

export function instructionsAt(piece: Piece, context: ActionsContext): readonly Instruction[] {
  const steps = stepsOf(cutWords(piece), scopeOf(context, true));
  return inInstructions(steps, packetOf(context), context.version);
}

export function actionsAt(words: readonly Word[], context: ActionsContext): readonly Action[] {
  const scope = scopeOf(context, false);
  const steps = stepsOf(words, scope);
  for (const { place, at } of steps) {
    if (place === 'meter' && context.version < 6) {
      refuse(at, 'meter is an action from OpenFlow 1.5 on; before, it stands in flows alone');
    }
  }
  const packet = packetOf(context);
  return steps.flatMap((step) => step.lower(packet) as readonly Action[]);
}

function packetOf({ match }: ActionsContext): KnownPacket {
  return KnownPacket.matching(match ?? [], match === undefined ? 'blind' : 'strict');
}

function scopeOf({ version, table }: ActionsContext, instructions: boolean): Scope {
  const scope: Scope = {
    ...{ version, instructions, depth: 0 },
    ...(table === undefined ? {} : { table }),
    nested: (word, outer) => nestedSteps(word, outer, scope),
  };
  return scope;
}

/** The list inside a word, as an exec or a clone has it. */
function nestedSteps(word: Word, outer: Outer, around: Scope): readonly Step[] {
  if (around.depth + 1 >= DEPTH_MAX) {
    refuse(word.at, `${word.key} is the ${DEPTH_MAX}th list inside another; that is too deep`);
  }
  const scope: Scope = {
    ...around,
    ...{ instructions: false, outer, depth: around.depth + 1 },
    nested: (inner, next) => nestedSteps(inner, next, scope),
  };
  return stepsOf(cutWords(word.value), scope);
}

function stepsOf(words: readonly Word[], scope: Scope): readonly Step[] {
  const steps: Step[] = [];
  let drop: Word | undefined;
  for (const word of words) {
    if (word.key.toLowerCase() === 'drop') {
      needNoValue(word);
      drop = word;
    } else {
      steps.push(stepOf(word, scope));
    }
  }
  if (drop !== undefined && steps.length > 0) {
    refuse(drop.at, 'drop stands alone; leave it out, or the other actions');
  }
  checkPlaces(steps, scope);
  return steps;
}

function stepOf(word: Word, scope: Scope): Step {
  const parse = STEPS.get(word.key.toLowerCase());
  if (parse !== undefined) return parse(word, scope);
  const port = parsePort('output', word.key);
  if (port.ok) return parseBarePort(word, port.value);
  return refuse(word.at, `${quoted(word.key)} is no action${suggestion(word.key, ACTION_WORDS)}`);
}

/** Which instructions may stand here, and in which order; what may stand inside what. */
function checkPlaces(steps: readonly Step[], scope: Scope): void {
  const conjunction = steps.find(({ name }) => name === 'conjunction');
  if (conjunction !== undefined) {
    checkConjunction(steps);
    return;
  }
  let before: Step | undefined;
  for (const step of steps) {
    checkNesting(step, scope);
    if (before !== undefined) checkOrder(before, step);
    if (!scope.instructions && step.place !== 'apply' && step.place !== 'meter') {
      const where = scope.outer ?? 'a bucket';
      refuse(step.at, `${step.name} is an instruction, which cannot stand in ${where}`);
    }
    before = step;
  }
}

function checkConjunction(steps: readonly Step[]): void {
  const other = steps.find(({ name }) => name !== 'conjunction' && name !== 'note');
  if (other !== undefined) {
    refuse(other.at, `beside conjunction only note may stand, not ${other.name}; use two flows`);
  }
}

const OF_CONNECTIONS: readonly (string | undefined)[] = ['ct_mark', 'ct_label'];

function checkNesting({ name, at, place, sets }: Step, { outer }: Scope): void {
  const ofConnection = OF_CONNECTIONS.includes(sets);
  if (ofConnection && outer !== 'ct') {
    refuse(at, `${sets} belongs to a connection; set it inside ct(commit,exec(...))`);
  }
  if (name === 'nat' && outer !== 'ct') refuse(at, 'nat stands inside ct(...) alone');
  if (outer === 'ct' && name !== 'nat' && !ofConnection) {
    refuse(
      at,
      `inside exec only ct_mark and ct_label are set; put ${name} before or behind the ct`,
    );
  }
  if (place === 'meter' && outer !== undefined) refuse(at, `meter cannot stand inside ${outer}`);
}

const NAMES: Readonly<Record<Place, string>> = {
  meter: 'meter',
  apply: 'actions',
  clear: 'clear_actions',
  write: 'write_actions',
  metadata: 'write_metadata',
  goto: 'goto_table',
};

function checkOrder(before: Step, step: Step): void {
  const [last, next] = [PLACES.indexOf(before.place), PLACES.indexOf(step.place)];
  if (next === last && step.place !== 'apply')
    refuse(step.at, `${step.name} is there twice; give one`);
  if (next >= last) return;
  const order = PLACES.map((place) => NAMES[place]).join(', ');
  refuse(step.at, `${step.name} stands before ${before.name}; the order is ${order}`);
}

/** Actions that follow each other make one apply_actions; none make no instruction. */
function inInstructions(
  steps: readonly Step[],
  packet: KnownPacket,
  version: OpenFlowVersion,
): readonly Instruction[] {
  const instructions: Instruction[] = [];
  let actions: Action[] = [];
  const finish = () => {
    if (actions.length > 0) instructions.push({ type: 'apply_actions', actions });
    actions = [];
  };
  for (const step of steps) {
    const isAction = step.place === 'apply' || (step.place === 'meter' && version === 6);
    const lowered = step.lower(packet);
    if (isAction) {
      actions.push(...(lowered as readonly Action[]));
    } else {
      finish();
      instructions.push(...(lowered as readonly Instruction[]));
    }
  }
  finish();
  return instructions;
}
