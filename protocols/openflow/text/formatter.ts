/**
 * What a formatter of one kind of message is given, and gives.
 */
import type { Message } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';

export interface PrintContext {
  /** The whole message. */
  readonly bytes: Uint8Array;
  /** Whose layout the body has. */
  readonly version: OpenFlowVersion;
  /** What the header says: hellos and echoes come in versions that we do not speak, too. Absent: `version`. */
  readonly headerVersion?: number;
  /** As ovs-ofctl counts: 2 is the default, 3 adds packets in hexadecimal, 5 the message. */
  readonly verbosity: number;
  /** A message in this one, as ofp-print would print it alone (without the last newline). */
  readonly nested: (bytes: Uint8Array, verbosity?: number) => string;
}

export type MessageFormatters = {
  readonly [Type in Message['type']]?: (
    message: Extract<Message, { type: Type }>,
    context: PrintContext,
  ) => string;
};
