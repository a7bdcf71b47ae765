/**
 * OFPT_PORT_MOD.
 *
 *     1.3:       port_no:32 | pad 4 | hw_addr 6 | pad 2 | config:32 | mask:32 | advertise:32 | pad 4
 *     1.4, 1.5:  port_no:32 | pad 4 | hw_addr 6 | pad 2 | config:32 | mask:32 | properties
 *                property 0 (Ethernet): type:16 | length:16 | advertise:32
 *
 * Trap: nothing to advertise is no property.
 * Sources: OpenFlow 1.3.5 §7.3.4.3; OpenFlow 1.4.1 §7.3.4.4.
 */
import type { PortMod } from '../../values/messages.ts';
import { OPENFLOW_14, type OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { checkPort } from '../port-number.ts';
import { expectSize, type Property, putProperty, readProperties } from '../property.ts';
import { requireVersion } from '../require-version.ts';
import { hardwareAddressOf } from './port.ts';

const ETHERNET = 0;
const ETHERNET_BYTES = 8;

const FIXED = layout({
  port: 'u32',
  pad: 'pad4',
  addressHigh: 'u16',
  addressLow: 'u32',
  pad2: 'pad2',
  config: 'u32',
  mask: 'u32',
});

export function putPortMod(writer: ByteWriter, version: OpenFlowVersion, message: PortMod): void {
  const at = writer.reserve(FIXED.size);
  writer.view.setUint32(at, message.port);
  writer.view.setUint48(at + 8, message.hardwareAddress);
  writer.view.setUint32(at + 16, message.config);
  writer.view.setUint32(at + 20, message.mask);
  requireVersion(version, OPENFLOW_14, message.unknownProperties, 'a property of a port-mod');
  if (version < 5) {
    writer.view.setUint32(writer.reserve(8), message.advertise);
    return;
  }
  if (message.advertise !== 0) {
    const property = putProperty(writer, ETHERNET, ETHERNET_BYTES);
    writer.view.setUint32(property, message.advertise);
  }
  if (message.unknownProperties !== undefined) writer.put(message.unknownProperties);
}

export function readPortMod(cursor: Cursor, version: OpenFlowVersion): PortMod {
  const { port, addressHigh, addressLow, config, mask } = cursor.struct(FIXED, 'a port-mod');
  checkPort(cursor, port);
  const hardwareAddress = hardwareAddressOf(addressHigh, addressLow);
  const rest =
    version < 5
      ? { advertise: cursor.u32('a port-mod') }
      : { advertise: 0, ...readProperties(cursor, (property) => readEthernet(cursor, property)) };
  return { type: 'port_mod', port, hardwareAddress, config, mask, ...rest };
}

function readEthernet(cursor: Cursor, property: Property): { advertise: number } | undefined {
  if (property.type !== ETHERNET) return undefined;
  expectSize(cursor, property, ETHERNET_BYTES, 'an Ethernet port-mod property');
  return { advertise: property.body.u32('an Ethernet port-mod property') };
}
