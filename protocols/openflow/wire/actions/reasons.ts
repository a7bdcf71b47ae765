/**
 * OFPR_*: why a controller action sends a packet, by number.
 *
 * Source: OpenFlow 1.4.1 §7.4.1; 1.3.5 §7.4.1 has the first three.
 */
import type { ControllerReason } from '../../values/actions.ts';

const REASONS = [
  ...(['no_match', 'action', 'invalid_ttl', 'action_set', 'group', 'packet_out'] as const),
] as const satisfies readonly ControllerReason[];

export function reasonFromNumber(number: number): ControllerReason {
  return REASONS[number] ?? number;
}

export function reasonNumber(reason: ControllerReason): number {
  return typeof reason === 'number' ? reason : REASONS.indexOf(reason);
}
