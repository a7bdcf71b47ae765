/**
 * Ports: ofp_port in its layouts, and OFPT_PORT_STATUS.
 *
 *     1.3:       port_no:32 | pad 4 | hw_addr 6 | pad 2 | name 16 | config … max_speed (8 × 32 bits)
 *     1.4, 1.5:  port_no:32 | length:16 | pad 2 | hw_addr 6 | pad 2 | name 16 | config:32 | state:32 | properties
 *                property 0 (Ethernet): type:16 | length:16 | pad 4 | curr … max_speed (6 × 32 bits)
 *
 * Trap: Open vSwitch passes over a property that it does not know, also when it judges strictly.
 * Sources: OpenFlow 1.3.5 §7.2.1, §7.4.3; OpenFlow 1.4.1 §7.2.1; OpenFlow 1.5.1 §7.2.1.
 */
import { nameOf } from '../../values/commands.ts';
import type { PortStatus } from '../../values/messages.ts';
import type { PortDesc } from '../../values/multipart.ts';
import { OPENFLOW_14, type OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { checkPort } from '../port-number.ts';
import { expectSize, type Property, readProperties } from '../property.ts';
import { requireVersion } from '../require-version.ts';
import { putText, textOf } from '../text-field.ts';

const NAME_BYTES = 16;
const ETHERNET = 0;
const ETHERNET_BYTES = 32;

const FIXED_14 = layout({
  port: 'u32',
  length: 'u16',
  pad: 'pad2',
  addressHigh: 'u16',
  addressLow: 'u32',
  pad2: 'pad2',
  name: 'b16',
  config: 'u32',
  state: 'u32',
});

const SPEEDS = layout({
  current: 'u32',
  advertised: 'u32',
  supported: 'u32',
  peer: 'u32',
  currentSpeed: 'u32',
  maxSpeed: 'u32',
});

const NO_SPEEDS = {
  current: 0,
  advertised: 0,
  supported: 0,
  peer: 0,
  currentSpeed: 0,
  maxSpeed: 0,
};

const REASONS: Readonly<Record<PortStatus['reason'], number>> = { add: 0, delete: 1, modify: 2 };

export function putPort(writer: ByteWriter, version: OpenFlowVersion, port: PortDesc): void {
  const mark = writer.mark();
  const at = writer.reserve(FIXED_14.size);
  writer.view.setUint32(at, port.port);
  writer.view.setUint48(at + 8, port.hardwareAddress);
  putText(writer, at + 16, NAME_BYTES, port.name);
  writer.view.setUint32(at + 32, port.config);
  writer.view.setUint32(at + 36, port.state);
  if (version > 4) {
    const property = writer.reserve(8);
    writer.view.setUint16(property, ETHERNET);
    writer.view.setUint16(property + 2, ETHERNET_BYTES);
  }
  const speeds = writer.reserve(SPEEDS.size);
  writer.view.setUint32(speeds, port.current);
  writer.view.setUint32(speeds + 4, port.advertised);
  writer.view.setUint32(speeds + 8, port.supported);
  writer.view.setUint32(speeds + 12, port.peer);
  writer.view.setUint32(speeds + 16, port.currentSpeed);
  writer.view.setUint32(speeds + 20, port.maxSpeed);
  requireVersion(version, OPENFLOW_14, port.unknownProperties, 'a property of a port');
  if (version < 5) return;
  if (port.unknownProperties !== undefined) writer.put(port.unknownProperties);
  writer.patchSize(mark, 4);
}

export function hardwareAddressOf(high: number, low: number): number {
  return high * 0x100000000 + low;
}

export function readPort(cursor: Cursor, version: OpenFlowVersion): PortDesc {
  if (version > 4) cursor.has(FIXED_14.size, 'a port');
  const inner = version < 5 ? cursor : cursor.cutSized(4, FIXED_14.size, 'a port');
  const { port, addressHigh, addressLow, name, config, state } = inner.struct(FIXED_14, 'a port');
  checkPort(inner, port);
  const properties =
    version < 5
      ? inner.struct(SPEEDS, 'a port')
      : { ...NO_SPEEDS, ...readProperties(inner, (property) => readSpeeds(inner, property)) };
  const hardwareAddress = hardwareAddressOf(addressHigh, addressLow);
  return { port, hardwareAddress, name: textOf(name), config, state, ...properties };
}

function readSpeeds(inner: Cursor, property: Property): typeof NO_SPEEDS | undefined {
  if (property.type !== ETHERNET) return undefined;
  expectSize(inner, property, ETHERNET_BYTES, 'an Ethernet port property');
  property.body.skip(4, 'an Ethernet port property');
  return property.body.struct(SPEEDS, 'an Ethernet port property');
}

export function putPortStatus(
  writer: ByteWriter,
  version: OpenFlowVersion,
  message: PortStatus,
): void {
  writer.view.setUint8(writer.reserve(8), REASONS[message.reason]);
  putPort(writer, version, message.port);
}

export function readPortStatus(cursor: Cursor, version: OpenFlowVersion): PortStatus {
  const number = cursor.u8('a port status');
  cursor.skip(7, 'a port status');
  const reason = nameOf(REASONS, number);
  if (reason === undefined)
    cursor.fail('NXBRC_BAD_REASON', `no reason ${number} for a port status`);
  return { type: 'port_status', reason: reason ?? 'modify', port: readPort(cursor, version) };
}
