/**
 * Runs other programs: the lab's only way to act on the machine.
 *
 * Every command has a deadline, and ends when the lab that started it closes. Nothing goes through a shell.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface Outcome {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Default 15 s. */
  readonly deadlineMs?: number;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Runs to the end and gives what it printed; any exit code but 0 is a CommandFailed. */
export type Run = (argv: readonly string[], options?: RunOptions) => Promise<string>;

export class CommandFailed extends Error {
  readonly argv: readonly string[];
  readonly outcome: Outcome;

  constructor(argv: readonly string[], outcome: Outcome, why: string) {
    const said = outcome.stderr.trim() || outcome.stdout.trim();
    super(`${argv.join(' ')}: ${why}${said === '' ? '' : `: ${said}`}`);
    this.name = 'CommandFailed';
    this.argv = argv;
    this.outcome = outcome;
  }
}

/** Debian keeps Open vSwitch's daemons and ip in sbin, which a user's PATH lacks. */
const PATH = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`;

const DEADLINE_MS = 15_000;

/** Without what a person set for their own controller or switch: the lab's must not follow it. */
function environment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(([name]) => !/^(NVA|OVS|OVN)_/.test(name));
  return { ...Object.fromEntries(ours), LC_ALL: 'C', ...extra, PATH };
}

/** Runs to the end; rejects only when it cannot start, overruns its deadline or is aborted. */
export function execute(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [program = '', ...rest] = argv;
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: environment(options.env),
    });
    let stdout = '';
    let stderr = '';
    let why: string | undefined;
    const end = (reason: string) => {
      why ??= reason;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => end(`not done after ${deadlineMs} ms`), deadlineMs);
    const onAbort = () => end('the lab was closed meanwhile');
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => {}); // a program that does not read its input
    child.stdin.end(options.input ?? '');
    const settle = () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(error.code === 'ENOENT' ? absent(program) : error);
    });
    // A daemon that detached may hold our pipes: what counts is that the program itself ended.
    child.on('exit', (code) => {
      setImmediate(() => {
        settle();
        const outcome = { code, stdout, stderr };
        if (why === undefined) drained(child, () => resolve({ code, stdout, stderr }));
        else reject(new CommandFailed(argv, outcome, why));
      });
    });
  });
}

/** Calls back once both pipes are read to their end, or 200 ms later when a daemon keeps them open. */
function drained(child: ChildProcess, then: () => void): void {
  const timer = setTimeout(finish, 200);
  let open = 2;
  let done = false;
  function finish(): void {
    if (done) return;
    done = true;
    clearTimeout(timer);
    child.stdout?.destroy();
    child.stderr?.destroy();
    then();
  }
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null || stream.readableEnded) open -= 1;
    else stream.once('end', () => --open === 0 && finish());
  }
  if (open === 0) finish();
}

function absent(program: string): Error {
  return new Error(`${program} is not installed: run 'sh scripts/install-system.sh lab'.`);
}

export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const outcome = await execute(argv, options);
  if (outcome.code === 0) return outcome.stdout;
  throw new CommandFailed(argv, outcome, `exit code ${outcome.code}`);
}

/** Starts a program that stays; its output is the caller's to read. */
export function start(
  argv: readonly string[],
  { signal, env }: Pick<RunOptions, 'signal' | 'env'>,
): ChildProcess {
  const [program = '', ...rest] = argv;
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: environment(env) });
  child.on('error', () => {}); // told by its exit
  const kill = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  child.once('exit', () => signal?.removeEventListener('abort', kill));
  return child;
}

/** Starts a program in a session of its own that outlives us, its output appended to a file. */
export function startDetached(
  argv: readonly string[],
  logFile: string,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const [program = '', ...rest] = argv;
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(program, rest, {
    detached: true,
    stdio: ['ignore', log, log],
    env: environment(env),
  });
  closeSync(log); // the program has its own
  child.on('error', () => {});
  return child;
}

export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
    return Promise.resolve();
  }
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
