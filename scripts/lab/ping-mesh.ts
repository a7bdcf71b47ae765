/**
 * Pings in both directions of every pair of tenants of a network, for as long as the test does something else: who
 * lost how many, and for how long nothing came through.
 */
import type { PingResult, RunningPing } from './ping.ts';
import type { Tenant } from './tenant.ts';
import { until } from './waiting.ts';

/** 100 Hz. */
export const PING_INTERVAL_MS = 10;
/** On a machine with other work to do. */
const ANSWERS_MS = 20_000;

export interface MeshResult {
  readonly pairs: Readonly<Record<string, PingResult>>;
  readonly sent: number;
  readonly lost: number;
  /** The longest silence of one pair. */
  readonly longestGapMs: number;
  /** `blue-1->blue-2: 3 lost`, of those that lost any. */
  readonly losses: readonly string[];
}

interface Path {
  readonly name: string;
  readonly ping: RunningPing;
}

export class PingMesh {
  readonly #paths: readonly Path[];
  readonly #intervalMs: number;

  /** Resolves when every pair has been answered: what is lost from now on is a loss. */
  static async start(tenants: readonly Tenant[], intervalMs = PING_INTERVAL_MS): Promise<PingMesh> {
    const mesh = new PingMesh(tenants, intervalMs);
    await mesh.answered(10);
    return mesh;
  }

  private constructor(tenants: readonly Tenant[], intervalMs: number) {
    this.#intervalMs = intervalMs;
    this.#paths = tenants.flatMap((from, position) =>
      tenants
        .filter((to) => to !== from && to.network === from.network)
        .map((to) => ({
          name: `${from.name}->${to.name}`,
          // Half of the paths by IPv4, the others by IPv6, where the tenants have both.
          ping: from.startPing(to.ips[position % to.ips.length] ?? '', intervalMs),
        })),
    );
  }

  /** Waits until each pair has got `more` answers from now on. */
  async answered(more: number): Promise<void> {
    const wanted = this.#paths.map(({ ping }) => ping.answers + more);
    const silent = () => this.#paths.filter(({ ping }, at) => ping.answers < (wanted[at] ?? 0));
    await until('answers', () => silent().length === 0, {
      ...{ deadlineMs: ANSWERS_MS, everyMs: 50 },
    }).catch(() => {
      throw new Error(`no answers to ${silent().map(({ name }) => name)} for ${ANSWERS_MS} ms`);
    });
  }

  async stop(): Promise<MeshResult> {
    const results = await Promise.all(
      this.#paths.map(async ({ name, ping }) => [name, await ping.stop()] as const),
    );
    const all = results.map(([, result]) => result);
    return {
      pairs: Object.fromEntries(results),
      sent: sumOf(all.map(({ sent }) => sent)),
      lost: sumOf(all.map(({ lost }) => lost)),
      longestGapMs: Math.max(0, ...all.map(({ longestGap }) => longestGap * this.#intervalMs)),
      losses: results
        .filter(([, { lost }]) => lost > 0)
        .map(([name, { lost }]) => `${name}: ${lost} lost`),
    };
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
