/**
 * One OpenFlow message as `nva ofp print` shows it. Apart from the command, so that only it loads the codec.
 */
import { printMessage } from '../../protocols/openflow/print.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';

export interface ShownMessage {
  /** Ends with a newline. */
  readonly text: string;
  /** A fault of our encoder's: the message is understood, and could not be encoded again. */
  readonly fault?: string;
}

export function showMessage(
  bytes: Uint8Array,
  format: 'text' | 'json',
  verbosity: number,
): ShownMessage {
  const text = printMessage(bytes, verbosity);
  if (format === 'text') return { text };
  try {
    return { text: line(text, reencode(bytes)) };
  } catch (error) {
    // The lines behind it are none the worse for it.
    return { text: line(text, null), fault: String(error) };
  }
}

function line(text: string, reencoded: string | null): string {
  return `${JSON.stringify({ text, reencoded })}\n`;
}

/** Judged as strictly as the text: what has an error's name there has no bytes here. */
function reencode(bytes: Uint8Array): string | null {
  const decoded = decodeMessage(bytes, { strict: true });
  if (!decoded.ok) return null;
  const { version, xid, message } = decoded.value;
  // A hello comes in versions that we do not speak, and goes out in the same.
  return Buffer.from(encodeMessage(version as OpenFlowVersion, xid, message)).toString('hex');
}
