/**
 * Canonical JSON text: members in ascending order of their names, no white space.
 *
 * The one home of "is this value the same as that one": equal values have equal texts, in every store. Refuses
 * what JSON cannot hold (undefined in an array, NaN, functions) and what is nested too deeply.
 *
 * Source: RFC 8259; the order of members as RFC 8785 §3.2.3 (UTF-16 code units).
 */

/** Deeper values are refused: parsers recurse. */
const DEPTH_MAX = 64;

/** Undefined: not a JSON value. */
export function canonicalJson(value: unknown, depth = 0): string | undefined {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (typeof value !== 'object' || depth >= DEPTH_MAX) return undefined;
  return Array.isArray(value) ? arrayText(value, depth) : objectText(value, depth);
}

function arrayText(items: readonly unknown[], depth: number): string | undefined {
  const texts: string[] = [];
  for (const item of items) {
    const text = canonicalJson(item, depth + 1);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return `[${texts.join(',')}]`;
}

function objectText(value: object, depth: number): string | undefined {
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([left], [right]) => (left < right ? -1 : 1));
  const texts: string[] = [];
  for (const [name, member] of members) {
    const text = canonicalJson(member, depth + 1);
    if (text === undefined) return undefined;
    texts.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${texts.join(',')}}`;
}
