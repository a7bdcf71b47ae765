/**
 * Lists of names with much in common, as ofp-print shortens them: `eth_{src,dst,type}`, `reg0...reg7`.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1 (dump-table-features); judged by `ovs-ofctl ofp-print`.
 */

/** Separated by spaces. */
export function formatNames(names: readonly string[]): string {
  return formatBehind(names, 0);
}

/** Names that have their first `prefix` characters in common, without those. */
function formatBehind(names: readonly string[], prefix: number): string {
  const words: string[] = [];
  for (let at = 0; at < names.length; ) {
    const rest = names.slice(at);
    const first = (rest[0] ?? '').slice(prefix);
    const common = commonRun(rest, prefix);
    const sequence = sequentialRun(rest);
    if (sequence >= common.length) {
      const last = sequence > 1 ? `...${(rest[sequence - 1] ?? '').slice(prefix)}` : '';
      words.push(`${first}${last}`);
      at += sequence;
    } else {
      const inner = formatBehind(rest.slice(0, common.length), prefix + common.size);
      words.push(`${first.slice(0, common.size)}{${inner}}`);
      at += common.length;
    }
  }
  return words.join(prefix === 0 ? ' ' : ',');
}

/** How many names begin with the same further characters up to a `_`, and how many characters those are. */
function commonRun(names: readonly string[], prefix: number): { length: number; size: number } {
  const [first = '', second] = names.map((name) => name.slice(prefix));
  if (second === undefined) return { length: names.length, size: 0 };
  const size = commonPrefix(first, second);
  if (size === 0) return { length: 1, size: 0 };
  let length = 2;
  while (length < names.length) {
    if (commonPrefix(first, (names[length] ?? '').slice(prefix)) === 0) break;
    length++;
  }
  return { length, size };
}

/** The longest common beginning that ends in `_`. */
function commonPrefix(left: string, right: string): number {
  let size = 0;
  for (let at = 0; at < left.length && left[at] === right[at]; at++) {
    if (left[at] === '_') size = at + 1;
  }
  return size;
}

/** How many names count on: reg0, reg1, reg2. Two are not worth it. */
function sequentialRun(names: readonly string[]): number {
  let length = 1;
  while (length < names.length && countsOn(names[length - 1] ?? '', names[length] ?? '')) length++;
  return length === 2 ? 1 : length;
}

function countsOn(left: string, right: string): boolean {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  const [before, behind] = [left.slice(at), right.slice(at)];
  const digits = /^[0-9]{1,9}$/;
  return digits.test(before) && digits.test(behind) && Number(before) + 1 === Number(behind);
}
