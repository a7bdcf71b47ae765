/**
 * Request bodies: bounded text, whatever the client sends and however long.
 *
 * Holds at most `bodyMaxBytes`. What comes after that is dropped unread by Node until the request timeout ends
 * the connection, so that a client still in the middle of sending can read the refusal.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError, bodyTooLarge, unsupportedMediaType } from './api-error.ts';

export const BODY_TYPES = ['application/yaml', 'text/yaml', 'application/json'] as const;

export function acceptTextBodies(app: FastifyInstance, bodyMaxBytes: number): void {
  app.removeAllContentTypeParsers();
  const parse = async (request: FastifyRequest, payload: IncomingMessage) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') throw unsupportedMediaType();
    return readText(payload, Number(request.headers['content-length'] ?? 0), bodyMaxBytes);
  };
  app.addContentTypeParser([...BODY_TYPES], parse);
}

async function readText(
  payload: IncomingMessage,
  declaredBytes: number,
  bodyMaxBytes: number,
): Promise<string> {
  if (declaredBytes > bodyMaxBytes) throw bodyTooLarge();
  const bytes = await collect(payload, bodyMaxBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError('bad-request', 'The request body is not UTF-8 text.');
  }
}

function collect(payload: IncomingMessage, bodyMaxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const take = (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= bodyMaxBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      payload.off('data', take);
      payload.resume();
      reject(bodyTooLarge());
    };
    payload.on('data', take);
    payload.on('end', () => resolve(Buffer.concat(chunks)));
    payload.on('error', () =>
      reject(new ApiError('bad-request', 'The request body ended too early.')),
    );
  });
}
