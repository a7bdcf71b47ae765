/**
 * One run of `nva`: from the words typed to an exit code. Every failure leaves as one sentence on stderr.
 */
import { CommanderError } from 'commander';
import type { CliIo } from './cli-io.ts';
import { CommandContext } from './command-context.ts';
import { CliError, EXIT } from './exit-codes.ts';
import { paintFor } from './paint.ts';
import { PIPE_CLOSED } from './process-io.ts';
import { buildProgram } from './program.ts';
import { type LoadServe, loadServe } from './serve-entry.ts';
import { clean } from './text-table.ts';

/** `argv` is what follows the name of the program. */
export async function runCli(
  argv: readonly string[],
  io: CliIo,
  load: LoadServe = loadServe,
): Promise<number> {
  const context = new CommandContext(io, paintFor(io));
  try {
    await buildProgram(context, load).parseAsync(argv, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    // The reader of our output has seen enough: no error of anybody's.
    if (io.stop.reason === PIPE_CLOSED) return EXIT.ok;
    if (io.stop.aborted) return EXIT.interrupted;
    return explain(error, io);
  }
}

function explain(error: unknown, io: CliIo): number {
  if (error instanceof CommanderError) {
    // commander has spoken already.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (error instanceof CliError) {
    const details = error.details.map((detail) => `  ${clean(detail)}\n`);
    io.err(`nva: ${clean(error.message)}${details.length > 0 ? ':' : ''}\n${details.join('')}`);
    return error.exitCode;
  }
  return confess(error, io);
}

/** Our own fault: still one sentence, and the stack for whoever wants to mend it. */
function confess(error: unknown, io: CliIo): number {
  const message = error instanceof Error ? error.message : String(error);
  io.err(
    `nva: a fault of nva itself: ${clean(message)}; NVA_DEBUG=1 shows where, please report it\n`,
  );
  if (io.env.NVA_DEBUG && error instanceof Error) io.err(`${error.stack}\n`);
  return EXIT.fault;
}
