/**
 * A step: one word of an `actions=` list, read but not yet judged. What it becomes on the wire may hang on what the match says
 * of the packet and on the steps before it (mod_vlan_vid pushes a tag when there is none), so that is asked for at the end, in
 * order.
 */
import type { Action, Instruction } from '../../values/actions.ts';
import type { FieldName } from '../../values/fields.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { KnownPacket } from './known-packet.ts';
import type { Word } from './words.ts';

/** Kinds of instructions in the order that the specification gives them; `apply` stands for plain actions. */
export const PLACES = ['meter', 'apply', 'clear', 'write', 'metadata', 'goto'] as const;

export type Place = (typeof PLACES)[number];

export interface Step {
  /** ovs-ofctl's word for it. */
  readonly name: string;
  readonly at: number;
  readonly place: Place;
  /** The field that it writes: inside ct, ct_mark and ct_label alone; outside, anything else. */
  readonly sets?: FieldName;
  /** Refuses what does not fit the packet, notes what it changes of it. */
  lower(packet: KnownPacket): readonly (Action | Instruction)[];
}

/** What an action stands in; none: the list itself. */
export type Outer = 'write_actions' | 'ct' | 'clone';

/** Where a list of actions stands. */
export interface Scope {
  readonly version: OpenFlowVersion;
  /** Instructions, and not only actions, may stand here. */
  readonly instructions: boolean;
  /** Of the flow; absent: any. */
  readonly table?: number;
  readonly outer?: Outer;
  /** How many lists this one is in. */
  readonly depth: number;
  /** Reads a list inside this one. */
  readonly nested: (word: Word, outer: Outer) => readonly Step[];
}

export type StepParser = (word: Word, scope: Scope) => Step;

/** A step that is the same whatever the packet is. */
export function plain(word: Word, ...actions: readonly Action[]): Step {
  return { name: word.key.toLowerCase(), at: word.at, place: 'apply', lower: () => actions };
}

/** A step that asks something of the packet. */
export function judging(word: Word, lower: (packet: KnownPacket) => readonly Action[]): Step {
  return { name: word.key.toLowerCase(), at: word.at, place: 'apply', lower };
}
