/**
 * stdin line by line, as it comes: for commands that turn a line of input into a line of output, however many there are.
 */
import { StringDecoder } from 'node:string_decoder';
import type { CliIo } from './cli-io.ts';
import { CliError, EXIT } from './exit-codes.ts';

/**
 * The lines that came together, without their ends: so the taker can answer them together, too. A line longer than
 * `maxChars` ends the command with one sentence.
 */
export async function* stdinLines(io: CliIo, maxChars: number): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let count = 0;
  for await (const chunk of io.stdin()) {
    const text = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
    const [first = '', ...more] = text.split('\n');
    const all = [rest + first, ...more];
    const tooLong = all.findIndex((line) => line.length > maxChars);
    if (tooLong >= 0) {
      throw new CliError(
        EXIT.usage,
        `line ${count + tooLong + 1} of stdin is longer than ${maxChars} characters; give one message a line`,
      );
    }
    const lines = all.slice(0, -1);
    rest = all.at(-1) ?? '';
    count += lines.length;
    if (lines.length > 0) yield lines;
  }
  rest += decoder.end();
  if (rest !== '') yield [rest];
}
