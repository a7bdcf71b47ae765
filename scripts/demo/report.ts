/**
 * What the demo prints: one line per thing that happened, with the seconds since its start.
 */
const begun = performance.now();

export function say(line: string): void {
  const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(5);
  process.stdout.write(`${seconds} s  ${line}\n`);
}

/** Without a time: tables and hints. */
export function show(text: string): void {
  process.stdout.write(`${text.trimEnd()}\n`);
}

export function title(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

export function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}
