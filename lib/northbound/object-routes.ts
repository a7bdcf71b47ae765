/**
 * Lists, single objects and their removal: `/v1/{networks|ports|…}[/{name}]`.
 */
import type { FastifyInstance } from 'fastify';
import type { ObjectRef } from '../model/manifest.ts';
import type { ViewKind, ViewsByKind } from '../model/views.ts';
import type { ApiContext } from './api-context.ts';
import { ApiError } from './api-error.ts';
import type { Applied } from './authority.ts';
import { jsonArrayStream } from './list-stream.ts';
import { ListWatch } from './list-watch.ts';
import { NdjsonStream } from './ndjson-stream.ts';
import { routeSchema } from './route-schema.ts';
import { boolean, listOf, named, text } from './schema-shape.ts';
import { VIEW_KINDS } from './view-schemas.ts';

interface Named {
  readonly Params: { readonly name: string };
  readonly Querystring: { readonly network?: string };
}

interface Listed {
  readonly Querystring: {
    readonly network?: string;
    readonly nve?: string;
    readonly watch?: boolean;
  };
}

const NETWORK_QUERY = { network: text('only those of this network') };
const NVE_QUERY = { nve: text('only those from this NVE') };

export function objectRoutes(app: FastifyInstance, context: ApiContext): void {
  for (const kind of Object.keys(VIEW_KINDS) as ViewKind[]) {
    listRoute(app, context, kind);
    getRoute(app, context, kind);
    if (VIEW_KINDS[kind].deletable) deleteRoute(app, context, kind);
  }
}

function listRoute(app: FastifyInstance, context: ApiContext, kind: ViewKind): void {
  const { schema, about } = VIEW_KINDS[kind];
  app.get<Listed>(
    `/v1/${kind}`,
    {
      schema: routeSchema({
        operationId: `list${schema}s`,
        summary: `Lists ${about}; with watch=true a line of the whole list after each change.`,
        tag: 'objects',
        answer: listOf(named(schema)),
        streamed: listOf(named(schema)),
        refusals: [400, 404, 503],
        query: {
          ...NETWORK_QUERY,
          ...(kind === 'tunnels' ? NVE_QUERY : {}),
          watch: { ...boolean, description: 'stream whole lists' },
        },
      }),
    },
    (request, reply) => {
      const { network, nve, watch } = request.query;
      if (kind === 'tunnels' && watch !== true) {
        if (network !== undefined) refuseUnknown(context, network);
        reply.type('application/json; charset=utf-8');
        return reply.send(jsonArrayStream(context.authority.tunnels(network, nve)));
      }
      const list = () => listOrRefuse(context, kind, network);
      const now = list();
      if (watch !== true) return reply.send(now);
      watchList(
        context,
        () => context.authority.list(kind, network),
        () => {
          reply.hijack();
          return reply.raw;
        },
      );
      return reply;
    },
  );
}

function watchList(
  context: ApiContext,
  list: () => readonly unknown[],
  open: () => ConstructorParameters<typeof NdjsonStream>[0],
): void {
  const { limits, authority, longRequests } = context;
  const over = longRequests.begin(() => stream.end());
  const stream = new NdjsonStream(
    open(),
    limits,
    () => watch.proceed(),
    () => {
      over();
      unsubscribe();
      watch.stop();
    },
  );
  const watch = new ListWatch(stream, list, limits.watchIntervalMs);
  const unsubscribe = authority.onChange(() => watch.changed());
  watch.proceed();
}

function getRoute(app: FastifyInstance, context: ApiContext, kind: ViewKind): void {
  const { schema } = VIEW_KINDS[kind];
  app.get<Named>(
    `/v1/${kind}/:name`,
    {
      schema: routeSchema({
        operationId: `get${schema}`,
        summary: `Shows one ${schema}.`,
        tag: 'objects',
        answer: named(schema),
        refusals: [400, 404],
        params: { name: text() },
        query: NETWORK_QUERY,
      }),
    },
    (request, reply) => {
      const { name } = request.params;
      const { network } = request.query;
      const view =
        network === undefined
          ? context.authority.get(kind, name)
          : listOrRefuse(context, kind, network).find((one) => one.name === name);
      if (view !== undefined) return reply.send(view);
      const where = network === undefined ? '' : ` in network ${network}`;
      throw new ApiError('not-found', `There is no ${schema} named ${name}${where}.`);
    },
  );
}

function deleteRoute(app: FastifyInstance, context: ApiContext, kind: ViewKind): void {
  const { schema } = VIEW_KINDS[kind];
  app.delete<{ Params: { readonly name: string } }>(
    `/v1/${kind}/:name`,
    {
      schema: routeSchema({
        operationId: `delete${schema}`,
        summary: `Removes one ${schema}.`,
        tag: 'objects',
        answer: named('Applied'),
        refusals: [404, 409, 422, 503],
        params: { name: text() },
      }),
    },
    async (request): Promise<Applied> => {
      const { name } = request.params;
      const ref = { kind: schema as ObjectRef['kind'], name };
      const applied = await context.authority.delete([ref]);
      if (applied.objects.every((one) => one.result === 'absent')) {
        throw new ApiError('not-found', `There is no ${schema} named ${name}.`);
      }
      return applied;
    },
  );
}

/** @throws ApiError when the network named does not exist: an empty list would hide a typing mistake. */
function listOrRefuse<Kind extends ViewKind>(
  context: ApiContext,
  kind: Kind,
  network: string | undefined,
): readonly ViewsByKind[Kind][] {
  if (network !== undefined) refuseUnknown(context, network);
  return context.authority.list(kind, network);
}

function refuseUnknown({ authority }: ApiContext, network: string): void {
  if (authority.get('networks', network) !== undefined) return;
  throw new ApiError('not-found', `There is no Network named ${network}.`);
}
