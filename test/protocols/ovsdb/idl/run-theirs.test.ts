import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readTestFile } from '../../../../scripts/autotest/autotest.ts';
import { M4 } from '../../../../scripts/autotest/m4.ts';

describe('test files in m4', () => {
  const expand = (text: string) => {
    const m4 = new M4({});
    return m4.unseal(m4.expand(text));
  };

  const cases: readonly (readonly [title: string, text: string, expanded: string])[] = [
    ['lose one level of quotes', 'a [b] [[c]]', 'a b [c]'],
    ['keep what is quoted from being expanded', 'm4_define([x], [y])x [x]', 'y x'],
    ['number arguments, above nine too', 'm4_define([f], [$10-$1])f(a,,,,,,,,,j)', 'j-a'],
    [
      'pass all arguments on, quoted',
      'm4_define([f], [$2])m4_define([g], [f($@)])g([a,b], [c])',
      'c',
    ],
    ['take the first equal pair', 'm4_if([a], [b], [1], [a], [a], [2], [3])', '2'],
    ['take what is left where nothing is equal', 'm4_if([a], [b], [1], [3])', '3'],
    ['go through lists', "m4_foreach([x], [[a], [[b,c]]], ['x' ])", "'a' 'b,c' "],
    ['leave comments alone, and quotes in them', 'x # m4_define([x]\ny', 'x # m4_define([x]\ny'],
    ['drop what follows dnl', 'a dnl b\nc', 'a c'],
    ['see no comment in quotes', '["#1#"] d', '"#1#" d'],
    ['count parentheses in arguments', 'm4_define([f], [<$1>])f(a(b,c)d)', '<a(b,c)d>'],
    ['ignore white space in front of arguments', 'm4_define([f], [<$2>])f(a,\n   b )', '<b >'],
  ];
  for (const [title, text, expanded] of cases) {
    it(title, () => expect(expand(text)).to.equal(expanded));
  }

  it('that do not end are refused', () => {
    expect(() => expand('a [b')).to.throw(/does not end/);
    expect(() => expand('m4_if(a, b')).to.throw(/does not end/);
  });

  it('give tests with their titles, and functions for all of them', () => {
    const { prelude, tests } = readTestFile(`
      OVS_START_SHELL_HELPERS
      helper() { :; }
      OVS_END_SHELL_HELPERS
      m4_define([TWICE], [AT_SETUP([$1 one])$2 AT_CLEANUP AT_SETUP([$1 two])$2 AT_CLEANUP])
      TWICE([test], [AT_CHECK([echo [x]], [0], [x])])`);
    expect(prelude).to.contain('helper() { :; }');
    expect(tests.map(({ title }) => title)).to.deep.equal(['test one', 'test two']);
    expect(tests[0]?.script).to.contain('echo x');
  });
});

/** Cases in the form of theirs: the answer to a question of ours, once right and once wrong. */
const IDL_CASES = `
m4_define([COUNTS], [AT_SETUP([counts $1])
  AT_CHECK([ovsdb-tool create db $abs_srcdir/own.ovsschema])
  AT_CHECK([ovsdb-server --detach --no-chdir --pidfile --log-file --remote=punix:socket db], [0], [ignore], [ignore])
  on_exit 'kill $(cat ovsdb-server.pid)'
  AT_CHECK([test-ovsdb -t10 idl unix:socket 'insert 7' 'set 7 r $1'], [0], [stdout], [ignore])
  AT_CHECK([grep -c 'i=7 r=2' stdout], [0], [1
])
  OVSDB_SERVER_SHUTDOWN
  AT_CLEANUP])
COUNTS([2])
COUNTS([3])
AT_SETUP([Compound_index of nothing])
AT_CHECK([false])
AT_CLEANUP
AT_SETUP([asks for what is not here])
AT_SKIP_IF([true])
AT_CLEANUP
`;

const SCHEMA = {
  name: 'idltest',
  version: '1.0.0',
  tables: {
    simple: { columns: { i: { type: 'integer' }, r: { type: 'real' } }, isRoot: true },
  },
};

describe('the run of test files from elsewhere', () => {
  it('tells what passed, what failed and what is not for us', function () {
    this.timeout(20_000);
    const checkout = mkdtempSync(join(tmpdir(), 'nva-checkout-'));
    const tests = join(checkout, 'tests');
    mkdirSync(tests);
    for (const file of ['ovsdb-monitor', 'reconnect', 'ovsdb-execution']) {
      writeFileSync(join(tests, `${file}.at`), '');
    }
    writeFileSync(join(tests, 'ovsdb-idl.at'), IDL_CASES);
    writeFileSync(join(tests, 'own.ovsschema'), JSON.stringify(SCHEMA));
    const args = ['--import', 'tsx', 'scripts/ovsdb-idl/run-theirs.ts', checkout];
    const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    rmSync(checkout, { recursive: true, force: true });
    expect(stdout.split('\n').slice(0, 4)).to.deep.equal([
      'passed      ovsdb-idl: counts 2',
      'failed      ovsdb-idl: counts 3',
      'not for us  ovsdb-idl: Compound_index of nothing (tests ordered indexes over the cache; our replica is looked up by UUID, who needs an order keeps one)',
      'not for us  ovsdb-idl: asks for what is not here (this machine lacks what the case asks for)',
    ]);
    expect(status).to.equal(1);
  });
});
