import { expect } from 'chai';
import { ApiFixture, BLUE } from '../../fakes/api-fixture.ts';
import { type CliRun, type CliWorld, runInProcess } from '../../fakes/fake-cli.ts';

let api: ApiFixture;

const nva = (words: string, world: CliWorld = {}): Promise<CliRun> =>
  runInProcess(words.split(' '), { ...world, env: { NVA_API: api.address, ...world.env } });

function withApi(): void {
  beforeEach(async () => {
    api = await ApiFixture.start();
    api.authority.now = () => '2025-03-01T12:00:00.000Z';
    api.authority.addNve('hv1', '192.0.2.1');
    api.authority.addNve('hv2', '192.0.2.2', { connected: false });
    await api.ask('/v1/apply', { method: 'POST', body: BLUE });
    api.authority.attach('vm1', 'hv1', 5);
  });
  afterEach(() => api.stop());
}

/** Whatever the zone of the machine. */
const TIME = String.raw`2025-0[23]-\d\d \d\d:\d\d:00`;

describe('nva describe', () => {
  withApi();

  it('shows a port with its mapping and its own events', async () => {
    const { code, out } = await nva('describe port vm1');
    expect(code).to.equal(0);
    expect(out).to.match(/^Kind: +Port\nName: +vm1\nNetwork: +blue\n/);
    expect(out).to.match(/\nPhase: +active\nNVE: +hv1\n/);
    expect(out).to.match(/\n\nMapping\n {2}NETWORK .*\n {2}blue .* geneve:192\.0\.2\.1\n/);
    expect(out).to.match(
      new RegExp(`\\n\\nRecent events\\n  ${TIME}  info     port/vm1: Port vm1 created\\.\\n`),
    );
    expect(out).not.to.contain('vm2');
  });

  it('says why a port waits', async () => {
    const { out } = await nva('describe port vm2');
    expect(out).to.match(
      /\nPhase: +waiting\nReason: +no NVE has an interface with this iface-id\n/,
    );
  });

  it('shows conditions of an NVE, and its ports', async () => {
    const away = await nva('describe nve hv2');
    expect(away.out).to.match(/\n\nConditions\n {2}disconnected: +Its connection ended\.\n/);
    const here = await nva('describe nve hv1');
    expect(here.out).to.match(/\n\nPorts\n {2}NAME .*\n {2}vm1 /);
  });

  it('shows every kind without a hole', async () => {
    api.authority.addNve('hv3', '192.0.2.3');
    api.authority.attach('vm2', 'hv3', 6);
    for (const what of ['network blue', 'tunnel hv1->hv3/geneve', 'mapping vm1', 'instance nva1']) {
      const { code, out } = await nva(`describe ${what}`);
      expect(code, what).to.equal(0);
      expect(out, what)
        .to.match(/^Kind: /)
        .and.not.match(/undefined|\[object|NaN/);
    }
  });

  it('ends with 1 when there is none', async () => {
    expect((await nva('describe port vm9')).code).to.equal(1);
  });
});

describe('nva status', () => {
  withApi();

  it('is a readable summary', async () => {
    const { code, out } = await nva('status');
    expect(code).to.equal(0);
    expect(out).to.contain('Instance:   nva1, up 1 d 2 h\n');
    expect(out).to.contain('Ports:      2 (1 active)\n');
    expect(out).to.contain('NVEs:       2 (1 connected, 1 up to date)\n');
    expect(out).to.contain('Listening:  ovsdb ptcp:6640\n            openflow ptcp:6653\n');
    expect(out).to.match(/\nProblems: +none\n$/);
  });

  it('says since when the store is away, and how many instances live', async () => {
    api.authority.storeAwaySince = '2025-01-31T12:00:00.000Z';
    api.authority.addDeadInstance('nva3');
    const { out } = await nva('status');
    api.authority.storeAwaySince = undefined;
    expect(out).to.match(/\nStore: .*; it has not answered since 2025-01-31 \d\d:00:00\n/);
    expect(out).to.match(/\nInstances: +2 \(1 alive\)\n/);
  });

  it('lists problems, and prints JSON', async () => {
    api.authority.problems = ['The disk is nearly full.'];
    expect((await nva('status')).out).to.match(/\nProblem: +The disk is nearly full\.\n$/);
    const status = JSON.parse((await nva('status -o json')).out) as { counts: object };
    expect(status.counts).to.include({ ports: 2, portsActive: 1 });
  });
});

describe('nva wait', () => {
  withApi();

  it('prints how long it took', async () => {
    const { code, out } = await nva('wait --timeout 5');
    expect(code).to.equal(0);
    expect(out).to.match(/^1 NVE confirmed revision 1 after [\d.]+ ms\n$/);
  });

  it('ends with 1 and names who is behind', async () => {
    api.authority.addNve('hv3', '192.0.2.3', { confirmed: false });
    const { code, out } = await nva('wait --timeout 0.05');
    expect(code).to.equal(1);
    expect(out).to.match(/^1 of 2 NVEs confirmed .*; behind:\n {2}hv3: /);
  });

  it('has nothing to wait for without NVEs', async () => {
    api.authority.nves.clear();
    const { code, out } = await nva('wait');
    expect([code, out]).to.deep.equal([
      0,
      'no NVE is connected: nothing to wait for (revision 1)\n',
    ]);
  });

  it('refuses a timeout that is no number of seconds', async () => {
    for (const timeout of ['soon', '-1', '3601', '1e3']) {
      expect((await nva(`wait --timeout=${timeout}`)).code, timeout).to.equal(2);
    }
  });
});

describe('nva events', () => {
  withApi();

  it('prints a line each, in local time', async () => {
    const { out } = await nva('events');
    const lines = out.trimEnd().split('\n');
    expect(lines).to.have.length(6);
    expect(lines[0]).to.match(new RegExp(`^${TIME}  info     nve/hv1: Nve hv1 connected`));
  });

  it('follows until Ctrl-C', async () => {
    const stop = new AbortController();
    const { code, out } = await nva('events --follow', {
      stop: stop.signal,
      printed(text) {
        const count = text.split('\n').length - 1;
        if (count === 6) api.authority.emit('error', 'test', 'nve/hv1', 'Broken.');
        if (count === 7) stop.abort();
      },
    });
    expect(code).to.equal(130);
    expect(out).to.match(/ {2}error {4}nve\/hv1: Broken\.\n$/);
  });

  it('prints an array with -o json', async () => {
    const events = JSON.parse((await nva('events -o json')).out) as object[];
    expect(events[0]).to.include({ id: 1, code: 'nve-connected' });
  });
});

describe('nva flows', () => {
  withApi();

  const same = { nve: 'hv1', missing: [], surplus: [], groups: [] };
  const installed = [
    {
      table: 'classify',
      text: 'priority=100,in_port=5 actions=drop',
      cause: 'port/vm1',
      packets: 7,
    },
    { table: 'forward', text: 'priority=50 actions=drop', cause: 'port/vm1' },
    { table: 'classify', text: 'priority=1 actions=NORMAL' },
  ];

  it('groups flows by table and names what caused each', async () => {
    api.authority.flowReports.set('hv1', { ...same, installed });
    const { code, out } = await nva('flows hv1');
    expect(code).to.equal(0);
    expect(out).to.equal(
      `classify (2 flows)
  priority=100,in_port=5 actions=drop  # 7 packets, port/vm1
  priority=1 actions=NORMAL  # not ours
forward (1 flow)
  priority=50 actions=drop  # port/vm1
hv1 holds what it should: 3 flows
`,
    );
  });

  it('shows with --diff what is missing and what is too much, exit code 1', async () => {
    api.authority.flowReports.set('hv1', {
      nve: 'hv1',
      installed: [],
      missing: installed.slice(0, 1),
      surplus: installed.slice(1, 2),
      groups: ['group 5001 lacks bucket 2'],
    });
    const { code, out } = await nva('flows hv1 --diff');
    expect(code).to.equal(1);
    expect(out).to.equal(
      `- forward: priority=50 actions=drop  # port/vm1
+ classify: priority=100,in_port=5 actions=drop  # port/vm1
~ group 5001 lacks bucket 2
hv1 differs: 1 flow missing, 1 flow too many, 1 group different
`,
    );
  });

  it('ends with 0 when nothing differs, 1 for an unknown NVE, 4 for one that is away', async () => {
    api.authority.flowReports.set('hv1', { ...same, installed });
    expect((await nva('flows hv1 --diff')).code).to.equal(0);
    expect((await nva('flows nix')).code).to.equal(1);
    const away = await nva('flows hv2');
    expect(away).to.deep.equal({ code: 4, out: '', err: 'nva: nve hv2 is not connected\n' });
  });
});
