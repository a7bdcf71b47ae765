/**
 * A decoded value as one text, for comparing, and how much of it there is.
 */
export interface Shape {
  readonly text: string;
  /** Members, elements and bytes: about what it holds of memory, in units that no engine changes. */
  readonly size: number;
}

export function shapeOf(value: unknown): Shape {
  let size = 0;
  const text = JSON.stringify(value, (_key, member: unknown) => {
    size++;
    if (typeof member === 'bigint') return `${member}n`;
    if (member instanceof Uint8Array) {
      size += member.length;
      return `bytes:${Buffer.from(member).toString('hex')}`;
    }
    if (typeof member === 'string') size += member.length;
    if (typeof member === 'number' && !Number.isFinite(member)) return `number:${member}`;
    return isRecord(member) ? sorted(member) : member;
  });
  return { text: text ?? 'undefined', size };
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In which order members were read does not matter. */
function sorted(value: object): object {
  const names = Object.keys(value);
  const isSorted = names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name);
  if (isSorted) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}
