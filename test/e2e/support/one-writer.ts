/**
 * Whether an NVE had one writer at a time: replays what its daemons wrote down of every connection.
 *
 * The switch: a controller writes only as the master, each master comes with a higher generation than the one before,
 * what anybody else sends is answered with OFPBRC_IS_SLAVE. The database: every transaction asserts the lock, takes
 * effect only from its holder, and generations rise. Between them: nobody becomes master by a generation that is not
 * in the database by his own hand. Pure.
 *
 * Source of the roles: OpenFlow 1.5.1 §6.3.7; of the lock: RFC 7047 §4.1.8, §5.2.7.
 */
import type { DatabaseEvent, SwitchEvent } from './switch-log.ts';

export interface Writers {
  /** One sentence each; empty: there was one writer at a time. */
  readonly faults: readonly string[];
  /** Writes to the switch that took effect, and those that were refused to a slave. */
  readonly accepted: number;
  readonly refused: number;
  /** Changes of the master. */
  readonly masters: number;
  /** Who is master at the end. */
  readonly master: string | undefined;
  /** Transactions of the database that took effect, and those that did not. */
  readonly committed: number;
  readonly aborted: number;
}

type Role = 'equal' | 'master' | 'slave';

/** In the words of ovs-vswitchd, old and new. `nochange` only asks. */
const MASTER_WORDS: ReadonlySet<string> = new Set(['master', 'primary']);
const SLAVE_WORDS: ReadonlySet<string> = new Set(['slave', 'secondary']);
const EQUAL_WORDS: ReadonlySet<string> = new Set(['equal', 'other']);
const REFUSALS: ReadonlySet<string> = new Set(['OFPBRC_IS_SLAVE', 'OFPBRC_IS_SECONDARY']);

export function writersOf(
  switchEvents: readonly SwitchEvent[],
  databaseEvents: readonly DatabaseEvent[],
): Writers {
  const bridge = new SwitchReplay();
  for (const event of switchEvents) bridge.take(event);
  bridge.finish();
  const database = new DatabaseReplay();
  for (const event of databaseEvents) database.take(event);
  const strangers = [...bridge.generations].filter(
    ([generation, from]) => database.generations.get(generation) !== from,
  );
  const unexplained = strangers.map(([generation, from]) => {
    const by = database.generations.get(generation);
    const whose = by === undefined ? 'nobody put into the database' : `${by} put into the database`;
    return `${from} became master by generation ${generation}, which ${whose}`;
  });
  return {
    faults: [...bridge.faults, ...database.faults, ...unexplained],
    accepted: bridge.accepted,
    refused: bridge.refused,
    masters: bridge.masters,
    master: bridge.master,
    committed: database.committed,
    aborted: database.aborted,
  };
}

class SwitchReplay {
  readonly faults: string[] = [];
  /** By whom each was used first. */
  readonly generations = new Map<bigint, string>();
  accepted = 0;
  refused = 0;
  masters = 0;
  #generation: bigint | undefined;
  readonly #roles = new Map<string, Role>();
  /** Writes of a slave that the switch has not refused yet. */
  readonly #owed = new Map<string, string[]>();

  get master(): string | undefined {
    return [...this.#roles].find(([, role]) => role === 'master')?.[0];
  }

  take(event: SwitchEvent): void {
    const { from } = event;
    switch (event.kind) {
      case 'connected':
        // What was not answered before the old connection's end never will be.
        this.#roles.set(from, 'equal');
        this.#owed.delete(from);
        return;
      case 'role':
        this.#role(from, event.role, event.generation);
        return;
      case 'write':
        this.#write(from, event.what);
        return;
      case 'error':
        this.#error(from, event.name);
    }
  }

  finish(): void {
    for (const [from, writes] of this.#owed) {
      for (const what of writes) this.faults.push(`${from} wrote as a slave, unrefused: ${what}`);
    }
  }

  #role(from: string, role: string, generation: bigint): void {
    if (EQUAL_WORDS.has(role)) this.#roles.set(from, 'equal');
    const isMaster = MASTER_WORDS.has(role);
    if (!isMaster && !SLAVE_WORDS.has(role)) return;
    // Behind what the switch has seen: OFPRRFC_STALE, the role stays.
    if (this.#generation !== undefined && generation < this.#generation) return;
    if (isMaster) this.#becomesMaster(from, generation);
    else this.#roles.set(from, 'slave');
    this.#generation = generation;
  }

  #becomesMaster(from: string, generation: bigint): void {
    const first = this.generations.get(generation);
    if (first === undefined) this.generations.set(generation, from);
    else if (first !== from) {
      this.faults.push(`${from} became master by the generation ${generation} of ${first}`);
    }
    for (const [other, held] of this.#roles) {
      if (held === 'master' && other !== from) this.#roles.set(other, 'slave');
    }
    if (this.#roles.get(from) !== 'master') this.masters += 1;
    this.#roles.set(from, 'master');
  }

  #write(from: string, what: string): void {
    const role = this.#roles.get(from) ?? 'equal';
    if (role === 'master') this.accepted += 1;
    else if (role === 'slave') this.#owed.set(from, [...(this.#owed.get(from) ?? []), what]);
    else this.faults.push(`${from} wrote without having asked for the master role: ${what}`);
  }

  #error(from: string, name: string): void {
    if (!REFUSALS.has(name)) return;
    if (this.#owed.get(from)?.shift() === undefined) {
      this.faults.push(`${from} was refused as a slave, and had not written as one`);
    } else this.refused += 1;
  }
}

class DatabaseReplay {
  readonly faults: string[] = [];
  /** By whom each was put into the database. */
  readonly generations = new Map<bigint, string>();
  committed = 0;
  aborted = 0;
  #holder: string | undefined;
  #highest = 0n;
  readonly #open = new Map<string, Extract<DatabaseEvent, { kind: 'transaction' }>>();
  /** By `from id`: the holder when the transaction was executed. */
  readonly #holders = new Map<string, string | undefined>();

  take(event: DatabaseEvent): void {
    const { from } = event;
    switch (event.kind) {
      case 'lock-granted':
        this.#holder = from;
        return;
      case 'lock-lost':
        if (this.#holder === from) this.#holder = undefined;
        return;
      case 'closed':
        if (this.#holder === from) this.#holder = undefined;
        for (const [key, open] of this.#open) if (open.from === from) this.#open.delete(key);
        return;
      case 'transaction':
        this.#open.set(`${from} ${event.id}`, event);
        this.#holders.set(`${from} ${event.id}`, this.#holder);
        return;
      case 'answer':
        this.#answer(`${from} ${event.id}`, event.failed);
    }
  }

  #answer(key: string, failed: boolean): void {
    const transaction = this.#open.get(key);
    if (transaction === undefined) return; // of a request that writes nothing
    this.#open.delete(key);
    if (failed) {
      this.aborted += 1;
      return;
    }
    this.committed += 1;
    const { from, asserts, comment = 'without a comment', generation } = transaction;
    if (!asserts) this.faults.push(`${from} changed the database without asserting: ${comment}`);
    const holder = this.#holders.get(key);
    if (holder !== from) {
      const whose = holder === undefined ? 'nobody' : holder;
      this.faults.push(`${from} changed the database while ${whose} held the lock: ${comment}`);
    }
    if (generation === undefined) return;
    if (generation <= this.#highest) {
      this.faults.push(`${from} put generation ${generation} after ${this.#highest}`);
    }
    this.#highest = generation;
    this.generations.set(generation, from);
  }
}
