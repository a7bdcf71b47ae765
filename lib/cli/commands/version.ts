/** `nva version` */
import type { Command } from 'commander';
import { type CommandContext, withApiOption } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { clean } from '../text-table.ts';
import { packageVersion } from '../version.ts';

/** A daemon that does not answer at once is left out. */
const ASK_TIMEOUT_MS = 500;

export function addVersion(program: Command, context: CommandContext): void {
  const command = program
    .command('version')
    .summary('the versions of nva and of the daemon')
    .description('Prints the version of this program, and of the daemon when one answers.')
    .addHelpText('after', '\nExample:\n  nva version')
    .action(
      context.action(async (command) => {
        const lines = [`nva ${packageVersion()}`];
        const { api } = command.optsWithGlobals<{ api?: string }>();
        const stop = AbortSignal.any([context.io.stop, AbortSignal.timeout(ASK_TIMEOUT_MS)]);
        const status = await context
          .clientAt(api, stop)
          .status()
          .catch(() => undefined);
        if (status !== undefined) {
          lines.push(clean(`daemon ${status.version} (instance ${status.instance})`));
        }
        context.print(lines);
        return EXIT.ok;
      }),
    );
  withApiOption(command);
}
