/**
 * Waits until the switches of the domain have a revision: those that this instance serves by what it knows, those of
 * others by what they say.
 */
import {
  allConfirmed,
  connectedNves,
  pendingReasons,
  type Target,
} from '../control/confirmation.ts';
import type { NveProgress, WaitResult } from '../northbound/authority.ts';
import { now } from '../runtime/clock.ts';
import { COME_BACK_MS, type Engine } from './engine.ts';

/** Instances speak fast as long as somebody asks for it at least once a second. */
const HURRY_INTERVAL_MS = 500;

export interface Waiter {
  readonly engine: Pick<Engine, 'core' | 'onStep' | 'hurry' | 'isFollowing'>;
  readonly startedAt: Date;
}

/** Resolves when it is so, after the timeout, or when the signal says that nobody waits any more. */
export async function waitForConfirmation(
  waiter: Waiter,
  timeoutMs: number,
  revision: number | undefined,
  signal?: AbortSignal,
): Promise<WaitResult> {
  const started = now();
  const { core } = waiter.engine;
  let target: Target | undefined;
  const check = (): boolean => {
    // Revisions of a history that was lost say nothing.
    if (!waiter.engine.isFollowing) return false;
    if (revision !== undefined && core.revision < revision) return false;
    target ??= { moment: core.moment, revision: revision ?? core.revision };
    return allConfirmed(core, target) && notBackYet(waiter).length === 0;
  };
  const confirmed = await until(waiter, check, timeoutMs, signal);
  const asked = target ?? { moment: core.moment, revision: revision ?? core.revision };
  const pending = pendingReasons(core, asked);
  const nves: NveProgress[] = [
    ...connectedNves(core).map((nve) => progressOf(nve, pending(nve))),
    ...notBackYet(waiter).map((name) => progressOf(name, 'it has not come back yet')),
  ];
  return {
    revision: revision ?? core.revision,
    confirmed,
    elapsedMs: Math.round((now() - started) * 10) / 10,
    nves: nves.sort((a, b) => (a.nve < b.nve ? -1 : 1)),
  };
}

/** NVEs that nobody has seen since this instance started, while they may still be on their way. */
function notBackYet({ engine: { core }, startedAt }: Waiter): string[] {
  if (Date.now() - startedAt.getTime() >= COME_BACK_MS) return [];
  return core.domain
    .nves()
    .map((nve) => nve.name)
    .filter(
      (name) =>
        core.nve(name)?.lastFacts === undefined &&
        (core.members?.connectedTo(name).length ?? 0) === 0,
    );
}

function progressOf(nve: string, reason: string | undefined): NveProgress {
  return reason === undefined ? { nve, confirmed: true } : { nve, confirmed: false, reason };
}

/** Checks after each step, and when nobody is waited for any more; false: the time was over first, or the signal came. */
function until(
  waiter: Waiter,
  check: () => boolean,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  if (check()) return Promise.resolve(true);
  if (signal?.aborted === true) return Promise.resolve(false);
  waiter.engine.hurry();
  return new Promise((resolve) => {
    const end = (result: boolean): void => {
      clearTimeout(timer);
      clearTimeout(comeBack);
      clearInterval(hurrying);
      signal?.removeEventListener('abort', giveUp);
      stop();
      resolve(result);
    };
    const again = (): void => {
      if (check()) end(true);
    };
    const giveUp = (): void => end(false);
    const timer = setTimeout(giveUp, timeoutMs);
    const hurrying = setInterval(() => waiter.engine.hurry(), HURRY_INTERVAL_MS);
    const sinceStartMs = Date.now() - waiter.startedAt.getTime();
    const comeBack = setTimeout(again, Math.max(0, COME_BACK_MS - sinceStartMs));
    signal?.addEventListener('abort', giveUp);
    const stop = waiter.engine.onStep(again);
  });
}
