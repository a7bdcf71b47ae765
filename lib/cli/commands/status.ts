/** `nva status` */
import type { Command } from 'commander';
import type { StatusReport } from '../../northbound/authority.ts';
import { type CommandContext, parseFormat, withApiOption } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { structured } from '../structured-output.ts';
import { type Cell, fieldLines } from '../text-table.ts';
import { counted, localTime, uptime } from '../words.ts';

export const REPORT_FORMATS = ['table', 'json', 'yaml'] as const;

export function addStatus(program: Command, context: CommandContext): void {
  const command = program
    .command('status')
    .summary('how the instance and its domain are')
    .description('Shows how this instance and its domain are.')
    .option('-o, --output <format>', REPORT_FORMATS.join('|'), 'table')
    .addHelpText('after', '\nExamples:\n  nva status\n  nva status -o json | jq .counts')
    .action(
      context.action(async (command) => {
        const { output } = command.opts<{ output: string }>();
        const format = parseFormat(output, REPORT_FORMATS);
        const status = await context.client(command).status();
        if (format === 'table') context.print(fieldLines(statusFields(status), context.paint));
        else context.io.out(await structured(status, format));
        return EXIT.ok;
      }),
    );
  withApiOption(command);
}

function statusFields(status: StatusReport): (readonly [string, Cell])[] {
  const { counts } = status;
  const problems: Cell =
    status.problems.length === 0
      ? { text: 'none' }
      : { text: status.problems.join('\n'), colour: 'yellow' };
  return [
    ['Instance', { text: `${status.instance}, up ${uptime(status.uptimeSeconds)}` }],
    ['Domain', { text: status.domain }],
    ['Version', { text: status.version }],
    ['Ready', status.ready ? { text: 'yes', colour: 'green' } : { text: 'no', colour: 'red' }],
    ['Store', storeCell(status)],
    ['Instances', part(counts.instances, [[counts.instancesAlive, 'alive']])],
    ['Networks', { text: String(counts.networks) }],
    ['Ports', part(counts.ports, [[counts.portsActive, 'active']])],
    [
      'NVEs',
      part(counts.nves, [
        [counts.nvesConnected, 'connected'],
        [counts.nvesConfirmed, 'up to date'],
      ]),
    ],
    ['Listening', { text: status.listeners.join('\n') || 'nowhere' }],
    [counted(status.problems.length, 'Problem').replace(/^\d+ /, ''), problems],
  ];
}

function storeCell({ store, revision, storeAwaySince }: StatusReport): Cell {
  const text = `${store}, revision ${revision}`;
  if (storeAwaySince === undefined) return { text };
  return { text: `${text}; it has not answered since ${localTime(storeAwaySince)}`, colour: 'red' };
}

/** `5 (4 active)`, coloured when not all are. */
function part(total: number, parts: readonly (readonly [number, string])[]): Cell {
  const text = `${total} (${parts.map(([count, what]) => `${count} ${what}`).join(', ')})`;
  const whole = parts.every(([count]) => count === total);
  return whole ? { text } : { text, colour: 'yellow' };
}
