/**
 * Bits by their names, as ofp-print lists them: names in the order of the bits, then what has no name in hexadecimal; 0 for none.
 *
 *     FLOW_STATS TABLE_STATS 0x10000
 */
import { hex } from './field-text.ts';

/** By bit: the name of bit n is names[n]; undefined or '': it has none. */
export type BitNames = readonly (string | undefined)[];

export function formatBits(bits: number, names: BitNames, separator = ' '): string {
  if (bits === 0) return '0';
  const words: string[] = [];
  let rest = bits;
  names.forEach((name, bit) => {
    if (!name || ((bits >>> bit) & 1) === 0) return;
    words.push(name);
    rest = (rest & ~(1 << bit)) >>> 0;
  });
  if (rest !== 0) words.push(hex(rest >>> 0));
  return words.join(separator);
}
