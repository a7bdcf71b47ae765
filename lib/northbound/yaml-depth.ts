/**
 * How deep YAML text nests, told from its tokens before anything recurses over it.
 *
 * The `yaml` package composes by recursion. Where the stack ends, V8 may end the whole process instead of throwing
 * (a regular expression that is compiled there: "RegExpCompiler Allocation failed"), so text must be judged first.
 */
import { CST, Lexer } from 'yaml';

/** Of brackets and braces. */
const FLOW_DEPTH_MAX = 32;
/** Of columns before the content of a line; each level of a block costs one of them at least. */
const INDENT_MAX_COLUMNS = 100;

export function isNestedTooDeeply(text: string): boolean {
  const depth = new Depth();
  for (const token of new Lexer().lex(text)) {
    if (depth.exceededBy(token)) return true;
  }
  return false;
}

class Depth {
  #flow = 0;
  #columns = 0;
  #lineStart = true;

  exceededBy(token: string): boolean {
    const atLineStart = this.#lineStart;
    this.#lineStart = false;
    switch (CST.tokenType(token)) {
      case 'newline':
      case 'doc-mode':
        this.#columns = 0;
        this.#lineStart = true;
        return false;
      case 'space':
        if (atLineStart) this.#columns += token.length;
        return false;
      case 'seq-item-ind':
      case 'explicit-key-ind':
      case 'map-value-ind':
        if (this.#flow === 0) this.#columns++;
        return this.#columns > INDENT_MAX_COLUMNS;
      case 'flow-seq-start':
      case 'flow-map-start':
        this.#flow++;
        return this.#flow > FLOW_DEPTH_MAX;
      case 'flow-seq-end':
      case 'flow-map-end':
        this.#flow = Math.max(0, this.#flow - 1);
        return false;
      default:
        return false;
    }
  }
}
