/**
 * What tsc leaves to do: the command-line program becomes executable.
 */
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'lib/cli/main.ts');
const program = join(root, 'dist/lib/cli/main.js');

if (existsSync(source)) {
  if (!existsSync(program)) {
    fail('The build made no dist/lib/cli/main.js: run `make clean build`.');
  }
  if (!readFileSync(program, 'utf8').startsWith('#!')) {
    fail('lib/cli/main.ts must begin with #!/usr/bin/env node.');
  }
  chmodSync(program, 0o755);
}

/** @param {string} sentence */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
