/**
 * The HTTP API: joins routes, limits, errors and the listener.
 *
 * Listens on a Unix socket, or on one TCP address that was given explicitly; there is no default address.
 * Whoever can connect may do everything: the socket's mode is the guard.
 */

import { STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { ListenAddress } from './api-address.ts';
import type { ApiContext, ApiLog } from './api-context.ts';
import { ApiError, errorBody, STATUS_BY_CODE, toApiError } from './api-error.ts';
import { API_LIMITS, type ApiLimits } from './api-limits.ts';
import type { Authority } from './authority.ts';
import { backupRoutes } from './backup-routes.ts';
import { changeRoutes } from './change-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { LongRequests } from './long-requests.ts';
import { objectRoutes } from './object-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { REPORT_SCHEMAS } from './report-schemas.ts';
import { acceptTextBodies } from './text-body.ts';
import { listenFailure, prepareUnixPlace } from './unix-listener.ts';
import { VIEW_SCHEMAS } from './view-schemas.ts';

export interface HttpServerOptions {
  readonly authority: Authority;
  readonly listen: ListenAddress;
  readonly version: string;
  readonly log: ApiLog;
  /** For tests. */
  readonly limits?: Partial<ApiLimits>;
}

export interface HttpServer {
  /** `unix:PATH` or `http://IP:PORT`, as `nva --api` takes it. */
  readonly address: string;
  /** Ends streams, lets requests under way finish for a moment, then cuts them. Idempotent. */
  close(): Promise<void>;
}

/** @throws ListenError when the address cannot be taken. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const limits = { ...API_LIMITS, ...options.limits };
  const longRequests = new LongRequests(limits.streamsMax);
  const { authority, version, log } = options;
  const app = await buildApp({ authority, limits, longRequests, version, log });
  const { address, withdraw } = await listen(app, options.listen);
  let closing: Promise<void> | undefined;
  const close = async () => {
    longRequests.endAll();
    const cut = setTimeout(() => app.server.closeAllConnections(), limits.closeGraceMs);
    await app.close();
    clearTimeout(cut);
    await withdraw();
  };
  return {
    address,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

export async function buildApp(context: ApiContext): Promise<FastifyInstance> {
  const { limits } = context;
  const app = Fastify({
    bodyLimit: limits.bodyMaxBytes,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.idleTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    http: {
      maxHeaderSize: limits.headersMaxBytes,
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: 1_000,
    },
    // Names of tunnels hold two system-ids, which people choose.
    routerOptions: { maxParamLength: 1024 },
    // An unknown query member is a typing mistake, not something to drop silently.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
    clientErrorHandler: refuseBrokenRequest,
  });
  app.server.maxConnections = limits.connectionsMax;
  warnOfDroppedConnections(app, context.log);
  // Schemas describe; they never cut what is sent.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((error, request, reply) => answerError(context.log, error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendError(
      reply,
      new ApiError(
        'not-found',
        `There is no ${request.method} ${request.url.split('?', 1)[0] ?? ''}; GET /openapi.json lists what there is.`,
      ),
    ),
  );
  acceptTextBodies(app, limits.bodyMaxBytes);
  await describe(app, context.version);
  await app.register((routes, _options, done) => {
    changeRoutes(routes, context);
    objectRoutes(routes, context);
    reportRoutes(routes, context);
    eventRoutes(routes, context);
    backupRoutes(routes, context);
    routes.get('/openapi.json', { schema: { hide: true } }, (_request, reply) =>
      reply.send(app.swagger()),
    );
    done();
  });
  await app.ready();
  return app;
}

async function describe(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'nva',
        description: 'Network Virtualization Authority for Open vSwitch',
        version,
      },
      tags: ['objects', 'changes', 'reports', 'health'].map((name) => ({ name })),
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `schema-${index}`,
    },
  });
  for (const [name, schema] of Object.entries({ ...VIEW_SCHEMAS, ...REPORT_SCHEMAS })) {
    app.addSchema({ $id: name, ...schema });
  }
}

async function listen(
  app: FastifyInstance,
  where: ListenAddress,
): Promise<{ address: string; withdraw: () => Promise<void> }> {
  try {
    if ('unix' in where) {
      const place = await prepareUnixPlace(where.unix);
      await app.listen({ path: place.temporary });
      await place.publish();
      return { address: `unix:${where.unix}`, withdraw: () => place.withdraw() };
    }
    await app.listen({ host: where.host, port: where.port });
    const { address, port, family } = app.server.address() as AddressInfo;
    const host = family === 'IPv6' ? `[${address}]` : address;
    return { address: `http://${host}:${port}`, withdraw: async () => undefined };
  } catch (error) {
    await app.close();
    throw listenFailure('unix' in where ? where.unix : `${where.host}:${where.port}`, error);
  }
}

function answerError(
  log: ApiLog,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = toApiError(thrown);
  if (known !== undefined) return sendError(reply, known);
  log.error('request failed', {
    method: request.method,
    path: request.routeOptions.url,
    error: thrown instanceof Error ? thrown.stack : String(thrown),
  });
  return sendError(
    reply,
    new ApiError('internal', 'The daemon failed on this request; its log has the details.'),
  );
}

function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  return reply
    .code(STATUS_BY_CODE[error.code])
    .type('application/json; charset=utf-8')
    .send(errorBody(error));
}

/** For what never became a request: Node's parser or its timers refused it. */
function refuseBrokenRequest(error: { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = brokenRequest(error.code);
  const body = JSON.stringify(errorBody(refusal));
  const status = STATUS_BY_CODE[refusal.code];
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function brokenRequest(code: string | undefined): ApiError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError('headers-too-large', 'The request headers are larger than 16 KiB.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiError('request-timeout', 'The request did not arrive in time.');
    default:
      return new ApiError('bad-request', 'This is not an HTTP/1.1 request.');
  }
}

const DROP_WARNING_INTERVAL_MS = 60_000;

function warnOfDroppedConnections(app: FastifyInstance, log: ApiLog): void {
  let warnedMs = Number.NEGATIVE_INFINITY;
  app.server.on('drop', () => {
    const nowMs = performance.now();
    if (nowMs - warnedMs < DROP_WARNING_INTERVAL_MS) return;
    warnedMs = nowMs;
    log.warn('too many API connections; new ones are closed', {
      connectionsMax: app.server.maxConnections,
    });
  });
}
