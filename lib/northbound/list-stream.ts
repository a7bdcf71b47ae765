/**
 * A list that is too long to be made at once, as one JSON array: made piece by piece, each in a turn of its own, and only
 * as fast as the reader takes it.
 */
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

/** A few milliseconds of work. */
const PIECE = 400;

export function jsonArrayStream(items: Iterable<unknown>): Readable {
  return Readable.from(pieces(items), { objectMode: false });
}

async function* pieces(items: Iterable<unknown>): AsyncGenerator<string> {
  let texts: string[] = [];
  let separator = '[';
  for (const item of items) {
    texts.push(JSON.stringify(item));
    if (texts.length < PIECE) continue;
    yield separator + texts.join(',');
    separator = ',';
    texts = [];
    await setImmediate();
  }
  if (texts.length > 0) yield separator + texts.join(',');
  else if (separator === '[') yield separator;
  yield ']';
}
