/**
 * Actions by themselves, as features name them: a bit, or a number, for each OFPAT_* that Open vSwitch has.
 *
 * Source: OpenFlow 1.3.5 §7.2.5 (ofp_action_type); ovs-actions(7) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */

/** Number and name, in ofp-print's order. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'output'],
  [22, 'group'],
  [25, 'set_field'],
  [18, 'strip_vlan'],
  [17, 'push_vlan'],
  [23, 'mod_nw_ttl'],
  [24, 'dec_ttl'],
  [15, 'set_mpls_ttl'],
  [16, 'dec_mpls_ttl'],
  [19, 'push_mpls'],
  [20, 'pop_mpls'],
  [21, 'set_queue'],
]);

/** A bit for each; what has no name is not said. */
export function formatActionBits(bits: number): string {
  return formatActionNumbers(
    Array.from({ length: 32 }, (_, number) => number).filter((number) => (bits >>> number) & 1),
  );
}

export function formatActionNumbers(numbers: readonly number[]): string {
  const names = actionNames(numbers);
  return names.length === 0 ? '<none>' : names.join(' ');
}

/** In ofp-print's order; what has no name is left out. */
export function actionNames(numbers: readonly number[]): string[] {
  return [...NAMES].filter(([number]) => numbers.includes(number)).map(([, name]) => name);
}
