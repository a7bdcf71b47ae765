/**
 * Whole JSON objects out of the stream of an OVSDB connection, in the plainest way; for the bench's own small programs.
 */
export class JsonStream {
  #text = '';
  #scanned = 0;
  #depth = 0;
  #inString = false;
  #isEscaped = false;

  *take(text: string): Generator<unknown> {
    this.#text += text;
    let start = 0;
    for (let at = this.#scanned; at < this.#text.length; at++) {
      if (!this.#closes(this.#text.charCodeAt(at))) continue;
      yield JSON.parse(this.#text.slice(start, at + 1));
      start = at + 1;
    }
    this.#text = this.#text.slice(start);
    this.#scanned = this.#text.length;
  }

  /** True when this character ends an object. */
  #closes(code: number): boolean {
    if (this.#inString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (code === 0x5c) this.#isEscaped = true;
      else if (code === 0x22) this.#inString = false;
      return false;
    }
    if (code === 0x22) this.#inString = true;
    else if (code === 0x7b) this.#depth++;
    else if (code === 0x7d) return --this.#depth === 0;
    return false;
  }
}
