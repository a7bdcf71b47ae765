/** `nva flows` */
import type { Command } from 'commander';
import type { FlowLine, FlowReport } from '../../northbound/authority.ts';
import { type CommandContext, parseFormat, withApiOption } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import type { Paint } from '../paint.ts';
import { structured } from '../structured-output.ts';
import { clean } from '../text-table.ts';
import { counted } from '../words.ts';
import { REPORT_FORMATS } from './status.ts';

export function addFlows(program: Command, context: CommandContext): void {
  const command = program
    .command('flows')
    .summary('the flows of one NVE, and whether they are right')
    .description(
      'Reads the flows of one NVE from its switch and compares them with what it should hold.',
    )
    .argument('<nve>', "its name: the system-id of the hypervisor's Open vSwitch")
    .option('--diff', 'only the difference: + is missing on the switch, - should not be there')
    .option('-o, --output <format>', REPORT_FORMATS.join('|'), 'table')
    .addHelpText(
      'after',
      `
Examples:
  nva flows hv1
  nva flows hv1 --diff

Behind each flow stands the object that caused it. With --diff the exit code is 1 when something differs.`,
    )
    .action(
      context.action(async (command, [nve = '']) => {
        const { diff, output } = command.opts<{ diff?: true; output: string }>();
        const format = parseFormat(output, REPORT_FORMATS);
        const report = await context.client(command).flows(nve);
        if (format !== 'table') context.io.out(await structured(report, format));
        else if (diff === true) context.print(diffLines(report, context.paint));
        else context.print(flowLines(report, context.paint));
        return diff === true && differs(report) ? EXIT.notSo : EXIT.ok;
      }),
    );
  withApiOption(command);
}

function differs({ missing, surplus, groups }: FlowReport): boolean {
  return missing.length + surplus.length + groups.length > 0;
}

function flowLines(report: FlowReport, paint: Paint): string[] {
  const present = [...report.installed, ...report.surplus];
  const lines: string[] = [];
  for (const [table, flows] of byTable(present)) {
    lines.push(paint('bold', clean(`${table} (${counted(flows.length, 'flow')})`)));
    lines.push(...flows.map((flow) => `  ${flowText(flow, paint)}`));
  }
  return [...lines, verdict(report, paint)];
}

/** In the order in which tables first appear. */
function byTable(flows: readonly FlowLine[]): Map<string, FlowLine[]> {
  const tables = new Map<string, FlowLine[]>();
  for (const flow of flows) {
    const members = tables.get(flow.table);
    if (members === undefined) tables.set(flow.table, [flow]);
    else members.push(flow);
  }
  return tables;
}

function flowText({ text, cause, packets }: FlowLine, paint: Paint): string {
  const counter = packets === undefined ? '' : `${counted(packets, 'packet')}, `;
  return `${clean(text)}  ${paint('dim', `# ${counter}${clean(cause ?? 'not ours')}`)}`;
}

function diffLines(report: FlowReport, paint: Paint): string[] {
  const line = (sign: string, flow: FlowLine) =>
    `${sign} ${clean(flow.table)}: ${clean(flow.text)}  # ${clean(flow.cause ?? 'no object')}`;
  return [
    ...report.surplus.map((flow) => paint('red', line('-', flow))),
    ...report.missing.map((flow) => paint('green', line('+', flow))),
    ...report.groups.map((group) => paint('yellow', `~ ${clean(group)}`)),
    verdict(report, paint),
  ];
}

function verdict(report: FlowReport, paint: Paint): string {
  const { nve, missing, surplus, groups, installed } = report;
  if (!differs(report)) {
    const count = installed.length > 0 ? `: ${counted(installed.length, 'flow')}` : '';
    return paint('green', clean(`${nve} holds what it should${count}`));
  }
  const parts = [
    missing.length > 0 ? `${counted(missing.length, 'flow')} missing` : '',
    surplus.length > 0 ? `${counted(surplus.length, 'flow')} too many` : '',
    groups.length > 0 ? `${counted(groups.length, 'group')} different` : '',
  ];
  return paint('red', clean(`${nve} differs: ${parts.filter((part) => part !== '').join(', ')}`));
}
