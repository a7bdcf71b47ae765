/**
 * What NVEs have to say, told once each while it stands.
 */
import { recordKey } from '../model/records.ts';
import type { NveFacts } from './inputs.ts';
import type { Notices } from './notices.ts';
import type { NveState } from './nve-state.ts';

/** The conditions in the NVE's newest facts, in the place of those before. */
export function tellConditions(notices: Notices, state: NveState, facts: NveFacts): void {
  const object = recordKey('nve', state.name);
  for (const { code } of state.lastFacts?.conditions ?? []) {
    if (facts.conditions.every((condition) => condition.code !== code)) {
      notices.stand('warning', code, object, undefined);
    }
  }
  for (const { code, message } of facts.conditions) {
    notices.stand('warning', code, object, message);
  }
}

/** Others who say that they are this NVE. */
export function tellRivals(notices: Notices, state: NveState, rivals: readonly string[]): void {
  const object = recordKey('nve', state.name);
  for (const text of state.rivals) {
    if (!rivals.includes(text)) notices.stand('error', 'system-id-taken', object, undefined, text);
  }
  for (const text of rivals) notices.stand('error', 'system-id-taken', object, text, text);
  state.rivals = rivals;
}

export function tellBehind(notices: Notices, { name }: NveState): void {
  const message = `${name} does not take its flows as fast as they change; it is read again when it does`;
  notices.tell('warning', 'nve-behind', recordKey('nve', name), message);
}
