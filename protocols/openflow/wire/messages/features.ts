/**
 * OFPT_FEATURES_REPLY and the switch configuration.
 *
 * Sources: OpenFlow 1.3.5 §7.3.1 (features), §7.3.2 (configuration).
 */
import type { Features, SwitchConfig } from '../../values/messages.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';

const FEATURES = layout({
  datapathId: 'u64',
  buffers: 'u32',
  tables: 'u8',
  auxiliaryId: 'u8',
  pad: 'pad2',
  capabilities: 'u32',
  reserved: 'pad4',
});

const CONFIG = layout({ flags: 'u16', missSendLen: 'u16' });

/** OFPC_FRAG_MASK. */
const FRAGMENT_MASK = 3;

export function putFeatures(writer: ByteWriter, features: Features): void {
  const at = writer.reserve(FEATURES.size);
  writer.view.setBigUint64(at, BigInt(`0x${features.datapathId}`));
  writer.view.setUint32(at + 8, features.buffers);
  writer.view.setUint8(at + 12, features.tables);
  writer.view.setUint8(at + 13, features.auxiliaryId);
  writer.view.setUint32(at + 16, features.capabilities);
}

export function readFeatures(cursor: Cursor): Features {
  const { datapathId, buffers, tables, auxiliaryId, capabilities } = cursor.struct(
    FEATURES,
    'a features reply',
  );
  const id = datapathId.toString(16).padStart(16, '0');
  return { datapathId: id, buffers, tables, auxiliaryId, capabilities };
}

export function putConfig(writer: ByteWriter, config: SwitchConfig): void {
  const at = writer.reserve(CONFIG.size);
  writer.view.setUint16(at, config.flags);
  writer.view.setUint16(at + 2, config.missSendLen);
}

export function readConfig(cursor: Cursor): SwitchConfig {
  return cursor.struct(CONFIG, 'a switch configuration');
}

/** What a switch is told to be; what it says of itself is taken as it is. */
export function readSetConfig(cursor: Cursor): SwitchConfig {
  const config = readConfig(cursor);
  const unknown = config.flags & ~FRAGMENT_MASK;
  if (unknown !== 0) cursor.unknown('OFPSCFC_BAD_FLAGS', `no configuration flags ${unknown}`);
  return config;
}
