/**
 * What the test files of Open vSwitch feed to `ovs-ofctl`: each test's script runs with a program in its place that notes its
 * words and its input, and then asks the real one, but only for what needs no switch. No daemon is started, no socket opened.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTestFile } from '../autotest/autotest.ts';

export interface Call {
  /** Of the test that makes it. */
  readonly title: string;
  /** Its options, without dashes' meaning. */
  readonly options: readonly string[];
  readonly command: string;
  readonly args: readonly string[];
  /** Undefined: it had none. */
  readonly stdin: string | undefined;
  /** What lies in the files that `args` name, in their place. */
  readonly files: readonly (string | undefined)[];
}

const TEST_TIMEOUT_MS = 60_000;

/** Answered by the real program: these need nothing but their input. */
const PURE =
  'ofp-print | ofp-parse | parse-* | print-error | encode-* | check-vlan | compose-packet';

/** Checks are not ours to make here: what a test calls after one that fails counts, too. */
const LIBRARY = `
on_exit() { :; }
__at_check() {
  case "$2" in stdout | stderr) cp "$AT/out" "$2" ;; esac
  case "$3" in stdout | stderr) cp "$AT/error" "$3" ;; esac
  return 0
}
__wait_until() { return 0; }
__listening_port() { echo 1; }
__end_daemon() { :; }
add_of_ports() { :; }
`;

/** With a switch or without: the script goes on. */
const DEFINITIONS = ['OVS_VSWITCHD_START', 'OVS_VSWITCHD_STOP', 'OVS_APP_EXIT_AND_WAIT']
  .map((name) => `m4_define([${name}], [:])`)
  .concat('m4_define([TESTABLE_LOG], [-voff])')
  .join('');

const DAEMONS = ['ovs-vsctl', 'ovs-appctl', 'ovs-dpctl', 'ovsdb-server', 'ovs-vswitchd'];

export function readCalls(testFile: string): Call[] {
  const { prelude, tests } = readTestFile(`${DEFINITIONS}dnl\n${readFileSync(testFile, 'utf8')}`);
  const root = mkdtempSync(join(tmpdir(), 'nva-calls-'));
  try {
    const bin = join(root, 'bin');
    writePrograms(bin);
    return tests.flatMap(({ title, script }, index) => {
      const folder = join(root, String(index));
      runScript(folder, bin, `${LIBRARY}\n${prelude}\n${LIBRARY}\n${script}\n`);
      return callsIn(join(folder, 'calls'), title);
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function writePrograms(bin: string): void {
  mkdirSync(bin);
  const ofctl = `
call="$NVA_CALLS/$(date +%s%N)-$$"
mkdir "$call"
printf '%s\\0' "$@" > "$call/args"
if [ -p /dev/stdin ] || [ -f /dev/stdin ]; then cat > "$call/stdin"; else : > "$call/empty"; fi
number=0
for word; do
  if [ -f "$word" ]; then cp "$word" "$call/file.$number"; fi
  number=$((number + 1))
done
for word; do
  case "$word" in
    ${PURE})
      if [ -e "$call/stdin" ]; then exec "$REAL_OFCTL" "$@" < "$call/stdin"; fi
      exec "$REAL_OFCTL" "$@" < /dev/null ;;
  esac
done
exit 0`;
  const programs = {
    'ovs-ofctl': ofctl,
    ...Object.fromEntries(DAEMONS.map((name) => [name, ':'])),
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
}

function runScript(folder: string, bin: string, script: string): void {
  mkdirSync(join(folder, 'at'), { recursive: true });
  mkdirSync(join(folder, 'calls'));
  writeFileSync(join(folder, 'test.sh'), script);
  spawnSync('bash', ['test.sh'], {
    cwd: folder,
    stdio: 'ignore',
    timeout: TEST_TIMEOUT_MS,
    env: {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      REAL_OFCTL: programPath('ovs-ofctl'),
      NVA_CALLS: join(folder, 'calls'),
      AT: join(folder, 'at'),
      OVS_RUNDIR: folder,
      OVS_LOGDIR: folder,
      LC_ALL: 'C.UTF-8',
    },
  });
}

function programPath(name: string): string {
  const found = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed`);
  return found;
}

function callsIn(folder: string, title: string): Call[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const words = readFileSync(join(path, 'args'), 'utf8').split('\0').slice(0, -1);
      const at = commandAt(words);
      const command = words[at];
      if (command === undefined) return [];
      const read = (file: string): string | undefined =>
        existsSync(join(path, file)) ? readFileSync(join(path, file), 'utf8') : undefined;
      const args = words.slice(at + 1);
      const files = args.map((_, index) => read(`file.${at + 1 + index}`));
      return [{ title, options: words.slice(0, at), command, args, stdin: read('stdin'), files }];
    });
}

/** Options with a value of their own. */
const WITH_VALUE = /^(-[OFPtT]|--(protocols|flow-format|packet-in-format|timeout|log-file))$/;

function commandAt(words: readonly string[]): number {
  let at = 0;
  while (words[at]?.startsWith('-') === true) at += WITH_VALUE.test(words[at] ?? '') ? 2 : 1;
  return at;
}
