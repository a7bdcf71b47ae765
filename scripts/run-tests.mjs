/**
 * Runs the test suites named on the command line (`unit`, `e2e`; none: both) and ends with one plain line,
 * `N passed, N failed`.
 *
 * Most tests wait for something most of the time, so groups of files run side by side (LANES=1: one after the other).
 * What a group says is shown when it ends, what failed once more at the very end. Every group runs even when an earlier one
 * failed; a group that dies counts as a failure.
 *
 * An end-to-end file that failed runs once more when all others are done, alone: its tests ask for pings without a single
 * loss and for things within a time, and a machine that other work slows down keeps neither. The second run decides; the
 * first is told as "unsteady".
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lanes = Number(process.env.LANES ?? 2);

/** Unit tests that take long: a group each; all others together are one. */
const SLOW_FOLDERS = [
  'test/lib/store',
  'test/lib/southbound',
  'test/simulation',
  'test/protocols/ovsdb',
  'test/protocols/openflow',
  'test/lib/daemon',
];
/** End-to-end files that take longest begin first, so that no lane is left with one at the end. */
const LONG_FILES = ['faults', 'instances', 'one-writer', 'agreement', 'lab-redis'];

/**
 * @typedef {{ title: string, argv: string[], second?: boolean }} Group
 * @type {Record<string, () => Group[]>}
 */
const SUITES = { e2e: e2eGroups, unit: unitGroups };

/** @returns {Group[]} */
function unitGroups() {
  const files = filesUnder('test', '.test.ts');
  const slow = SLOW_FOLDERS.map((folder) => ({
    title: folder,
    files: files.filter((file) => file.startsWith(`${folder}/`)),
  }));
  const taken = new Set(slow.flatMap((group) => group.files));
  const rest = { title: 'other unit tests', files: files.filter((file) => !taken.has(file)) };
  return [...slow, rest].map((group) => ({
    title: group.title,
    argv: [process.execPath, ...mocha(), ...group.files],
  }));
}

/** @returns {Group[]} */
function e2eGroups() {
  const rank = (/** @type {string} */ file) => {
    const at = LONG_FILES.findIndex((name) => file.startsWith(`test/e2e/${name}`));
    return at === -1 ? LONG_FILES.length : at;
  };
  const files = filesUnder('test/e2e', '.e2e.ts').sort((a, b) => rank(a) - rank(b));
  const command = [process.execPath, ...mocha(), '--timeout', '120000'];
  return files.map((file) => ({
    title: file,
    argv: ['sh', 'scripts/as-root.sh', 'make test-e2e', ...command, file],
    second: true,
  }));
}

function mocha() {
  return [
    join(root, 'node_modules/mocha/bin/mocha.js'),
    '--reporter',
    'scripts/tally-reporter.cjs',
  ];
}

/** @param {string} folder @param {string} ending */
function filesUnder(folder, ending) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SUITES);
const unknown = names.find((name) => SUITES[name] === undefined);
if (unknown !== undefined) {
  process.stderr.write(`There is no suite "${unknown}": ${Object.keys(SUITES).join(', ')}.\n`);
  process.exit(2);
}
const groups = names.flatMap((name) => SUITES[name]?.() ?? []);
let total = groups.length;
const folder = mkdtempSync(join(tmpdir(), 'nva-tests-'));
const begun = Date.now();
let passed = 0;
let failed = 0;
let done = 0;
let interrupted = false;
/** What failed, group by group. @type {string[]} */
const unhappy = [];
/** To be run once more, alone. @type {Group[]} */
const again = [];
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGINT', () => {
  interrupted = true; // the groups under way get it too, clean up and end; then we report
});

await Promise.all(Array.from({ length: Math.max(1, lanes) }, (_, lane) => runLane(lane)));
groups.push(...again);
total += again.length;
await runLane(0);
for (const text of unhappy) process.stdout.write(`${text}\n`);
process.stdout.write(`${secondsSince(begun)} s\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 && !interrupted ? 0 : 1);

/** @param {number} lane */
async function runLane(lane) {
  for (;;) {
    const group = interrupted ? undefined : groups.shift();
    if (group === undefined) return;
    const tally = join(folder, `tally-${lane}`);
    rmSync(tally, { force: true });
    const started = Date.now();
    const { code, output } = await run(group.argv, tally);
    account(group, code, readTally(tally));
    done += 1;
    process.stdout.write(
      `\n== ${group.title} (${secondsSince(started)} s; ${done} of ${total} groups)\n${output}`,
    );
  }
}

/** @param {Group} group @param {number | null} code @param {ReturnType<typeof readTally>} counts */
function account(group, code, counts) {
  // Dead before its end, or unhappy about something that is no test (a file that does not load).
  const isUnaccounted =
    counts.passes + counts.failures === 0 || (code !== 0 && counts.failures === 0);
  const failures = counts.failures + (isUnaccounted ? 1 : 0);
  const willRunAgain = failures > 0 && group.second === true && !interrupted;
  if (willRunAgain) again.push({ ...group, second: false });
  else {
    passed += counts.passes;
    failed += failures;
  }
  if (failures > 0) {
    const word = willRunAgain ? 'unsteady (it runs once more, alone)' : 'failed';
    unhappy.push([`${word}: ${group.title}`, ...counts.failed].join('\n  '));
  }
}

/**
 * @param {string[]} argv
 * @param {string} tally
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run([program = '', ...rest], tally) {
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      cwd: root,
      stdio: ['inherit', 'pipe', 'pipe'],
      env: { ...process.env, TEST_TALLY: tally },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.once('error', (error) => resolve({ code: null, output: `${output}${error.message}\n` }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** @param {string} tally @returns {{ passes: number, failures: number, failed: string[] }} */
function readTally(tally) {
  try {
    return JSON.parse(readFileSync(tally, 'utf8'));
  } catch {
    return { passes: 0, failures: 0, failed: [] };
  }
}

/** @param {number} start */
function secondsSince(start) {
  return ((Date.now() - start) / 1000).toFixed(1);
}
