/**
 * Refusals of the API: the one home of error codes, their HTTP statuses and their one JSON shape.
 *
 * `{"error": {"code", "message", "problems"?}}`: match on `code`; `message` is a sentence for people.
 * What is not in the catalogue is our own fault and leaves as `internal`, without its text.
 */
import { AuthorityError, type Problem } from './authority.ts';

export const STATUS_BY_CODE = {
  'bad-request': 400,
  'not-found': 404,
  'request-timeout': 408,
  conflict: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  rejected: 422,
  'headers-too-large': 431,
  internal: 500,
  'not-ready': 503,
  'nve-away': 503,
  store: 503,
  'too-many-streams': 503,
  closing: 503,
} as const;

export type ApiErrorCode = keyof typeof STATUS_BY_CODE;

export interface ApiErrorBody {
  readonly error: {
    readonly code: ApiErrorCode;
    readonly message: string;
    readonly problems?: readonly Problem[];
  };
}

export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: ApiErrorCode, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.problems = problems;
  }
}

/** What a handler, fastify itself or the authority threw, as a member of the catalogue; undefined: our own fault. */
export function toApiError(thrown: unknown): ApiError | undefined {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof AuthorityError) {
    return new ApiError(thrown.code, thrown.message, thrown.problems);
  }
  return fromFramework(thrown);
}

function fromFramework(thrown: unknown): ApiError | undefined {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return undefined;
  const status = thrown.statusCode;
  if (status === 415) return unsupportedMediaType();
  if ('validation' in thrown) return badQuery(thrown.message, thrown.validation);
  if (status === 503)
    return new ApiError('closing', 'The daemon is shutting down; ask again later.');
  const refused = typeof status === 'number' && status >= 400 && status < 500;
  return refused ? new ApiError('bad-request', thrown.message) : undefined;
}

function badQuery(message: string, validation: unknown): ApiError {
  const unknown = JSON.stringify(validation).match(/"additionalProperty":"([^"]{1,64})/)?.[1];
  if (unknown !== undefined) {
    return new ApiError('bad-request', `This route has no query member ${unknown}.`);
  }
  return new ApiError('bad-request', `The request is malformed: ${message}.`);
}

export function bodyTooLarge(maxBytes: number): ApiError {
  const limit = maxBytes % MEBIBYTE === 0 ? `${maxBytes / MEBIBYTE} MiB` : `${maxBytes} bytes`;
  return new ApiError(
    'too-large',
    `The request body is larger than ${limit}; split the manifest and send it in several requests.`,
  );
}

const MEBIBYTE = 1024 * 1024;

export function unsupportedMediaType(): ApiError {
  return new ApiError(
    'unsupported-media-type',
    'Send manifests as application/yaml, text/yaml or application/json, without content-encoding.',
  );
}

export function errorBody(error: ApiError): ApiErrorBody {
  const problems = error.problems.length === 0 ? {} : { problems: error.problems };
  return { error: { code: error.code, message: error.message, ...problems } };
}
