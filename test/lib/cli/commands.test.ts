import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { AuthorityError } from '../../../lib/northbound/authority.ts';
import { ApiFixture, BLUE } from '../../fakes/api-fixture.ts';
import { type CliRun, type CliWorld, runInProcess } from '../../fakes/fake-cli.ts';

let api: ApiFixture;

const nva = (words: string, world: CliWorld = {}): Promise<CliRun> =>
  runInProcess(words.split(' '), { ...world, env: { NVA_API: api.address, ...world.env } });

async function openApi(): Promise<void> {
  api = await ApiFixture.start();
  api.authority.addNve('hv1', '192.0.2.1');
  api.authority.addNve('hv2', '192.0.2.2');
}

async function declareBlue(): Promise<void> {
  await api.ask('/v1/apply', { method: 'POST', body: BLUE });
  api.authority.attach('vm1', 'hv1', 5);
}

function withApi(): void {
  beforeEach(openApi);
  afterEach(() => api.stop());
}

describe('nva apply', () => {
  withApi();

  it('prints a line per object and what became of it', async () => {
    const first = await nva('apply -f -', { stdin: BLUE });
    expect(first).to.deep.equal({
      code: 0,
      out: 'network/blue created\nport/vm1 created\nport/vm2 created\n',
      err: '',
    });
    const again = await nva('apply -f -', { stdin: BLUE.replace('192.168.7.2', '192.168.7.3') });
    expect(again.out).to.equal('network/blue unchanged\nport/vm1 unchanged\nport/vm2 changed\n');
  });

  it('says with --wait how long it took until all NVEs confirmed', async () => {
    const { code, out } = await nva('apply -f - --wait', { stdin: BLUE });
    expect(code).to.equal(0);
    expect(out).to.match(/\nall 2 NVEs confirmed revision 1 after [\d.]+ ms\n$/);
  });

  it('names with --wait the NVEs that are behind, exit code 1', async () => {
    api.authority.addNve('hv3', '192.0.2.3', { confirmed: false });
    const { code, out } = await nva('apply -f - --wait=0.05', { stdin: BLUE });
    expect(code).to.equal(1);
    expect(out).to.contain(
      '2 of 3 NVEs confirmed revision 1 within 0.05 s; behind:\n  hv3: its switch has not answered the last barrier\n',
    );
  });

  it('applies several files as one, and leads a problem back to its file and line', async () => {
    const good = join(api.folder, 'good.yaml');
    const bad = join(api.folder, 'bad.yaml');
    await writeFile(good, BLUE);
    await writeFile(bad, '---\nkind: Network\nname: red\nvni: 1\n---\nkind: Port\nnme: vm3\n');
    const { code, out, err } = await nva(`apply -f ${good} -f ${bad}`);
    expect([code, out]).to.deep.equal([2, '']);
    expect(err).to.match(/^nva: the manifest was refused; nothing was changed:\n/);
    expect(err).to.contain(`  ${bad}:6, Port: "nme" is no member of a Port; did you mean name?\n`);
    expect(err).not.to.contain('document');
    expect(api.authority.networks.size).to.equal(0);
    await writeFile(bad, '{"kind": "Network", "name": "red", "vni": 1}');
    expect((await nva(`apply -f ${bad} -f ${good}`)).code).to.equal(0);
  });

  const failures = [
    ['rejected', 2],
    ['conflict', 4],
    ['store', 4],
  ] as const;
  for (const [code, exit] of failures) {
    it(`ends with ${exit} when the daemon says ${code}`, async () => {
      api.authority.failure = new AuthorityError(code, 'The disk is full.');
      const run = await nva('apply -f -', { stdin: BLUE });
      expect(run.code).to.equal(exit);
      expect(run.err).to.match(/^nva: the disk is full(; try again)?\n$/);
    });
  }

  const unreadable: [title: string, words: string, stdin: string, sentence: RegExp][] = [
    [
      'a file that does not exist',
      'apply -f /nix/nix.yaml',
      '',
      /\/nix\/nix.yaml: there is no such file/,
    ],
    ['a folder', 'apply -f /', '', /that is a directory; name the files/],
    [
      '10 MB',
      'apply -f -',
      ' '.repeat(10_000_000),
      /^nva: the request body is larger than 1 MiB; split/,
    ],
    ['nothing', 'apply -f -', '', /refused.*\n.*holds no objects/],
  ];
  for (const [title, words, stdin, sentence] of unreadable) {
    it(`refuses ${title} with 2`, async () => {
      const { code, err } = await nva(words, { stdin });
      expect(code).to.equal(2);
      expect(err).to.match(sentence);
    });
  }
});

describe('nva delete', () => {
  withApi();
  beforeEach(declareBlue);

  for (const spelling of ['port', 'ports', 'Port', 'PORTS', 'po']) {
    it(`takes the kind as ${spelling}`, async () => {
      const run = await nva(`delete ${spelling} vm1`);
      expect(run).to.deep.equal({ code: 0, out: 'port/vm1 deleted\n', err: '' });
    });
  }

  it('ends with 1 when there is no such object', async () => {
    const { code, err } = await nva('delete port vm9');
    expect(code).to.equal(1);
    expect(err).to.equal('nva: there is no Port named vm9; nva get KIND lists what there is\n');
  });

  it('removes what files name; what is absent already is no error', async () => {
    await nva('delete port vm1');
    const { code, out } = await nva('delete -f -', { stdin: BLUE });
    expect(code).to.equal(0);
    expect(out).to.equal('network/blue deleted\nport/vm1 absent\nport/vm2 deleted\n');
  });

  it('refuses what cannot be deleted, half a name, and a name beside a file', async () => {
    const refused = ['delete tunnel a', 'delete port', 'delete', 'delete port vm1 -f -'];
    for (const words of refused) {
      const { code, err } = await nva(words, { stdin: BLUE });
      expect(code, words).to.equal(2);
      expect(err, words).to.match(/^nva: .*\n$/);
    }
    expect(api.authority.ports.size).to.equal(2);
  });
});

describe('nva get', () => {
  withApi();
  beforeEach(declareBlue);

  it('aligns its columns and shows a dash for what is not known', async () => {
    const { out } = await nva('get ports');
    expect(out).to.equal(
      `NAME  NETWORK  PHASE    NVE  OFPORT  MAC                IPS
vm1   blue     active   hv1  5       02:00:00:00:00:01  192.168.7.1,fd00:7::1
vm2   blue     waiting  -    -       02:00:00:00:00:02  192.168.7.2
`,
    );
  });

  it('shows more with -o wide, for every kind', async () => {
    for (const kind of ['networks', 'ports', 'nves', 'mappings', 'instances']) {
      const table = await nva(`get ${kind}`);
      const wide = await nva(`get ${kind} -o wide`);
      const width = (run: CliRun) => run.out.split('\n', 1)[0]?.split(/ {2,}/).length ?? 0;
      expect(width(wide), kind).to.be.greaterThan(width(table));
      expect(wide.out, kind).not.to.match(/undefined|\[object|NaN/);
    }
  });

  it('shows with -o wide of instances who serves whom and why, and how long a dead one is silent', async () => {
    api.authority.addDeadInstance('nva3');
    api.authority.why = { hv1: 'nva3 was gone', hv2: 'nva3 was gone' };
    const { out } = await nva('get instances -o wide');
    expect(out).to.match(/^nva1 +yes +2 +100% .* nva3 was gone: hv1,hv2$/m);
    expect(out).to.match(/^nva3 +no +0 +0% .* 1 min 5 s /m);
    expect((await nva('describe instance nva3')).out).to.match(/instance-silent: +nva3 has said/);
    expect((await nva('delete instance nva3')).out).to.equal('instance/nva3 deleted\n');
  });

  it('prints a JSON array, and one object when a name is given', async () => {
    const all: unknown = JSON.parse((await nva('get ports -o json')).out);
    const one: unknown = JSON.parse((await nva('get port vm1 -o json')).out);
    expect(all).to.be.an('array').with.length(2);
    expect(one).to.deep.equal((all as unknown[])[0]);
    expect(one).to.have.nested.property('status.phase', 'active');
    expect(JSON.parse((await nva('get tunnels -o json')).out)).to.deep.equal([]);
  });

  it('prints the same as YAML, which can be applied again', async () => {
    const { out } = await nva('get port vm1 -o yaml');
    expect(parse(out)).to.deep.equal(JSON.parse((await nva('get port vm1 -o json')).out));
    expect((await nva('apply -f -', { stdin: out })).out).to.equal('port/vm1 unchanged\n');
  });

  it('shows only those of a network, and names a network that is not there', async () => {
    await nva('apply -f -', { stdin: 'kind: Network\nname: red\nvni: 9\n' });
    expect((await nva('get networks -n red')).out).to.match(/^NAME.*\nred .*\n$/);
    const none = await nva('get ports -n red');
    expect(none).to.deep.equal({ code: 0, out: '', err: 'there are no ports in network red\n' });
    const wrong = await nva('get ports -n rde');
    expect([wrong.code, wrong.out]).to.deep.equal([1, '']);
    expect(wrong.err).to.match(/^nva: there is no Network named rde/);
  });

  it('ends with 1 for a name that is not there and 2 for a kind that is none', async () => {
    expect((await nva('get port vm9')).code).to.equal(1);
    const kind = await nva('get prots');
    expect(kind.code).to.equal(2);
    expect(kind.err).to.equal('nva: there is no kind prots; did you mean ports?\n');
  });

  it('cannot be made to command the terminal by a name', async () => {
    api.authority.addNve('evil\u001b[2J\nhv', '192.0.2.9');
    const { out } = await nva('get nves');
    expect(out).not.to.contain('\u001b');
    expect(out.trim().split('\n')).to.have.length(4);
  });

  it('uses colours on a terminal only, and not with NO_COLOR', async () => {
    expect((await nva('get ports', { terminal: true })).out).to.contain(
      '\u001b[32mactive\u001b[0m',
    );
    const env = { NO_COLOR: '1' };
    expect((await nva('get ports', { terminal: true, env })).out).not.to.contain('\u001b');
  });
});

describe('nva get --watch', () => {
  withApi();
  beforeEach(declareBlue);

  const watch = async (words: string, world: CliWorld = {}) => {
    const stop = new AbortController();
    let changed = false;
    const run = await nva(words, {
      ...world,
      stop: stop.signal,
      printed(out) {
        if (changed && out.split('hv2').length > 1) stop.abort();
        if (!changed) api.authority.attach('vm2', 'hv2', 6);
        changed = true;
      },
    });
    return run;
  };

  it('appends when its output is no terminal, until Ctrl-C, exit code 130', async () => {
    const { code, out, err } = await watch('get ports --watch');
    expect(code).to.equal(130);
    expect(err).to.equal('');
    const [before, after] = out.split('\n\n');
    expect(before).to.match(/^NAME .*\nvm1 .*\nvm2 +blue +waiting/);
    expect(after).to.match(/^NAME .*\nvm1 .*\nvm2 +blue +active +hv2/);
  });

  it('redraws on a terminal, and no more than fits', async () => {
    const { out } = await watch('get ports -w', {
      terminal: true,
      rows: 10,
      env: { NO_COLOR: '1' },
    });
    const drawings = out.split('\u001b[H\u001b[2J').slice(1);
    expect(drawings).to.have.length(2);
    for (let index = 3; index < 40; index++) api.authority.addNve(`hv${index}`, '192.0.2.3');
    const stop = new AbortController();
    const long = await nva('get nves -w', {
      terminal: true,
      rows: 10,
      stop: stop.signal,
      printed: () => stop.abort(),
    });
    expect(long.out.trimEnd().split('\n').length).to.be.lessThan(11);
    expect(long.out).to.contain('… 32 more');
  });

  it('prints a JSON text a line with -o json', async () => {
    const { out } = await watch('get port vm2 --watch -o json');
    const phases = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { status: { phase: string } }).status.phase);
    expect(phases).to.deep.equal(['waiting', 'active']);
  });

  it('ends with 3 when the daemon ends', async () => {
    const run = nva('get ports --watch', { printed: () => void api.closeServer() });
    const { code, err } = await run;
    expect(code).to.equal(3);
    expect(err).to.match(/^nva: the daemon at unix:.* ended the stream; .*\n$/);
  });
});
