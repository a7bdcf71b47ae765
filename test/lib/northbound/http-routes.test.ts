import { expect } from 'chai';
import { AuthorityError } from '../../../lib/northbound/authority.ts';
import { ApiFixture, BLUE } from '../../fakes/api-fixture.ts';

interface Refusal {
  readonly error: {
    code: string;
    message: string;
    problems?: { where: string; message: string }[];
  };
}

let api: ApiFixture;

function withApi(): void {
  beforeEach(async () => {
    api = await ApiFixture.start();
    api.authority.addNve('hv1', '192.0.2.1');
    api.authority.addNve('hv2', '192.0.2.2');
  });
  afterEach(() => api.stop());
}

const apply = (body: string, type = 'application/yaml') =>
  api.ask('/v1/apply', { method: 'POST', body, headers: { 'content-type': type } });

const refusal = (json: unknown) => (json as Refusal).error;

describe('HTTP API: applying', () => {
  withApi();

  it('applies YAML documents and says what became of each', async () => {
    const { status, json } = await apply(BLUE);
    expect(status).to.equal(200);
    expect(json).to.deep.equal({
      objects: [
        { kind: 'Network', name: 'blue', result: 'created' },
        { kind: 'Port', name: 'vm1', result: 'created' },
        { kind: 'Port', name: 'vm2', result: 'created' },
      ],
      revision: 1,
    });
  });

  for (const type of ['text/yaml', 'application/yaml; charset=utf-8']) {
    it(`takes manifests as ${type}`, async () => {
      expect((await apply(BLUE, type)).status).to.equal(200);
    });
  }

  it('applies a JSON array', async () => {
    const body = JSON.stringify([{ kind: 'Network', name: 'red', vni: 7 }]);
    const { status } = await apply(body, 'application/json');
    expect(status).to.equal(200);
    expect(api.authority.networks.get('red')?.vni).to.equal(7);
  });

  it('refuses a manifest with 422 and names every problem', async () => {
    const bad = 'kind: Network\nname: blue\nvni: 99999999\n---\nkind: Prot\nname: vm1\n';
    const { status, json } = await apply(bad);
    expect(status).to.equal(422);
    expect(refusal(json).code).to.equal('rejected');
    expect(refusal(json).problems?.map((problem) => problem.where)).to.deep.equal([
      'document 1 (line 1), Network blue, vni',
      'document 2 (line 5), kind',
    ]);
    expect(api.authority.networks.size).to.equal(0);
  });

  it('refuses an empty body', async () => {
    expect((await api.ask('/v1/apply', { method: 'POST' })).status).to.equal(422);
    expect((await apply('')).status).to.equal(422);
  });
});

describe('HTTP API: bodies that are refused', () => {
  withApi();

  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'image/png']) {
    it(`refuses ${type} with 415, so that no web page can send it`, async () => {
      const { status, json } = await apply(BLUE, type);
      expect(status).to.equal(415);
      expect(refusal(json).code).to.equal('unsupported-media-type');
    });
  }

  it('refuses compressed bodies with 415', async () => {
    const headers = { 'content-type': 'application/yaml', 'content-encoding': 'gzip' };
    const { status } = await api.ask('/v1/apply', { method: 'POST', body: BLUE, headers });
    expect(status).to.equal(415);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const body = Uint8Array.of(0x6b, 0xff, 0xfe);
    const { status, json } = await api.ask('/v1/apply', { method: 'POST', body });
    expect(status).to.equal(400);
    expect(refusal(json).message).to.match(/not UTF-8/);
  });
});

describe('HTTP API: refusals of the authority', () => {
  withApi();

  const failures = [
    ['rejected', 422],
    ['conflict', 409],
    ['store', 503],
  ] as const;
  for (const [code, status] of failures) {
    it(`answers ${status} when the authority says ${code}`, async () => {
      api.authority.failure = new AuthorityError(code, 'It is so.', [{ where: 'a', message: 'b' }]);
      const answer = await apply(BLUE);
      expect(answer.status).to.equal(status);
      expect(answer.json).to.deep.equal({
        error: { code, message: 'It is so.', problems: [{ where: 'a', message: 'b' }] },
      });
    });
  }

  it('answers 500 without details when we failed, and logs', async () => {
    api.authority.failure = new Error('secret detail');
    const { status, text } = await apply(BLUE);
    expect(status).to.equal(500);
    expect(text).not.to.contain('secret');
    expect(api.logged).to.include('request failed');
  });
});

describe('HTTP API: deleting', () => {
  withApi();

  it('deletes what a list of references names, each once', async () => {
    await apply(BLUE);
    const refs = [
      { kind: 'Port', name: 'vm1' },
      { kind: 'Port', name: 'vm1' },
      { kind: 'Port', name: 'vm9' },
    ];
    const { json } = await api.ask('/v1/delete', {
      method: 'POST',
      body: JSON.stringify(refs),
      headers: { 'content-type': 'application/json' },
    });
    expect(json).to.deep.equal({
      objects: [
        { kind: 'Port', name: 'vm1', result: 'deleted' },
        { kind: 'Port', name: 'vm9', result: 'absent' },
      ],
      revision: 2,
    });
  });

  it('deletes what manifests name', async () => {
    await apply(BLUE);
    const { status } = await api.ask('/v1/delete', { method: 'POST', body: BLUE });
    expect(status).to.equal(200);
    expect(api.authority.ports.size + api.authority.networks.size).to.equal(0);
  });

  it('deletes one object by its path, and answers 404 when there is none', async () => {
    await apply(BLUE);
    const first = await api.ask('/v1/ports/vm1', { method: 'DELETE' });
    const second = await api.ask('/v1/ports/vm1', { method: 'DELETE' });
    expect([first.status, second.status]).to.deep.equal([200, 404]);
  });

  it('deletes no mapping or tunnel', async () => {
    for (const kind of ['mappings', 'tunnels']) {
      expect((await api.ask(`/v1/${kind}/a`, { method: 'DELETE' })).status).to.equal(404);
    }
  });
});

describe('HTTP API: lists and objects', () => {
  withApi();

  it('lists every kind, and only those of a network when asked', async () => {
    await apply(`${BLUE}---\nkind: Network\nname: red\nvni: 5002\n`);
    api.authority.attach('vm1', 'hv1', 5);
    api.authority.attach('vm2', 'hv2', 6);
    const sizes: Record<string, number[]> = {};
    for (const kind of ['networks', 'ports', 'nves', 'mappings', 'tunnels', 'instances']) {
      const all = (await api.ask(`/v1/${kind}`)).json as unknown[];
      const blue = (await api.ask(`/v1/${kind}?network=blue`)).json as unknown[];
      sizes[kind] = [all.length, blue.length];
    }
    expect(sizes).to.deep.equal({
      networks: [2, 1],
      ports: [2, 2],
      nves: [2, 2],
      mappings: [2, 2],
      tunnels: [2, 2],
      instances: [1, 1],
    });
  });

  it('shows one object, whose name may hold a slash', async () => {
    await apply(BLUE);
    api.authority.attach('vm1', 'hv1', 5);
    api.authority.attach('vm2', 'hv2', 6);
    const path = `/v1/tunnels/${encodeURIComponent('hv1->hv2/geneve')}`;
    const { status, json } = await api.ask(path);
    expect(status).to.equal(200);
    expect(json).to.include({ nve: 'hv1', remote: 'hv2', remoteIp: '192.0.2.2' });
  });

  it('answers 404 with a sentence for an object, a network and a route that do not exist', async () => {
    await apply(BLUE);
    const paths = ['/v1/ports/nix', '/v1/ports?network=nix', '/v1/prots', '/v1/networks/nix'];
    for (const path of paths) {
      const { status, json } = await api.ask(path);
      expect(status, path).to.equal(404);
      expect(refusal(json).message, path).to.match(/^There is no .*\.$/);
    }
  });

  it('refuses an unknown query member by name, and a value of the wrong type', async () => {
    const unknown = await api.ask('/v1/ports?netwrk=blue');
    expect(unknown.status).to.equal(400);
    expect(refusal(unknown.json).message).to.contain('netwrk');
    for (const path of ['/v1/wait?timeout=soon', '/v1/events?after=-1', '/v1/ports?watch=maybe']) {
      expect((await api.ask(path)).status, path).to.equal(400);
    }
  });
});

describe('HTTP API: reports', () => {
  withApi();

  it('waits: confirmed at once, or not before the timeout', async () => {
    const done = await api.ask('/v1/wait?timeout=5');
    expect(done.json).to.include({ confirmed: true });
    api.authority.addNve('hv3', '192.0.2.3', { confirmed: false });
    const late = await api.ask('/v1/wait?timeout=0.05');
    expect(late.status).to.equal(200);
    const result = late.json as { confirmed: boolean; elapsedMs: number; nves: object[] };
    expect(result.confirmed).to.equal(false);
    expect(result.elapsedMs).to.be.within(45, 1000);
    expect(result.nves[2]).to.include({ nve: 'hv3', confirmed: false });
  });

  it('shows flows, 404 for an NVE unknown and 503 for one that is away', async () => {
    api.authority.addNve('hv3', '192.0.2.3', { connected: false });
    expect((await api.ask('/v1/nves/hv1/flows')).json).to.include({ nve: 'hv1' });
    expect((await api.ask('/v1/nves/nix/flows')).status).to.equal(404);
    const away = await api.ask('/v1/nves/hv3/flows');
    expect([away.status, refusal(away.json).code]).to.deep.equal([503, 'nve-away']);
  });

  it('lists events after an id', async () => {
    const all = (await api.ask('/v1/events')).json as { id: number }[];
    const later = (await api.ask('/v1/events?after=1')).json as { id: number }[];
    expect(all.map((event) => event.id)).to.deep.equal([1, 2]);
    expect(later.map((event) => event.id)).to.deep.equal([2]);
  });

  it('is alive before it is ready, and says why it is not', async () => {
    api.authority.ready = false;
    api.authority.problems = ['The store is being read.'];
    expect((await api.ask('/healthz')).json).to.deep.equal({ status: 'ok', version: '0.1.0' });
    const { status, json } = await api.ask('/readyz');
    expect(status).to.equal(503);
    expect(refusal(json).problems).to.deep.equal([
      { where: 'nva1', message: 'The store is being read.' },
    ]);
    api.authority.ready = true;
    expect((await api.ask('/readyz')).status).to.equal(200);
  });
});
