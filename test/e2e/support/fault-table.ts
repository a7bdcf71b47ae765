/**
 * The table of faults: one row each, printed as one aligned table when all are done.
 */

export interface FaultRow {
  readonly fault: string;
  /** From the end of the fault's cause to desired equals installed. */
  readonly equalMs: number;
  readonly boundMs: number;
  readonly lost: string;
}

export class FaultTable {
  readonly #rows: string[][] = [];

  add({ fault, equalMs, boundMs, lost }: FaultRow): void {
    this.#rows.push([fault, `${Math.round(equalMs)} ms`, lost, `${boundMs} ms`]);
  }

  /** In plain text, for the test's output. */
  toString(title: string): string {
    const head = ['fault', 'equal after', 'pings lost', 'bound'];
    const lines = [head, ...this.#rows];
    const widths = head.map((_, at) => Math.max(...lines.map((cells) => (cells[at] ?? '').length)));
    const text = lines.map((cells) =>
      cells
        .map((cell, at) =>
          at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
        )
        .join('  '),
    );
    return `\n${title}\n${text.map((line) => `  ${line}`).join('\n')}\n`;
  }
}
