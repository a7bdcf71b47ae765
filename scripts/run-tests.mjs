/**
 * Runs the test suites named on the command line (`unit`, `e2e`; none: both) and ends with one plain line,
 * `N passed, N failed`.
 *
 * Most tests wait for something most of the time, so groups of files run side by side (LANES=1: one after the other).
 * What a group says is shown when it ends. Every group runs even when an earlier one failed; a group that dies counts
 * as a failure.
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
  'test/lib/daemon',
];
/** End-to-end files that take longest begin first, so that no lane is left with one at the end. */
const LONG_FILES = ['faults', 'instances', 'one-writer', 'agreement', 'lab-redis'];

/**
 * @typedef {{ title: string, argv: string[] }} Group
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
const total = groups.length;
const folder = mkdtempSync(join(tmpdir(), 'nva-tests-'));
const begun = Date.now();
let passed = 0;
let failed = 0;
let done = 0;
let interrupted = false;
/** @type {string[]} */
const unhappy = [];
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGINT', () => {
  interrupted = true; // the groups under way get it too, clean up and end; then we report
});

await Promise.all(Array.from({ length: Math.max(1, lanes) }, (_, lane) => runLane(lane)));
for (const title of unhappy) process.stdout.write(`failed: ${title}\n`);
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
    const counts = readTally(tally);
    // Dead before its end, or unhappy about something that is no test (a file that does not load).
    const isUnaccounted =
      counts.passes + counts.failures === 0 || (code !== 0 && counts.failures === 0);
    const failures = counts.failures + (isUnaccounted ? 1 : 0);
    passed += counts.passes;
    failed += failures;
    if (failures > 0) unhappy.push(group.title);
    done += 1;
    process.stdout.write(
      `\n== ${group.title} (${secondsSince(started)} s; ${done} of ${total} groups)\n${output}`,
    );
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

/** @param {string} tally */
function readTally(tally) {
  try {
    return JSON.parse(readFileSync(tally, 'utf8'));
  } catch {
    return { passes: 0, failures: 0 };
  }
}

/** @param {number} start */
function secondsSince(start) {
  return ((Date.now() - start) / 1000).toFixed(1);
}
