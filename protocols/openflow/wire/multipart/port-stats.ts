/**
 * Port statistics.
 *
 *     request:    port_no:32 | pad 4
 *     1.3:        port_no:32 | pad 4 | eight counters:64 | four counters of Ethernet:64 | sec:32 | nsec:32
 *     1.4, 1.5:   length:16 | pad 2 | port_no:32 | sec:32 | nsec:32 | eight counters:64 | properties
 *     Ethernet:   0 | 40 | pad 4 | four counters:64
 *     RFC 2819:   0xffff | 184 | 0xaa01 | 1 | pad 4 | 21 counters:64
 *     custom:     0xffff | length | 0xaa01 | 2 | pad 2 | count:16 | { size:8 | name | value:64 }*
 *
 * Trap: a custom counter is not aligned.
 * Sources: OpenFlow 1.3.5 §7.3.5.6; OpenFlow 1.4.1 §7.3.5.6; intel-ext.h of Open vSwitch 3.1.
 */
import {
  COUNTER_UNKNOWN,
  type CustomCounter,
  type EthernetCounters,
  type PortStats,
  type Rfc2819Counters,
} from '../../values/port-stats.ts';
import { OFPP_ANY } from '../../values/ports.ts';
import { OPENFLOW_14, type OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';
import { layout } from '../layout.ts';
import { checkPort } from '../port-number.ts';
import {
  beginExperimenterProperty,
  beginProperty,
  EXPERIMENTER_PROPERTY,
  endProperty,
  expectSize,
  type Property,
  readProperties,
} from '../property.ts';
import { requireVersion } from '../require-version.ts';
import { textBytes, textOf } from '../text-field.ts';
import { type MultipartCodec, putNumber, readAll, readNumber } from './codec.ts';

const COUNTERS = {
  receivedPackets: 'u64',
  sentPackets: 'u64',
  receivedBytes: 'u64',
  sentBytes: 'u64',
  receiveDropped: 'u64',
  sendDropped: 'u64',
  receiveErrors: 'u64',
  sendErrors: 'u64',
} as const;

const ETHERNET = layout({
  receiveFrameErrors: 'u64',
  receiveOverruns: 'u64',
  receiveCrcErrors: 'u64',
  collisions: 'u64',
});

const PORT_13 = layout({ port: 'u32', pad: 'pad4', ...COUNTERS });
const DURATION = layout({ durationSeconds: 'u32', durationNanoseconds: 'u32' });
const PORT_14 = layout({
  length: 'u16',
  pad: 'pad2',
  port: 'u32',
  durationSeconds: 'u32',
  durationNanoseconds: 'u32',
  ...COUNTERS,
});

const INTEL = 0xaa01;
const RFC2819 = 1;
const CUSTOM = 2;
const ETHERNET_PROPERTY = 0;
const ETHERNET_BYTES = 40;
const RFC2819_BYTES = 184;
/** Sizes of packets that have counters of their own. */
const SIZES = 7;

export const PORT_STATS: MultipartCodec<'port_stats'> = {
  putRequest: (writer, _version, { port }) => putNumber(writer, port ?? OFPP_ANY),
  readRequest: (cursor) => {
    const port = readNumber(cursor, 'a port number');
    checkPort(cursor, port);
    return port === OFPP_ANY ? { kind: 'port_stats' } : { kind: 'port_stats', port };
  },
  putReply: (writer, version, { ports }) => {
    for (const port of ports) {
      if (version < OPENFLOW_14) putPort13(writer, version, port);
      else putPort14(writer, port);
    }
  },
  readReply: (cursor, version) => ({
    kind: 'port_stats',
    ports: readAll(cursor, version < 5 ? readPort13 : readPort14),
  }),
};

function putCounters(writer: ByteWriter, port: PortStats): void {
  put64(writer, port.receivedPackets, port.sentPackets, port.receivedBytes, port.sentBytes);
  put64(writer, port.receiveDropped, port.sendDropped, port.receiveErrors, port.sendErrors);
}

function put64(writer: ByteWriter, ...values: readonly bigint[]): void {
  for (const value of values) writer.view.setBigUint64(writer.reserve(8), value);
}

function putEthernet(writer: ByteWriter, ethernet: EthernetCounters): void {
  const { receiveFrameErrors, receiveOverruns, receiveCrcErrors, collisions } = ethernet;
  put64(writer, receiveFrameErrors, receiveOverruns, receiveCrcErrors, collisions);
}

const NO_ETHERNET: EthernetCounters = {
  receiveFrameErrors: COUNTER_UNKNOWN,
  receiveOverruns: COUNTER_UNKNOWN,
  receiveCrcErrors: COUNTER_UNKNOWN,
  collisions: COUNTER_UNKNOWN,
};

function putPort13(writer: ByteWriter, version: OpenFlowVersion, port: PortStats): void {
  for (const name of ['rfc2819', 'custom', 'unknownProperties'] as const) {
    requireVersion(version, OPENFLOW_14, port[name], `${name} of port statistics`);
  }
  writer.view.setUint32(writer.reserve(8), port.port);
  putCounters(writer, port);
  putEthernet(writer, port.ethernet ?? NO_ETHERNET);
  putDuration(writer, port);
}

function putDuration(writer: ByteWriter, port: PortStats): void {
  const at = writer.reserve(DURATION.size);
  writer.view.setUint32(at, port.durationSeconds);
  writer.view.setUint32(at + 4, port.durationNanoseconds);
}

function putPort14(writer: ByteWriter, port: PortStats): void {
  const mark = writer.mark();
  const at = writer.reserve(8);
  writer.view.setUint32(at + 4, port.port);
  putDuration(writer, port);
  putCounters(writer, port);
  if (port.ethernet !== undefined) {
    const property = beginProperty(writer, ETHERNET_PROPERTY);
    writer.reserve(4);
    putEthernet(writer, port.ethernet);
    endProperty(writer, property);
  }
  if (port.rfc2819 !== undefined) putRfc2819(writer, port.rfc2819);
  if (port.custom !== undefined) putCustom(writer, port.custom);
  if (port.unknownProperties !== undefined) writer.put(port.unknownProperties);
  writer.patchSize(mark, 0);
}

function putRfc2819(writer: ByteWriter, counters: Rfc2819Counters): void {
  const mark = beginExperimenterProperty(writer, INTEL, RFC2819);
  writer.reserve(4);
  for (const bySize of [counters.receivedBySize, counters.sentBySize]) {
    if (bySize.length !== SIZES) {
      throw new RangeError(`${bySize.length} counters by size; RFC 2819 has ${SIZES}`);
    }
    put64(writer, ...bySize);
  }
  put64(writer, counters.sentMulticast, counters.receivedBroadcast, counters.sentBroadcast);
  put64(writer, counters.receivedUndersized, counters.receivedOversize);
  put64(writer, counters.receivedFragments, counters.receivedJabber);
  endProperty(writer, mark);
}

function putCustom(writer: ByteWriter, counters: readonly CustomCounter[]): void {
  const mark = beginExperimenterProperty(writer, INTEL, CUSTOM);
  writer.view.setUint16(writer.reserve(4) + 2, counters.length);
  for (const { name, value } of counters) {
    const bytes = textBytes(name);
    if (bytes.length > 0xff) throw new RangeError(`the counter's name ${name} has over 255 bytes`);
    writer.view.setUint8(writer.reserve(1), bytes.length);
    writer.put(bytes);
    put64(writer, value);
  }
  endProperty(writer, mark);
}

function readPort13(cursor: Cursor): PortStats {
  const fixed = cursor.struct(PORT_13, 'port statistics');
  const ethernet = cursor.struct(ETHERNET, 'port statistics');
  const duration = cursor.struct(DURATION, 'port statistics');
  checkPort(cursor, fixed.port);
  return { ...fixed, ...duration, ethernet: { ...ethernet } };
}

function readPort14(cursor: Cursor): PortStats {
  const inner = cursor.cutSized(0, PORT_14.size, 'port statistics');
  const { length: _length, ...fixed } = inner.struct(PORT_14, 'port statistics');
  checkPort(inner, fixed.port);
  const counters = readProperties<Counters>(inner, (property) => readKnown(inner, property));
  return { ...fixed, ...counters };
}

type Counters = Pick<PortStats, 'ethernet' | 'rfc2819' | 'custom'>;

function readKnown(inner: Cursor, property: Property): Counters | undefined {
  const { type, experimenter, experimenterType, body } = property;
  if (type === ETHERNET_PROPERTY) {
    expectSize(inner, property, ETHERNET_BYTES, 'counters of Ethernet');
    body.skip(4, 'counters of Ethernet');
    return { ethernet: { ...body.struct(ETHERNET, 'counters of Ethernet') } };
  }
  if (type !== EXPERIMENTER_PROPERTY || experimenter !== INTEL) return undefined;
  if (experimenterType === RFC2819) {
    expectSize(inner, property, RFC2819_BYTES, 'counters of RFC 2819');
    return { rfc2819: readRfc2819(body) };
  }
  return experimenterType === CUSTOM ? { custom: readCustom(body) } : undefined;
}

function readRfc2819(body: Cursor): Rfc2819Counters {
  body.skip(4, 'counters of RFC 2819');
  const counters: bigint[] = [];
  while (body.left > 0) counters.push(body.u64('a counter'));
  const [sentMulticast = 0n, receivedBroadcast = 0n, sentBroadcast = 0n, ...rest] = counters.slice(
    2 * SIZES,
  );
  const [receivedUndersized = 0n, receivedOversize = 0n, receivedFragments = 0n] = rest;
  return {
    receivedBySize: counters.slice(0, SIZES),
    sentBySize: counters.slice(SIZES, 2 * SIZES),
    ...{ sentMulticast, receivedBroadcast, sentBroadcast, receivedUndersized, receivedOversize },
    ...{ receivedFragments, receivedJabber: rest[3] ?? 0n },
  };
}

function readCustom(body: Cursor): CustomCounter[] {
  body.skip(2, 'counters by name');
  const count = body.u16('counters by name');
  const counters: CustomCounter[] = [];
  for (let index = 0; index < count && body.error === undefined; index++) {
    const size = body.u8('the name of a counter');
    const name = textOf(body.copy(size, 'the name of a counter'));
    counters.push({ name, value: body.u64('a counter') });
  }
  return counters;
}
