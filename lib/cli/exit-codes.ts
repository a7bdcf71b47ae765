/**
 * The exit codes of `nva`, the one home of their meaning, and the error that carries one.
 */
export const EXIT = {
  ok: 0,
  /** The thing asked is not so: not found, wait timed out, flows differ. */
  notSo: 1,
  /** Wrong usage, or a manifest that was refused. */
  usage: 2,
  /** No daemon answers. */
  noDaemon: 3,
  /** The daemon could not do it: store, NVE away, conflict. */
  daemonFailed: 4,
  /** A fault of ours; EX_SOFTWARE of sysexits.h. */
  fault: 70,
  /** Ctrl-C; 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `Exit codes:
  0    done, and so
  1    not so: not found, the wait timed out, the flows differ
  2    wrong usage, or a manifest that was refused
  3    no daemon answers at the API's address
  4    the daemon could not do it (its store, an NVE that is away, a conflict)
  70   a fault of nva itself
  130  interrupted by Ctrl-C`;

/** Ends the command with one sentence on stderr; `details` are lines below it. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly details: readonly string[];

  constructor(exitCode: ExitCode, message: string, details: readonly string[] = []) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.details = details;
  }
}
