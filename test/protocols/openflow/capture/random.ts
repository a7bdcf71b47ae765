/** A small seeded generator: the same seed, the same choices. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to 2^32 - 1. */
  word(): number {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** `least` to `most`, both included. */
  number(least: number, most: number): number {
    return least + (this.word() % (most - least + 1));
  }

  chance(percent: number): boolean {
    return this.word() % 100 < percent;
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.word() % values.length];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }

  /** `count` different ones, in their order. */
  some<Value>(values: readonly Value[], count: number): Value[] {
    const left = values.map((value, at) => ({ value, at, rank: this.word() }));
    return left
      .toSorted((one, other) => one.rank - other.rank)
      .slice(0, count)
      .toSorted((one, other) => one.at - other.at)
      .map(({ value }) => value);
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.word().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }
}
