/**
 * One OpenFlow message as `nva ofp print` shows it. Apart from the command, so that only it loads the codec.
 */
import { printMessage } from '../../protocols/openflow/print.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';

/** Ends with a newline. */
export function showMessage(bytes: Uint8Array, format: 'text' | 'json', verbosity: number): string {
  const text = printMessage(bytes, verbosity);
  if (format === 'text') return text;
  return `${JSON.stringify({ text, reencoded: reencode(bytes) })}\n`;
}

/** Judged as strictly as the text: what has an error's name there has no bytes here. */
function reencode(bytes: Uint8Array): string | null {
  const decoded = decodeMessage(bytes, { strict: true });
  if (!decoded.ok) return null;
  const { version, xid, message } = decoded.value;
  // A hello comes in versions that we do not speak, and goes out in the same.
  return Buffer.from(encodeMessage(version as OpenFlowVersion, xid, message)).toString('hex');
}
