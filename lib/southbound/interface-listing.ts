/**
 * Tells the whole list of an NVE's tenant interfaces, part by part: one in each turn of the event loop, so that an NVE
 * with very many does not hold the others up. What changes meanwhile is told between the parts.
 */
import type { Replica } from '../../protocols/ovsdb/replica.ts';
import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import type { InterfaceChange } from '../control/inputs.ts';
import type { TenantInterfaces } from './tenant-interfaces.ts';

export interface ListPart {
  /** The last one: whatever was not named in any part is gone. */
  readonly complete: boolean;
  readonly changes: readonly InterfaceChange[];
  /** In the last one: what was told in the parts before and is there. */
  readonly named?: ReadonlySet<string>;
}

export class InterfaceListing {
  readonly #tenants: TenantInterfaces;
  readonly #replica: () => Replica | undefined;
  readonly #tell: (part: ListPart) => void;
  #parts: Iterator<InterfaceChange[], InterfaceChange[]> | undefined;
  #isFirst = true;
  #next: NodeJS.Immediate | undefined;

  constructor(
    tenants: TenantInterfaces,
    replica: () => Replica | undefined,
    tell: (part: ListPart) => void,
  ) {
    this.#tenants = tenants;
    this.#replica = replica;
    this.#tell = tell;
  }

  /** Begins anew with the interfaces of this bridge; undefined: there is none. The first part is told at once. */
  start(bridge: Uuid | undefined): void {
    this.close();
    this.#parts = this.#tenants.list(this.#replica, bridge);
    this.#isFirst = true;
    this.#part();
  }

  close(): void {
    clearImmediate(this.#next);
    this.#parts = undefined;
  }

  #part(): void {
    const part = this.#parts?.next();
    if (part === undefined) return;
    const { value: changes } = part;
    if (part.done === true) {
      this.#parts = undefined;
      const named = this.#isFirst ? {} : { named: this.#tenants.names() };
      this.#tell({ complete: true, changes, ...named });
      return;
    }
    this.#isFirst = false;
    if (changes.length > 0) this.#tell({ complete: false, changes });
    this.#next = setImmediate(() => this.#part());
  }
}
