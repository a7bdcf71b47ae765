/**
 * Test files of Open vSwitch (*.at) as shell scripts: what autotest's macros mean, without autotest.
 *
 * A check becomes a command whose exit status, output and error output are compared with what the file says. Shell
 * functions that the files define stand before every test.
 *
 * Source: GNU Autoconf manual, "Writing Testsuites"; tests/ovs-macros.at, tests/ovsdb-macros.at.
 */
import { type Builtin, M4 } from './m4.ts';

export interface TheirTest {
  readonly title: string;
  readonly script: string;
}

export interface TestFile {
  /** Shell functions for every test. */
  readonly prelude: string;
  readonly tests: readonly TheirTest[];
}

/** Delimits here-documents: stands in no test. */
const END = '__NVA_END__';

/** Marks the begin of a test and its title in expanded text. */
const SETUP = '\uE010';
const SETUP_END = '\uE011';
const CLEANUP = '\uE012';
const PRELUDE = '\uE013';
const PRELUDE_END = '\uE014';

function hereDocument(file: string, text: string, quoted: boolean): string {
  const end = quoted ? `'${END}'` : END;
  return `cat >"$AT/${file}" <<${end}\n${text}\n${END}\n`;
}

/** `expected` is compared literally; `unquoted`: after the shell has expanded it. */
function check(args: readonly string[], m4: M4, unquoted: boolean): string {
  const [command = '', status = '', out = '', error = ''] = args.map((arg) =>
    m4.unseal(m4.expand(arg)),
  );
  const run = `(\n${command}\n) >"$AT/out" 2>"$AT/error" </dev/null\n__status=$?\n`;
  const documents = [out, error].map((text, index) =>
    KEYWORDS.has(text) ? '' : hereDocument(`expected.${index}`, text, !unquoted),
  );
  const words = [out, error].map((text) => (KEYWORDS.has(text) ? text : 'text'));
  const call = `__at_check '${status === '' ? '0' : status}' ${words.join(' ')} || exit 1\n`;
  return m4.seal(`${run}${documents.join('')}${call}`);
}

/** What may stand instead of expected text. */
const KEYWORDS: ReadonlySet<string> = new Set(['ignore', 'stdout', 'stderr', 'expout']);

const NOTHING: Builtin = () => '';

const BUILTINS: Readonly<Record<string, Builtin>> = {
  AT_BANNER: NOTHING,
  AT_KEYWORDS: NOTHING,
  AT_CAPTURE_FILE: NOTHING,
  AT_SETUP: ([title = ''], m4) => m4.seal(`${SETUP}${m4.expand(title)}${SETUP_END}`),
  AT_CLEANUP: (_, m4) => m4.seal(CLEANUP),
  AT_CHECK: (args, m4) => check(args, m4, false),
  AT_CHECK_UNQUOTED: (args, m4) => check(args, m4, true),
  AT_DATA: ([file = '', text = ''], m4) =>
    m4.seal(`cat >${file} <<'${END}'\n${m4.unseal(m4.expand(text))}${END}\n`),
  AT_SKIP_IF: ([condition = ''], m4) =>
    m4.seal(`if ${m4.unseal(m4.expand(condition))}; then exit 77; fi\n`),
  m4_divert_push: (_, m4) => m4.seal(PRELUDE),
  m4_divert_pop: (_, m4) => m4.seal(PRELUDE_END),
  OVS_START_SHELL_HELPERS: (_, m4) => m4.seal(PRELUDE),
  OVS_END_SHELL_HELPERS: (_, m4) => m4.seal(PRELUDE_END),
  m4_divert_text: ([, text = ''], m4) =>
    m4.seal(`${PRELUDE}${m4.unseal(m4.expand(text))}${PRELUDE_END}`),
  OVS_WAIT_UNTIL: ([condition = ''], m4) =>
    m4.seal(`__condition() {\n${m4.unseal(m4.expand(condition))}\n}\n__wait_until || exit 1\n`),
  PARSE_LISTENING_PORT: ([log = '', variable = ''], m4) =>
    m4.seal(`${variable}=$(__listening_port ${log}) || exit 1\n`),
  OVSDB_SERVER_SHUTDOWN: (_, m4) => m4.seal('__end_daemon ovsdb-server.pid\n'),
  OVS_APP_EXIT_AND_WAIT_BY_TARGET: ([, pidfile = ''], m4) =>
    m4.seal(`__end_daemon ${m4.expand(pidfile)}\n`),
};

/** What the scripts need: checks, waiting, and an end of all that they started. */
export const SHELL_LIBRARY = `
__on_exit=:
on_exit() { __on_exit="$1
$__on_exit"; }
trap 'eval "$__on_exit" >/dev/null 2>&1' EXIT
__at_check() {
  if [ "$1" != ignore ] && [ "$__status" != "$1" ]; then
    echo "exit status $__status, expected $1"; tail -n 15 "$AT/error"; return 1
  fi
  __compare "$AT/out" "$2" 0 && __compare "$AT/error" "$3" 1
}
__compare() {
  case "$2" in
    ignore) ;;
    stdout | stderr) cp "$1" "$2" ;;
    expout) diff -u expout "$1" ;;
    *) (cat "$1"; echo) | diff -u "$AT/expected.$3" - ;;
  esac
}
__wait_until() {
  for __try in $(seq 200); do
    if (__condition) >/dev/null 2>&1; then return 0; fi
    sleep 0.05
  done
  echo 'waited in vain'; return 1
}
__listening_port() {
  for __try in $(seq 200); do
    __port=$(sed -n 's/.*listening on port \\([0-9]*\\)$/\\1/p' "$1" 2>/dev/null | head -n 1)
    if [ -n "$__port" ]; then echo "$__port"; return 0; fi
    sleep 0.05
  done
  return 1
}
__end_daemon() {
  __pid=$(cat "$1" 2>/dev/null) || return 0
  kill "$__pid" 2>/dev/null
  for __try in $(seq 200); do kill -0 "$__pid" 2>/dev/null || return 0; sleep 0.02; done
}
`;

export function readTestFile(text: string): TestFile {
  const m4 = new M4(BUILTINS);
  const expanded = quadrigraphs(m4.unseal(m4.expand(text)));
  const preludes = expanded.matchAll(new RegExp(`${PRELUDE}([\\s\\S]*?)${PRELUDE_END}`, 'g'));
  const tests = expanded.matchAll(
    new RegExp(`${SETUP}([^${SETUP_END}]*)${SETUP_END}([\\s\\S]*?)${CLEANUP}`, 'g'),
  );
  return {
    prelude: [...preludes].map(([, body]) => body).join('\n'),
    tests: [...tests].map(([, title = '', script = '']) => ({ title, script })),
  };
}

/** How autoconf writes what it cannot say otherwise. */
function quadrigraphs(text: string): string {
  return text
    .replaceAll('@<:@', '[')
    .replaceAll('@:>@', ']')
    .replaceAll('@%:@', '#')
    .replaceAll('@S|@', '$')
    .replaceAll('@&t@', '');
}
