/**
 * Switch descriptions: four texts of 256 bytes and one of 32.
 *
 * Source: OpenFlow 1.3.5 §7.3.5.1.
 */
import { layout } from '../layout.ts';
import { putText, textOf } from '../text-field.ts';
import type { MultipartCodec } from './codec.ts';

const DESCRIPTION = layout({
  manufacturer: 'b256',
  hardware: 'b256',
  software: 'b256',
  serial: 'b32',
  datapath: 'b256',
});

export const DESC: MultipartCodec<'desc'> = {
  putRequest: () => undefined,
  readRequest: () => ({ kind: 'desc' }),
  putReply: (writer, _version, description) => {
    const at = writer.reserve(DESCRIPTION.size);
    putText(writer, at, 256, description.manufacturer);
    putText(writer, at + 256, 256, description.hardware);
    putText(writer, at + 512, 256, description.software);
    putText(writer, at + 768, 32, description.serial);
    putText(writer, at + 800, 256, description.datapath);
  },
  readReply: (cursor) => {
    const raw = cursor.struct(DESCRIPTION, 'a switch description');
    return {
      kind: 'desc',
      manufacturer: textOf(raw.manufacturer),
      hardware: textOf(raw.hardware),
      software: textOf(raw.software),
      serial: textOf(raw.serial),
      datapath: textOf(raw.datapath),
    };
  },
};
