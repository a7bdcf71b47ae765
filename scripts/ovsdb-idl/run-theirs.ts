/**
 * Runs Open vSwitch's own tests of its database clients with our client in the place of theirs:
 *
 *   run-theirs.ts CHECKOUT [--only REGEX] [--jobs N] [--verbose] [--theirs]
 *
 * CHECKOUT is a source tree of Open vSwitch, of which only tests/ is needed: its cases, its schemas, its way to compare
 * (tests/uuidfilt.py, tests/ovsdb-monitor-sort.py, with python3). Servers are those that are installed. `--theirs`
 * leaves their Python client in its place, which shows whether a case fails because of us.
 *
 * Prints a line for each case, and totals. What is not for clients, or not for ours, is in ./not-for-us.ts, with the
 * reason.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readTestFile, SHELL_LIBRARY, type TheirTest } from '../autotest/autotest.ts';
import { adapted, differenceOf, reasonAgainst } from './not-for-us.ts';

const FILES = ['ovsdb-idl', 'ovsdb-monitor', 'reconnect'];

/** Shell functions that the cases borrow. */
const LENDERS = ['ovsdb-execution'];

/** A case with a cluster takes 5 s. */
const TEST_TIMEOUT_MS = 60_000;

const NOT_APPLICABLE = 77;

interface Case extends TheirTest {
  readonly file: string;
  readonly prelude: string;
}

type Outcome =
  | { readonly state: 'passed'; readonly difference?: string }
  | { readonly state: 'failed'; readonly words: string }
  | { readonly state: 'not for us'; readonly words: string };

function readCases(tests: string): Case[] {
  const lent = LENDERS.map((name) => readTestFile(readFileSync(join(tests, `${name}.at`), 'utf8')));
  return FILES.flatMap((file) => {
    const read = readTestFile(readFileSync(join(tests, `${file}.at`), 'utf8'));
    const prelude = [SHELL_LIBRARY, ...lent.map((from) => from.prelude), read.prelude].join('\n');
    return read.tests.map((test) => ({ ...test, file, prelude }));
  });
}

/** Programs that stand before the real ones in PATH. */
function writeShims(bin: string, useTheirs: boolean): void {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const ours = (module: string) =>
    [
      process.execPath,
      // A package that is named in an option is looked for from the working directory, which will be another one.
      ...process.execArgv.map((word) => (word === 'tsx' ? import.meta.resolve('tsx') : word)),
      fileURLToPath(new URL(`${module}.${extension}`, import.meta.url)),
    ]
      .map((word) => `'${word}'`)
      .join(' ');
  const theirPython = '*/test-ovsdb.py | */test-reconnect.py) exec "$REAL_PYTHON3" "$@" ;;';
  const shims: Readonly<Record<string, string>> = {
    'test-ovsdb': `exec ${ours('test-ovsdb')} "$@"`,
    ovstest: `[ "$1" = test-reconnect ] || exit 2\nexec ${ours('test-reconnect')}`,
    uuidfilt: 'exec "$REAL_PYTHON3" "$srcdir/uuidfilt.py" "$@"',
    python: [
      'case "$1" in',
      useTheirs ? theirPython : '',
      `*/test-ovsdb.py) shift; exec ${ours('test-ovsdb')} --python "$@" ;;`,
      `*/test-reconnect.py) exec ${ours('test-reconnect')} ;;`,
      'esac',
      'exec "$REAL_PYTHON3" "$@"',
    ].join('\n'),
    'ovsdb-client': `case " $* " in *' monitor '* | *' monitor-cond '* | *' monitor-cond-since '*) ;; *) exec "$REAL_CLIENT" "$@" ;; esac
rm -f ovsdb-client.pid
for word; do case "$word" in --detach) detach=1 ;; --pidfile=*) pidfile=\${word#*=} ;; esac; done
[ -n "\${detach-}" ] || exec ${ours('monitor')} "$@"
${ours('monitor')} "$@" &
for try in $(seq 400); do [ -e "\${pidfile-ovsdb-client.pid}" ] && exit 0; sleep 0.02; done
exit 1`,
    'ovs-appctl': `if [ "$1 $2" = '-t ovsdb-client' ]; then shift 2; set -- -t "$OVS_RUNDIR/ovsdb-client.ctl" "$@"; fi
exec "$REAL_APPCTL" "$@"`,
  };
  for (const [name, text] of Object.entries(shims)) {
    writeFileSync(join(bin, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
}

function programPath(name: string): string {
  const found = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed`);
  return found;
}

/** Keys and certificates under the names that the cases use. */
function writePki(folder: string): void {
  const run = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  run(
    'req',
    '-x509',
    ...curve,
    '-subj',
    '/CN=ca',
    '-keyout',
    'ca.pem',
    '-out',
    'testpki-cacert.pem',
  );
  for (const suffix of ['', '2']) {
    run(
      'req',
      ...curve,
      '-subj',
      `/CN=peer${suffix}`,
      '-keyout',
      `testpki-privkey${suffix}.pem`,
      '-out',
      'request.pem',
    );
    run(
      'x509',
      '-req',
      '-in',
      'request.pem',
      '-CA',
      'testpki-cacert.pem',
      '-CAkey',
      'ca.pem',
      '-CAcreateserial',
      '-out',
      `testpki-cert${suffix}.pem`,
    );
  }
}

class Runner {
  readonly #root: string;
  readonly #environment: NodeJS.ProcessEnv;
  #count = 0;

  constructor(tests: string, useTheirs: boolean) {
    this.#root = mkdtempSync(join(tmpdir(), 'nva-idl-'));
    const bin = join(this.#root, 'bin');
    mkdirSync(bin);
    mkdirSync(join(this.#root, 'tests'));
    writeShims(bin, useTheirs);
    writePki(join(this.#root, 'tests'));
    this.#environment = {
      ...process.env,
      PATH: `${bin}:/usr/sbin:/sbin:${process.env.PATH}`,
      // Debian's own, which has their modules for --theirs.
      REAL_PYTHON3: existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3',
      REAL_CLIENT: programPath('ovsdb-client'),
      REAL_APPCTL: programPath('ovs-appctl'),
      PYTHON3: join(bin, 'python'),
      srcdir: tests,
      abs_srcdir: tests,
      abs_top_builddir: this.#root,
      IS_WIN32: 'no',
      IS_ARM64: 'no',
      HAVE_OPENSSL: 'yes',
      HAVE_IPV6: existsSync('/proc/net/if_inet6') ? 'yes' : 'no',
      LC_ALL: 'C.UTF-8',
    };
  }

  async run(test: Case): Promise<Outcome> {
    const words = reasonAgainst(test.file, test.title);
    if (words !== undefined) return { state: 'not for us', words };
    const folder = join(this.#root, String(++this.#count));
    mkdirSync(join(folder, 'at'), { recursive: true });
    const { status, output } = await this.#execute(test, folder);
    endDaemons(folder);
    rmSync(folder, { recursive: true, force: true });
    if (status === NOT_APPLICABLE) {
      return { state: 'not for us', words: 'this machine lacks what the case asks for' };
    }
    if (status !== 0) return { state: 'failed', words: output };
    const difference = differenceOf(test.file, test.title);
    return { state: 'passed', ...(difference === undefined ? {} : { difference }) };
  }

  #execute(test: Case, folder: string): Promise<{ status: number; output: string }> {
    const script = join(folder, 'test.sh');
    writeFileSync(
      script,
      `trap 'exit 1' TERM\n${test.prelude}\n${adapted(test.file, test.title, test.script)}\nexit 0\n`,
    );
    const own = {
      AT: join(folder, 'at'),
      OVS_RUNDIR: folder,
      OVS_LOGDIR: folder,
      OVS_DBDIR: folder,
    };
    const child = spawn('bash', [script], {
      cwd: folder,
      env: { ...this.#environment, ...own, OVS_SYSCONFDIR: folder, NVA_CASE: test.title },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const timer = setTimeout(() => {
      output += '\ntook too long';
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    }, TEST_TIMEOUT_MS);
    return new Promise((done) => {
      child.once('exit', (status) => {
        clearTimeout(timer);
        child.stdout.destroy();
        child.stderr.destroy();
        done({ status: status ?? 1, output });
      });
    });
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** What a case left running: daemons write pid files, and work where the case did. */
function endDaemons(folder: string): void {
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.pid')) continue;
    try {
      const pid = Number(readFileSync(join(folder, file), 'utf8').trim());
      if (readlinkSync(`/proc/${pid}/cwd`) === folder) process.kill(pid, 'SIGKILL');
    } catch {
      // It has gone by itself.
    }
  }
}

function report(cases: readonly Case[], outcomes: readonly Outcome[], verbose: boolean): string {
  const lines: string[] = [];
  for (const [index, { file, title }] of cases.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined) continue;
    const words = outcome.state === 'passed' ? outcome.difference : outcome.words;
    const shown = outcome.state === 'failed' && !verbose ? undefined : words;
    lines.push(`${outcome.state.padEnd(10)}  ${file}: ${title}${shown ? ` (${shown})` : ''}`);
  }
  lines.push('', 'file            passed  of them with a difference  failed  not for us');
  for (const file of [...FILES, 'all']) {
    const own = outcomes.filter((_, index) => file === 'all' || cases[index]?.file === file);
    const count = (state: Outcome['state']) => own.filter((one) => one.state === state).length;
    const differing = own.filter((one) => one.state === 'passed' && one.difference).length;
    const cells = [
      String(count('passed')).padStart(6),
      String(differing).padStart(25),
      String(count('failed')).padStart(6),
      String(count('not for us')).padStart(10),
    ];
    lines.push(`${file.padEnd(14)}  ${cells.join('  ')}`);
  }
  return lines.join('\n');
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      jobs: { type: 'string', default: '2' },
      verbose: { type: 'boolean', default: false },
      theirs: { type: 'boolean', default: false },
    },
  });
  const [checkout] = positionals;
  if (checkout === undefined || !existsSync(join(checkout, 'tests', 'ovsdb-idl.at'))) {
    throw new Error('name a source tree of Open vSwitch: run-theirs CHECKOUT [--only REGEX]');
  }
  const tests = resolve(checkout, 'tests');
  const only = new RegExp(values.only);
  const cases = readCases(tests).filter(({ file, title }) => only.test(`${file}: ${title}`));
  const runner = new Runner(tests, values.theirs);
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < cases.length; index = next++) {
      const test = cases[index];
      if (test !== undefined) outcomes[index] = await runner.run(test);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  runner.remove();
  process.stdout.write(`${report(cases, outcomes, values.verbose)}\n`);
  process.exitCode = outcomes.some(({ state }) => state === 'failed') ? 1 : 0;
}

await main();
