/**
 * Who is there: what judging the identity of NVEs (control/identity) asks of connections, here and at other instances.
 */
import type { Domain } from '../model/domain.ts';
import type { NveName } from '../model/records.ts';
import type { Federation } from './federation.ts';
import type { IdentityContext, Presence } from './identity.ts';
import type { Interfaces } from './interfaces.ts';
import type { NveState } from './nve-state.ts';

export class Presences implements IdentityContext {
  readonly domain: Domain;
  /** NVEs that were connected before this instance started have had the time to come back. */
  arrivalsOver = false;
  readonly #federation: Federation;
  readonly #interfaces: Interfaces;
  readonly #nves: ReadonlyMap<NveName, NveState>;

  constructor(context: {
    readonly domain: Domain;
    readonly federation: Federation;
    readonly interfaces: Interfaces;
    readonly nves: ReadonlyMap<NveName, NveState>;
  }) {
    this.domain = context.domain;
    this.#federation = context.federation;
    this.#interfaces = context.interfaces;
    this.#nves = context.nves;
  }

  /** Neither let go by an operator nor refused, by whoever may say so: what it shows counts. */
  isLetIn(nve: NveName): boolean {
    if (this.domain.departure(nve) !== undefined) return false;
    // Whoever serves it makes its record when he lets it in.
    if (!this.#federation.mayLetIn(nve)) return this.domain.nve(nve) !== undefined;
    return this.#nves.get(nve)?.refusal === undefined;
  }

  presence(nve: NveName): Presence {
    const state = this.#nves.get(nve);
    if (state?.connected === true && state.refusal === undefined) return 'here';
    if (this.#federation.isSeenByOthers(nve)) return 'elsewhere';
    return !this.arrivalsOver && state?.lastFacts === undefined ? 'awaited' : 'gone';
  }

  isAlive(nve: NveName): boolean {
    return this.#nves.get(nve)?.alive === true && this.isLetIn(nve);
  }

  isSettled(): boolean {
    return !this.#federation.isShared || this.arrivalsOver;
  }

  databaseElsewhere(nve: NveName): string | undefined {
    return this.#federation.databaseElsewhere(nve);
  }

  wasBeside(nve: NveName, known: NveName): boolean {
    return this.#nves.get(nve)?.copyOf === known;
  }

  shown(nve: NveName): ReadonlySet<string> | undefined {
    if (this.#nves.get(nve)?.interfacesKnown !== true) return undefined;
    return new Set([...this.#interfaces.of(nve)].map(({ ifaceId }) => ifaceId));
  }
}
