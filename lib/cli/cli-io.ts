/**
 * What a command sees of the world beside the API: two streams, files, the environment, Ctrl-C.
 */
export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Of the terminal, now. */
  size(): { readonly columns: number; readonly rows: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** At most `maxBytes` and one more, so that the caller sees that there is more. */
  readFile(path: string, maxBytes: number): Promise<Uint8Array>;
  readStdin(maxBytes: number): Promise<Uint8Array>;
  /** As it comes, for what needs not all of it at once. */
  stdin(): AsyncIterable<Uint8Array | string>;
  /** Replaces the file as a whole when all pieces have come; whatever ends them early leaves it as it was. */
  saveFile(path: string, pieces: AsyncIterable<string>): Promise<void>;
  /** Aborted by Ctrl-C, and when nobody reads stdout any more. */
  readonly stop: AbortSignal;
  /** Hands Ctrl-C over to somebody else (the daemon). */
  releaseSignals(): void;
}
