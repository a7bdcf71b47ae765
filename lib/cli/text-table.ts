/**
 * Text in columns: widths as a terminal shows them, never as a string counts them.
 *
 * What comes from elsewhere is cleaned of control characters, so that a name cannot command the terminal.
 *
 * Source: Unicode Standard Annex #11 (wide and full-width characters take two columns).
 */
import type { Colour, Paint } from './paint.ts';

export interface Cell {
  readonly text: string;
  readonly colour?: Colour;
}

/** Blanks between two columns. */
const GAP = 2;

const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

export function clean(text: string): string {
  return text.replace(CONTROL, '?');
}

export function displayWidth(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (ZERO_WIDTH.test(character)) continue;
    columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

/** Lines without line ends: the header, then a line a row. */
export function tableLines(
  headers: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string[] {
  const cleaned = rows.map((row) => row.map((cell) => ({ ...cell, text: clean(cell.text) })));
  const widths = headers.map((header, column) =>
    cleaned.reduce(
      (width, row) => Math.max(width, displayWidth(row[column]?.text ?? '')),
      displayWidth(header),
    ),
  );
  const line = (cells: readonly Cell[]) =>
    cells
      .map(({ text, colour }, column) => {
        const last = column === cells.length - 1;
        const blanks = last ? 0 : (widths[column] ?? 0) + GAP - displayWidth(text);
        return paint(colour, text) + ' '.repeat(Math.max(0, blanks));
      })
      .join('')
      .trimEnd();
  return [line(headers.map((text) => ({ text, colour: 'bold' as const }))), ...cleaned.map(line)];
}

/** `Label:  value` lines with the values in one column; a value of several lines is indented below itself. */
export function fieldLines(
  fields: readonly (readonly [label: string, value: Cell])[],
  paint: Paint,
  indent = '',
): string[] {
  const width = Math.max(0, ...fields.map(([label]) => displayWidth(label))) + 1 + GAP;
  return fields.flatMap(([label, { text, colour }]) =>
    text
      .split('\n')
      .map(
        (line, index) =>
          indent + padEnd(index === 0 ? `${label}:` : '', width) + paint(colour, clean(line)),
      ),
  );
}
