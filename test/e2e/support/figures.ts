/**
 * What a scenario measured, said in the test's output: a bound that holds on a slow machine tells little of a fast one.
 */
export function figure(sentence: string): void {
  process.stdout.write(`        · ${sentence}\n`);
}
