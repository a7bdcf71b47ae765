/**
 * Colours: only on a terminal, never when NO_COLOR is set and not empty (no-color.org).
 */
import type { CliIo } from './cli-io.ts';

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

export type Colour = keyof typeof CODES;

export type Paint = (colour: Colour | undefined, text: string) => string;

export const plain: Paint = (_colour, text) => text;

const coloured: Paint = (colour, text) =>
  colour === undefined || text === '' ? text : `\u001b[${CODES[colour]}m${text}\u001b[0m`;

export function paintFor(io: CliIo): Paint {
  const refused = (io.env.NO_COLOR ?? '') !== '' || io.env.TERM === 'dumb';
  return io.outIsTerminal && !refused ? coloured : plain;
}
