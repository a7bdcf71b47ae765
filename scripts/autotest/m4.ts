/**
 * As much of m4 as the test files of Open vSwitch need: quoted arguments, definitions, comments, rescanning.
 *
 * Quotes are [ and ], as autoconf sets them. A built-in may answer with text that is not to be looked at again
 * (`seal`); it stands in the output as a mark that `unseal` replaces.
 *
 * Source: POSIX m4; GNU M4 manual, "Syntax" and "Macro arguments".
 */

export type Builtin = (args: readonly string[], m4: M4) => string;

/** Private-use characters, which no test file has. */
const OPEN = '\uE000';
const CLOSE = '\uE001';

const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;

/** A quoted string, a comment, a word, or one other character. */
type Token = { readonly kind: 'quoted' | 'comment' | 'word' | 'char'; readonly text: string };

/** What is still to be read; an expansion is put in front of it. */
class Input {
  #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isEmpty(): boolean {
    return this.#at >= this.#text.length;
  }

  peek(): string {
    return this.#text[this.#at] ?? '';
  }

  skip(count: number): void {
    this.#at += count;
  }

  putBack(text: string): void {
    this.#text = text + this.#text.slice(this.#at);
    this.#at = 0;
  }

  /** Up to the end of the line and with it. */
  line(): string {
    const end = this.#text.indexOf('\n', this.#at);
    const next = end === -1 ? this.#text.length : end + 1;
    const line = this.#text.slice(this.#at, next);
    this.#at = next;
    return line;
  }

  token(): Token {
    const first = this.peek();
    if (first === '[') return { kind: 'quoted', text: this.#quoted() };
    if (first === '#') return { kind: 'comment', text: this.line() };
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0];
    this.#at += word?.length ?? 1;
    return word === undefined ? { kind: 'char', text: first } : { kind: 'word', text: word };
  }

  #quoted(): string {
    const start = this.#at + 1;
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at];
      if (char === '[') depth++;
      else if (char === ']' && --depth === 0) {
        this.#at++;
        return this.#text.slice(start, this.#at - 1);
      }
    }
    throw new Error(`a quote that begins with ${this.#text.slice(start, start + 40)} does not end`);
  }
}

export class M4 {
  readonly #macros = new Map<string, string | Builtin>();
  readonly #sealed: string[] = [];

  constructor(builtins: Readonly<Record<string, Builtin>>) {
    for (const [name, builtin] of Object.entries({ ...BASICS, ...builtins })) {
      this.#macros.set(name, builtin);
    }
  }

  define(name: string, body: string): void {
    this.#macros.set(name, body);
  }

  undefine(name: string): void {
    this.#macros.delete(name);
  }

  /** Text that is final: not to be scanned again. */
  seal(text: string): string {
    return `${OPEN}${this.#sealed.push(text) - 1}${CLOSE}`;
  }

  unseal(text: string): string {
    return text.replace(new RegExp(`${OPEN}(\\d+)${CLOSE}`, 'g'), (_, index: string) =>
      this.unseal(this.#sealed[Number(index)] ?? ''),
    );
  }

  /** Expands everything, and strips one level of quotes. */
  expand(text: string): string {
    const input = new Input(text);
    let output = '';
    while (!input.isEmpty) {
      const token = input.token();
      if (token.kind === 'word') output += this.#word(token.text, input);
      else output += token.text;
    }
    return output;
  }

  /** A list of arguments as a call would split it: quotes stripped once, macros expanded. */
  list(text: string): readonly string[] {
    const input = new Input(`(${text})`);
    return this.#arguments(input);
  }

  /** What stays of a word; an expansion goes back to the input. */
  #word(word: string, input: Input): string {
    if (word === 'dnl') {
      input.line();
      return '';
    }
    const macro = this.#macros.get(word);
    if (macro === undefined) return word;
    const hasArguments = input.peek() === '(';
    if (typeof macro === 'function' && !hasArguments && !BARE.has(word)) return word;
    const args = hasArguments ? this.#arguments(input) : [];
    input.putBack(typeof macro === 'function' ? macro(args, this) : substitute(macro, args));
    return '';
  }

  #arguments(input: Input): readonly string[] {
    input.skip(1);
    const args: string[] = [];
    for (let isLast = false; !isLast; ) {
      const { text, end } = this.#argument(input);
      args.push(text);
      isLast = end === ')';
    }
    return args;
  }

  /** Up to the comma or parenthesis that ends it; white space in front does not count. */
  #argument(input: Input): { readonly text: string; readonly end: string } {
    let argument = '';
    let depth = 0;
    skipSpace(input);
    while (!input.isEmpty) {
      const { kind, text } = input.token();
      if (kind === 'word') {
        argument += this.#word(text, input);
        if (text === 'dnl' && argument === '') skipSpace(input);
        continue;
      }
      if (kind === 'char' && depth === 0 && (text === ',' || text === ')')) {
        return { text: argument, end: text };
      }
      if (kind === 'char') depth += DEPTHS[text] ?? 0;
      argument += text;
    }
    throw new Error(`the argument ${argument.slice(0, 60)} does not end`);
  }
}

const DEPTHS: Readonly<Record<string, number>> = { '(': 1, ')': -1 };

function skipSpace(input: Input): void {
  while (/\s/.test(input.peek())) input.skip(1);
}

function substitute(body: string, args: readonly string[]): string {
  return body.replace(/\$(\d+|@|#)/g, (_, what: string) => {
    if (what === '@') return args.map((arg) => `[${arg}]`).join(',');
    return what === '#' ? String(args.length) : (args[Number(what) - 1] ?? '');
  });
}

/** Macros that are called without parentheses too. */
const BARE: ReadonlySet<string> = new Set([
  'AT_CLEANUP',
  'OVS_START_SHELL_HELPERS',
  'OVS_END_SHELL_HELPERS',
  'OVSDB_SERVER_SHUTDOWN',
]);

const BASICS: Readonly<Record<string, Builtin>> = {
  m4_define: ([name = '', body = ''], m4) => {
    m4.define(name, body);
    return '';
  },
  m4_if: (args) => {
    for (let at = 0; at < args.length; at += 3) {
      const [left = '', right = '', then = ''] = args.slice(at);
      // One that is left alone is the last alternative.
      if (args.length - at < 3) return left;
      if (left === right) return then;
    }
    return '';
  },
  m4_ifval: ([text = '', then = '', otherwise = '']) => (text === '' ? otherwise : then),
  m4_foreach: ([name = '', elements = '', body = ''], m4) => {
    if (elements === '') return '';
    let output = '';
    for (const element of m4.list(elements)) {
      m4.define(name, element);
      output += m4.seal(m4.unseal(m4.expand(body)));
    }
    m4.undefine(name);
    return output;
  },
};
