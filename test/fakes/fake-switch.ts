/**
 * A switch in memory, as strict as Open vSwitch where order matters: it refuses a group that exists, a bucket id
 * that is taken, a flow to a group that does not exist. Counts what was done to it.
 */
import { isDeepStrictEqual } from 'node:util';
import { isOurCookie } from '../../lib/desired/cookie.ts';
import type { Installed, InstalledFlows } from '../../lib/reconcile/diff.ts';
import type { Operation } from '../../lib/reconcile/operations.ts';
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import type { Bucket } from '../../protocols/openflow/values/group.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';

export function keyText(flow: Pick<Flow, 'table' | 'priority' | 'match'>): string {
  const fields = flow.match.map(({ field, value, mask }) => `${field}=${value}/${mask ?? ''}`);
  return `${flow.table} ${flow.priority} ${fields.sort().join(' ')}`;
}

/** 53 bits of the key's text, as the real scan gives of the key's bytes. */
export function keyOf(flow: Pick<Flow, 'table' | 'priority' | 'match'>): number {
  const text = keyText(flow);
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let index = 0; index < text.length; index++) {
    low = Math.imul(low ^ text.charCodeAt(index), 0x01000193);
    high = Math.imul(high + text.charCodeAt(index), 0x85ebca6b) ^ (high >>> 13);
  }
  return (high >>> 11) * 0x100000000 + (low >>> 0);
}

const TEXT = new TextEncoder();

export class FakeSwitch {
  readonly version: OpenFlowVersion;
  readonly flows = new Map<string, Flow>();
  readonly groups = new Map<number, Map<number, Bucket>>();
  readonly refused: string[] = [];
  readonly counts = { added: 0, removed: 0, groups: 0 };

  constructor(version: OpenFlowVersion = 6) {
    this.version = version;
  }

  do(operations: readonly Operation[]): void {
    for (const operation of operations) this.#do(operation);
  }

  installed(): Installed {
    const list = [...this.flows.values()];
    const at = (index: number): Flow => {
      const flow = list[index];
      if (flow === undefined) throw new Error('no such flow');
      return flow;
    };
    const flows: InstalledFlows = {
      count: list.length,
      key: (index) => keyOf(at(index)),
      cookieHigh: (index) => Number(at(index).cookie >> 32n),
      cookieLow: (index) => Number(at(index).cookie & 0xffffffffn),
      isAsDesired: (index, flow) => isDeepStrictEqual(at(index).instructions, flow.instructions),
      flow: (index) => ({
        table: at(index).table,
        priority: at(index).priority,
        matchBytes: TEXT.encode(keyText(at(index))),
      }),
    };
    const groups = new Map([...this.groups].map(([id, buckets]) => [id, [...buckets.values()]]));
    return { version: this.version, flows, groups };
  }

  /** Everything goes. */
  clear(): void {
    this.flows.clear();
    this.groups.clear();
  }

  ours(): number {
    return [...this.flows.values()].filter((flow) => isOurCookie(flow.cookie)).length;
  }

  #do(operation: Operation): void {
    switch (operation.type) {
      case 'flow-add':
        this.#addFlow(operation.flow);
        return;
      case 'flow-remove':
        if (!this.flows.delete(keyText(operation.flow))) this.#refuse('flow-remove of nothing');
        this.counts.removed++;
        return;
      case 'installed-flow-remove':
        this.flows.delete(new TextDecoder().decode(operation.flow.matchBytes));
        this.counts.removed++;
        return;
      default:
        this.counts.groups++;
        this.#doGroup(operation);
    }
  }

  #addFlow(flow: Flow): void {
    for (const instruction of flow.instructions) {
      if (instruction.type !== 'apply_actions') continue;
      for (const action of instruction.actions) {
        if (action.type === 'group' && !this.groups.has(action.groupId)) {
          this.#refuse(`flow to group ${action.groupId}, which does not exist`);
        }
      }
    }
    this.flows.set(keyText(flow), flow);
    this.counts.added++;
  }

  #doGroup(operation: Exclude<Operation, { flow: unknown }>): void {
    switch (operation.type) {
      case 'group-add':
        if (this.groups.has(operation.group.groupId)) this.#refuse('group-add of one that exists');
        this.#setGroup(operation.group.groupId, operation.group.buckets);
        return;
      case 'group-modify':
        if (!this.groups.has(operation.group.groupId)) this.#refuse('group-modify of nothing');
        this.#setGroup(operation.group.groupId, operation.group.buckets);
        return;
      case 'buckets-insert':
        this.#insert(operation.groupId, operation.buckets);
        return;
      case 'bucket-remove':
        if (this.groups.get(operation.groupId)?.delete(operation.bucketId) !== true) {
          this.#refuse(`bucket-remove of ${operation.bucketId}, which does not exist`);
        }
        return;
      case 'group-delete':
        this.groups.delete(operation.groupId);
        for (const [key, flow] of this.flows)
          if (usesGroup(flow, operation.groupId)) this.flows.delete(key);
    }
  }

  #setGroup(groupId: number, buckets: readonly Bucket[]): void {
    this.groups.set(groupId, new Map());
    this.#insert(groupId, buckets);
  }

  #insert(groupId: number, buckets: readonly Bucket[]): void {
    const group = this.groups.get(groupId);
    if (group === undefined) {
      this.#refuse('buckets-insert into nothing');
      return;
    }
    for (const bucket of buckets) {
      if (group.has(bucket.bucketId)) this.#refuse(`bucket ${bucket.bucketId} exists`);
      group.set(bucket.bucketId, bucket);
    }
  }

  #refuse(why: string): void {
    this.refused.push(why);
  }
}

function usesGroup(flow: Flow, groupId: number): boolean {
  return flow.instructions.some(
    (instruction) =>
      instruction.type === 'apply_actions' &&
      instruction.actions.some((action) => action.type === 'group' && action.groupId === groupId),
  );
}
