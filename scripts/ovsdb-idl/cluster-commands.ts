/**
 * The steps of an `idl-cluster` case: a client that wants the leader says where it is, and its server is ended.
 */
import { IdlClient } from './client.ts';
import { COLUMNS, DATABASE } from './row-text.ts';

export class Cluster {
  readonly #client: IdlClient;
  readonly #remotes: readonly string[];
  readonly #pids: readonly number[];
  #step = 0;

  /** `pids`: of the servers behind the remotes, in the same order. */
  constructor(remotes: readonly string[], pids: readonly number[]) {
    this.#remotes = remotes;
    this.#pids = pids;
    this.#client = new IdlClient({
      database: DATABASE,
      remotes,
      tables: COLUMNS,
      leaderOnly: true,
    });
  }

  async run(words: readonly string[]): Promise<void> {
    this.#client.start();
    let serial = 0;
    for (const word of words) {
      const mustWait = !word.startsWith('+');
      if (mustWait) {
        await this.#client.until(() => this.#client.serial !== serial);
        this.#step++;
      }
      serial = this.#client.serial;
      this.#command(mustWait ? word : word.slice(1));
    }
    this.#client.close();
    this.#say('done');
  }

  #command(command: string): void {
    if (command === 'reconnect') {
      this.#say('reconnect');
      this.#client.reconnect();
    } else if (command === 'remote') this.#say(this.#client.remote);
    else if (command === 'remotestop') {
      const pid = this.#pids[this.#remotes.indexOf(this.#client.remote)];
      if (pid === undefined) throw new Error(`no pid of ${this.#client.remote}`);
      process.kill(pid);
      this.#say(`stop ${pid}`);
    } else throw new Error(`unknown command ${command}`);
  }

  #say(text: string): void {
    process.stdout.write(`${String(this.#step++).padStart(3, '0')}: ${text}\n`);
  }
}
