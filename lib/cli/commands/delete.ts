/** `nva delete` */
import type { Command } from 'commander';
import { type CommandContext, withApiOption } from '../command-context.ts';
import { CliError, EXIT } from '../exit-codes.ts';
import { DELETABLE_KINDS, parseKind } from '../kinds.ts';
import { ManifestFiles } from '../manifest-files.ts';
import { collect, printApplied } from './apply.ts';

export function addDelete(program: Command, context: CommandContext): void {
  const command = program
    .command('delete')
    .summary('remove networks, ports, or NVEs and instances that are gone')
    .description('Removes one object by name, or all that manifests name.')
    .argument('[kind]', `one of ${DELETABLE_KINDS.join(', ')}`)
    .argument('[name]', 'its name')
    .option('-f, --filename <file>', 'a manifest; - is stdin; may be repeated', collect)
    .addHelpText(
      'after',
      `
Examples:
  nva delete port vm1
  nva delete -f networks.yaml
  nva delete instance nva3          forget one that will not come back

Exit code 1 when the object named does not exist; with -f those that are absent already are no error.`,
    )
    .action(
      context.action(async (command, args) => {
        const { filename } = command.opts<{ filename?: string[] }>();
        const [kind, name] = args;
        if (filename !== undefined) {
          if (kind !== undefined) {
            throw new CliError(EXIT.usage, 'delete takes KIND NAME or -f FILE, not both');
          }
          const client = context.client(command);
          const files = await ManifestFiles.read(context.io, filename);
          printApplied(context, await files.request((text) => client.deleteListed(text)));
          return EXIT.ok;
        }
        if (kind === undefined || name === undefined) {
          throw new CliError(
            EXIT.usage,
            'delete wants KIND NAME, or -f FILE; see nva delete --help',
          );
        }
        const parsed = parseKind(kind, DELETABLE_KINDS);
        printApplied(context, await context.client(command).delete(parsed, name));
        return EXIT.ok;
      }),
    );
  withApiOption(command);
}
