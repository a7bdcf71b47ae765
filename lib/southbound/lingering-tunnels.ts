/**
 * Keeps a tunnel port that is not wanted any more for a while: an NVE that gives an encapsulation up says so first, and
 * is still reached by it until everybody sends by another.
 *
 * There is nobody to ask whether all have: each other NVE is told by the instance that serves it.
 */
import type { DurationMs, InstantMs } from '../../protocols/base/units.ts';
import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import { ENCAPSULATIONS } from '../model/encapsulation.ts';
import type { BridgePlan, BridgeStep } from '../reconcile/bridge-plan.ts';
import { tunnelName } from '../reconcile/tunnel-plan.ts';

/** A change is confirmed everywhere within a second, by way of Redis and on a busy machine too; some more is no harm. */
const LINGER_MS = 3_000;

const FLOW_BASED: ReadonlySet<string> = new Set(ENCAPSULATIONS.map(tunnelName));

export class LingeringTunnels {
  readonly #due: () => void;
  readonly #lingerMs: DurationMs;
  /** Since when it has not been wanted, by its port. */
  readonly #since = new Map<Uuid, InstantMs>();
  #timer: NodeJS.Timeout | undefined;

  /** `due`: plan again, and ask `hold` again. */
  constructor(due: () => void, lingerMs: DurationMs = LINGER_MS) {
    this.#due = due;
    this.#lingerMs = lingerMs;
  }

  /** The plan without what is to wait. */
  hold(plan: BridgePlan, now: InstantMs): BridgePlan {
    if (this.#since.size === 0 && !plan.steps.some(isUnwanted)) return plan;
    const unwanted = new Set(plan.steps.filter(isUnwanted).map(({ portUuid }) => portUuid));
    for (const port of this.#since.keys()) if (!unwanted.has(port)) this.#since.delete(port);
    for (const port of unwanted) if (!this.#since.has(port)) this.#since.set(port, now);
    const waits = (step: BridgeStep): boolean =>
      isUnwanted(step) && now - (this.#since.get(step.portUuid) ?? now) < this.#lingerMs;
    const steps = plan.steps.filter((step) => !waits(step));
    clearTimeout(this.#timer);
    if (steps.length < plan.steps.length) this.#timer = setTimeout(this.#due, this.#lingerMs);
    return { ...plan, steps };
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

/** One that has strayed to another bridge reaches nobody. */
function isUnwanted(step: BridgeStep): step is Extract<BridgeStep, { type: 'remove-tunnel' }> {
  return step.type === 'remove-tunnel' && step.strayOn === undefined && FLOW_BASED.has(step.name);
}
