/**
 * Request bodies: bounded text, whatever the client sends and however long.
 *
 * Holds at most `bodyMaxBytes`. What comes after that is read and dropped for a moment before the refusal is
 * sent: a connection closed on a client in the middle of sending would take the refusal with it.
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
  const bytes = declaredBytes > bodyMaxBytes ? undefined : await collect(payload, bodyMaxBytes);
  if (bytes === undefined) {
    await drop(payload);
    throw bodyTooLarge(bodyMaxBytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError('bad-request', 'The request body is not UTF-8 text.');
  }
}

/** Undefined when there is more than allowed. */
function collect(payload: IncomingMessage, bodyMaxBytes: number): Promise<Uint8Array | undefined> {
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
      resolve(undefined);
    };
    payload.on('data', take);
    payload.on('end', () => resolve(Buffer.concat(chunks)));
    payload.on('error', () =>
      reject(new ApiError('bad-request', 'The request body ended too early.')),
    );
  });
}

/** A client that sends longer than this loses the refusal; that is its own loss. */
const DROP_MAX_MS = 2_000;
const DROP_MAX_BYTES = 64 * 1024 * 1024;

function drop(payload: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let droppedBytes = 0;
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, DROP_MAX_MS);
    payload.on('data', (chunk: Buffer) => {
      droppedBytes += chunk.length;
      if (droppedBytes > DROP_MAX_BYTES) done();
    });
    payload.on('end', done);
    payload.on('error', done);
    payload.on('close', done);
    payload.resume();
  });
}
