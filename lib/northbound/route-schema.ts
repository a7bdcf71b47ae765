/**
 * How every route describes itself: success, and the refusals that it knows, always in the one error shape.
 */
import type { FastifySchema } from 'fastify';
import { named, type Schema } from './schema-shape.ts';

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request itself is malformed.',
  404: 'There is no such object.',
  409: 'Somebody else changed the same objects meanwhile; nothing was changed.',
  413: 'The body is larger than the limit (1 MiB unless configured).',
  415: 'The content type is none of those listed.',
  422: 'The manifest is wrong in itself or against the present state; nothing was changed.',
  503: 'The store, the NVE or the daemon cannot serve this now.',
};

export interface RouteDescription {
  readonly operationId: string;
  readonly summary: string;
  readonly tag: 'objects' | 'changes' | 'reports' | 'health';
  /** Absent: it only streams. */
  readonly answer?: Schema;
  /** Lines of this, when the route can stream. */
  readonly streamed?: Schema;
  readonly refusals: readonly (keyof typeof REFUSALS)[];
  readonly params?: Readonly<Record<string, Schema>>;
  readonly query?: Readonly<Record<string, Schema>>;
  readonly body?: Readonly<Record<string, Schema>>;
}

export function routeSchema(route: RouteDescription): FastifySchema {
  const json = route.answer === undefined ? {} : { 'application/json': { schema: route.answer } };
  const lines =
    route.streamed === undefined ? {} : { 'application/x-ndjson': { schema: route.streamed } };
  const response: Record<number, unknown> = {
    200: { description: 'Done.', content: { ...json, ...lines } },
  };
  for (const status of route.refusals) {
    response[status] = {
      description: REFUSALS[status],
      content: { 'application/json': { schema: named('Error') } },
    };
  }
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    response,
    ...optionally('params', route.params, { required: Object.keys(route.params ?? {}) }),
    ...optionally('querystring', route.query, { additionalProperties: false }),
    ...(route.body === undefined ? {} : { body: { content: contents(route.body) } }),
  } as FastifySchema;
}

function optionally(
  member: string,
  properties: Readonly<Record<string, Schema>> | undefined,
  more: object,
): Record<string, unknown> {
  return properties === undefined ? {} : { [member]: { type: 'object', properties, ...more } };
}

function contents(body: Readonly<Record<string, Schema>>): Record<string, { schema: Schema }> {
  return Object.fromEntries(Object.entries(body).map(([type, schema]) => [type, { schema }]));
}
