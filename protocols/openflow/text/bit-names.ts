/**
 * Bits in words, as ofp-print writes most of them: those with a name, and the others in one number behind them.
 *
 *     drop dscp_remark        initial,add,0x80        0
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */

/** `names`: by the bit itself; in the order of bits. */
export function formatBits(
  bits: number,
  names: ReadonlyMap<number, string>,
  separator: string,
): string {
  if (bits === 0) return '0';
  const words: string[] = [];
  let rest = bits;
  for (let index = 0; index < 32; index++) {
    const bit = 2 ** index;
    const name = names.get(bit);
    if (name === undefined || (bits & bit) === 0) continue;
    words.push(name);
    rest -= bit;
  }
  return [...words, ...(rest === 0 ? [] : [`0x${rest.toString(16)}`])].join(separator);
}
