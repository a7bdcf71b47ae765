/**
 * What every command is given, and the few things that all commands do alike.
 */
import type { Command } from 'commander';
import { parseApiAddress } from '../northbound/api-address.ts';
import { defaultApiAddress, processPathContext } from '../runtime/default-paths.ts';
import { ApiClient } from './api-client.ts';
import type { CliIo } from './cli-io.ts';
import { CliError, EXIT, type ExitCode } from './exit-codes.ts';
import type { Paint } from './paint.ts';

export class CommandContext {
  readonly io: CliIo;
  readonly paint: Paint;
  exitCode: ExitCode = EXIT.ok;

  constructor(io: CliIo, paint: Paint) {
    this.io = io;
    this.paint = paint;
  }

  /** For commander's `action`: keeps the exit code. */
  action(
    work: (command: Command, args: readonly string[]) => Promise<ExitCode>,
  ): (...given: unknown[]) => Promise<void> {
    return async (...given) => {
      const command = given.at(-1) as Command;
      this.exitCode = await work(command, command.args);
    };
  }

  /** The API that --api, NVA_API or the default names. */
  client(command: Command): ApiClient {
    return this.clientAt(command.optsWithGlobals<{ api?: string }>().api);
  }

  clientAt(flag: string | undefined, stop = this.io.stop): ApiClient {
    const fromEnvironment = this.io.env.NVA_API || undefined;
    const text =
      flag ?? fromEnvironment ?? defaultApiAddress({ ...processPathContext(), env: this.io.env });
    const address = parseApiAddress(text);
    if (typeof address !== 'string') return new ApiClient(address, text, stop);
    const source = flag !== undefined ? '--api' : 'NVA_API';
    throw new CliError(EXIT.usage, `${source}: ${address}`);
  }

  print(lines: readonly string[]): void {
    if (lines.length > 0) this.io.out(`${lines.join('\n')}\n`);
  }
}

export function withApiOption(command: Command): Command {
  return command.option('--api <address>', 'the API: unix:PATH or http://IP:PORT (or NVA_API)');
}

/** Seconds from 0 to an hour, the longest that the API waits. */
export function parseSeconds(flag: string, text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 0 && seconds <= 3600) return seconds;
  throw new CliError(EXIT.usage, `${flag} wants seconds from 0 to 3600, not ${text}`);
}

export function parseFormat<Format extends string>(text: string, known: readonly Format[]): Format {
  const format = known.find((one) => one === text);
  if (format !== undefined) return format;
  throw new CliError(EXIT.usage, `-o wants one of ${known.join(', ')}, not ${text}`);
}
