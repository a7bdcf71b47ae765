/**
 * Which NVE has a port: from the interfaces that name it, and who had it before.
 *
 * The holder keeps a port while its own database shows the interface. A newcomer beside a connected holder is a
 * conflict, and waits, also while the holder may still be on its way back to an instance that has just started; it takes over, with the sequence number one up, when the holder lets go or is away.
 * (RFC 8014 §4.3; sequence: RFC 7432 §15.)
 */
import type { AttachmentRecord, NveName, PortName } from '../model/records.ts';

export interface Claims {
  /** NVEs that are up and have a working interface for the port. */
  readonly claimants: readonly NveName[];
  /** Whether this NVE's database is in step with us now. */
  connected(nve: NveName): boolean;
  /** Whether this NVE is known and may be on its way back to us, or is served by another instance: its word is awaited. */
  awaited(nve: NveName): boolean;
  /** Where the port was when it was last attached, if it is not now. */
  readonly former?: AttachmentRecord | undefined;
}

/** The attachment as it should be; undefined: none. */
export function decideAttachment(
  port: PortName,
  current: AttachmentRecord | undefined,
  claims: Claims,
): AttachmentRecord | undefined {
  const { claimants } = claims;
  if (current !== undefined && (claimants.includes(current.nve) || claims.awaited(current.nve))) {
    return current;
  }
  const [first] = [...claimants].sort();
  if (first !== undefined) {
    const last = current ?? claims.former;
    const sequence = last === undefined ? 0 : last.sequence + (last.nve === first ? 0 : 1);
    return { kind: 'attachment', port, nve: first, sequence };
  }
  if (current !== undefined && !claims.connected(current.nve)) return current;
  return undefined;
}
