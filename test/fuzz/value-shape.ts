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
    return member;
  });
  return { text: text ?? 'undefined', size };
}
