import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ApiFixture, BLUE, eventually } from '../../fakes/api-fixture.ts';

const MAIN = fileURLToPath(new URL('../../../lib/cli/main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe('nva as a process', function () {
  this.timeout(30_000);
  let api: ApiFixture;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    api = await ApiFixture.start();
    await api.ask('/v1/apply', { method: 'POST', body: BLUE });
  });

  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await api.stop();
  });

  const start = (program: string, argv: readonly string[], env: Record<string, string> = {}) => {
    const child = spawn(program, argv, {
      env: { PATH: process.env.PATH, NVA_API: api.address, ...env },
    });
    children.push(child);
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      said.out += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      said.err += String(chunk);
    });
    const ended = once(child, 'close').then(([code]): Ended => ({ code, ...said }));
    return { child, said, ended };
  };

  const NVA = ['--import', 'tsx', MAIN];
  const nva = (...words: string[]) => start(process.execPath, [...NVA, ...words]);

  it('prints a table and ends by itself with 0', async () => {
    const { code, out, err } = await nva('get', 'ports').ended;
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.match(/^NAME .*\nvm1 .*\nvm2 .*\n$/);
  });

  it('says in one sentence that its output cannot be written', async () => {
    const words = [process.execPath, ...NVA, 'get', 'ports'].map((word) => `'${word}'`).join(' ');
    const { code, err } = await start('/bin/sh', ['-c', `exec ${words} > /dev/full`]).ended;
    expect(err).to.equal('nva: the output cannot be written (ENOSPC); look at where it goes\n');
    expect(code).to.equal(70);
  });

  it('reads a manifest from its standard input', async () => {
    const { child, ended } = nva('apply', '-f', '-');
    child.stdin?.end(BLUE);
    expect(await ended).to.include({ code: 0, err: '' });
  });

  it('prints no stack without a daemon', async () => {
    const { ended } = start(process.execPath, [...NVA, 'status'], { NVA_API: 'unix:/nonexistent' });
    const { code, out, err } = await ended;
    expect([code, out]).to.deep.equal([3, '']);
    expect(err).to.match(/^nva: cannot reach a daemon [^\n]*\n$/);
  });

  it('ends with 130 on Ctrl-C, silently', async () => {
    const { child, said, ended } = nva('get', 'ports', '--watch');
    await once(child.stdout ?? child, 'data');
    child.kill('SIGINT');
    expect((await ended).code).to.equal(130);
    expect(said.err).to.equal('');
  });

  it('ends with 130 on Ctrl-C while it waits, or reads its standard input', async () => {
    api.authority.addNve('hv1', '192.0.2.1', { confirmed: false });
    const waiting = nva('apply', '-f', '-', '--wait');
    waiting.child.stdin?.end(BLUE);
    await once(waiting.child.stdout ?? waiting.child, 'data');
    waiting.child.kill('SIGINT');
    expect((await waiting.ended).code).to.equal(130);
    api.authority.nves.clear();
    const reading = nva('apply', '-f', '-');
    reading.child.stdin?.write('kind: Network\n');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    reading.child.kill('SIGINT');
    expect((await reading.ended).code).to.equal(130);
  });

  it('does not mind that its reader has seen enough', async () => {
    for (let index = 0; index < 3000; index++) api.authority.addNve(`hv${index}`, '192.0.2.1');
    const words = `${process.execPath} --import tsx ${MAIN}`;
    const line = `{ ${words} get nves -o json; echo "code $?" >&2; } | head -1`;
    const { out, err } = await start('sh', ['-c', line]).ended;
    expect(out).to.equal('[\n');
    expect(err).to.equal('code 0\n');
  });

  it('ends a watch whose reader has gone', async () => {
    const words = `${process.execPath} --import tsx ${MAIN}`;
    const line = `{ ${words} get ports -w; echo "code $?" >&2; } | head -1`;
    const { said, ended } = start('sh', ['-c', line]);
    await eventually('it prints', () => said.out !== '').catch(() => undefined);
    const changes = setInterval(() => api.authority.attach('vm1', 'hv1', Math.random()), 50);
    const { err } = await ended;
    clearInterval(changes);
    expect(err).to.equal('code 0\n');
  });
});
