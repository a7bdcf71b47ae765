/**
 * A flow dump as columns: two numbers a flow decide, and a flow's bytes are looked at only if it must go.
 *
 * An audit looks at what each flow does, too: whoever changes a flow by hand leaves its cookie as it was.
 */

import { formatInstructions } from '../../protocols/openflow/text/action-text.ts';
import type { Flow } from '../../protocols/openflow/values/flow.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { decodeFlowStats, scanFlowStats } from '../../protocols/openflow/wire/flow-scan.ts';
import type { InstalledFlows } from '../reconcile/diff.ts';
import type { InstalledFlow } from '../reconcile/operations.ts';
import { hasInstructions, padTo8 } from './operation-encoder.ts';

/** Work on a dump, in steps of a part (64 KiB at the most, half a millisecond). Undefined: a length in it is wrong. */
export type Reading = Generator<undefined, InstalledFlows | undefined>;

export function readInstalledFlows(
  version: OpenFlowVersion,
  parts: readonly Uint8Array[],
): Reading {
  return readColumns(version, parts, new Columns(parts));
}

/** Of which `isAsDesired` says more than the cookie does. */
export function readAuditedFlows(version: OpenFlowVersion, parts: readonly Uint8Array[]): Reading {
  return readColumns(version, parts, new AuditedColumns(version, parts));
}

function* readColumns(
  version: OpenFlowVersion,
  parts: readonly Uint8Array[],
  columns: Columns,
): Reading {
  for (const [index, part] of parts.entries()) {
    if (index > 0) yield;
    const whole = scanFlowStats(version, part, (entry) => {
      columns.keys.push(entry.key);
      columns.cookies.push(entry.cookieHi, entry.cookieLo);
      columns.places.push(index, entry.matchOffset, entry.matchLength, entry.table, entry.priority);
      columns.take(entry.offset, entry.length);
    });
    if (!whole) return undefined;
  }
  return columns;
}

const PLACES = 5;

class Columns implements InstalledFlows {
  readonly keys: number[] = [];
  readonly cookies: number[] = [];
  /** Per flow: part, where its match begins and how long it is, table, priority. */
  readonly places: number[] = [];
  protected readonly parts: readonly Uint8Array[];

  constructor(parts: readonly Uint8Array[]) {
    this.parts = parts;
  }

  /** Where the record of the flow lies that was just added. */
  take(_offset: number, _length: number): void {
    // Of no use here.
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
      index * PLACES,
      index * PLACES + PLACES,
    );
    const matchBytes = this.parts[part]?.slice(offset, offset + length) ?? new Uint8Array(0);
    return { table, priority, matchBytes };
  }
}

const MATCH_HEADER_BYTES = 4;

class AuditedColumns extends Columns {
  readonly #version: OpenFlowVersion;
  /** Per flow: where its record begins and ends. */
  readonly #records: number[] = [];

  constructor(version: OpenFlowVersion, parts: readonly Uint8Array[]) {
    super(parts);
    this.#version = version;
  }

  override take(offset: number, length: number): void {
    this.#records.push(offset, offset + length);
  }

  isAsDesired(index: number, flow: Flow): boolean {
    const part = this.parts[this.places[index * PLACES] ?? 0];
    if (part === undefined) return false;
    const end = this.#records[index * 2 + 1] ?? 0;
    const at = this.#instructionsAt(part, index);
    if (hasInstructions(part, at, end, this.#version, flow)) return true;
    // A switch may write the same in another way.
    const record = part.subarray(this.#records[index * 2], end);
    const decoded = decodeFlowStats(this.#version, record);
    const [installed] = decoded.ok ? decoded.value : [];
    return (
      installed !== undefined &&
      formatInstructions(installed.instructions) === formatInstructions(flow.instructions)
    );
  }

  /** Behind the match and, from OpenFlow 1.5 on, the statistics. */
  #instructionsAt(part: Uint8Array, index: number): number {
    const matchAt = (this.places[index * PLACES + 1] ?? 0) - MATCH_HEADER_BYTES;
    const matchLength = (this.places[index * PLACES + 2] ?? 0) + MATCH_HEADER_BYTES;
    const at = matchAt + padTo8(matchLength);
    if (this.#version < 6) return at;
    return at + padTo8(((part[at + 2] ?? 0) << 8) | (part[at + 3] ?? 0));
  }
}
