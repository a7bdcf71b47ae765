/**
 * What an instance thinks with: the real core, or only its rules of ownership, which is quicker by far.
 */
import { Core } from '../../lib/control/core.ts';
import { Federation } from '../../lib/control/federation.ts';
import type { Effect, Input } from '../../lib/control/inputs.ts';
import { NveState } from '../../lib/control/nve-state.ts';
import type { AnnouncedNve } from '../../lib/model/announcement.ts';
import { keyOf } from '../fakes/fake-switch.ts';
import type { Brain } from './instance.ts';
import type { Replica } from './store-client.ts';

export class CoreBrain implements Brain {
  readonly core: Core;
  readonly replica: Replica;

  constructor(instance: string) {
    const core = new Core({ instance, keyOf });
    this.core = core;
    this.replica = {
      get revision() {
        return core.revision;
      },
      get revisions() {
        return core.revisions;
      },
      record: (key) => core.stored(key),
      pending: () => core.pendingFacts(),
    };
  }

  get serviceChanges(): number {
    return this.core.serviceChanges;
  }

  step(inputs: readonly Input[]): readonly Effect[] {
    return this.core.step(inputs);
  }

  announcement(): { confirmed: number; nves: AnnouncedNve[] } {
    return { confirmed: this.core.confirmed, nves: announced(this.core.nves()) };
  }
}

/** Gives and takes locks as the core does, and writes something now and then where it is master. */
export class OwnershipBrain implements Brain {
  readonly replica = undefined;
  readonly #nves = new Map<string, NveState>();
  readonly #federation: Federation;
  #batch = 0;

  constructor(instance: string) {
    this.#federation = new Federation(instance, this.#nves);
  }

  get serviceChanges(): number {
    return this.#federation.changes;
  }

  step(inputs: readonly Input[]): readonly Effect[] {
    return inputs.flatMap((input) => this.#take(input));
  }

  announcement(): { confirmed: number; nves: AnnouncedNve[] } {
    return { confirmed: 0, nves: announced(this.#nves.values()) };
  }

  #take(input: Input): Effect[] {
    if (input.type === 'members' || input.type === 'store-away') {
      if (input.type === 'members') this.#federation.heard(input.members, input.now);
      else this.#federation.storeAway(input.now);
      const moves = this.#federation.moves(input.now);
      return [
        ...moves.map(({ nve, action }): Effect => ({ type: 'lock', nve, action })),
        ...this.#writes(),
      ];
    }
    if (!('nve' in input)) return [];
    const state = this.#nves.get(input.nve) ?? new NveState(input.nve);
    if (/connected|owner|nve-lost/.test(input.type)) this.#federation.changed();
    this.#nves.set(input.nve, state);
    if (input.type === 'nve-connected') state.facts = input.facts;
    if (input.type === 'nve-owner') state.owner = input.owner;
    if (input.type === 'flows-ready') state.version = input.version;
    if (input.type === 'flows-lost') state.version = undefined;
    if (input.type === 'nve-lost') {
      state.facts = undefined;
      state.owner = false;
    }
    if (input.type === 'nve-connected') {
      return [{ type: 'bridge', nve: input.nve, stand: 'serve' }];
    }
    return [];
  }

  #writes(): Effect[] {
    const batch = ++this.#batch;
    return [...this.#nves.values()]
      .filter(({ version }) => version !== undefined)
      .map(({ name }) => ({ type: 'send', nve: name, batch, operations: [] }));
  }
}

function announced(states: Iterable<NveState>): AnnouncedNve[] {
  return [...states]
    .filter(({ connected, refusal }) => connected && refusal === undefined)
    .map(({ name, owner, facts }) => {
      const database = facts?.database;
      const seen = { name, owner, controllers: [] };
      return database === undefined ? seen : { ...seen, database };
    });
}
