/**
 * The management network: who is on it, and cuts between any two of them.
 *
 * A cut is silent: packets vanish, connections stay, and nobody is told. Each end takes the other's address for that
 * of a machine that is not there (a permanent neighbour entry), so that nothing but iproute2 is needed and a new
 * connection times out as well; a blackhole route would refuse it at once.
 */
import type { Run } from './command.ts';

/** One machine on the management network. */
export interface Station {
  readonly namespace: string;
  readonly managementIp: string;
  /** Its interface there. */
  readonly managementDevice: string;
}

export type Stations = Station | readonly Station[];

/** Of nobody in the lab. */
const NOBODY = '02:00:00:ff:ff:ff';

export class Cuts {
  readonly #run: Run;
  readonly #cuts = new Map<string, readonly [Station, Station]>();

  constructor(run: Run) {
    this.#run = run;
  }

  /** From now on nothing passes between any of `some` and any of `others`, in both directions. */
  async cut(some: Stations, others: Stations): Promise<void> {
    const pairs = pairsOf(some, others).filter((pair) => !this.#cuts.has(keyOf(pair)));
    for (const pair of pairs) this.#cuts.set(keyOf(pair), pair);
    await this.#change(pairs, ({ managementIp }, device) => {
      return `neigh replace ${managementIp} lladdr ${NOBODY} dev ${device} nud permanent`;
    });
  }

  /** Undoes the cuts between those named; without words, all. */
  async heal(some?: Stations, others?: Stations): Promise<void> {
    const asked =
      some === undefined || others === undefined ? [...this.#cuts.values()] : pairsOf(some, others);
    const pairs = asked.filter((pair) => this.#cuts.delete(keyOf(pair)));
    await this.#change(
      pairs,
      ({ managementIp }, device) => `neigh del ${managementIp} dev ${device}`,
    );
  }

  /** One command per namespace. */
  async #change(
    pairs: readonly (readonly [Station, Station])[],
    line: (peer: Station, device: string) => string,
  ): Promise<void> {
    const lines = new Map<string, string[]>();
    for (const [one, other] of pairs) {
      for (const [here, there] of [
        [one, other],
        [other, one],
      ] as const) {
        const known = lines.get(here.namespace) ?? [];
        lines.set(here.namespace, [...known, line(there, here.managementDevice)]);
      }
    }
    await Promise.all(
      [...lines].map(([namespace, batch]) =>
        this.#run(['ip', '-n', namespace, '-batch', '-'], { input: batch.join('\n') }),
      ),
    );
  }
}

function pairsOf(some: Stations, others: Stations): (readonly [Station, Station])[] {
  return listOf(some).flatMap((one) => listOf(others).map((other) => [one, other] as const));
}

function listOf(stations: Stations): readonly Station[] {
  return 'namespace' in stations ? [stations] : stations;
}

function keyOf([one, other]: readonly [Station, Station]): string {
  return [one.namespace, other.namespace].sort().join(' ');
}
