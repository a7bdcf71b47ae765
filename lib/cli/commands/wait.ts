/** `nva wait` */
import type { Command } from 'commander';
import { WAIT_DEFAULT_SECONDS } from '../../northbound/api-limits.ts';
import { type CommandContext, parseSeconds, withApiOption } from '../command-context.ts';
import { printWait } from './apply.ts';

export function addWait(program: Command, context: CommandContext): void {
  const command = program
    .command('wait')
    .summary('wait until the switches have it')
    .description(
      'Waits until every NVE that is connected to any instance has confirmed the newest revision.',
    )
    .option('--timeout <seconds>', 'give up after this long', String(WAIT_DEFAULT_SECONDS))
    .addHelpText(
      'after',
      `
Examples:
  nva wait
  nva apply -f ports.yaml && nva wait --timeout 5

Prints how long it took. Exit code 1 when the time is over; the NVEs that are behind are named
with the reason.`,
    )
    .action(
      context.action(async (command) => {
        const seconds = parseSeconds('--timeout', command.opts<{ timeout: string }>().timeout);
        return printWait(context, await context.client(command).wait(seconds), seconds);
      }),
    );
  withApiOption(command);
}
