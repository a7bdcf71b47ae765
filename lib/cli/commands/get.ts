/** `nva get` */
import type { Command } from 'commander';
import type { ViewKind, ViewsByKind } from '../../model/views.ts';
import type { ApiClient } from '../api-client.ts';
import { type CommandContext, parseFormat, withApiOption } from '../command-context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { KINDS, KINDS_HELP, parseKind, singularOf } from '../kinds.ts';
import { tableOf } from '../list-columns.ts';
import { structured } from '../structured-output.ts';
import { tableLines } from '../text-table.ts';

export const LIST_FORMATS = ['table', 'wide', 'json', 'yaml'] as const;

type Format = (typeof LIST_FORMATS)[number];

interface Asked<Kind extends ViewKind> {
  readonly kind: Kind;
  readonly name: string | undefined;
  readonly network: string | undefined;
  readonly format: Format;
}

type Views<Kind extends ViewKind> = readonly ViewsByKind[Kind][];

export function addGet(program: Command, context: CommandContext): void {
  const command = program
    .command('get')
    .summary('list objects')
    .description('Lists objects of one kind, or shows the one that is named.')
    .argument('<kind>', KINDS.join('|'))
    .argument('[name]', 'only this one')
    .option('-n, --network <network>', 'only what belongs to this network')
    .option('-o, --output <format>', LIST_FORMATS.join('|'), 'table')
    .option('-w, --watch', 'show it again after every change, until Ctrl-C')
    .addHelpText(
      'after',
      `
${KINDS_HELP}

Examples:
  nva get ports
  nva get ports -n blue -o wide --watch
  nva get port vm1 -o json | jq -r .status.nve

-o json prints an array, or one object when a name is given. Exit code 1 when there is no such object.`,
    )
    .action(
      context.action(async (command, [kindWord = '', name]) => {
        const options = command.opts<{ network?: string; output: string; watch?: true }>();
        const asked: Asked<ViewKind> = {
          kind: parseKind(kindWord),
          name,
          network: options.network,
          format: parseFormat(options.output, LIST_FORMATS),
        };
        const client = context.client(command);
        return options.watch === true
          ? watch(context, client, asked)
          : once(context, client, asked);
      }),
    );
  withApiOption(command);
}

async function once<Kind extends ViewKind>(
  context: CommandContext,
  client: ApiClient,
  { kind, name, network, format }: Asked<Kind>,
): Promise<ExitCode> {
  const views: Views<Kind> =
    name === undefined ? await client.list(kind, network) : [await client.get(kind, name, network)];
  if (format === 'json' || format === 'yaml') {
    context.io.out(await structured(name === undefined ? views : views[0], format));
    return EXIT.ok;
  }
  if (views.length === 0) {
    const where = network === undefined ? '' : ` in network ${network}`;
    context.io.err(`there are no ${kind}${where}\n`);
    return EXIT.ok;
  }
  context.print(table(context, kind, views, format));
  return EXIT.ok;
}

function table<Kind extends ViewKind>(
  context: CommandContext,
  kind: Kind,
  views: Views<Kind>,
  format: Format,
): string[] {
  const { headers, rows } = tableOf(kind, views, format === 'wide');
  return tableLines(headers, rows, context.paint);
}

/** Never returns by itself. */
async function watch<Kind extends ViewKind>(
  context: CommandContext,
  client: ApiClient,
  asked: Asked<Kind>,
): Promise<ExitCode> {
  let first = true;
  for await (const all of client.watch(asked.kind, asked.network)) {
    const views = all.filter((view) => asked.name === undefined || view.name === asked.name);
    await show(context, asked, views, first);
    first = false;
  }
  return EXIT.ok;
}

async function show<Kind extends ViewKind>(
  context: CommandContext,
  { kind, name, format }: Asked<Kind>,
  views: Views<Kind>,
  first: boolean,
): Promise<void> {
  const { io } = context;
  const value = name === undefined ? views : (views[0] ?? null);
  if (format === 'json') {
    io.out(`${JSON.stringify(value)}\n`);
    return;
  }
  if (format === 'yaml') {
    io.out(`---\n${await structured(value, 'yaml')}`);
    return;
  }
  const what = name === undefined ? kind : `${singularOf(kind)} ${name}`;
  const lines = views.length === 0 ? [`(no ${what})`] : table(context, kind, views, format);
  if (io.outIsTerminal) io.out(screen(lines, io.size().rows));
  else io.out(`${first ? '' : '\n'}${lines.join('\n')}\n`);
}

const HOME_AND_CLEAR = '\u001b[H\u001b[2J';
const WRAP_OFF = '\u001b[?7l';
const WRAP_ON = '\u001b[?7h';

/** What fits on the screen; longer lines are cut by the terminal. */
function screen(lines: readonly string[], rows: number): string {
  const room = Math.max(2, rows - 1);
  const shown =
    lines.length <= room
      ? lines
      : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more`];
  return `${HOME_AND_CLEAR}${WRAP_OFF}${shown.join('\n')}\n${WRAP_ON}`;
}
