/**
 * The floor of a join, from the bench's side: starts join-floor-controller.ts and tells when all have confirmed.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ended, startDetached } from '../../scripts/lab/command.ts';
import { until } from '../../scripts/lab/waiting.ts';
import { freePort, untilListening } from './contestant.ts';
import type { JoiningEdges } from './joining-edges.ts';

export class JoinFloor {
  readonly manager: string;
  readonly #child: ChildProcess;
  readonly #log: string;

  static async start({ edges, count }: JoiningEdges): Promise<JoinFloor> {
    const ovsdbPort = await freePort();
    let openflowPort = ovsdbPort;
    while (openflowPort === ovsdbPort) openflowPort = await freePort();
    const folder = join(edges.folder, 'floor');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const log = join(folder, 'floor.log');
    const suffix = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    const program = fileURLToPath(new URL(`./join-floor-controller${suffix}`, import.meta.url));
    const numbers = [ovsdbPort, openflowPort, count].map(String);
    const child = startDetached(
      [process.execPath, ...process.execArgv, program, ...numbers, `${folder}/`],
      log,
    );
    child.unref();
    // Under the name by which the edges' sweep finds a daemon.
    writeFileSync(join(folder, 'vs.pid'), String(child.pid));
    await untilListening(openflowPort);
    await untilListening(ovsdbPort);
    return new JoinFloor(`tcp:127.0.0.1:${ovsdbPort}`, child, log);
  }

  private constructor(manager: string, child: ChildProcess, log: string) {
    this.manager = manager;
    this.#child = child;
    this.#log = log;
  }

  async untilConfirmed(count: number): Promise<void> {
    const all = `${count} confirmed`;
    const here = () => readFileSync(this.#log, 'utf8').split('\n').includes(all);
    await until(all, here, { deadlineMs: 60_000, everyMs: 5 });
  }

  async stop(): Promise<void> {
    this.#child.ref(); // or this process could end here, with nothing else to wait for
    this.#child.kill('SIGTERM');
    await ended(this.#child);
  }
}
