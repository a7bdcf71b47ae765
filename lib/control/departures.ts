/**
 * NVEs that an operator lets go (docs/decisions/0013): what is to be done with each NVE's bridge, and when.
 *
 * First all others stop sending to it: only when every switch has confirmed that, or WITHDRAWAL_MAX_MS have passed, is
 * what is ours on it taken back. An NVE that is neither let go nor refused is served.
 */
import { type NveName, recordKey } from '../model/records.ts';
import type { Effect, Stand } from './inputs.ts';
import type { Notices } from './notices.ts';
import type { NveState } from './nve-state.ts';

/** A switch that does not answer must not keep another from leaving. */
export const WITHDRAWAL_MAX_MS = 5_000;

/** What was known when the departure was. */
interface Withdrawal {
  readonly moment: number;
  readonly revision: number;
  isOver: boolean;
}

export interface DeparturesContext {
  readonly notices: Notices;
  isDeparting(nve: NveName): boolean;
  /** Whether all other NVEs have confirmed what was decided at this moment, which has this revision. */
  othersHave(nve: NveName, moment: number, revision: number): boolean;
  /** Its bridge is to be served from now on, whatever its switch has. */
  served(state: NveState): void;
  emit(effect: Effect): void;
}

export class Departures {
  readonly #context: DeparturesContext;
  readonly #withdrawals = new Map<NveName, Withdrawal>();

  constructor(context: DeparturesContext) {
    this.#context = context;
  }

  /** Before what is desired is sent: whom it is not to be sent to. */
  decide(states: Iterable<NveState>, moment: number, revision: number): void {
    for (const state of states) {
      if (!state.connected) {
        state.stand = undefined;
        this.#withdrawals.delete(state.name);
      } else this.#tell(state, this.#standOf(state, moment, revision));
    }
  }

  /** After it was sent: the last of the others may have confirmed, or there may be no others. */
  proceed(states: Iterable<NveState>): void {
    for (const state of states) {
      const withdrawal = this.#withdrawals.get(state.name);
      if (withdrawal === undefined || state.stand !== 'hold') continue;
      const { moment, revision, isOver } = withdrawal;
      if (!isOver && !this.#context.othersHave(state.name, moment, revision)) continue;
      withdrawal.isOver = true;
      this.#tell(state, 'take-back');
    }
  }

  /** The others had their time. */
  waited(nve: NveName): void {
    const withdrawal = this.#withdrawals.get(nve);
    if (withdrawal !== undefined) withdrawal.isOver = true;
  }

  #standOf(state: NveState, moment: number, revision: number): Stand {
    const { name } = state;
    if (!this.#context.isDeparting(name)) {
      this.#withdrawals.delete(name);
      return state.refusal === undefined ? 'serve' : 'hold';
    }
    const withdrawal = this.#withdrawals.get(name);
    if (withdrawal !== undefined) return withdrawal.isOver ? 'take-back' : 'hold';
    this.#withdrawals.set(name, { moment, revision, isOver: false });
    this.#context.emit({ type: 'retry', nve: name, delayMs: WITHDRAWAL_MAX_MS });
    return 'hold';
  }

  #tell(state: NveState, stand: Stand): void {
    if (state.stand === stand) return;
    const before = state.stand;
    state.stand = stand;
    this.#context.emit({ type: 'bridge', nve: state.name, stand });
    if (stand === 'serve') {
      if (before !== undefined) this.#context.served(state);
      return;
    }
    state.outOfStep();
    if (stand === 'take-back') {
      const message = `nobody sends to ${state.name} any more: what is ours on it is taken back`;
      this.#context.notices.tell('info', 'nve-leaving', recordKey('nve', state.name), message);
    }
  }
}
