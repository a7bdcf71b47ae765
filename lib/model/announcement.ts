/**
 * What an instance says of itself to the others of its domain, through the store they share.
 */

/** An NVE as one instance sees it. Only NVEs whose database is connected to the instance are named. */
export interface AnnouncedNve {
  readonly name: string;
  /** The instance holds the NVE's lock. */
  readonly owner: boolean;
  /** Why it serves the NVE, in a few words; only with `owner`. */
  readonly why?: string;
  /** OpenFlow targets (`tcp:IP:PORT`) at which the NVE's bridge reaches this instance. */
  readonly controllers: readonly string[];
  /** Its switch has no OpenFlow session with the instance, which could not serve it now. */
  readonly noSwitch?: true;
  /** Only with `owner`. */
  readonly flows?: { readonly desired: number; readonly installed: number };
  /** The UUID of its database's root row. */
  readonly database?: string;
}

export interface Announcement {
  readonly version: string;
  /** RFC 3339, UTC, by the instance's own clock. */
  readonly startedAt: string;
  /** The newest revision of the store that all NVEs which it owns have confirmed. */
  readonly confirmed: number;
  readonly nves: readonly AnnouncedNve[];
  /** We cannot read what it says (a newer release?): it is there, and may own any NVE. */
  readonly unreadable?: true;
}

/** An announcement as the store gives it. */
export interface Member {
  readonly name: string;
  /** One run of its process. */
  readonly run: string;
  /** Rises with each announcement. */
  readonly beat: number;
  readonly announcement: Announcement;
}
