/**
 * A mocha reporter: prints what `spec` prints, and adds its counts to the file that TEST_TALLY names,
 * so that several runs of mocha end in one sum (scripts/run-tests.mjs). CommonJS, because mocha requires its reporters.
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
    runner.once('end', () => {
      const file = process.env.TEST_TALLY;
      if (file === undefined) return;
      const { passes, failures } = this.stats;
      appendFileSync(file, `${JSON.stringify({ passes, failures })}\n`);
    });
  }
};
