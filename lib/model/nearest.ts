/**
 * The known name that somebody who wrote an unknown one probably meant.
 *
 * Source: the optimal string alignment distance (Damerau 1964; Levenshtein 1966): insertion, deletion, replacement
 * and exchange of neighbours cost 1 each.
 */

/** Longer ones are no slip of the keyboard, and the distance costs their product. */
const LENGTH_MAX = 64;

/** Ignores case; undefined when nothing is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > LENGTH_MAX) return undefined;
  const lower = name.toLowerCase();
  let best: string | undefined;
  // A third of the letters may be wrong: "prot" is port, "mack" is mac, "colour" is nothing.
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = alignmentDistance(lower, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `did you mean X?`, or all that is known when nothing is near. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`;
}

export function alignmentDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      current.push(cell({ left, right, row, column, beforeLast, last, current }));
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] ?? 0;
}

interface Cell {
  readonly left: string;
  readonly right: string;
  readonly row: number;
  readonly column: number;
  readonly beforeLast: readonly number[];
  readonly last: readonly number[];
  readonly current: readonly number[];
}

function cell({ left, right, row, column, beforeLast, last, current }: Cell): number {
  const same = left[row - 1] === right[column - 1];
  const best = Math.min(
    at(last, column) + 1,
    at(current, column - 1) + 1,
    at(last, column - 1) + (same ? 0 : 1),
  );
  const exchanged =
    row > 1 &&
    column > 1 &&
    left[row - 1] === right[column - 2] &&
    left[row - 2] === right[column - 1];
  return exchanged ? Math.min(best, at(beforeLast, column - 2) + 1) : best;
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
