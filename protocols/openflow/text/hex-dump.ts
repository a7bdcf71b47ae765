/**
 * Bytes as `ovs-ofctl` dumps them: sixteen a line, with their offset and what is printable of them.
 *
 *     00000000  04 00 00 08 00 00 00 01-                        |........        |
 */
const PER_LINE = 16;

/** Ends with a newline; empty for no bytes. */
export function hexDump(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const line = [...bytes.subarray(at, at + PER_LINE)];
    const cells = Array.from({ length: PER_LINE }, (_, index) => {
      const byte = line[index];
      const separator = index === 7 && line.length > 7 ? '-' : index === PER_LINE - 1 ? '' : ' ';
      return `${byte?.toString(16).padStart(2, '0') ?? '  '}${separator}`;
    }).join('');
    const printable = line
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('')
      .padEnd(PER_LINE);
    text += `${at.toString(16).padStart(8, '0')}  ${cells} |${printable}|\n`;
  }
  return text;
}

/** The same without what is printable, as packets within messages are dumped. */
export function plainHexDump(bytes: Uint8Array): string {
  return hexDump(bytes).replace(/ *\|.{16}\|$/gm, '');
}
