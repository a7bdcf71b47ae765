/**
 * Which blocks of the library have run: V8's own precise coverage, asked for every so many inputs, because asking costs as much as
 * dozens of them.
 */
import { Session } from 'node:inspector';

const WATCHED = /\/protocols\/(openflow|packet)\//;

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  get blocks(): number {
    return this.#seen.size;
  }

  /** Blocks that have run since the last call, and never before. */
  look(): ReadonlySet<string> {
    const fresh = [...this.#taken()].filter((block) => !this.#seen.has(block));
    for (const block of fresh) this.#seen.add(block);
    return new Set(fresh);
  }

  /** Which of the inputs run these blocks: each block by the first one that does. Found by halving, for looking is what costs. */
  whoRuns(
    blocks: ReadonlySet<string>,
    inputs: readonly Uint8Array[],
    run: (input: Uint8Array) => void,
  ): Uint8Array[] {
    const wanted = new Set(blocks);
    const search = (some: readonly Uint8Array[]): Uint8Array[] => {
      for (const input of some) run(input);
      const hits = [...this.#taken()].filter((block) => wanted.has(block));
      if (hits.length === 0) return [];
      if (some.length === 1) {
        for (const block of hits) wanted.delete(block);
        return [...some];
      }
      const half = some.length >> 1;
      const first = search(some.slice(0, half));
      return wanted.size === 0 ? first : [...first, ...search(some.slice(half))];
    };
    return search(inputs);
  }

  #taken(): Set<string> {
    const blocks = new Set<string>();
    const { result } = this.#post('Profiler.takePreciseCoverage');
    for (const script of result) {
      if (!WATCHED.test(script.url)) continue;
      for (const { ranges } of script.functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count > 0) blocks.add(`${script.url}:${startOffset}-${endOffset}`);
        }
      }
    }
    return blocks;
  }

  close(): void {
    this.#session.disconnect();
  }

  /** The inspector of one's own thread answers before `post` returns. */
  #post(method: string, options: object = {}): { readonly result: readonly ScriptCoverage[] } {
    let answer: unknown;
    this.#session.post(method, options, (error: Error | null, result?: object) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer as { readonly result: readonly ScriptCoverage[] };
  }
}
