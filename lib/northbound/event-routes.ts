/**
 * The history that an instance keeps: `/v1/events`, once or followed.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './api-context.ts';
import { NdjsonStream } from './ndjson-stream.ts';
import { routeSchema } from './route-schema.ts';
import { boolean, count, listOf, named } from './schema-shape.ts';

interface Asked {
  readonly Querystring: { readonly after?: number; readonly follow?: boolean };
}

export function eventRoutes(app: FastifyInstance, context: ApiContext): void {
  const schema = routeSchema({
    operationId: 'listEvents',
    summary: 'Lists the events kept, oldest first; with follow=true a line each, without end.',
    tag: 'reports',
    answer: listOf(named('Event')),
    streamed: named('Event'),
    refusals: [400, 503],
    query: {
      after: count('only those with a greater id'),
      follow: { ...boolean, description: 'stream new ones as they come' },
    },
  });
  app.get<Asked>('/v1/events', { schema }, (request, reply) => {
    const { after = 0, follow } = request.query;
    if (follow !== true) return reply.send(context.authority.events(after));
    followEvents(context, after, () => {
      reply.hijack();
      return reply.raw;
    });
    return reply;
  });
}

function followEvents(context: ApiContext, after: number, open: () => ServerResponse): void {
  const { authority, limits, longRequests } = context;
  const over = longRequests.begin(() => stream.end());
  const stream = new NdjsonStream(
    open(),
    limits,
    () => undefined,
    () => {
      over();
      unsubscribe();
    },
  );
  const kept = authority.events(after);
  const unsubscribe = authority.onEvent((event) => stream.send(JSON.stringify(event)));
  // One write, so that a long history is not taken for a slow reader.
  if (kept.length > 0) stream.send(kept.map((event) => JSON.stringify(event)).join('\n'));
}
