/** `nva events` */
import type { Command } from 'commander';
import type { EventView } from '../../model/views.ts';
import { type CommandContext, parseFormat, withApiOption } from '../command-context.ts';
import { eventLine } from '../event-lines.ts';
import { EXIT } from '../exit-codes.ts';
import { structured } from '../structured-output.ts';

export const EVENT_FORMATS = ['table', 'json'] as const;

export function addEvents(program: Command, context: CommandContext): void {
  const command = program
    .command('events')
    .summary('what happened')
    .description('Shows what happened lately, a line each, in local time.')
    .option('-f, --follow', 'go on with what happens, until Ctrl-C')
    .option('-o, --output <format>', EVENT_FORMATS.join('|'), 'table')
    .addHelpText(
      'after',
      `
Examples:
  nva events
  nva events --follow
  nva events --follow -o json | jq 'select(.level != "info")'

-o json prints an array, or with --follow an object a line.`,
    )
    .action(
      context.action(async (command) => {
        const { follow, output } = command.opts<{ follow?: true; output: string }>();
        const format = parseFormat(output, EVENT_FORMATS);
        const client = context.client(command);
        const line = (event: EventView) =>
          format === 'json' ? JSON.stringify(event) : eventLine(event, context.paint);
        if (follow === true) {
          for await (const event of client.followEvents()) context.print([line(event)]);
          return EXIT.ok;
        }
        const events = await client.events();
        if (format === 'json') context.io.out(await structured(events, 'json'));
        else context.print(events.map(line));
        return EXIT.ok;
      }),
    );
  withApiOption(command);
}
