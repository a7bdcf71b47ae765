/**
 * Link: the symbolic port of a local fragment becomes the number that the switch reported.
 *
 * One Linker per NVE. What has no number yet is held back and can be asked for; it is never guessed.
 */
import type { Action, Instruction } from '../../protocols/openflow/values/actions.ts';
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import { cookieFeature, cookieOf } from '../desired/cookie.ts';
import { type Fragment, LOCAL_PORT } from '../desired/fragment.ts';
import type { FragmentDelta } from '../desired/network-plan.ts';
import type { PortName } from '../model/records.ts';

export class Linker {
  readonly #symbolic = new Map<PortName, Fragment>();
  readonly #numbers = new Map<PortName, number>();
  readonly #linked = new Map<PortName, Fragment>();

  /** Replaces symbolic fragments by linked ones; those without a number wait. */
  delta(delta: FragmentDelta): FragmentDelta {
    const linked: FragmentDelta = { removed: [], added: [] };
    for (const fragment of delta.removed) {
      if (fragment.port === undefined) linked.removed.push(fragment);
      else this.#forget(fragment.port, linked);
    }
    for (const fragment of delta.added) {
      if (fragment.port === undefined) linked.added.push(fragment);
      else {
        this.#symbolic.set(fragment.port, fragment);
        this.#link(fragment.port, fragment, linked);
      }
    }
    return linked;
  }

  /** The switch numbered the port, renumbered it, or (undefined) took the number away. */
  renumber(port: PortName, number: number | undefined): FragmentDelta {
    const delta: FragmentDelta = { removed: [], added: [] };
    if (this.#numbers.get(port) === number) return delta;
    if (number === undefined) this.#numbers.delete(port);
    else this.#numbers.set(port, number);
    const symbolic = this.#symbolic.get(port);
    const before = this.#linked.get(port);
    if (before !== undefined) delta.removed.push(before);
    this.#linked.delete(port);
    if (symbolic !== undefined) this.#link(port, symbolic, delta);
    return delta;
  }

  /** The fragment as the switch should hold it; undefined: it waits for a number. */
  linked(fragment: Fragment): Fragment | undefined {
    if (fragment.port === undefined) return fragment;
    const number = this.#numbers.get(fragment.port);
    const linked = this.#linked.get(fragment.port);
    // One that no delta has brought: of an NVE that is only looked at.
    return linked ?? (number === undefined ? undefined : linkFragment(fragment, number));
  }

  /** Forgets all fragments, and keeps the numbers. */
  clear(): void {
    this.#symbolic.clear();
    this.#linked.clear();
  }

  number(port: PortName): number | undefined {
    return this.#numbers.get(port);
  }

  waiting(): PortName[] {
    return [...this.#symbolic.keys()].filter((port) => !this.#linked.has(port));
  }

  #forget(port: PortName, delta: FragmentDelta): void {
    const before = this.#linked.get(port);
    if (before !== undefined) delta.removed.push(before);
    this.#linked.delete(port);
    this.#symbolic.delete(port);
  }

  #link(port: PortName, symbolic: Fragment, delta: FragmentDelta): void {
    const number = this.#numbers.get(port);
    if (number === undefined) return;
    const linked = linkFragment(symbolic, number);
    this.#linked.set(port, linked);
    delta.added.push(linked);
  }
}

export function linkFragment(fragment: Fragment, number: number): Fragment {
  return {
    cause: fragment.cause,
    groups: fragment.groups,
    flows: fragment.flows.map((flow) => linkFlow(flow, number)),
    buckets: fragment.buckets.map((entry) => ({
      ...entry,
      bucket: {
        ...entry.bucket,
        bucketId: entry.bucket.bucketId === LOCAL_PORT ? number : entry.bucket.bucketId,
        actions: entry.bucket.actions.map((action) => linkAction(action, number)),
      },
    })),
  };
}

function linkFlow(flow: Flow, number: number): Flow {
  const content = {
    ...flow,
    match: flow.match.map((field) =>
      field.value === LOCAL_PORT ? { ...field, value: number } : field,
    ),
    instructions: flow.instructions.map((instruction) => linkInstruction(instruction, number)),
  };
  return { ...content, cookie: cookieOf(cookieFeature(flow.cookie), content) };
}

function linkInstruction(instruction: Instruction, number: number): Instruction {
  if (instruction.type !== 'apply_actions') return instruction;
  return {
    type: 'apply_actions',
    actions: instruction.actions.map((action) => linkAction(action, number)),
  };
}

function linkAction(action: Action, number: number): Action {
  if (action.type === 'output' && action.port === LOCAL_PORT) return { ...action, port: number };
  if (action.type === 'set_field' && action.value === LOCAL_PORT) {
    return { ...action, value: number };
  }
  return action;
}
