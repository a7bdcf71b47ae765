/**
 * The word that was meant, for sentences that refuse one: the nearest of those that could stand there.
 */

const DISTANCE_MAX = 2;

/** `; did you mean WORD?` for the nearest of the words, or nothing when none is near. */
export function suggestion(word: string, words: Iterable<string>): string {
  let best: string | undefined;
  let least = Math.min(DISTANCE_MAX, Math.floor(word.length / 2)) + 1;
  for (const candidate of words) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), least);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best === undefined ? '' : `; did you mean ${best}?`;
}

/** Letters to add, drop or change, and neighbours that changed places; `enough` when it is that or more. */
function editDistance(left: string, right: string, enough: number): number {
  if (Math.abs(left.length - right.length) >= enough) return enough;
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const change = left[i - 1] === right[j - 1] ? 0 : 1;
      const swap = isSwap(left, right, i, j) ? (before[j - 2] ?? 0) + 1 : enough;
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + change, swap),
      );
    }
    before = row;
    row = next;
  }
  return row[right.length] ?? enough;
}

function isSwap(left: string, right: string, i: number, j: number): boolean {
  return i > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
}
