/**
 * A whole match to the places of Open vSwitch's flow (flow-places.ts).
 *
 * Source: ovs-fields(7) of Open vSwitch 3.1; judged by ovs-ofctl ofp-print.
 */
import { fieldByName } from './fields.ts';
import { type FlowFields, noFields, setField } from './flow-places.ts';
import type { Match, MatchField } from './match.ts';
import { meetsPrerequisite } from './prerequisites.ts';

export interface FieldsOfMatch {
  readonly flow: FlowFields;
  /** What has no place in Open vSwitch's flow: unknown fields, and fields whose prerequisite never comes. */
  readonly strays: readonly MatchField[];
}

/** All fields of a match, in whatever order they come. */
export function fieldsOfMatch(match: Match): FieldsOfMatch {
  const flow = noFields();
  let waiting: readonly MatchField[] = match;
  for (let before = waiting.length + 1; waiting.length < before; ) {
    before = waiting.length;
    waiting = waiting.filter((item) => !takes(flow, item));
  }
  return { flow, strays: waiting };
}

/** The fields that travel with a packet: no condition, so none of them needs another. What is unknown is left out. */
export function fieldsOfPacket(match: Match): FlowFields {
  const flow = noFields();
  for (const item of match) {
    if (item.field === 'unknown_oxm') continue;
    const field = fieldByName(item.field);
    if (field.inOvs) setField(flow, field, item.value, item.mask);
  }
  return flow;
}

function takes(flow: FlowFields, item: MatchField): boolean {
  if (item.field === 'unknown_oxm') return false;
  const field = fieldByName(item.field);
  if (!field.inOvs || !meetsPrerequisite(flow, field.prerequisite)) return false;
  setField(flow, field, item.value, item.mask);
  return true;
}
