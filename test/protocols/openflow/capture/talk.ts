/**
 * One user of `ovs-ofctl` at one switch, in one version of OpenFlow: commands that come and go, and monitors that stay.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import type { DummyBridge } from '../dummy-bridge.ts';
import type { Protocol } from './random-flows.ts';

const run = promisify(execFile);

const PATIENCE_MS = 5000;
const DIFFERENT = 2;
const LOG_LINE = /^\d{4}-\d\d-\d\dT/;

const WIRE_VERSIONS: Readonly<Record<Protocol, OpenFlowVersion>> = {
  OpenFlow13: 4,
  OpenFlow14: 5,
  OpenFlow15: 6,
};

/** An ARP request and a TCP segment, as they come in on a port. */
export const FRAMES = [
  `ffffffffffff020000000001${'0806'}0001080006040001${'020000000001'}0a000001${'000000000000'}0a000002`,
  `020000000002020000000001${'0800'}4500002800010000400666cd0a0000010a000002${'00350050000000010000000250102000'}00000000`,
];

export class Talk {
  readonly refusals: string[] = [];
  readonly bridge: DummyBridge;
  readonly protocol: Protocol;
  readonly #socket: string;
  readonly #folder: string;
  readonly #monitors: ChildProcess[] = [];
  #xid = 0x1000;

  /** `socket`: through which the switch is reached. */
  constructor(bridge: DummyBridge, protocol: Protocol, socket: string) {
    this.bridge = bridge;
    this.protocol = protocol;
    this.#socket = socket;
    this.#folder = dirname(socket);
  }

  get version(): OpenFlowVersion {
    return WIRE_VERSIONS[this.protocol];
  }

  get is13(): boolean {
    return this.protocol === 'OpenFlow13';
  }

  get is15(): boolean {
    return this.protocol === 'OpenFlow15';
  }

  /** `words`: options, the command, and what follows the switch. */
  async ofctl(...words: string[]): Promise<void> {
    const at = words.findIndex((word) => !word.startsWith('-'));
    const [command = '', ...rest] = words.slice(at);
    const options = ['--no-names', '-t', '10', '-O', this.protocol, ...words.slice(0, at)];
    try {
      await run('ovs-ofctl', [...options, command, `unix:${this.#socket}`, ...rest]);
    } catch (error) {
      this.#refused(words, error);
    }
  }

  /** diff-flows ends with 2 where there are differences, and says nothing but lines of a log. */
  #refused(words: readonly string[], error: unknown): void {
    const { stderr = '', code } = error as { readonly stderr?: string; readonly code?: unknown };
    const lines = stderr.split('\n').filter((line) => line !== '');
    const isDifference = code === DIFFERENT && lines.every((line) => LOG_LINE.test(line));
    if (!isDifference) this.refusals.push(`${words.join(' ')}: ${stderr || String(error)}`);
  }

  /** A file of lines, for commands that read one. */
  async file(name: string, lines: readonly string[]): Promise<string> {
    const path = join(this.#folder, name);
    await writeFile(path, `${lines.join('\n')}\n`);
    return path;
  }

  /** Its controlling socket, for `ovs-appctl`. */
  async monitor(name: string, ...words: string[]): Promise<string> {
    const control = join(this.#folder, `${this.protocol}-${name}.ctl`);
    const options = ['--no-names', '-O', this.protocol, `--unixctl=${control}`];
    const args = [...options, ...words.filter((word) => word.startsWith('-'))];
    const rest = words.filter((word) => !word.startsWith('-'));
    const child = spawn('ovs-ofctl', [...args, 'monitor', `unix:${this.#socket}`, ...rest], {
      stdio: 'ignore',
    });
    this.#monitors.push(child);
    const until = performance.now() + PATIENCE_MS;
    while (performance.now() < until) {
      try {
        await access(control);
        return control;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    throw new Error(`ovs-ofctl monitor ${words.join(' ')} does not begin`);
  }

  async tell(control: string, ...words: string[]): Promise<void> {
    try {
      await run('ovs-appctl', ['-T', '5', '-t', control, ...words]);
    } catch (error) {
      this.#refused(words, error);
    }
  }

  /** What ovs-ofctl has no command for; the switch has answered when this is over. */
  async send(control: string, ...messages: (Message | string)[]): Promise<void> {
    for (const message of messages) {
      const hex = typeof message === 'string' ? message : this.#encode(message);
      await this.tell(control, 'ofctl/send', hex);
    }
    await this.tell(control, 'ofctl/barrier');
  }

  #encode(message: Message): string {
    this.#xid += 1;
    return Buffer.from(encodeMessage(this.version, this.#xid, message)).toString('hex');
  }

  async frames(): Promise<void> {
    for (const frame of FRAMES) {
      await this.bridge.appctl('netdev-dummy/receive', 'p1', frame);
    }
  }

  async stop(): Promise<void> {
    for (const child of this.#monitors.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
  }
}
