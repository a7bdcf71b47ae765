/** `nva store copy` and `nva restore` */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CliError, EXIT, type ExitCode } from '../exit-codes.ts';
import { loadStoreCopy } from '../store-entry.ts';
import { clean } from '../text-table.ts';

interface Options {
  readonly domain?: string;
  readonly passwordFile?: string;
}

export const STORE_ACTIONS = ['copy'] as const;

const PLACES = `A place is lmdb:DIR, redis://[USER:PASSWORD@]HOST[:PORT][/DB], rediss://…,
redis+sentinel://HOST:PORT,…/MASTERNAME, redis+cluster://HOST:PORT,…, file:PATH, or - for stdin and stdout.
A password on the command line is seen by whoever lists processes: give it in --password-file.`;

export function addStore(program: Command, context: CommandContext): void {
  program
    .command('store')
    .summary('move everything from one store to another')
    .description('Copies a whole store into an empty one, while no daemon uses either.')
    .argument('<action>', STORE_ACTIONS.join('|'))
    .argument('<from>', 'the place to copy from')
    .argument('<to>', 'the place to copy to; it must be empty')
    .option('--domain <name>', 'the domain in Redis; default: that of the file, or default')
    .option('--password-file <file>', 'its first line is the password of the Redis')
    .addHelpText(
      'after',
      `
${PLACES}

Examples:
  nva store copy lmdb:/var/lib/nva redis://192.0.2.1
  nva store copy redis+sentinel://192.0.2.1,192.0.2.2/mymaster lmdb:/var/lib/nva --domain blue
  nva store copy lmdb:/var/lib/nva file:before-upgrade.ndjson

The target has all of it afterwards, or nothing. Copy a running instance with: nva backup.`,
    )
    .action(
      context.action(async (command, [action = '', from = '', to = '']) => {
        if (!STORE_ACTIONS.some((known) => known === action)) {
          throw new CliError(
            EXIT.usage,
            `there is no store ${action}; there is store ${STORE_ACTIONS.join(', ')}`,
          );
        }
        return copy(context, from, to, command.opts<Options>());
      }),
    );
}

export function addRestore(program: Command, context: CommandContext): void {
  program
    .command('restore')
    .summary('put a backup into an empty store')
    .description('Puts what nva backup has written into an empty store, while no daemon uses it.')
    .argument('<file>', 'the backup; - is stdin')
    .requiredOption('--store <store>', 'the store, as nva serve takes it')
    .option('--domain <name>', 'the domain in Redis; default: that of the backup')
    .option('--password-file <file>', 'its first line is the password of the Redis')
    .addHelpText(
      'after',
      `
Examples:
  nva restore nva.ndjson --store lmdb:/var/lib/nva
  nva restore nva.ndjson --store redis://192.0.2.1 --domain blue

The store has all of it afterwards, or nothing; one that holds anything is refused.`,
    )
    .action(
      context.action(async (command, [file = '']) => {
        const options = command.optsWithGlobals<Options & { store: string }>();
        return copy(context, file === '-' ? '-' : `file:${file}`, options.store, options);
      }),
    );
}

async function copy(
  context: CommandContext,
  from: string,
  to: string,
  { domain, passwordFile }: Options,
): Promise<ExitCode> {
  const { io } = context;
  const { copyStore } = await loadStoreCopy();
  // Half a copy is no copy: an interruption needs no care of ours.
  io.releaseSignals();
  const say = (message: string): void => io.err(`nva: ${clean(message)}\n`);
  const quiet = (): void => undefined;
  const result = await copyStore({
    ...{ from, to },
    ...(domain === undefined ? {} : { domain }),
    ...(passwordFile === undefined ? {} : { passwordFile }),
    progress: io.errIsTerminal ? (text) => io.err(`${LINE_AGAIN}${text} …`) : quiet,
    log: { debug: quiet, info: quiet, warn: say, error: say },
  });
  if (io.errIsTerminal) io.err(LINE_AGAIN);
  if (!result.ok) {
    const { usage, message } = result.error;
    throw new CliError(usage ? EXIT.usage : EXIT.daemonFailed, message.replace(/\.$/, ''));
  }
  const { summary, warnings } = result.value;
  for (const warning of warnings.slice(0, WARNINGS_SHOWN)) say(`copied as it is: ${warning}`);
  const more = warnings.length - WARNINGS_SHOWN;
  if (more > 0) say(`and ${more} more that this release cannot read`);
  if (to === '-' || to === 'file:-') io.err(`${clean(summary)}\n`);
  else context.print([clean(summary)]);
  return EXIT.ok;
}

const LINE_AGAIN = '\r\u001b[K';
const WARNINGS_SHOWN = 10;
