/** `nva describe` */
import type { Command } from 'commander';
import type { Condition, EventView, ViewKind, ViewsByKind } from '../../model/views.ts';
import type { ApiClient } from '../api-client.ts';
import { type CommandContext, withApiOption } from '../command-context.ts';
import { descriptionFields } from '../description-fields.ts';
import { eventLine } from '../event-lines.ts';
import { EXIT } from '../exit-codes.ts';
import { KINDS, KINDS_HELP, parseKind, singularOf } from '../kinds.ts';
import { tableOf } from '../list-columns.ts';
import { fieldLines, tableLines } from '../text-table.ts';

const EVENTS_SHOWN = 10;

export function addDescribe(program: Command, context: CommandContext): void {
  const command = program
    .command('describe')
    .summary('one object with what belongs to it')
    .description('Shows one object with its conditions, related objects and recent events.')
    .argument('<kind>', KINDS.join('|'))
    .argument('<name>', 'its name')
    .addHelpText(
      'after',
      `
${KINDS_HELP}

Examples:
  nva describe port vm1
  nva describe nve hv1

Exit code 1 when there is no such object.`,
    )
    .action(
      context.action(async (command, [kindWord = '', name = '']) => {
        const kind = parseKind(kindWord);
        context.print(await description(context, context.client(command), kind, name));
        return EXIT.ok;
      }),
    );
  withApiOption(command);
}

async function description(
  context: CommandContext,
  client: ApiClient,
  kind: ViewKind,
  name: string,
): Promise<string[]> {
  const view = await client.get(kind, name);
  const { paint } = context;
  const object = `${singularOf(kind)}/${name}`;
  const [related, events] = await Promise.all([
    relatedLines(context, client, view),
    client.events(),
  ]);
  const recent = events.filter((event: EventView) => event.object === object).slice(-EVENTS_SHOWN);
  const conditions: readonly Condition[] =
    'status' in view && 'conditions' in view.status ? view.status.conditions : [];
  return [
    ...fieldLines([['Kind', { text: view.kind }], ...descriptionFields(view)], paint),
    ...section(
      paint('bold', 'Conditions'),
      conditions.flatMap(({ code, message }) =>
        fieldLines([[code, { text: message, colour: 'yellow' }]], paint),
      ),
    ),
    ...related,
    ...section(
      paint('bold', 'Recent events'),
      recent.map((event) => eventLine(event, paint)),
    ),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

async function relatedLines(
  context: CommandContext,
  client: ApiClient,
  view: ViewsByKind[ViewKind],
): Promise<string[]> {
  switch (view.kind) {
    case 'Network':
      return relatedTable(context, 'ports', 'Ports', await client.list('ports', view.name));
    case 'Port': {
      const mappings = await client.list('mappings', view.network);
      const own = mappings.filter((mapping) => mapping.mac === view.mac);
      return relatedTable(context, 'mappings', 'Mapping', own);
    }
    case 'Nve': {
      const [ports, tunnels] = await Promise.all([
        client.list('ports'),
        client.tunnelsFrom(view.name),
      ]);
      return [
        ...relatedTable(
          context,
          'ports',
          'Ports',
          ports.filter((port) => port.status.nve === view.name),
        ),
        ...relatedTable(context, 'tunnels', 'Tunnels', tunnels),
      ];
    }
    default:
      return [];
  }
}

/** More than a screen of them is better asked for with `nva get`. */
const RELATED_SHOWN = 20;

function relatedTable<Kind extends ViewKind>(
  context: CommandContext,
  kind: Kind,
  title: string,
  views: readonly ViewsByKind[Kind][],
): string[] {
  if (views.length === 0) return [];
  const { headers, rows } = tableOf(kind, views.slice(0, RELATED_SHOWN), false);
  const rest = views.length - RELATED_SHOWN;
  const more = rest > 0 ? [`… ${rest} more: nva get ${kind}`] : [];
  return section(context.paint('bold', title), [
    ...tableLines(headers, rows, context.paint),
    ...more,
  ]);
}
