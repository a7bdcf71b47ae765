import { expect } from 'chai';
import Fastify from 'fastify';
import { parseApiAddress } from '../../../lib/northbound/api-address.ts';
import { API_LIMITS } from '../../../lib/northbound/api-limits.ts';
import { buildApp } from '../../../lib/northbound/http-server.ts';
import { LongRequests } from '../../../lib/northbound/long-requests.ts';
import { REPORT_SCHEMAS } from '../../../lib/northbound/report-schemas.ts';
import { VIEW_SCHEMAS } from '../../../lib/northbound/view-schemas.ts';
import { ApiFixture, BLUE, logInto } from '../../fakes/api-fixture.ts';
import { FakeAuthority } from '../../fakes/fake-authority.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: object }[];
  readonly requestBody?: { content: Record<string, { schema: object }> };
  readonly responses: Record<
    string,
    { description: string; content: Record<string, { schema: object }> }
  >;
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, object> };
}

let api: ApiFixture;
let description: OpenApi;
let operations: { method: string; path: string; operation: Operation }[];

function withDescription(): void {
  before(async () => {
    api = await ApiFixture.start();
    description = (await api.ask('/openapi.json')).json as OpenApi;
    operations = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
    );
  });
  after(() => api.stop());
}

/** A server that takes a body only when it is as the schema says: POST /SCHEMA, and /SCHEMAs for a list. */
function judgeOfSchemas() {
  const judge = Fastify({
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
  });
  const schemas = Object.entries({ ...VIEW_SCHEMAS, ...REPORT_SCHEMAS });
  for (const [name, schema] of schemas) judge.addSchema({ $id: name, ...schema });
  for (const [name] of schemas) {
    judge.post(`/${name}`, { schema: { body: { $ref: `${name}#` } } }, async () => 'true');
    const list = { type: 'array', minItems: 1, items: { $ref: `${name}#` } };
    judge.post(`/${name}s`, { schema: { body: list } }, async () => 'true');
  }
  return judge;
}

/** What every route without a name in its path answers, with the name of its schema. */
async function plainAnswers(): Promise<[schema: string, json: unknown][]> {
  const answers: [schema: string, json: unknown][] = [];
  for (const { method, path, operation } of operations) {
    if (method !== 'get' || path.includes('{')) continue;
    const content = operation.responses['200']?.content ?? {};
    const schema = JSON.stringify(
      (content['application/json'] ?? content['application/x-ndjson'])?.schema,
    );
    const name = /schemas\/(\w+)/.exec(schema)?.[1] ?? '';
    const plural = schema.includes('"array"') ? 's' : '';
    const { json, text } = await api.ask(path);
    if ('application/json' in content) answers.push([name + plural, json]);
    else for (const line of text.trimEnd().split('\n')) answers.push([name, JSON.parse(line)]);
  }
  return answers;
}

describe('OpenAPI description: routes', () => {
  withDescription();

  it('describes every route that is served, and no other', async () => {
    const app = await buildApp({
      authority: new FakeAuthority(),
      limits: API_LIMITS,
      longRequests: new LongRequests(1),
      version: '0.1.0',
      log: logInto([]),
    });
    const served = app
      .printRoutes({ commonPrefix: false, method: 'GET' })
      .concat(app.printRoutes({ commonPrefix: false, method: 'POST' }))
      .concat(app.printRoutes({ commonPrefix: false, method: 'DELETE' }));
    await app.close();
    const counts = (served.match(/\((?:GET|POST|DELETE)\)/g) ?? []).length;
    // All but the description itself.
    expect(operations.length).to.equal(counts - 1);
    for (const { method, path } of operations) {
      if (method !== 'get') continue;
      const { text } = await api.ask(path.replace('{name}', 'nix').concat('?nonsense=1'));
      expect(text, path).not.to.contain('openapi.json lists');
    }
  });

  it('names what the interface promises', () => {
    const names = operations.map(({ method, path }) => `${method} ${path}`);
    for (const kind of ['networks', 'ports', 'nves', 'mappings', 'tunnels', 'instances']) {
      expect(names).to.include.members([`get /v1/${kind}`, `get /v1/${kind}/{name}`]);
    }
    expect(names).to.include.members([
      'post /v1/apply',
      'post /v1/delete',
      'delete /v1/networks/{name}',
      'delete /v1/ports/{name}',
      'delete /v1/nves/{name}',
      'get /v1/status',
      'get /v1/wait',
      'get /v1/nves/{name}/flows',
      'get /v1/events',
      'get /v1/backup',
      'delete /v1/instances/{name}',
      'get /healthz',
      'get /readyz',
    ]);
  });
});

describe('OpenAPI description: form and truth', () => {
  withDescription();

  it('is OpenAPI 3: unique operations, declared path members, responses with descriptions', () => {
    expect(description.openapi).to.match(/^3\.0\.\d$/);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const { path, operation } of operations) {
      const declared = (operation.parameters ?? []).filter((one) => one.in === 'path');
      const used = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(declared.map((one) => one.name)).to.deep.equal(used);
      expect(declared.every((one) => one.required === true)).to.equal(true);
      expect(operation.responses).to.have.property('200');
      for (const response of Object.values(operation.responses)) {
        expect(response.description).to.be.a('string').and.not.equal('');
        const types = Object.keys(response.content);
        expect(types).to.include(
          path === '/v1/backup' && !('application/json' in response.content)
            ? 'application/x-ndjson'
            : 'application/json',
        );
      }
    }
  });

  it('leads every reference to a schema that is there', () => {
    const text = JSON.stringify(description);
    const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map((match) => match[1] ?? '');
    expect(references.length).to.be.greaterThan(30);
    for (const reference of new Set(references)) {
      const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1];
      expect(name, reference).to.be.a('string');
      expect(description.components.schemas).to.have.property(name ?? '');
    }
    expect(text).not.to.contain('"optional":{');
  });

  it('lists the content types and the streams', () => {
    const apply = description.paths['/v1/apply']?.post;
    expect(Object.keys(apply?.requestBody?.content ?? {})).to.deep.equal([
      'application/yaml',
      'text/yaml',
      'application/json',
    ]);
    const watched = description.paths['/v1/ports']?.get;
    expect(watched?.responses['200']?.content).to.have.property('application/x-ndjson');
    const refusals = Object.keys(apply?.responses ?? {});
    expect(refusals).to.include.members(['409', '413', '415', '422', '503']);
  });

  it('is true of what is answered', async () => {
    const judge = judgeOfSchemas();
    api.authority.addNve('hv1', '192.0.2.1');
    api.authority.addNve('hv2', '192.0.2.2');
    const applied = await api.ask('/v1/apply', { method: 'POST', body: BLUE });
    api.authority.attach('vm1', 'hv1', 5);
    api.authority.attach('vm2', 'hv2', 6);
    const answers = await plainAnswers();
    answers.push(['Applied', applied.json]);
    answers.push(['Error', (await api.ask('/v1/ports/nix')).json]);
    answers.push(['FlowReport', (await api.ask('/v1/nves/hv1/flows')).json]);
    expect(answers.length).to.be.greaterThan(12);
    for (const [name, json] of answers) {
      const verdict = await judge.inject({
        method: 'POST',
        url: `/${name}`,
        payload: json as object,
      });
      expect(verdict.body, name).to.equal('true');
    }
    const wrong = await judge.inject({
      method: 'POST',
      url: '/Ports',
      payload: [{ kind: 'Port' }],
    });
    expect(wrong.statusCode).to.equal(400);
    await judge.close();
  });
});

describe('API address', () => {
  it('is a Unix socket or an HTTP address with a port', () => {
    expect(parseApiAddress('unix:/run/nva/nva.sock')).to.deep.equal({ unix: '/run/nva/nva.sock' });
    expect(parseApiAddress('unix:///run/a')).to.deep.equal({ unix: '/run/a' });
    expect(parseApiAddress('unix:a.sock')).to.deep.equal({ unix: 'a.sock' });
    expect(parseApiAddress('http://127.0.0.1:80/')).to.deep.equal({ host: '127.0.0.1', port: 80 });
    expect(parseApiAddress('http://[fd00::1]:8080')).to.deep.equal({ host: 'fd00::1', port: 8080 });
  });

  for (const text of [
    '',
    'unix:',
    '/run/a',
    'https://a:1',
    'http://a',
    'http://a:1/v1',
    'tcp:1',
    'http://a:99999',
  ]) {
    it(`is not ${JSON.stringify(text)}, and the sentence says what is`, () => {
      expect(parseApiAddress(text))
        .to.be.a('string')
        .and.match(/write |no TLS/);
    });
  }
});
