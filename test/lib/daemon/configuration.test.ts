import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ConfigurationSources, readConfiguration } from '../../../lib/daemon/configuration.ts';
import { loadConfiguration } from '../../../lib/daemon/configuration-load.ts';

function read(sources: Partial<ConfigurationSources>): ReturnType<typeof readConfiguration> {
  return readConfiguration({
    env: {},
    flags: {},
    hostname: 'host1',
    defaultStore: 'lmdb:/var/lib/nva',
    defaultApi: 'unix:/run/nva/nva.sock',
    ...sources,
  });
}

function problems(sources: Partial<ConfigurationSources>): string[] {
  const result = read(sources);
  return result.ok ? [] : result.error.map(({ where, message }) => `${where} ${message}`);
}

const file = (members: Record<string, unknown>): Partial<ConfigurationSources> => ({
  file: { path: 'nva.yaml', members },
});

describe('configuration', () => {
  it('has a default for everything', () => {
    expect(read({})).to.deep.equal({
      ok: true,
      value: {
        domain: 'default',
        instance: 'host1',
        ovsdb: [{ method: 'ptcp', port: 6640 }],
        openflow: [{ method: 'ptcp', port: 6653 }],
        'openflow-version-max': '1.5',
        'ca-cert': '',
        certificate: '',
        'private-key': '',
        'certificate-names': 'system-id',
        'bfd-interval-ms': 0,
        advertise: [],
        store: { type: 'lmdb', directory: '/var/lib/nva' },
        'store-wait-replicas': 0,
        'store-wait-aof': false,
        'store-password-file': '',
        api: { unix: '/run/nva/nva.sock' },
        'log-level': 'info',
        'log-format': 'auto',
        'probe-interval-ms': 5000,
        'audit-interval-s': 60,
        'connections-max': 2000,
        'manifest-size-max-bytes': 1_048_576,
        'feed-revisions-max': 10_000,
      },
    });
  });

  it('takes flags over the environment over the file', () => {
    const sources = {
      ...file({
        domain: 'file',
        instance: 'file',
        'log-level': 'error',
        ovsdb: ['ptcp:1', 'ptcp:2'],
      }),
      env: {
        NVA_INSTANCE: 'env',
        NVA_LOG_LEVEL: 'warn',
        NVA_OVSDB: 'ptcp:3:[::1], unix:/x tcp:192.0.2.1:4',
      },
      flags: { logLevel: 'debug', instance: undefined },
    };
    const result = read(sources);
    expect(result)
      .to.have.property('value')
      .that.deep.includes({
        domain: 'file',
        instance: 'env',
        'log-level': 'debug',
        ovsdb: [
          { method: 'ptcp', port: 3, ip: '::1' },
          { method: 'unix', path: '/x' },
          { method: 'tcp', ip: '192.0.2.1', port: 4 },
        ],
      });
  });

  it('replaces a list by that of the next source, and takes one value for a list', () => {
    const result = read({
      ...file({ ovsdb: 'ptcp:1', advertise: ['192.0.2.1', '2001:DB8::1'], openflow: 'ptcp:5' }),
      flags: { ovsdb: ['ptcp:7', 'ptcp:8'] },
    });
    expect(result)
      .to.have.property('value')
      .that.deep.includes({
        ovsdb: [
          { method: 'ptcp', port: 7 },
          { method: 'ptcp', port: 8 },
        ],
        openflow: [{ method: 'ptcp', port: 5 }],
        advertise: ['192.0.2.1', '2001:db8::1'],
      });
  });

  it('takes numbers as numbers and as text', () => {
    const result = read({ ...file({ 'probe-interval-ms': 0 }), env: { NVA_CONNECTIONS_MAX: '7' } });
    expect(result)
      .to.have.property('value')
      .that.includes({ 'probe-interval-ms': 0, 'connections-max': 7 });
  });
});

describe('configuration as a whole', () => {
  it('leaves alone what an orchestrator sets, and empty variables', () => {
    const env = {
      NVA_SERVICE_HOST: 'x',
      NVA_PORT: 'tcp://x',
      NVA_PORT_1_TCP: 'y',
      NVA_DOMAIN: '',
      NVA_CONFIG: 'z',
    };
    expect(problems({ env })).to.deep.equal([]);
  });

  it('names itself when the host’s name is no name', () => {
    expect(read({ hostname: 'bad name' })).to.have.nested.property('value.instance', 'nva');
  });

  it('takes a Redis with what is to have a change before it counts', () => {
    const result = read({
      ...file({ 'store-wait-aof': true }),
      env: { NVA_STORE: 'redis+sentinel://:pw@a,b/mine' },
      flags: { 'store-wait-replicas': '2' },
    });
    expect(result)
      .to.have.property('value')
      .that.includes({ 'store-wait-replicas': 2, 'store-wait-aof': true });
    expect(result)
      .to.have.nested.property('value.store.location')
      .that.deep.includes({
        kind: 'sentinel',
        master: 'mine',
        credentials: { password: 'pw' },
      });
  });

  it('makes the store’s directory absolute', () => {
    const result = read({ flags: { store: 'lmdb:state' } });
    expect(result).to.have.nested.property('value.store.directory', join(process.cwd(), 'state'));
  });

  it('collects the problems of all sources', () => {
    const found = problems({
      ...file({ domian: 'x' }),
      env: { NVA_OVSBD: 'x' },
      flags: { 'log-level': 'loud', opneflow: 'x' },
    });
    expect(found).to.deep.equal([
      'nva.yaml: domian is no known key; did you mean domain?',
      'NVA_OVSBD is no known variable; did you mean NVA_OVSDB?',
      '--opneflow is no known flag; did you mean --openflow?',
      '--log-level "loud" is not known; choose one of error, warn, info, debug.',
    ]);
  });
});

const REFUSED: readonly [sources: Partial<ConfigurationSources>, expected: string][] = [
  [file({ domain: 'a b' }), 'nva.yaml: domain "a b" is no name'],
  [file({ domain: { a: 1 } }), 'nva.yaml: domain must be text or a number'],
  [file({ domain: null }), 'nva.yaml: domain must be text or a number'],
  [file({ domain: ['a'] }), 'nva.yaml: domain takes one value, not a list'],
  [file({ ovsdb: [] }), 'nva.yaml: ovsdb names no endpoint'],
  [file({ ovsdb: [['ptcp:1']] }), 'nva.yaml: ovsdb must be text or a number'],
  [file({ config: 'other.yaml' }), 'nva.yaml: config is no known key'],
  [{ flags: { ovsdb: ['ptcp:1', 'ptcp:1'] } }, '--ovsdb names ptcp:1 twice'],
  [{ flags: { ovsdb: 'ptcp:6640:::1' } }, 'with brackets.'],
  [{ flags: { openflow: 'tcp:192.0.2.1' } }, '--openflow tcp:192.0.2.1 does not listen'],
  [{ flags: { openflow: 'unix:/x' } }, 'does not listen'],
  [
    { flags: { advertise: 'controller.example' } },
    '--advertise "controller.example" is no IP address',
  ],
  [
    { env: { NVA_STORE: '/var/lib/nva' } },
    'NVA_STORE "/var/lib/nva" is no store; write lmdb:DIRECTORY, redis://HOST:PORT',
  ],
  [{ env: { NVA_STORE: 'lmdb:' } }, 'is no store'],
  [{ flags: { store: 'redis+sentinel://h:1' } }, '--store redis+sentinel:// must end in the name'],
  [{ flags: { store: 'redis://' } }, '--store "" is no HOST:PORT'],
  [
    { flags: { store: 'redis://h', 'store-wait-replicas': '10' } },
    '--store-wait-replicas "10" is out of range; give an integer from 0 to 9',
  ],
  [
    { flags: { store: 'redis://h', 'store-wait-aof': 'maybe' } },
    '--store-wait-aof "maybe" is neither yes nor no',
  ],
  [
    file({ 'store-wait-aof': true }),
    'nva.yaml: store-wait-aof is for a store in Redis, and store names the embedded one',
  ],
  [
    { env: { NVA_STORE_WAIT_REPLICAS: '1' } },
    'NVA_STORE_WAIT_REPLICAS is for a store in Redis, and store names the embedded one',
  ],
  [
    { flags: { store: 'redis://:pw@h', 'store-password-file': '/etc/pw' } },
    '--store-password-file names a file, and store has a password already; give it once.',
  ],
  [{ env: { NVA_API: 'https://127.0.0.1:1' } }, 'NVA_API https://127.0.0.1:1'],
  [
    { flags: { 'probe-interval-ms': '-1' } },
    '--probe-interval-ms "-1" is out of range; give an integer from 0 to 3600000.',
  ],
  [{ flags: { 'connections-max': '1e3' } }, 'is out of range'],
  [{ flags: { 'openflow-version-max': '1.6' } }, 'choose one of 1.5, 1.4, 1.3.'],
  [{ flags: { 'log-format': 'xml' } }, 'choose one of auto, text, json.'],
];

describe('configuration refuses', () => {
  for (const [sources, expected] of REFUSED) {
    it(`${JSON.stringify(sources)} with its source and the remedy`, () => {
      const found = problems(sources);
      expect(found).to.have.length(1);
      expect(found[0])
        .to.contain(expected)
        .and.match(/^[^\n]+[.?]$/);
    });
  }

  for (const store of [
    'redis://:secret@h:x',
    'redis//:secret@h',
    'http://:secret@h',
    'redis+sentinel://u:secret@h',
    'redis://:secret@h?colour=red',
  ]) {
    it(`without repeating the password of ${store.replace('secret', '…')}`, () => {
      expect(problems({ flags: { store } })).to.have.length(1);
      expect(problems({ flags: { store } })[0]).not.to.contain('secret');
    });
  }
});

describe('configuration file', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'nva-configuration-'));
    path = join(directory, 'nva.yaml');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function load(text: string): string[] {
    writeFileSync(path, text);
    const result = loadConfiguration({ config: path }, {});
    return result.ok ? [] : result.error.map(({ where, message }) => `${where} ${message}`);
  }

  it('is read where the flag or the variable says', () => {
    writeFileSync(path, '# ours\ndomain: blue\novsdb: [ptcp:7]\n');
    const expected = { domain: 'blue', ovsdb: [{ method: 'ptcp', port: 7 }] };
    expect(loadConfiguration({ config: path }, {}))
      .to.have.property('value')
      .that.deep.includes(expected);
    expect(loadConfiguration({}, { NVA_CONFIG: path }))
      .to.have.property('value')
      .that.deep.includes(expected);
    expect(loadConfiguration({}, {})).to.have.nested.property('value.domain', 'default');
  });

  it('may name another file for the password of Redis', () => {
    const passwordFile = join(directory, 'password');
    writeFileSync(passwordFile, 's3cret\nnot this\n');
    writeFileSync(path, `store: redis://nva:@h\nstore-password-file: ${passwordFile}\n`);
    expect(loadConfiguration({ config: path }, {}))
      .to.have.nested.property('value.store.location.credentials')
      .that.deep.equals({ user: 'nva', password: 's3cret' });
    writeFileSync(passwordFile, '\n');
    expect(loadConfiguration({ config: path }, {}))
      .to.have.property('error')
      .that.deep.equals([
        { where: passwordFile, message: 'has no password in its first line; write it there.' },
      ]);
  });

  it('may be empty', () => {
    expect(load('')).to.deep.equal([]);
    expect(load('# nothing\n')).to.deep.equal([]);
  });

  const refused: readonly [string, string, string][] = [
    [
      'a wrong key',
      'domain: a\nlog_level: debug\n',
      'log_level is no known key; did you mean log-level?',
    ],
    [
      'a duplicate key',
      'domain: a\ndomain: b\n',
      '(line 2, column 1) is no YAML: Map keys must be unique',
    ],
    ['a tab', 'a:\n\tb: 1\n', 'it is indented by a tab'],
    ['a list', '- a\n', 'must hold keys and values'],
    ['two documents', 'domain: a\n---\ndomain: b\n', 'is no YAML: '],
    ['aliases', 'domain: &a x\ninstance: *a\n', 'uses aliases; write the values out.'],
    ['too much text', `#${'x'.repeat(70_000)}`, 'is too large'],
    ['deep nesting', '['.repeat(3000), 'is too large or too deep'],
  ];
  for (const [what, text, expected] of refused) {
    it(`refuses ${what} and names the file`, () => {
      const found = load(text);
      expect(found).to.have.length(1);
      expect(found[0])
        .to.contain(path)
        .and.contain(expected)
        .and.match(/^[^\n]+[.?]$/);
    });
  }

  it('must be readable', () => {
    const result = loadConfiguration({ config: directory }, {});
    expect(result).to.have.nested.property(
      'error[0].message',
      'cannot be read (EISDIR); name a readable file.',
    );
  });
});
