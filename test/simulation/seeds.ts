/**
 * Runs a simulation for many seeds. SEED=N runs one with its trace; SIMULATION_SEEDS=N runs so many.
 */
import { Violation, type World } from './world.ts';

export interface Simulation {
  readonly count: number;
  /** For the line by which a seed is run again. */
  readonly file: string;
  readonly run: (seed: number, traces: boolean) => { world: World; play: () => void };
}

const TRACE_LINES_MAX = 400;

export function describeSeeds(title: string, simulation: Simulation): void {
  it(title, function () {
    const wanted = process.env.SEED;
    const count = Number(process.env.SIMULATION_SEEDS ?? simulation.count);
    this.timeout(30_000 + count * 1_000);
    if (wanted !== undefined) {
      replay(simulation, Number(wanted), true);
      return;
    }
    for (let seed = 1; seed <= count; seed++) {
      const found = violationOf(() => simulation.run(seed, false).play());
      if (found !== undefined) replay(simulation, seed, false);
    }
  });
}

/** The same seed gives the same run: this time with its trace. */
function replay(simulation: Simulation, seed: number, prints: boolean): void {
  const { world, play } = simulation.run(seed, true);
  const found = violationOf(play);
  const lines = world.lines.slice(-TRACE_LINES_MAX).join('\n');
  if (prints) process.stdout.write(`${lines}\n`);
  if (found === undefined) return;
  const again = `SEED=${seed} npx mocha ${simulation.file}`;
  throw new Violation(`${found.message}\nrun it again by: ${again}\n${prints ? '' : lines}`);
}

export function violationOf(play: () => void): Violation | undefined {
  try {
    play();
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return error;
    throw error;
  }
}
