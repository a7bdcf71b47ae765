/**
 * From the text of a request to manifests, or to references of objects: all of it, or a refusal with every problem.
 */
import type { Result } from '../../protocols/base/protocol-error.ts';
import type { Manifest, ObjectRef } from '../model/manifest.ts';
import { type ManifestDocument, parseManifests, parseObjectRefs } from '../model/manifest-parse.ts';
import type { Problem } from '../model/problem.ts';
import { ApiError } from './api-error.ts';
import { readYamlDocuments } from './yaml-documents.ts';

/** @throws ApiError */
export function readManifests(body: string | undefined, sizeMaxBytes: number): readonly Manifest[] {
  return accepted(parseManifests(documentsIn(body, sizeMaxBytes)));
}

/** @throws ApiError */
export function readObjectRefs(
  body: string | undefined,
  sizeMaxBytes: number,
): readonly ObjectRef[] {
  const refs = accepted(parseObjectRefs(documentsIn(body, sizeMaxBytes)));
  const distinct = new Map(refs.map((ref) => [`${ref.kind}/${ref.name}`, ref]));
  return [...distinct.values()];
}

function documentsIn(body: string | undefined, sizeMaxBytes: number): readonly ManifestDocument[] {
  return accepted(readYamlDocuments(body ?? '', { sizeMaxBytes }));
}

function accepted<Value>(result: Result<Value, Problem[]>): Value {
  if (result.ok) return result.value;
  throw new ApiError('rejected', 'The manifest was refused; nothing was changed.', result.error);
}
