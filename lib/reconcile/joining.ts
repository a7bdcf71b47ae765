/**
 * What stands in the way of joining a bridge that was there before us, and what joining it means for those who use it
 * (docs/decisions/0013).
 */
import type { Condition } from '../model/views.ts';
import { type JoinedFrom, someOf } from './take-back.ts';

/** Names of ports on a bridge that was there before us. */
export interface BridgeOthers {
  /** Of no tenant: without an iface-id. */
  readonly plain: readonly string[];
  /** Of tenants, with VLANs of their own. */
  readonly tagged: readonly string[];
  readonly bonds: readonly string[];
  /** What joining changed. */
  readonly before: JoinedFrom;
}

/** Of a bridge, what counts for joining it. */
interface JoinedBridge {
  readonly owner: string | undefined;
  readonly controllers: readonly { readonly target: string; readonly owner: string | undefined }[];
  readonly others?: BridgeOthers | undefined;
}

/**
 * Why the bridge is not taken. Open vSwitch removes all flows of a bridge that gets its first controller, and what flows
 * it has cannot be seen before: so one whose ports are not all tenants' needs the operator's word.
 */
export function whyNotTaken(
  name: string,
  bridge: JoinedBridge,
  mayTake: boolean,
): Condition | undefined {
  const plain = bridge.others?.plain ?? [];
  const isFree = bridge.owner !== undefined || bridge.controllers.length > 0;
  if (isFree || plain.length === 0 || mayTake) return undefined;
  const message = `bridge ${name} was there before, has no controller and has the ports ${someOf(plain)}: with its first controller Open vSwitch would remove all its flows, and what these ports forward would end, so nothing was changed; name another bridge in external_ids:nva-bridge, or allow it with "ovs-vsctl set Open_vSwitch . external_ids:nva-take-bridge=true"`;
  return { code: 'bridge-not-taken', message };
}

/** What others have on a bridge that we joined. */
export function joinConditions(name: string, bridge: JoinedBridge, domain: string): Condition[] {
  const { others, controllers } = bridge;
  if (others === undefined) return [];
  const conditions: Condition[] = [];
  const say = (code: string, message: string): void => {
    conditions.push({ code, message });
  };
  const theirs = controllers.filter(({ owner }) => owner !== domain).map(({ target }) => target);
  if (theirs.length > 0) {
    say(
      'foreign-controller',
      `bridge ${name} has the controllers ${someOf(theirs)} of others too: what they change there is not seen by us; give us a bridge of our own in external_ids:nva-bridge if they are not meant to`,
    );
  }
  if (others.before.failMode !== undefined) {
    const mode = others.before.failMode ?? 'unset';
    say(
      'fail-mode-changed',
      `bridge ${name} had the fail mode ${mode} and is secure since we joined it: without a controller it forwards by its flows alone; it gets ${mode} back when the NVE is let go`,
    );
  }
  if (others.plain.length > 0) {
    say(
      'port-without-network',
      `bridge ${name} has the ports ${someOf(others.plain)} without external_ids:iface-id: we forward nothing from or to them, only flows of others do`,
    );
  }
  if (others.tagged.length > 0) {
    say(
      'port-vlan-ignored',
      `the tags and trunks of the ports ${someOf(others.tagged)} on bridge ${name} count for normal forwarding alone: the network of a port is that of its Port manifest`,
    );
  }
  if (others.bonds.length > 0) {
    say(
      'port-bond-ignored',
      `the bonds ${someOf(others.bonds)} on bridge ${name} count for normal forwarding alone: an iface-id on a member leads to that member only`,
    );
  }
  return conditions;
}
