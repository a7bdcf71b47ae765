/** `nva apply` */
import type { Command } from 'commander';
import { WAIT_DEFAULT_SECONDS } from '../../northbound/api-limits.ts';
import type { Applied, AppliedObject, WaitResult } from '../../northbound/authority.ts';
import { type CommandContext, parseSeconds, withApiOption } from '../command-context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { ManifestFiles } from '../manifest-files.ts';
import type { Colour } from '../paint.ts';
import { clean } from '../text-table.ts';
import { waitLines } from '../wait-report.ts';

interface Options {
  readonly filename: string[];
  readonly wait?: string | true;
}

export function addApply(program: Command, context: CommandContext): void {
  const command = program
    .command('apply')
    .summary('declare networks and ports')
    .description('Declares what manifests say: all of it, or nothing when a part is refused.')
    .requiredOption('-f, --filename <file>', 'a manifest; - is stdin; may be repeated', collect)
    .option('--wait [seconds]', `wait until every NVE has confirmed (${WAIT_DEFAULT_SECONDS} s)`)
    .addHelpText(
      'after',
      `
Examples:
  nva apply -f networks.yaml -f ports.yaml --wait
  generate-ports | nva apply -f - --wait=60

Prints a line per object: created, changed or unchanged. Exit code 1 when --wait timed out
(the change is kept), 2 when a manifest was refused.`,
    )
    .action(
      context.action(async (command) => {
        const options = command.opts<Options>();
        const seconds = waitSeconds(options.wait);
        const client = context.client(command);
        const files = await ManifestFiles.read(context.io, options.filename);
        const applied = await files.request((text) => client.apply(text));
        printApplied(context, applied);
        if (seconds === undefined) return EXIT.ok;
        return printWait(context, await client.wait(seconds, applied.revision), seconds);
      }),
    );
  withApiOption(command);
}

export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

export function waitSeconds(wait: string | true | undefined): number | undefined {
  if (wait === undefined) return undefined;
  return wait === true ? WAIT_DEFAULT_SECONDS : parseSeconds('--wait', wait);
}

const RESULT_COLOURS: Readonly<Record<AppliedObject['result'], Colour>> = {
  created: 'green',
  changed: 'yellow',
  unchanged: 'dim',
  deleted: 'green',
  absent: 'dim',
};

export function printApplied(context: CommandContext, applied: Applied): void {
  context.print(
    applied.objects.map(({ kind, name, result }) => {
      const what = clean(`${kind.toLowerCase()}/${name}`);
      return `${what} ${context.paint(RESULT_COLOURS[result], result)}`;
    }),
  );
  if (applied.objects.length === 0) context.io.err('nva: the manifest holds no object\n');
}

export function printWait(context: CommandContext, result: WaitResult, seconds: number): ExitCode {
  context.print(waitLines(result, seconds, context.paint));
  return result.confirmed ? EXIT.ok : EXIT.notSo;
}
