/**
 * A vector: a message in all its forms. Made by make-vectors.ts, read by tests and by what counts them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { type Identity, identifyMessage } from '../../protocols/openflow/wire/identify.ts';

export interface Vector {
  /** Unique in its file. */
  readonly name: string;
  readonly version: OpenFlowVersion;
  readonly hex: string;
  /** What `ovs-ofctl --no-names ofp-print` says of it. */
  readonly text: string;
  /** What it decodes to: a bigint is {"bigint": "0x…"}, bytes are {"bytes": "hex"}. */
  readonly message: unknown;
  /** What that is encoded to, where it is not the same bytes. */
  readonly reencoded?: string;
}

export const VECTOR_FOLDER = new URL('../../test/vectors/openflow/', import.meta.url);

/** Name of a file without its end to its vectors. */
export function readVectors(): ReadonlyMap<string, readonly Vector[]> {
  const names = readdirSync(VECTOR_FOLDER).filter((name) => /^openflow1\d-.*\.json$/.test(name));
  return new Map(
    names.sort().map((name) => {
      const text = readFileSync(new URL(name, VECTOR_FOLDER), 'utf8');
      return [name.replace(/\.json$/, ''), JSON.parse(text) as Vector[]];
    }),
  );
}

export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** `flow_mod`, `port_desc reply`. */
export function kindWords({ kind, part }: Identity): string {
  return part === undefined ? kind : `${kind} ${part}`;
}

export function kindWordsOf(bytes: Uint8Array): string | undefined {
  const identity = identifyMessage(bytes);
  return identity.ok ? kindWords(identity.value) : undefined;
}
