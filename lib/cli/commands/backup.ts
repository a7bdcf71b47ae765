/** `nva backup` */
import type { Command } from 'commander';
import { BackupReader } from '../../northbound/backup-format.ts';
import type { ApiClient } from '../api-client.ts';
import { type CommandContext, withApiOption } from '../command-context.ts';
import { CliError, EXIT } from '../exit-codes.ts';
import { clean } from '../text-table.ts';
import { counted } from '../words.ts';

export function addBackup(program: Command, context: CommandContext): void {
  const command = program
    .command('backup')
    .summary('copy everything into a file, while the daemon runs')
    .description(
      'Writes a consistent copy of everything that the store holds, as the daemon gives it.',
    )
    .argument('<file>', 'where to; - is stdout')
    .addHelpText(
      'after',
      `
Examples:
  nva backup /var/backups/nva.ndjson
  nva backup - | gzip > nva.ndjson.gz

A line a record; the last one has the number of records and a checksum. The file is replaced as a whole, or
not at all. Put it back with: nva restore FILE --store STORE`,
    )
    .action(
      context.action(async (command, [file = '']) => {
        const reader = new BackupReader();
        const lines = checked(context.client(command), reader);
        if (file === '-') for await (const line of lines) context.io.out(line);
        else await save(context, file, lines);
        const records = counted(reader.count, 'record');
        if (file === '-') context.io.err(`${records} written\n`);
        else context.print([`${records} written to ${clean(file)}`]);
        return EXIT.ok;
      }),
    );
  withApiOption(command);
}

/** The lines as they come; throws at the end when they were not whole. */
async function* checked(client: ApiClient, reader: BackupReader): AsyncGenerator<string> {
  for await (const line of client.backup()) {
    reader.push(`${line}\n`);
    yield `${line}\n`;
  }
  const backup = reader.finish();
  if (!backup.ok) throw new CliError(EXIT.daemonFailed, `the copy is not whole: ${backup.error}`);
}

async function save(
  { io }: CommandContext,
  file: string,
  lines: AsyncIterable<string>,
): Promise<void> {
  try {
    await io.saveFile(file, lines);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CliError(
      EXIT.usage,
      `${file} cannot be written (${code}); name another place, or mend that one`,
    );
  }
}
