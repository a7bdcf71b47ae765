/**
 * Reports: status, flows, waiting, health and readiness.
 */
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './api-context.ts';
import { ApiError } from './api-error.ts';
import { WAIT_DEFAULT_SECONDS, WAIT_MAX_SECONDS } from './api-limits.ts';
import type { Health, Readiness } from './report-schemas.ts';
import { routeSchema } from './route-schema.ts';
import { count, named, text } from './schema-shape.ts';

export function reportRoutes(app: FastifyInstance, context: ApiContext): void {
  statusRoute(app, context);
  flowsRoute(app, context);
  waitRoute(app, context);
  healthRoutes(app, context);
}

function statusRoute(app: FastifyInstance, { authority }: ApiContext): void {
  const schema = routeSchema({
    operationId: 'getStatus',
    summary: 'Shows how this instance and its domain are.',
    tag: 'reports',
    answer: named('StatusReport'),
    refusals: [],
  });
  app.get('/v1/status', { schema }, (_request, reply) => reply.send(authority.status()));
}

function flowsRoute(app: FastifyInstance, { authority }: ApiContext): void {
  const schema = routeSchema({
    operationId: 'getNveFlows',
    summary: 'Reads the flows of one NVE and compares them with what it should hold.',
    tag: 'reports',
    answer: named('FlowReport'),
    refusals: [404, 503],
    params: { name: text() },
  });
  app.get<{ Params: { readonly name: string } }>(
    '/v1/nves/:name/flows',
    { schema },
    async (request) => authority.flows(request.params.name),
  );
}

function waitRoute(app: FastifyInstance, context: ApiContext): void {
  const schema = routeSchema({
    operationId: 'wait',
    summary: 'Answers when every connected NVE has confirmed the revision, or after the timeout.',
    tag: 'reports',
    answer: named('WaitResult'),
    refusals: [400, 503],
    query: {
      timeout: {
        type: 'number',
        minimum: 0,
        maximum: WAIT_MAX_SECONDS,
        description: `seconds; default ${WAIT_DEFAULT_SECONDS}`,
      },
      revision: count('default: the newest'),
    },
  });
  app.get<{ Querystring: { readonly timeout?: number; readonly revision?: number } }>(
    '/v1/wait',
    { schema },
    async (request) => {
      const { timeout = WAIT_DEFAULT_SECONDS, revision } = request.query;
      const gone = new AbortController();
      const end = () => gone.abort();
      const release = context.longRequests.begin(end);
      // Longer than the idle timeout by intention.
      request.raw.socket.setTimeout(0);
      request.raw.socket.once('close', end);
      try {
        return await context.authority.wait(timeout * 1000, revision, gone.signal);
      } finally {
        release();
        request.raw.socket.off('close', end);
        request.raw.socket.setTimeout(context.limits.idleTimeoutMs);
      }
    },
  );
}

function healthRoutes(app: FastifyInstance, { authority, version }: ApiContext): void {
  const alive = routeSchema({
    operationId: 'getHealth',
    summary: 'The process is alive.',
    tag: 'health',
    answer: named('Health'),
    refusals: [],
  });
  app.get('/healthz', { schema: alive }, (_request, reply) => {
    const health: Health = { status: 'ok', version };
    return reply.send(health);
  });
  const ready = routeSchema({
    operationId: 'getReadiness',
    summary: 'The instance serves; 503 with the reasons until it does.',
    tag: 'health',
    answer: named('Readiness'),
    refusals: [503],
  });
  app.get('/readyz', { schema: ready }, (_request, reply) => {
    const readiness = authority.readiness();
    if (!readiness.ready) {
      const where = readiness.instance;
      const problems = readiness.problems.map((message) => ({ where, message }));
      throw new ApiError('not-ready', 'The instance is not ready.', problems);
    }
    const answer: Readiness = { ready: true };
    return reply.send(answer);
  });
}
