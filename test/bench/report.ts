/**
 * What a bench leaves: aligned tables for people, one JSON file for machines, progress while it runs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from '../../scripts/lab/controller.ts';

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the figures mean: lines below the table. */
  readonly notes: readonly string[];
}

/** One finding of one bench, as it goes to the JSON file. */
export type Figure = Readonly<Record<string, unknown>>;

export class Report {
  readonly #startedAt = performance.now();
  readonly #figures: Figure[] = [];
  readonly #faults: string[] = [];

  progress(text: string): void {
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(0).padStart(4);
    process.stdout.write(`${seconds} s  ${text}\n`);
  }

  table({ title, columns, rows, notes }: Table): void {
    const widths = columns.map((name, at) =>
      Math.max(name.length, ...rows.map((row) => (row[at] ?? '').length)),
    );
    const line = (cells: readonly string[]): string =>
      widths
        .map((width, at) => (cells[at] ?? '')[at === 0 ? 'padEnd' : 'padStart'](width))
        .join('  ')
        .trimEnd();
    const lines = [
      '',
      title,
      line(columns),
      ...rows.map(line),
      ...notes.map((note) => `  ${note}`),
    ];
    process.stdout.write(`${lines.join('\n')}\n\n`);
  }

  figure(figure: Figure): void {
    this.#figures.push(figure);
  }

  /** What was measured was wrong: the bench goes on, and ends non-zero. */
  fault(text: string): void {
    this.#faults.push(text);
    process.stdout.write(`WRONG: ${text}\n`);
  }

  get faults(): readonly string[] {
    return this.#faults;
  }

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  /** Returns the file's name. */
  write(settings: Figure): string {
    const folder = projectFile('bench-results');
    mkdirSync(folder, { recursive: true });
    const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
    const file = join(folder, `bench-${stamp}.json`);
    const content = {
      settings,
      seconds: this.seconds,
      faults: this.#faults,
      figures: this.#figures,
    };
    writeFileSync(file, `${JSON.stringify(content, undefined, 2)}\n`);
    return file;
  }
}
