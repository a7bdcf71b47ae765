/**
 * A flow dump as columns: two numbers a flow decide, and a flow's bytes are looked at only if it must go.
 */
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { scanFlowStats } from '../../protocols/openflow/wire/flow-scan.ts';
import type { InstalledFlows } from '../reconcile/diff.ts';
import type { InstalledFlow } from '../reconcile/operations.ts';

/** Undefined: a length in the dump is wrong. */
export function readInstalledFlows(
  version: OpenFlowVersion,
  parts: readonly Uint8Array[],
): InstalledFlows | undefined {
  const columns = new Columns(parts);
  for (const [index, part] of parts.entries()) {
    const whole = scanFlowStats(version, part, (entry) => {
      columns.keys.push(entry.key);
      columns.cookies.push(entry.cookieHi, entry.cookieLo);
      columns.places.push(index, entry.matchOffset, entry.matchLength, entry.table, entry.priority);
    });
    if (!whole) return undefined;
  }
  return columns;
}

class Columns implements InstalledFlows {
  readonly keys: number[] = [];
  readonly cookies: number[] = [];
  readonly places: number[] = [];
  readonly #parts: readonly Uint8Array[];

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts;
  }

  get count(): number {
    return this.keys.length;
  }

  key(index: number): number {
    return this.keys[index] ?? 0;
  }

  cookieHigh(index: number): number {
    return this.cookies[index * 2] ?? 0;
  }

  cookieLow(index: number): number {
    return this.cookies[index * 2 + 1] ?? 0;
  }

  flow(index: number): InstalledFlow {
    const [part = 0, offset = 0, length = 0, table = 0, priority = 0] = this.places.slice(
      index * 5,
      index * 5 + 5,
    );
    const matchBytes = this.#parts[part]?.slice(offset, offset + length) ?? new Uint8Array(0);
    return { table, priority, matchBytes };
  }
}
