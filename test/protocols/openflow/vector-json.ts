/** Messages as JSON: a bigint is {"bigint": "0x…"}, bytes are {"bytes": "hex"}. */

export function toVectorJson(value: unknown): unknown {
  if (typeof value === 'bigint') return { bigint: `0x${value.toString(16)}` };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(toVectorJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toVectorJson(item)]));
}
