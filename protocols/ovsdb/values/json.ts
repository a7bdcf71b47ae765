/**
 * JSON as TypeScript sees it after parsing, and the two questions asked of it everywhere.
 *
 * A parsed object may own a key named "__proto__": read objects by Object.entries or by a known key,
 * never copy them by assignment.
 */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** An own member, so that "constructor" or "__proto__" never reads the prototype. */
export function member(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** At most 80 characters of a value, for a sentence about it. */
export function excerpt(value: Json | undefined): string {
  const short = typeof value === 'string' ? value.slice(0, 100) : value;
  const isLarge = typeof short === 'object' && short !== null;
  if (isLarge) return isJsonArray(short) ? `an array of ${short.length}` : 'an object';
  const text = JSON.stringify(short) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
