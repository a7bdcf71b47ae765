/**
 * Bytes as people write them: pairs of hexadecimal digits, with blanks or dots between the bytes, as ovs-ofctl takes them. A
 * leading 0x is allowed, too.
 */

/** A string says what is wrong. */
export function parseHex(text: string): Uint8Array | string {
  const groups = text.replace(/^\s*0x/i, '').split(/[ .\t\r\n]+/);
  for (const group of groups) {
    const wrong = /[^0-9a-fA-F]/u.exec(group)?.[0];
    if (wrong !== undefined) {
      return `${JSON.stringify(wrong)} is no hexadecimal digit; give the bytes as pairs of 0-9 and a-f`;
    }
    if (group.length % 2 !== 0) {
      const shown = group.length > 20 ? `${group.slice(0, 20)}…` : group;
      return `${shown} has ${group.length} hexadecimal digits, which are no whole bytes; give two for each byte`;
    }
  }
  return new Uint8Array(Buffer.from(groups.join(''), 'hex'));
}
