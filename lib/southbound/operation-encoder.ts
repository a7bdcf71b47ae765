/**
 * Operations to bytes, each flow once per version however many switches it goes to.
 *
 * A flow of a fragment is one object on every NVE, so its encoding is kept beside it for as long as it lives. Shared
 * buffers carry the xid SHARED_XID: an error to one is traced by the bytes that the switch sends back.
 */
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import {
  encodeFlowMod,
  encodeGroupMod,
  encodeMessage,
} from '../../protocols/openflow/wire/encode.ts';
import { encodeStrictDelete, flowKey } from '../../protocols/openflow/wire/flow-scan.ts';
import { COOKIE_MARK } from '../desired/cookie.ts';
import { isMarkedGroup } from '../reconcile/groups.ts';
import type { Operation } from '../reconcile/operations.ts';

/** The top bit marks what a session did not number itself. */
const SHARED_XID = 0x80000001;

/** OFPTT_ALL: OpenFlow 1.3.5 §7.3.4.1. */
const ALL_TABLES = 0xff;
/** In a flow mod, of all versions: OpenFlow 1.3.5 §7.3.4.1. */
const MATCH_AT = 48;

type Encodings = (Uint8Array | undefined)[];

const adds = new WeakMap<Flow, Encodings>();
const removes = new WeakMap<Flow, Encodings>();
const keys = new WeakMap<Flow, number>();

export function encodeOperation(version: OpenFlowVersion, operation: Operation): Uint8Array {
  switch (operation.type) {
    case 'flow-add':
      return encodeOnce(adds, version, operation.flow, encodeAddition);
    case 'flow-remove':
      return encodeOnce(removes, version, operation.flow, encodeRemoval);
    case 'installed-flow-remove': {
      const { table, priority, matchBytes } = operation.flow;
      return encodeStrictDelete(version, table, priority, matchBytes, SHARED_XID);
    }
    case 'group-add':
      return encodeGroupMod(version, { command: 'add', group: operation.group }, SHARED_XID);
    case 'group-modify':
      return encodeGroupMod(version, { command: 'modify', group: operation.group }, SHARED_XID);
    case 'buckets-insert': {
      const { groupId, buckets } = operation;
      const mod = { command: 'insert_buckets', groupId, type: 'all', buckets } as const;
      return encodeGroupMod(version, mod, SHARED_XID);
    }
    case 'bucket-remove': {
      const { groupId, bucketId } = operation;
      const mod = { command: 'remove_bucket', groupId, type: 'all', bucketId } as const;
      return encodeGroupMod(version, mod, SHARED_XID);
    }
    case 'group-delete': {
      const mod = { command: 'delete', groupId: operation.groupId } as const;
      return encodeGroupMod(version, mod, SHARED_XID);
    }
  }
}

/** The hash that a flow scan gives for this flow. */
export function keyOfFlow(flow: Flow): number {
  let key = keys.get(flow);
  if (key === undefined) {
    key = flowKey(flow.table, flow.priority, flow.match);
    keys.set(flow, key);
  }
  return key;
}

/** Whether these bytes, from `at` to `end`, are the instructions of the flow as they go to a switch. */
export function hasInstructions(
  bytes: Uint8Array,
  at: number,
  end: number,
  version: OpenFlowVersion,
  flow: Flow,
): boolean {
  const ours = encodeOnce(adds, version, flow, encodeAddition);
  const matchLength = ((ours[MATCH_AT + 2] ?? 0) << 8) | (ours[MATCH_AT + 3] ?? 0);
  const shift = MATCH_AT + padTo8(matchLength) - at;
  if (end + shift !== ours.length) return false;
  for (let index = at; index < end; index++) {
    if (bytes[index] !== ours[index + shift]) return false;
  }
  return true;
}

export function padTo8(length: number): number {
  return (length + 7) & ~7;
}

function encodeAddition(version: OpenFlowVersion, flow: Flow): Uint8Array {
  return encodeFlowMod(version, 'add', flow, SHARED_XID);
}

/** By our mark, too: where somebody else's flow has the key, that one stays. */
function encodeRemoval(version: OpenFlowVersion, flow: Flow): Uint8Array {
  const { table, priority, match, cookie } = flow;
  return encodeMessage(version, SHARED_XID, {
    type: 'flow_mod',
    command: 'delete_strict',
    flow: { table, priority, match, cookie, instructions: [] },
    cookieMask: COOKIE_MARK.mask,
  });
}

/** Removes all flows with our mark, and those of these groups that have it. */
export function encodeWipe(
  version: OpenFlowVersion,
  groups: readonly { readonly groupId: number }[],
): Uint8Array {
  const flows = encodeMessage(version, SHARED_XID, {
    type: 'flow_mod',
    command: 'delete',
    flow: {
      table: ALL_TABLES,
      priority: 0,
      match: [],
      cookie: COOKIE_MARK.value,
      instructions: [],
    },
    cookieMask: COOKIE_MARK.mask,
  });
  const ours = groups.filter(({ groupId }) => isMarkedGroup(groupId));
  const removals = ours.map(({ groupId }) =>
    encodeOperation(version, { type: 'group-delete', groupId }),
  );
  const parts = [flows, ...removals];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function encodeOnce(
  cache: WeakMap<Flow, Encodings>,
  version: OpenFlowVersion,
  flow: Flow,
  encode: (version: OpenFlowVersion, flow: Flow) => Uint8Array,
): Uint8Array {
  let encodings = cache.get(flow);
  if (encodings === undefined) {
    encodings = [];
    cache.set(flow, encodings);
  }
  let bytes = encodings[version];
  if (bytes === undefined) {
    bytes = encode(version, flow);
    encodings[version] = bytes;
  }
  return bytes;
}
