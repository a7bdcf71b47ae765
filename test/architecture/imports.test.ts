import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CONFIG = '.dependency-cruiser.cjs';

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

interface Summary {
  readonly totalCruised: number;
  readonly violations: readonly Violation[];
}

/** What dependency-cruiser says of these folders of a tree. */
async function cruise(tree: string, folders: readonly string[]): Promise<Summary> {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const words = [program, '--config', CONFIG, '--output-type', 'json', ...folders];
  const { stdout } = await run(process.execPath, words, { cwd: tree, maxBuffer: 1 << 28 });
  return (JSON.parse(stdout) as { summary: Summary }).summary;
}

/** A forbidden import: who imports what, and the rule that must name it. */
const PLANTS = [
  ['protocols/base/a.ts', '../openflow/values/a.ts', 'base-is-a-leaf'],
  ['protocols/openflow/values/b.ts', '../wire/a.ts', 'openflow-values'],
  ['protocols/openflow/wire/b.ts', '../session/a.ts', 'openflow-wire'],
  ['protocols/ovsdb/b.ts', '../openflow/values/a.ts', 'ovsdb-alone'],
  ['lib/model/b.ts', '../desired/a.ts', 'model-is-nouns'],
  ['lib/desired/b.ts', '../reconcile/a.ts', 'desired-sees-model'],
  ['lib/reconcile/b.ts', '../control/a.ts', 'reconcile-sees-values'],
  ['lib/control/b.ts', '../runtime/a.ts', 'control-is-pure-glue'],
  ['lib/control/c.ts', '../store/a.ts', 'control-is-pure-glue'],
  ['lib/store/b.ts', '../northbound/a.ts', 'store-looks-inward'],
  ['lib/northbound/b.ts', '../southbound/a.ts', 'northbound-looks-inward'],
  ['lib/southbound/b.ts', '../control/a.ts', 'southbound-executes-plans'],
  ['lib/southbound/c.ts', '../desired/a.ts', 'southbound-executes-plans'],
  ['lib/southbound/d.ts', '../store/a.ts', 'southbound-executes-plans'],
  ['lib/runtime/b.ts', '../model/a.ts', 'runtime-is-generic'],
  ['lib/northbound/c.ts', '../daemon/a.ts', 'entry-points-are-roots'],
  ['lib/cli/b.ts', '../southbound/a.ts', 'cli-speaks-to-the-api'],
  ['lib/cli/c.ts', '../daemon/a.ts', 'cli-speaks-to-the-api'],
  ['lib/daemon/b.ts', '../cli/a.ts', 'daemon-is-not-a-command'],
  ['lib/desired/c.ts', 'node:fs', 'pure-has-no-io'],
  ['lib/reconcile/c.ts', 'lmdb', 'pure-npm-allowlist'],
  ['protocols/openflow/session/b.ts', 'binary-parser', 'one-owner-binary-parser'],
  ['protocols/ovsdb/c.ts', 'json-rpc-2.0', 'one-owner-json-rpc'],
  ['lib/daemon/c.ts', '../../test/a.ts', 'src-never-imports-test'],
  ['lib/model/c.ts', './nowhere.ts', 'resolvable'],
] as const;

/** Type imports are the ones that a compiler forgets, so half of the plants are such. */
function importOf(target: string, asType: boolean): string {
  return asType ? `export type * from '${target}';\n` : `export * from '${target}';\n`;
}

describe('the direction of imports', function () {
  this.timeout(60_000);
  let tree = '';

  beforeEach(async () => {
    tree = await mkdtemp(join(tmpdir(), 'nva-imports-'));
  });

  afterEach(() => rm(tree, { recursive: true, force: true }));

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }

  it('is kept by every file of the project', async () => {
    const { totalCruised, violations } = await cruise(ROOT, [
      'lib',
      'protocols',
      'scripts',
      'test',
    ]);
    expect(violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).to.be.empty;
    expect(totalCruised).to.be.greaterThan(200);
  });

  it('is seen to be broken by each kind of forbidden import', async () => {
    for (const file of [CONFIG, 'tsconfig.json', 'package.json']) {
      await cp(join(ROOT, file), join(tree, file));
    }
    await symlink(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
    for (const [index, [path, target]] of PLANTS.entries()) {
      await write(path, importOf(target, index % 2 === 0));
      const there = join(dirname(path), target);
      if (target.endsWith('/a.ts')) await write(there, 'export const a = 1;\n');
    }
    const { violations } = await cruise(tree, ['lib', 'protocols', 'test']);
    const found = violations.map(({ rule, from }) => `${rule.name}: ${from}`);
    for (const [path, target, rule] of PLANTS) {
      expect(found, `${path} imports ${target}`).to.include(`${rule}: ${path}`);
    }
  });

  it('is seen to be broken by a circle', async () => {
    for (const file of [CONFIG, 'tsconfig.json']) await cp(join(ROOT, file), join(tree, file));
    await write('lib/model/a.ts', "import type { B } from './b.ts';\nexport type A = B[];\n");
    await write('lib/model/b.ts', "import type { A } from './a.ts';\nexport type B = A[];\n");
    const { violations } = await cruise(tree, ['lib']);
    expect(violations.map(({ rule }) => rule.name)).to.include('no-circular');
  });
});
