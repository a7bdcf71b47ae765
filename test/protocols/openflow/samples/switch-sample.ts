/**
 * What the samples of switch messages are: a value, and the bytes that it has in each version, with the xid 1. Each text of them is
 * judged by ovs-ofctl; so the bytes are not only our own opinion.
 */
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';

export interface SwitchSample {
  readonly name: string;
  readonly message: Message;
  readonly bytes: { readonly [Version in OpenFlowVersion]?: string };
}

export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
