/**
 * What is ours on an NVE's bridges, and what to do so that each is as we found it (docs/decisions/0013).
 *
 * A bridge that we made and that has nothing of others goes as a whole; any other stays, without our ports, our
 * controllers and our marks, and with the settings that it had before us. Touches nothing without our mark.
 */
import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import type { Condition } from '../model/views.ts';

/** external_ids key on a bridge that was there before us: what joining it changed (JoinedFrom, JSON). */
export const BEFORE_KEY = 'nva-before';
/** Every external_ids key of ours on a bridge begins so. */
export const OUR_KEYS = 'nva-';

/** Of a bridge that was there before us: what we changed. */
export interface JoinedFrom {
  /** Null: it had none. Absent: it was not changed. */
  readonly failMode?: string | null;
  /** Those that we added. */
  readonly protocols?: readonly string[];
}

/** A bridge with the mark of our domain. */
export interface MarkedBridge {
  readonly uuid: Uuid;
  readonly name: string;
  readonly datapathId: string | undefined;
  /** We made it. */
  readonly created: boolean;
  readonly before: JoinedFrom;
  readonly failMode: string | undefined;
  readonly protocols: readonly string[];
  /** All of them, ours too: what the transaction relies on. */
  readonly ports: readonly Uuid[];
  readonly controllers: readonly Uuid[];
  readonly ownPorts: readonly Uuid[];
  readonly ownControllers: readonly Uuid[];
  readonly ownKeys: readonly string[];
  /** Names of ports of others, and in words what else is theirs. */
  readonly othersPorts: readonly string[];
  readonly othersThings: readonly string[];
}

export type TakeBackStep =
  | { readonly type: 'drop-bridge'; readonly bridge: MarkedBridge }
  | { readonly type: 'strip-bridge'; readonly bridge: MarkedBridge; readonly restore: JoinedFrom };

export function planTakeBack(bridge: MarkedBridge): TakeBackStep {
  if (isAllOurs(bridge)) return { type: 'drop-bridge', bridge };
  const { failMode, before, created, protocols } = bridge;
  // Somebody's later word on the fail mode counts; one that we made stays secure: its ports must not begin to hear each
  // other.
  const isOurMode = !created && failMode === 'secure' && before.failMode !== undefined;
  // So does one on the versions: all that we added are there, beside what there was (without any, all would count).
  const added = before.protocols ?? [];
  const isOurSet = added.length < protocols.length && added.every((one) => protocols.includes(one));
  const restore: JoinedFrom = {
    ...(isOurMode ? { failMode: before.failMode ?? null } : {}),
    ...(isOurSet && added.length > 0 ? { protocols: added } : {}),
  };
  return { type: 'strip-bridge', bridge, restore };
}

function isAllOurs({ created, othersPorts, othersThings }: MarkedBridge): boolean {
  return created && othersPorts.length === 0 && othersThings.length === 0;
}

/** Open vSwitch removes every flow and group of a bridge, ours and others', when its last controller goes. */
export function isFlushed({ controllers, ownControllers }: MarkedBridge): boolean {
  return controllers.length > 0 && controllers.length === ownControllers.length;
}

/** Why a bridge of ours stays; undefined: it does not, or it was never ours. */
export function whyItStays(bridge: MarkedBridge): Condition | undefined {
  const { name, created, othersPorts, othersThings } = bridge;
  if (!created || isAllOurs(bridge)) return undefined;
  const ports = othersPorts.length === 0 ? [] : [`the ports ${someOf(othersPorts)}`];
  const things = [...ports, ...othersThings].join(' and ');
  const message = `bridge ${name} was made by us and has ${things} of others, so it stays, without our marks and with fail mode secure: remove it by hand ("ovs-vsctl del-br ${name}") when nobody needs it`;
  return { code: 'bridge-stays', message };
}

export function someOf(names: readonly string[]): string {
  const some = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${some} and ${names.length - 3} more` : some;
}

export function joinedFromText(before: JoinedFrom): string {
  return JSON.stringify(before);
}

/** What cannot be read counts as nothing: then nothing is restored. */
export function parseJoinedFrom(text: string | undefined): JoinedFrom {
  let value: unknown;
  try {
    value = text === undefined ? undefined : JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null) return {};
  const { failMode, protocols } = value as Record<string, unknown>;
  const isMode = failMode === null || failMode === 'secure' || failMode === 'standalone';
  const isList = Array.isArray(protocols) && protocols.every((one) => typeof one === 'string');
  return {
    ...(isMode ? { failMode } : {}),
    ...(isList ? { protocols: protocols as string[] } : {}),
  };
}
