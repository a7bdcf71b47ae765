/**
 * Follows the interfaces of one bridge that carry an iface-id: from changed rows to changed interfaces.
 *
 * The cost of a change follows the change; only a changed list of the bridge's ports is compared as a whole.
 */

import type { Replica, RowChanged } from '../../protocols/ovsdb/replica.ts';
import { BRIDGE, INTERFACE, PORT } from '../../protocols/ovsdb/schemas/open-vswitch.ts';
import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import { readColumn, readRow } from '../../protocols/ovsdb/values/tables.ts';
import type { InterfaceChange, TenantInterface } from '../control/inputs.ts';

/** A millisecond, and a tenth of one: what the core makes of interfaces (decided, compiled, sent) costs fifty times that. */
const PORTS_PER_PART = 1_000;
const INTERFACES_PER_PART = 50;

const NO_UUIDS: readonly Uuid[] = [];

export class TenantInterfaces {
  #bridge: Uuid | undefined;
  #ports: ReadonlySet<Uuid> = new Set();
  readonly #portOf = new Map<Uuid, Uuid>();
  /** By interface row: what was told last. */
  readonly #told = new Map<Uuid, { readonly name: string; readonly text: string }>();

  /**
   * Everything anew, for a bridge that was just found (or lost: undefined): in parts, the last one returned. `update` may
   * be called between them; each part looks at the rows as they are then.
   */
  *list(
    replicaNow: () => Replica | undefined,
    bridge: Uuid | undefined,
  ): Generator<InterfaceChange[], InterfaceChange[]> {
    this.#bridge = bridge;
    this.#told.clear();
    this.#portOf.clear();
    const replica = replicaNow();
    const row = bridge === undefined ? undefined : replica?.row('Bridge', bridge);
    this.#ports = new Set(row === undefined ? [] : readRow(BRIDGE, row).ports);
    const ports = [...(replica?.table('Port').keys() ?? [])];
    const interfaces = [...(replica?.table('Interface').keys() ?? [])];
    // Whoever asks for a long list has just looked at all of it himself.
    if (ports.length > PORTS_PER_PART) yield [];
    for (let at = 0; at < ports.length; at += PORTS_PER_PART) {
      if (at > 0) yield [];
      this.#takePorts(replicaNow(), ports.slice(at, at + PORTS_PER_PART));
    }
    let at = 0;
    for (; at + INTERFACES_PER_PART < interfaces.length; at += INTERFACES_PER_PART) {
      yield this.#tell(replicaNow(), interfaces.slice(at, at + INTERFACES_PER_PART));
    }
    return this.#tell(replicaNow(), interfaces.slice(at));
  }

  /** Of all that were told since the last `list` began, and are there. */
  names(): Set<string> {
    const names = new Set<string>();
    for (const { name } of this.#told.values()) names.add(name);
    return names;
  }

  update(replica: Replica, changes: readonly RowChanged[]): InterfaceChange[] {
    const touched = new Set<Uuid>();
    for (const change of changes) {
      if (change.table === 'Interface') touched.add(change.uuid);
      if (change.table === 'Port') this.#portChanged(change, touched);
    }
    for (const change of changes) {
      if (change.table === 'Bridge' && change.uuid === this.#bridge) {
        this.#bridgeChanged(replica, change, touched);
      }
    }
    return this.#tell(replica, touched);
  }

  #takePorts(replica: Replica | undefined, uuids: readonly Uuid[]): void {
    for (const uuid of uuids) {
      // One column of very many rows: not worth a typed row each.
      const row = replica?.row('Port', uuid);
      const interfaces = row === undefined ? NO_UUIDS : readColumn(PORT, row, 'interfaces');
      for (const iface of interfaces) this.#portOf.set(iface, uuid);
    }
  }

  #portChanged(change: RowChanged, touched: Set<Uuid>): void {
    for (const iface of change.old === undefined ? [] : readRow(PORT, change.old).interfaces) {
      if (this.#portOf.get(iface) === change.uuid) this.#portOf.delete(iface);
      touched.add(iface);
    }
    for (const iface of change.new === undefined ? [] : readRow(PORT, change.new).interfaces) {
      this.#portOf.set(iface, change.uuid);
      touched.add(iface);
    }
  }

  #bridgeChanged(replica: Replica, change: RowChanged, touched: Set<Uuid>): void {
    const before = this.#ports;
    this.#ports = new Set(change.new === undefined ? [] : readRow(BRIDGE, change.new).ports);
    const moved = [
      ...[...before].filter((port) => !this.#ports.has(port)),
      ...[...this.#ports].filter((port) => !before.has(port)),
    ];
    const gone = new Set(moved);
    for (const port of moved) {
      const row = replica.row('Port', port);
      for (const iface of row === undefined ? [] : readRow(PORT, row).interfaces) {
        touched.add(iface);
      }
    }
    for (const [iface, port] of gone.size === 0 ? [] : this.#portOf) {
      if (gone.has(port)) touched.add(iface);
    }
  }

  /** Those that are gone first: a name may have come back under another row. */
  #tell(replica: Replica | undefined, uuids: Iterable<Uuid>): InterfaceChange[] {
    const gone: InterfaceChange[] = [];
    const here: InterfaceChange[] = [];
    for (const uuid of uuids) {
      const now = replica && this.#tenant(replica, uuid);
      const before = this.#told.get(uuid);
      if (now === undefined) {
        this.#told.delete(uuid);
        if (before !== undefined) gone.push({ name: before.name });
        continue;
      }
      const text = JSON.stringify(now.tenant);
      if (before?.text === text && before.name === now.name) continue;
      if (before !== undefined && before.name !== now.name) gone.push({ name: before.name });
      this.#told.set(uuid, { name: now.name, text });
      here.push(now);
    }
    return [...gone, ...here];
  }

  #tenant(
    replica: Replica,
    uuid: Uuid,
  ): { readonly name: string; readonly tenant: TenantInterface } | undefined {
    const row = replica.row('Interface', uuid);
    const port = this.#portOf.get(uuid);
    if (row === undefined || port === undefined || !this.#ports.has(port)) return undefined;
    const { name, ofport, error, external_ids } = readRow(INTERFACE, row);
    const ifaceId = external_ids.get('iface-id');
    if (ifaceId === undefined || ifaceId === '') return undefined;
    const fault =
      error ?? (ofport !== undefined && ofport < 0 ? 'it could not be opened' : undefined);
    if (fault !== undefined) return { name, tenant: { ifaceId, error: fault } };
    return { name, tenant: ofport === undefined ? { ifaceId } : { ifaceId, ofport } };
  }
}
