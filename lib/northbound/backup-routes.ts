/**
 * A consistent copy of the whole store: `/v1/backup`.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './api-context.ts';
import { backupPieces } from './backup-format.ts';
import { routeSchema } from './route-schema.ts';
import { named } from './schema-shape.ts';

export function backupRoutes(app: FastifyInstance, { authority }: ApiContext): void {
  const schema = routeSchema({
    operationId: 'getBackup',
    summary:
      'Copies everything that the store holds: a line about the copy, a line a record, and a last line with their number and checksum.',
    tag: 'reports',
    streamed: named('BackupLine'),
    refusals: [503],
  });
  app.get('/v1/backup', { schema }, async (_request, reply) => {
    const backup = await authority.backup();
    return reply
      .type('application/x-ndjson; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(Readable.from(backupPieces(backup)));
  });
}
