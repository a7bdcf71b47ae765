/**
 * A mocha reporter: prints what `spec` prints, and adds its counts to the file that TEST_TALLY names,
 * with what failed, so that several runs of mocha end in one sum (scripts/run-tests.mjs). CommonJS, because mocha requires its reporters.
 */
const { appendFileSync } = require('node:fs');
const mocha = require('mocha');

module.exports = class TallyReporter extends mocha.reporters.Spec {
  /**
   * @param {import('mocha').Runner} runner
   * @param {import('mocha').MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    /** @type {string[]} */
    const failed = [];
    runner.on('fail', (test, error) => {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      failed.push(`${test.fullTitle()}: ${what.split('\n').slice(0, 4).join('\n    ')}`);
    });
    runner.once('end', () => {
      const file = process.env.TEST_TALLY;
      if (file === undefined) return;
      const { passes, failures } = this.stats;
      appendFileSync(file, `${JSON.stringify({ passes, failures, failed })}\n`);
    });
  }
};
