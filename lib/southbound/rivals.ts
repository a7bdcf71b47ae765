/**
 * Who has lately been refused because of the system-id of an NVE that is connected: told of that one, for those who are
 * refused have no name of their own.
 */
export type TellRivals = (nve: string, sentences: readonly string[]) => void;

/** Open vSwitch tries a manager again after 8 s at the latest; two attempts may be missed. */
const FORGET_MS = 20_000;
/** Of one NVE; more are counted by the log. */
const RIVALS_MAX = 10;

export class Rivals {
  readonly #tell: TellRivals;
  readonly #timers = new Map<string, Map<string, NodeJS.Timeout>>();

  constructor(tell: TellRivals) {
    this.#tell = tell;
  }

  /** `address`: where the refused one is. */
  note(nve: string, address: string): void {
    const known = this.#timers.get(nve) ?? new Map<string, NodeJS.Timeout>();
    const isNews = !known.has(address);
    if (isNews && known.size === RIVALS_MAX) return;
    clearTimeout(known.get(address));
    known.set(
      address,
      setTimeout(() => this.#forget(nve, address), FORGET_MS),
    );
    this.#timers.set(nve, known);
    if (isNews) this.#say(nve);
  }

  /** The one at this address has the name now: who had it is gone. */
  accepted(nve: string, address: string): void {
    const timer = this.#timers.get(nve)?.get(address);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#forget(nve, address);
  }

  close(): void {
    for (const known of this.#timers.values())
      for (const timer of known.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #forget(nve: string, address: string): void {
    const known = this.#timers.get(nve);
    known?.delete(address);
    if (known?.size === 0) this.#timers.delete(nve);
    this.#say(nve);
  }

  #say(nve: string): void {
    const addresses = [...(this.#timers.get(nve)?.keys() ?? [])].sort();
    this.#tell(
      nve,
      addresses.map(
        (address) =>
          `another hypervisor, at ${address}, says that it is ${nve}: it is refused, and ${nve} keeps its name; give that one another external_ids:system-id (and a database of its own, if it is a copy)`,
      ),
    );
  }
}
