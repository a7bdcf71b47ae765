/**
 * What a multipart's codec is, and what most of them are made of. The multipart's header is not theirs (../multipart.ts).
 */
import type { MultipartKind } from '../../values/message-forms.ts';
import type { MultipartReplyOf, MultipartRequest } from '../../values/multipart.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';

/** The request of one kind. A row of the union may have several kinds, so its `kind` is narrowed. */
export type RequestOf<Kind extends MultipartKind> = Narrowed<MultipartRequest, Kind>;

type Narrowed<Request, Kind> = Request extends { readonly kind: infer Kinds }
  ? Kind extends Kinds
    ? Omit<Request, 'kind'> & { readonly kind: Kind }
    : never
  : never;

export interface MultipartCodec<Kind extends MultipartKind> {
  readonly putRequest: (
    writer: ByteWriter,
    version: OpenFlowVersion,
    request: RequestOf<Kind>,
  ) => void;
  readonly readRequest: (cursor: Cursor, version: OpenFlowVersion) => RequestOf<Kind>;
  readonly putReply: (
    writer: ByteWriter,
    version: OpenFlowVersion,
    reply: MultipartReplyOf<Kind>,
  ) => void;
  readonly readReply: (cursor: Cursor, version: OpenFlowVersion) => MultipartReplyOf<Kind>;
}

/** Records up to the cursor's end; of a faulty one on, none. */
export function readAll<Value>(cursor: Cursor, read: (cursor: Cursor) => Value): Value[] {
  const values: Value[] = [];
  while (cursor.left > 0) {
    const value = read(cursor);
    if (cursor.error === undefined) values.push(value);
  }
  return values;
}

/** number:32 | pad 4; what means "all" is not in the value. */
export function putNumber(writer: ByteWriter, number: number): void {
  writer.view.setUint32(writer.reserve(8), number);
}

export function readNumber(cursor: Cursor, what: string): number {
  const number = cursor.u32(what);
  cursor.skip(4, what);
  return number;
}
