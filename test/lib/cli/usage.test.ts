import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { expect } from 'chai';
import type { ServeRequest } from '../../../lib/cli/serve-entry.ts';
import { runInProcess } from '../../fakes/fake-cli.ts';

const nva = (words: string, env: Record<string, string> = {}) =>
  runInProcess(words === '' ? [] : words.split(' '), { env });

/** One line on stderr, nothing on stdout. */
async function refusal(words: string, env: Record<string, string> = {}) {
  const { code, out, err } = await nva(words, env);
  expect(out, words).to.equal('');
  expect(err, words).to.match(/^nva: [^\n]+\n$/);
  return { code, err };
}

describe('nva: wrong usage', () => {
  const wrong: [words: string, sentence: string][] = [
    ['gett ports', "unknown command 'gett' (did you mean get?); see nva --help"],
    ['get ports --wach', "unknown option '--wach' (did you mean --watch?); see nva get --help"],
    ['serve --ovsbd x', "unknown option '--ovsbd' (did you mean --ovsdb?); see nva serve --help"],
    ['get', "missing required argument 'kind'; see nva get --help"],
    ['get ports -o jsn', '-o wants one of table, wide, json, yaml, not jsn'],
    ['status -o wide', '-o wants one of table, json, yaml, not wide'],
    ['ofp prin', "unknown command 'prin' (did you mean print?); see nva ofp --help"],
    ['completion tcsh', 'there is no completion for tcsh; there is for bash, zsh, fish'],
    [
      'status --api /run/nva.sock',
      '--api: /run/nva.sock lacks its scheme; write unix:/run/nva.sock',
    ],
  ];
  for (const [words, sentence] of wrong) {
    it(`answers "nva ${words}" with one sentence and 2`, async () => {
      expect(await refusal(words)).to.deep.equal({ code: 2, err: `nva: ${sentence}\n` });
    });
  }

  it('names NVA_API when that is what is wrong', async () => {
    const { code, err } = await refusal('status', { NVA_API: 'nonsense' });
    expect(code).to.equal(2);
    expect(err).to.equal(
      'nva: NVA_API: nonsense is no API address; write unix:PATH or http://IP:PORT\n',
    );
  });

  it('shows its help on stderr and ends with 2 when nothing is asked', async () => {
    const { code, out, err } = await nva('');
    expect([code, out]).to.deep.equal([2, '']);
    expect(err).to.match(/^Usage: nva/);
  });
});

describe('nva: help', () => {
  const commands = [
    'serve',
    'apply',
    'delete',
    'get',
    'describe',
    'status',
    'wait',
    'events',
  ].concat(['flows', 'backup', 'restore', 'store', 'ofp', 'completion', 'version']);

  it('lists the commands, the exit codes and the environment', async () => {
    const { code, out } = await nva('--help');
    expect(code).to.equal(0);
    for (const command of commands) expect(out).to.match(new RegExp(`\\n  ${command} `));
    expect(out).to.match(/Exit codes:\n +0 [\s\S]*\n +130 /);
    expect(out).to.contain('NVA_API').and.not.contain('__complete');
    expect((await nva('help')).out).to.equal(out);
  });

  for (const command of commands) {
    it(`has an example for ${command}`, async () => {
      const { code, out } = await nva(`${command} --help`);
      expect(code).to.equal(0);
      expect(out).to.match(new RegExp(`\\nExamples?:\\n.*nva ${command}`));
      expect((await nva(`help ${command}`)).out).to.equal(out);
      const longest = Math.max(...out.split('\n').map((line) => line.length));
      expect(longest).to.be.at.most(110);
    });
  }
});

describe('nva: no daemon', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });

  it('says with 3 that there is no socket, and what to do', async () => {
    const { code, err } = await refusal('get ports', { NVA_API: 'unix:/nonexistent/nva.sock' });
    expect(code).to.equal(3);
    expect(err).to.equal(
      'nva: cannot reach a daemon at unix:/nonexistent/nva.sock: there is no such socket; ' +
        'start one with "nva serve", or name another with --api or NVA_API\n',
    );
  });

  it('says with 3 that nobody listens', async () => {
    const taken = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.on('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    await new Promise((resolve) => taken.close(resolve));
    const { code, err } = await refusal(`--api http://127.0.0.1:${port} status`);
    expect(code).to.equal(3);
    expect(err).to.contain('nobody listens there');
  });

  it('says with 3 that what answers is not the API', async () => {
    server = createServer((_request, response) => response.end('<html>hello</html>'));
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server?.on('listening', resolve));
    const { port } = server.address() as AddressInfo;
    for (const words of ['status', 'get ports', 'get ports --watch', 'events --follow']) {
      const { code, err } = await refusal(`${words} --api http://127.0.0.1:${port}`);
      expect(code).to.equal(3);
      expect(err).to.contain("is not nva's API; check --api or NVA_API");
    }
  });

  it('says with 3 that what answers does not speak HTTP', async () => {
    const echo = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    echo.listen(0, '127.0.0.1');
    await new Promise((resolve) => echo.on('listening', resolve));
    const { port } = echo.address() as AddressInfo;
    const { code, err } = await refusal(`status --api http://127.0.0.1:${port}`);
    echo.close();
    expect(code).to.equal(3);
    expect(err).to.contain("is not nva's API");
  });

  it('still tells its own version', async () => {
    const { code, out } = await nva('version', { NVA_API: 'unix:/nonexistent/nva.sock' });
    expect(code).to.equal(0);
    expect(out).to.match(/^nva \d+\.\d+\.\d+\n$/);
  });
});

describe('nva serve', () => {
  it('hands the flags over as they were typed, and ends with the exit code of the daemon', async () => {
    const requests: ServeRequest[] = [];
    const argv = [
      ...[
        'serve',
        '--ovsdb',
        'ptcp:6640',
        '--ovsdb=tcp:192.0.2.1:6640',
        '--advertise',
        '192.0.2.9',
      ],
      ...['--store', 'lmdb:/tmp/x', '--api', 'unix:/tmp/y', '--log-level', 'debug'],
    ];
    const { code } = await runInProcess(argv, {
      loadServe: async () => ({
        async serve(request) {
          requests.push(request);
          return 4;
        },
      }),
    });
    expect(code).to.equal(4);
    expect(requests).to.deep.equal([
      {
        flags: {
          ovsdb: ['ptcp:6640', 'tcp:192.0.2.1:6640'],
          advertise: ['192.0.2.9'],
          store: 'lmdb:/tmp/x',
          api: 'unix:/tmp/y',
          'log-level': 'debug',
        },
      },
    ]);
  });

  it('confesses a fault of ours in one sentence, with 70, and its place only when asked', async () => {
    const loadServe = async () => {
      throw new TypeError('x is not a function');
    };
    const brief = await runInProcess(['serve'], { loadServe });
    expect(brief.code).to.equal(70);
    expect(brief.err).to.match(/^nva: a fault of nva itself: x is not a function; [^\n]*\n$/);
    const long = await runInProcess(['serve'], { loadServe, env: { NVA_DEBUG: '1' } });
    expect(long.err).to.contain('usage.test.ts');
  });
});
