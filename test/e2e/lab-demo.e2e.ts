import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { ended, execute } from '../../scripts/lab/command.ts';
import { projectFile } from '../../scripts/lab/controller.ts';
import { endLab } from '../../scripts/lab/lab.ts';
import { labFolder, markOf, readState } from '../../scripts/lab/state-file.ts';
import { existingNamespaces, pidsInNamespaces } from '../../scripts/lab/sweep.ts';
import { until } from '../../scripts/lab/waiting.ts';

const PREFIX = 'nvldm';
const DEMO = [process.execPath, projectFile('dist/scripts/demo.js')];
const PROMISED = 'a broadcast reaches each member once, and the networks stay apart.';

function demo(word: string, env: Record<string, string> = {}) {
  return execute([...DEMO, word], {
    env: { LAB_PREFIX: PREFIX, ...env },
    deadlineMs: 100_000,
  });
}

function leftovers(): string[] {
  const names = [...existingNamespaces()].filter((name) => name.startsWith(PREFIX));
  return existsSync(labFolder(PREFIX)) ? [...names, labFolder(PREFIX)] : names;
}

/** Starts a demo and waits until it has said `words`. */
async function startDemo(words: string): Promise<ChildProcess> {
  const [program = '', ...rest] = DEMO;
  const child = spawn(program, [...rest, 'up'], {
    env: { ...process.env, LAB_PREFIX: PREFIX },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await until(`"${words}" from the demo`, () => said.includes(words), { deadlineMs: 30_000 });
  return child;
}

describe('make demo', () => {
  before(() => endLab(PREFIX));
  afterEach(() => endLab(PREFIX));

  it('passes, stays up with KEEP=1, refuses a second one, and ends by demo-down', async () => {
    const kept = await demo('up', { KEEP: '1' });
    expect(kept.stdout).to.include(PROMISED);
    expect(kept.stdout).to.include('make demo-down');
    expect(kept.code).to.equal(0);
    const pids = pidsInNamespaces(readState(labFolder(PREFIX))?.namespaces ?? []);
    expect(pids).to.have.length(2 * 3 + 1);

    const second = await demo('up');
    expect(second.code).to.equal(1);
    expect(second.stderr).to.equal("A demo is already up: 'make demo-down' ends it.\n");

    expect((await demo('down')).code).to.equal(0);
    expect(leftovers()).to.deep.equal([]);
    expect(pids.filter((pid) => markOf(pid) !== undefined)).to.deep.equal([]);
    expect((await demo('down')).stdout).to.equal('No demo is up.\n');
  });

  it('leaves nothing behind when Ctrl-C interrupts it', async () => {
    const child = await startDemo('NVEs are connected');
    child.kill('SIGINT');
    await ended(child);
    expect(child.exitCode).to.equal(130);
    expect(leftovers()).to.deep.equal([]);
  });

  it('leaves nothing behind when it is killed with -9', async () => {
    const child = await startDemo('ports are active');
    child.kill('SIGKILL');
    await ended(child);
    await until('the sweep', () => leftovers().length === 0, { deadlineMs: 5000 });
  });
});
