/**
 * Runs the test suites named on the command line (`unit`, `e2e`; none: both) and ends with one plain line,
 * `N passed, N failed`. Each suite runs even when an earlier one failed; a suite that dies counts as a failure.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const MOCHA = [
  join(root, 'node_modules/mocha/bin/mocha.js'),
  '--reporter',
  'scripts/tally-reporter.cjs',
];

/** @type {Record<string, { title: string, argv: string[] }>} */
const SUITES = {
  unit: {
    title: 'unit, property and contract tests',
    argv: [process.execPath, ...MOCHA, 'test/**/*.test.ts'],
  },
  e2e: {
    title: 'end-to-end tests on real Open vSwitch',
    argv: [
      ...['sh', 'scripts/as-root.sh', 'make test-e2e', process.execPath, ...MOCHA],
      ...['--timeout', '120000', 'test/e2e/**/*.e2e.ts'],
    ],
  },
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SUITES);
const folder = mkdtempSync(join(tmpdir(), 'nva-tests-'));
const tally = join(folder, 'tally');
let passed = 0;
let failed = 0;
let interrupted = false;
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGINT', () => {}); // the suite gets it too, cleans up and ends; then we report

for (const name of names) {
  const suite = SUITES[name];
  if (suite === undefined) {
    process.stderr.write(`There is no suite "${name}": ${Object.keys(SUITES).join(', ')}.\n`);
    process.exit(2);
  }
  process.stdout.write(`\n== ${suite.title}\n`);
  const counts = runSuite(suite.argv);
  passed += counts.passes;
  failed += counts.failures;
  if (interrupted) break;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

/** @param {string[]} argv */
function runSuite([program = '', ...rest]) {
  rmSync(tally, { force: true });
  const result = spawnSync(program, rest, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TEST_TALLY: tally },
  });
  interrupted = result.signal === 'SIGINT' || result.status === 130;
  const counts = readTally();
  // Dead before its end, or unhappy about something that is no test (a file that does not load).
  const unaccounted =
    counts.passes + counts.failures === 0 || (result.status !== 0 && counts.failures === 0);
  return unaccounted ? { ...counts, failures: counts.failures + 1 } : counts;
}

function readTally() {
  try {
    return JSON.parse(readFileSync(tally, 'utf8'));
  } catch {
    return { passes: 0, failures: 0 };
  }
}
