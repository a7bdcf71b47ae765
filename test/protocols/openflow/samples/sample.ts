/**
 * A message as a value, in the versions that can say it: what the tests of a family are driven by.
 */
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type {
  MultipartReply,
  MultipartRequest,
} from '../../../../protocols/openflow/values/multipart.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';

export interface Sample {
  readonly name: string;
  readonly versions: readonly OpenFlowVersion[];
  readonly message: Message;
}

export const ALL: readonly OpenFlowVersion[] = [4, 5, 6];
export const SINCE_14: readonly OpenFlowVersion[] = [5, 6];
export const ONLY_13: readonly OpenFlowVersion[] = [4];
export const BEFORE_15: readonly OpenFlowVersion[] = [4, 5];
export const ONLY_15: readonly OpenFlowVersion[] = [6];

export function request(
  name: string,
  versions: readonly OpenFlowVersion[],
  value: MultipartRequest,
): Sample {
  return { name, versions, message: { type: 'multipart_request', request: value } };
}

export function reply(
  name: string,
  versions: readonly OpenFlowVersion[],
  value: MultipartReply,
): Sample {
  return { name, versions, message: { type: 'multipart_reply', more: false, reply: value } };
}
