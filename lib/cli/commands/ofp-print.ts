/** `nva ofp print` */
import type { Command } from 'commander';
import { type CommandContext, parseFormat } from '../command-context.ts';
import { CliError, EXIT, type ExitCode } from '../exit-codes.ts';
import { parseHex } from '../hex-text.ts';
import { stdinLines } from '../stdin-lines.ts';
import { clean } from '../text-table.ts';

interface Options {
  readonly output: string;
  readonly verbosity: string;
  readonly more?: number;
}

export const PRINT_FORMATS = ['text', 'json'] as const;
type Format = (typeof PRINT_FORMATS)[number];

/** As long as a message of 65535 bytes in pairs of digits, with room for blanks between all of them. */
const LINE_MAX_CHARS = 512 * 1024;

export function addOfpPrint(ofp: Command, context: CommandContext): void {
  ofp
    .command('print')
    .summary('bytes to words')
    .description('Prints OpenFlow messages in the words of ovs-ofctl ofp-print.')
    .argument('<hex>', 'the message in hexadecimal digits; - takes messages from stdin, one a line')
    .option('-o, --output <format>', PRINT_FORMATS.join('|'), 'text')
    .option('--verbosity <number>', '0 to 5, as ovs-ofctl counts; 3 adds packets, 5 the bytes', '2')
    .option('-m, --more', 'one more than that; may be repeated', (_text, sum: number) => sum + 1, 0)
    .addHelpText(
      'after',
      `
Examples:
  nva ofp print 0414000800000001
  nva ofp print -m '04 0e 00 50 …'
  nva ofp print -o json - < messages.txt

Blanks and dots between the bytes do not matter. A message that Open vSwitch would refuse is printed with the
error that it would answer. -o json prints an object a line: "text", and in "reencoded" what the message is when
it was decoded and encoded again, null when it could not be decoded.`,
    )
    .action(
      context.action(async (command, [hex = '']) => {
        const options = command.opts<Options>();
        const format = parseFormat(options.output, PRINT_FORMATS);
        const verbosity = parseVerbosity(options.verbosity) + (options.more ?? 0);
        return print(context, hex, format, verbosity);
      }),
    );
}

async function print(
  { io }: CommandContext,
  hex: string,
  format: Format,
  verbosity: number,
): Promise<ExitCode> {
  // Loaded when asked for: no other command needs the codec.
  const { showMessage } = await import('../openflow-print.ts');
  let exitCode: ExitCode = EXIT.ok;
  const show = (hexText: string, where: string): string => {
    const bytes = parseHex(hexText);
    if (typeof bytes === 'string') throw new CliError(EXIT.usage, `${where}: ${bytes}`);
    const { text, fault } = showMessage(bytes, format, verbosity);
    if (fault !== undefined) {
      io.err(`nva: ${where}: a fault of nva itself: ${clean(fault)}; please report the message\n`);
      exitCode = EXIT.fault;
    }
    return text;
  };
  if (hex !== '-') {
    io.out(show(hex, 'the message'));
    return exitCode;
  }
  let line = 0;
  for await (const lines of stdinLines(io, LINE_MAX_CHARS)) {
    let shown = '';
    try {
      for (const text of lines) {
        line += 1;
        shown += show(text, `line ${line} of stdin`);
      }
    } finally {
      // What was good before a bad line has been printed.
      io.out(shown);
    }
  }
  return exitCode;
}

function parseVerbosity(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new CliError(EXIT.usage, `--verbosity wants a number from 0 to 99, not ${text}`);
}
