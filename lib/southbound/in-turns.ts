/**
 * Work in steps, spread over turns of the event loop, so that what is much for one peer does not hold the others up.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { now } from '../runtime/clock.ts';

/** Of one turn; a step that is longer is not cut. */
const TURN_MS = 4;

/** Its steps are the values that it yields; gives what it returns. What is done in one turn is given at once. */
export async function inTurns<Result>(work: Iterator<undefined, Result>): Promise<Result> {
  let began = now();
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (now() - began < TURN_MS) continue;
    await nextTurn();
    began = now();
  }
}
