/**
 * What is wrong with something that a person wrote: where, and one sentence with the remedy.
 */

/** One thing wrong with a request: names the object and member, and the remedy. */
export interface Problem {
  /** `document 2, Port vm1, mac` */
  readonly where: string;
  readonly message: string;
}

/** More would scroll the first ones, which often cause the others, out of sight. */
export const PROBLEMS_MAX = 20;

/** Collects all problems, keeps PROBLEMS_MAX of them and counts the rest. */
export class ProblemList {
  readonly #kept: Problem[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(where: string, message: string): void {
    this.#count++;
    if (this.#kept.length < PROBLEMS_MAX) this.#kept.push({ where, message });
  }

  toArray(): Problem[] {
    const hidden = this.#count - this.#kept.length;
    if (hidden === 0) return [...this.#kept];
    return [...this.#kept, { where: 'and', message: `${hidden} more; mend these first.` }];
  }
}
