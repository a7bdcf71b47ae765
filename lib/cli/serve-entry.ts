/**
 * The one edge from the command line to the daemon: loaded only by `nva serve`, so that no other command
 * pays for it.
 */

/** Flags as they were typed, by their long names without dashes; those that may be repeated are lists. */
export interface ServeRequest {
  readonly flags: Readonly<Record<string, string | string[]>>;
}

export interface ServeModule {
  /** Resolves with the exit code when the daemon has ended. */
  serve(request: ServeRequest): Promise<number>;
}

export type LoadServe = () => Promise<ServeModule>;

export const loadServe: LoadServe = () => import('../daemon/serve.ts');
