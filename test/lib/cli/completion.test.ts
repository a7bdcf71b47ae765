import { execFile, spawnSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { ApiFixture, BLUE } from '../../fakes/api-fixture.ts';
import { runInProcess } from '../../fakes/fake-cli.ts';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../../lib/cli/main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

let api: ApiFixture;

async function openApi(): Promise<void> {
  api = await ApiFixture.start();
  api.authority.addNve('hv1', '192.0.2.1');
  await api.ask('/v1/apply', { method: 'POST', body: BLUE });
}

/** The words that may stand at the end of `line`. */
async function complete(line: string, address = api.address): Promise<string[]> {
  const argv = ['__complete', '--', ...line.split(' ').slice(1)];
  const { code, out, err } = await runInProcess(argv, { env: { NVA_API: address } });
  expect([code, err]).to.deep.equal([0, '']);
  return out.split('\n').filter((word) => word !== '');
}

describe('completion', () => {
  before(openApi);
  after(() => api.stop());

  it('knows the commands from the tree, not the hidden one', async () => {
    const all = await complete('nva ');
    expect(all).to.include.members(['serve', 'apply', 'get', 'wait', 'flows', 'help']);
    expect(all).not.to.include('__complete');
    expect(await complete('nva de')).to.deep.equal(['delete', 'describe']);
    expect(await complete('nva help fl')).to.deep.equal(['flows']);
  });

  it('knows the commands of a command', async () => {
    expect(await complete('nva of')).to.deep.equal(['ofp']);
    expect(await complete('nva ofp pr')).to.deep.equal(['print']);
    expect(await complete('nva ofp print --verb')).to.deep.equal(['--verbosity']);
    expect(await complete('nva ofp print -o ')).to.deep.equal(['text', 'json']);
  });

  it('knows the flags of the command', async () => {
    expect(await complete('nva get ports --')).to.include.members(['--watch', '--output', '--api']);
    expect(await complete('nva serve --log-')).to.deep.equal(['--log-level', '--log-format']);
  });

  it('knows kinds, and for delete only those that can be deleted', async () => {
    expect(await complete('nva get t')).to.deep.equal(['tunnels']);
    expect(await complete('nva delete ')).to.deep.equal(['networks', 'ports', 'nves', 'instances']);
    expect(await complete('nva store ')).to.deep.equal(['copy']);
  });

  it('asks the API for names', async () => {
    expect(await complete('nva get ports ')).to.deep.equal(['vm1', 'vm2']);
    expect(await complete('nva delete -f x port vm2')).to.deep.equal(['vm2']);
    expect(await complete('nva flows ')).to.deep.equal(['hv1']);
    expect(await complete('nva get ports -n ')).to.deep.equal(['blue']);
    expect(await complete(`nva --api ${api.address} get nves `, 'unix:/nix')).to.deep.equal([
      'hv1',
    ]);
    expect(await complete('nva get port vm1 ')).to.deep.equal([]);
  });

  it('knows values of flags, apart and after =', async () => {
    expect(await complete('nva get ports -o ')).to.deep.equal(['table', 'wide', 'json', 'yaml']);
    expect(await complete('nva get ports --output=js')).to.deep.equal(['--output=json']);
    expect(await complete('nva events -o ')).to.deep.equal(['table', 'json']);
  });

  it('is silent and quick without a daemon', async () => {
    const begunMs = performance.now();
    expect(await complete('nva get ports ', 'unix:/nonexistent')).to.deep.equal([]);
    expect(await complete('nva get ports ', 'nonsense')).to.deep.equal([]);
    expect(performance.now() - begunMs).to.be.lessThan(500);
  });
});

describe('completion in a real bash', function () {
  this.timeout(30_000);
  before(openApi);
  after(() => api.stop());

  /** COMPREPLY after TAB at the end of `line`. */
  async function tab(line: string): Promise<string[]> {
    const program = join(api.folder, 'nva');
    await writeFile(program, `#!/bin/sh\nexec ${process.execPath} --import ${TSX} ${MAIN} "$@"\n`);
    await chmod(program, 0o755);
    const script = `
      source <(nva completion bash)
      COMP_LINE="$1"; COMP_POINT=\${#COMP_LINE}
      _nva
      printf '%s\\n' "\${COMPREPLY[@]}"
      complete -p nva >&2`;
    const { stdout, stderr } = await run('bash', ['--norc', '-c', script, 'bash', line], {
      env: { PATH: `${api.folder}:${process.env.PATH}`, NVA_API: api.address },
    });
    expect(stderr).to.contain('complete -o default -F _nva nva');
    return stdout.split('\n').filter((word) => word !== '');
  }

  it('completes a command, and a name after a kind', async () => {
    expect(await tab('nva desc')).to.deep.equal(['describe']);
    expect(await tab('nva get port vm')).to.deep.equal(['vm1', 'vm2']);
  });

  it('completes after = and in names with colons, where bash breaks words', async () => {
    expect(await tab('nva get ports --output=ya')).to.deep.equal(['yaml']);
    api.authority.addNve('rack:7:hv9', '192.0.2.9');
    expect(await tab('nva flows rack:7')).to.deep.equal(['7:hv9']);
  });

  for (const shell of ['zsh', 'fish']) {
    it(`prints a script for ${shell} that it can read, where ${shell} is installed`, async () => {
      const { out } = await runInProcess(['completion', shell]);
      expect(out).to.contain('__complete -- ');
      const read = spawnSync(shell, ['-n', '-c', out]);
      if (read.error === undefined) expect(String(read.stderr)).to.equal('');
    });
  }
});
