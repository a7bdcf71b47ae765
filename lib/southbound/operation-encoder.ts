/**
 * Operations to bytes, each flow once per version however many switches it goes to.
 *
 * A flow of a fragment is one object on every NVE, so its encoding is kept beside it for as long as it lives. Shared
 * buffers carry the xid SHARED_XID: an error to one is traced by the bytes that the switch sends back.
 */
import type { FlowCommand } from '../../protocols/openflow/values/commands.ts';
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { encodeFlowMod, encodeGroupMod } from '../../protocols/openflow/wire/encode.ts';
import { encodeStrictDelete, flowKey } from '../../protocols/openflow/wire/flow-scan.ts';
import type { Operation } from '../reconcile/operations.ts';

/** The top bit marks what a session did not number itself. */
const SHARED_XID = 0x80000001;

type Encodings = (Uint8Array | undefined)[];

const adds = new WeakMap<Flow, Encodings>();
const removes = new WeakMap<Flow, Encodings>();
const keys = new WeakMap<Flow, number>();

export function encodeOperation(version: OpenFlowVersion, operation: Operation): Uint8Array {
  switch (operation.type) {
    case 'flow-add':
      return encodeOnce(adds, version, 'add', operation.flow);
    case 'flow-remove':
      return encodeOnce(removes, version, 'delete_strict', operation.flow);
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

function encodeOnce(
  cache: WeakMap<Flow, Encodings>,
  version: OpenFlowVersion,
  command: FlowCommand,
  flow: Flow,
): Uint8Array {
  let encodings = cache.get(flow);
  if (encodings === undefined) {
    encodings = [];
    cache.set(flow, encodings);
  }
  let bytes = encodings[version];
  if (bytes === undefined) {
    bytes = encodeFlowMod(version, command, flow, SHARED_XID);
    encodings[version] = bytes;
  }
  return bytes;
}
