/**
 * Declaring and removing many objects at once: `/v1/apply`, `/v1/delete`.
 */
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './api-context.ts';
import { readManifests, readObjectRefs } from './manifest-body.ts';
import { routeSchema } from './route-schema.ts';
import { listOf, named, type Schema, text } from './schema-shape.ts';
import { BODY_TYPES } from './text-body.ts';

export function changeRoutes(app: FastifyInstance, { authority, limits }: ApiContext): void {
  const described = {
    tag: 'changes',
    answer: named('Applied'),
    refusals: [400, 409, 413, 415, 422, 503],
  } as const;
  const apply = routeSchema({
    ...described,
    operationId: 'apply',
    summary: 'Declares objects: all of them, or none when one is refused.',
    body: bodies('manifests, YAML documents separated by ---', named('Manifest')),
  });
  const remove = routeSchema({
    ...described,
    operationId: 'delete',
    summary: 'Removes objects, named by kind and name; whole manifests are taken too.',
    body: bodies('objects with kind and name, YAML documents', named('ObjectRef')),
  });
  // Bodies are text here; the manifest reader checks them and says more than a JSON Schema could.
  const validatorCompiler = () => () => true;
  app.post<{ Body: string | undefined }>(
    '/v1/apply',
    { schema: apply, validatorCompiler },
    async (request) => authority.apply(readManifests(request.body, limits.bodyMaxBytes)),
  );
  app.post<{ Body: string | undefined }>(
    '/v1/delete',
    { schema: remove, validatorCompiler },
    async (request) => authority.delete(readObjectRefs(request.body, limits.bodyMaxBytes)),
  );
}

function bodies(about: string, one: Schema): Readonly<Record<string, Schema>> {
  const json: Schema = { oneOf: [one, listOf(one)] };
  return Object.fromEntries(
    BODY_TYPES.map((type) => [type, type === 'application/json' ? json : text(about)]),
  );
}
