/**
 * A message that Open vSwitch refuses, and the error that it gives.
 */
import type { OpenFlowErrorName } from '../../../../protocols/openflow/values/error-codes.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';

export interface MalformedSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: OpenFlowErrorName;
}

/** `body` in hexadecimal, spaces allowed. */
function message(version: OpenFlowVersion, type: number, body: string): Uint8Array {
  const content = Buffer.from(body.replaceAll(' ', ''), 'hex');
  const header = Buffer.from([version, type, 0, 0, 0, 0, 0, 7]);
  header.writeUInt16BE(8 + content.length, 2);
  return new Uint8Array(Buffer.concat([header, content]));
}

export function row(
  version: OpenFlowVersion,
  type: number,
  code: OpenFlowErrorName,
  name: string,
  body: string,
): MalformedSample {
  return {
    name: `${name} in OpenFlow 1.${version - 1}`,
    bytes: message(version, type, body),
    code,
  };
}
