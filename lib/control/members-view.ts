/**
 * The instances of the domain, as this one sees them: what views and waiting ask.
 */
import type { Announcement } from '../model/announcement.ts';

export interface MemberState {
  readonly name: string;
  readonly alive: boolean;
  /** How long it has said nothing, by our own clock; 0: it is ourselves. */
  readonly silentMs: number;
  readonly announcement: Announcement;
}

export interface NveOwner {
  readonly instance: string;
  /** In a few words. */
  readonly why?: string;
  readonly flows?: { readonly desired: number; readonly installed: number };
  /** The UUID of the root row of the database that it has the lock of. */
  readonly database?: string;
}

export interface MembersView {
  /** The name of this instance. */
  readonly self: string;
  /** Ourselves and all others that are not forgotten, dead ones too. */
  all(): readonly MemberState[];
  /** The living instance that holds the NVE's lock, as far as is known. */
  ownerOf(nve: string): NveOwner | undefined;
  /** The database with this NVE's name whose lock another living instance holds. */
  databaseElsewhere(nve: string): string | undefined;
  /** Names of living instances to which the NVE's database is connected. */
  connectedTo(nve: string): readonly string[];
}
