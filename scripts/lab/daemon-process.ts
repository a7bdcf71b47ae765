/**
 * One long-running program in a network namespace: its start, its log file, and every way to end or stop it.
 */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ended, startDetached } from './command.ts';

const LOG_LINES_SHOWN = 15;

export class DaemonProcess {
  readonly logFile: string;
  readonly #namespace: string;
  #child: ChildProcess | undefined;
  #isPaused = false;

  constructor(namespace: string, logFile: string) {
    this.#namespace = namespace;
    this.logFile = logFile;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** It was started, has not been ended, and is not stopped. */
  get isRunning(): boolean {
    return this.#child !== undefined && !this.#isPaused;
  }

  /** The caller finds out when it serves. */
  start(argv: readonly string[], env: Readonly<Record<string, string>> = {}): void {
    const inside = ['nsenter', `--net=/run/netns/${this.#namespace}`, ...argv];
    const child = startDetached(inside, this.logFile, env);
    child.unref();
    this.#child = child;
    this.#isPaused = false;
  }

  /** @throws Error with its last words when it has ended by itself. */
  assertAlive(what: string): void {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`${what} ended at once:\n${this.logTail()}`);
    }
  }

  /** Resolves when it has ended; also when it had not run. A stopped one obeys nothing but SIGKILL. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    child.ref(); // or a process with nothing else to do would end here, before it does
    child.kill(signal);
    await ended(child);
    this.#child = undefined;
  }

  /** SIGSTOP: its connections stay, and it says nothing. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
    this.#isPaused = true;
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
    this.#isPaused = false;
  }

  /** Its last log lines, for a message to a person. */
  logTail(lines = LOG_LINES_SHOWN): string {
    try {
      return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
    } catch {
      return '';
    }
  }
}
