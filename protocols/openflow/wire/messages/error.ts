/**
 * OFPT_ERROR: type:16 | code:16 | [experimenter:32 when type is 0xffff] | data.
 *
 * Trap: Open vSwitch calls an error that it does not know too short.
 * Source: OpenFlow 1.3.5 §7.4.4, §7.4.4.15 (experimenter).
 */
import { identifyError } from '../../values/error-names.ts';
import type { ErrorMessage } from '../../values/messages.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';

const EXPERIMENTER = 0xffff;

export function putError(writer: ByteWriter, error: ErrorMessage): void {
  const { errorType, code, experimenter, data } = error;
  if ((errorType === EXPERIMENTER) !== (experimenter !== undefined)) {
    throw new TypeError(`an error of type ${errorType} and of experimenter ${experimenter}`);
  }
  const at = writer.reserve(4);
  writer.view.setUint16(at, errorType);
  writer.view.setUint16(at + 2, code);
  if (experimenter !== undefined) writer.view.setUint32(writer.reserve(4), experimenter);
  writer.put(data);
}

export function readError(cursor: Cursor, version: OpenFlowVersion): ErrorMessage {
  const from = cursor.position;
  const error = readNumbers(cursor);
  if (identifyError(error, version) === undefined) {
    cursor.unknown('OFPBRC_BAD_LEN', `no error ${error.errorType}, ${error.code}`, from);
  }
  return error;
}

function readNumbers(cursor: Cursor): ErrorMessage {
  const errorType = cursor.u16('an error');
  const code = cursor.u16('an error');
  if (errorType !== EXPERIMENTER) return { type: 'error', errorType, code, data: cursor.rest() };
  const experimenter = cursor.u32('an experimenter error');
  return { type: 'error', errorType, code, experimenter, data: cursor.rest() };
}
