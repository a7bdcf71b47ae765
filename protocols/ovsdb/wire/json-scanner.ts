/**
 * Scanning: finds the brackets of JSON text, byte by byte, each byte once, in chunks of any size.
 *
 * Knows strings and their escapes, so that a bracket in a string is none. UTF-8 needs no care: no byte
 * of a multi-byte character is below 0x80. Whether brackets match is the parser's to say.
 *
 * Source: RFC 8259 §2, §7.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

export class JsonScanner {
  /** Brackets that are open after the last byte scanned. */
  depth = 0;
  /** Brackets that were opened so far. */
  openedCount = 0;
  #inString = false;
  #escaped = false;

  /**
   * Scans on to the next bracket, or comma at `commaDepth`; returns its offset, or the chunk's length.
   * The byte found is scanned: go on behind it.
   */
  find(chunk: Uint8Array, from: number, commaDepth: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.#inString) {
        at = this.#scanString(chunk, at);
        continue;
      }
      const byte = chunk[at];
      if (byte === QUOTE) this.#inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.depth++;
        this.openedCount++;
        return at;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        this.depth--;
        return at;
      } else if (byte === COMMA && this.depth === commaDepth) return at;
      at++;
    }
    return chunk.length;
  }

  /** Returns the offset behind the closing quote, or the chunk's length. */
  #scanString(chunk: Uint8Array, from: number): number {
    let at = from;
    if (this.#escaped) {
      this.#escaped = false;
      at++;
    }
    while (at < chunk.length) {
      const byte = chunk[at++];
      if (byte === QUOTE) {
        this.#inString = false;
        return at;
      }
      if (byte === BACKSLASH) {
        if (at === chunk.length) this.#escaped = true;
        at++;
      }
    }
    return chunk.length;
  }
}
