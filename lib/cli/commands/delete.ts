/** `nva delete` */
import type { Command } from 'commander';
import { WAIT_DEFAULT_SECONDS } from '../../northbound/api-limits.ts';
import type { Applied } from '../../northbound/authority.ts';
import type { ApiClient } from '../api-client.ts';
import { type CommandContext, withApiOption } from '../command-context.ts';
import { CliError, EXIT, type ExitCode } from '../exit-codes.ts';
import { DELETABLE_KINDS, parseKind } from '../kinds.ts';
import { waitForLeaving } from '../leaving-wait.ts';
import { ManifestFiles } from '../manifest-files.ts';
import { collect, printApplied, waitSeconds } from './apply.ts';

export function addDelete(program: Command, context: CommandContext): void {
  const command = program
    .command('delete')
    .summary('remove networks and ports, let NVEs go, forget instances that are gone')
    .description(
      'Removes one object by name, or all that manifests name. An NVE is let go: what is ours on it is taken back.',
    )
    .argument('[kind]', `one of ${DELETABLE_KINDS.join(', ')}`)
    .argument('[name]', 'its name')
    .option('-f, --filename <file>', 'a manifest; - is stdin; may be repeated', collect)
    .option(
      '--wait [seconds]',
      `wait until nothing of ours is on the NVEs (${WAIT_DEFAULT_SECONDS} s)`,
    )
    .addHelpText(
      'after',
      `
Examples:
  nva delete port vm1
  nva delete -f networks.yaml
  nva delete nve hv1 --wait         the others stop sending to it, then its switch is cleaned
  nva delete instance nva3          forget one that will not come back

An NVE that was let go is served again when it gets a new manager row (ovs-vsctl set-manager), or when a
manifest "kind: Nve" names it.

Exit code 1 when the object named does not exist, or when --wait timed out (the NVE is let go all the same);
with -f those that are absent already are no error.`,
    )
    .action(
      context.action(async (command, args) => {
        const { filename, wait } = command.opts<{ filename?: string[]; wait?: string | true }>();
        const seconds = waitSeconds(wait);
        const [kind, name] = args;
        if (filename !== undefined) {
          if (kind !== undefined) {
            throw new CliError(EXIT.usage, 'delete takes KIND NAME or -f FILE, not both');
          }
          const client = context.client(command);
          const files = await ManifestFiles.read(context.io, filename);
          const applied = await files.request((text) => client.deleteListed(text));
          printApplied(context, applied);
          return waitForAll(context, client, applied, seconds);
        }
        if (kind === undefined || name === undefined) {
          throw new CliError(
            EXIT.usage,
            'delete wants KIND NAME, or -f FILE; see nva delete --help',
          );
        }
        const parsed = parseKind(kind, DELETABLE_KINDS);
        const client = context.client(command);
        const applied = await client.delete(parsed, name);
        printApplied(context, applied);
        return waitForAll(context, client, applied, seconds);
      }),
    );
  withApiOption(command);
}

async function waitForAll(
  context: CommandContext,
  client: ApiClient,
  { objects }: Applied,
  seconds: number | undefined,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  for (const { kind, name, result } of seconds === undefined ? [] : objects) {
    if (kind !== 'Nve' || result === 'absent' || seconds === undefined) continue;
    const ended = await waitForLeaving(context, client, name, seconds);
    if (ended !== EXIT.ok) code = ended;
  }
  return code;
}
