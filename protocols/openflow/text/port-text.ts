/**
 * Ports as ofp-print describes them, and the messages about them.
 *
 * Traps: bits that OpenFlow 1.1 and later do not have are not said. A name ends where it cannot be printed, and has 15 characters.
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { macFromNumber } from '../../base/addresses.ts';
import type { PortMod, PortStatus } from '../values/messages.ts';
import type { PortDesc } from '../values/multipart.ts';
import { formatPort } from '../values/ports.ts';
import { formatBits } from './bit-names.ts';
import type { MessageFormatters } from './formatter.ts';

/** OFPPC_*. */
const CONFIG: ReadonlyMap<number, string> = new Map([
  [0x01, 'PORT_DOWN'],
  [0x04, 'NO_RECV'],
  [0x20, 'NO_FWD'],
  [0x40, 'NO_PACKET_IN'],
]);
const CONFIG_MASK = 0x65;

/** OFPPS_*. */
const STATE: ReadonlyMap<number, string> = new Map([
  [1, 'LINK_DOWN'],
  [2, 'BLOCKED'],
  [4, 'LIVE'],
]);
const STATE_MASK = 0x7;

/** OFPPF_*, in the order of their bits. */
const FEATURE_WORDS = [
  ...['10MB-HD', '10MB-FD', '100MB-HD', '100MB-FD', '1GB-HD', '1GB-FD', '10GB-FD', '40GB-FD'],
  ...['100GB-FD', '1TB-FD', 'OTHER', 'COPPER', 'FIBER', 'AUTO_NEG', 'AUTO_PAUSE'],
  'AUTO_PAUSE_ASYM',
];
const FEATURES: ReadonlyMap<number, string> = new Map(
  FEATURE_WORDS.map((word, bit) => [2 ** bit, word]),
);
const FEATURES_MASK = 0xffff;

const NAME_CHARACTERS = 15;
const REASONS: Readonly<Record<PortStatus['reason'], string>> = {
  add: 'ADD',
  delete: 'DEL',
  modify: 'MOD',
};

export function formatPortConfig(config: number): string {
  return formatBits(config & CONFIG_MASK, CONFIG, ' ');
}

export function formatPortFeatures(features: number): string {
  return formatBits(features & FEATURES_MASK, FEATURES, ' ');
}

/** Some lines, the first begins with a space, the last ends with a newline. */
export function formatPortDesc(port: PortDesc): string {
  const lines = [
    ` ${formatPort(port.port)}(${printableName(port.name)}): addr:${macFromNumber(port.hardwareAddress)}`,
    `     config:     ${formatPortConfig(port.config)}`,
    `     state:      ${formatBits(port.state & STATE_MASK, STATE, ' ')}`,
    ...featureLine('current:    ', port.current),
    ...featureLine('advertised: ', port.advertised),
    ...featureLine('supported:  ', port.supported),
    ...featureLine('peer:       ', port.peer),
    `     speed: ${megabits(port.currentSpeed)} Mbps now, ${megabits(port.maxSpeed)} Mbps max`,
  ];
  return `${lines.join('\n')}\n`;
}

/** In the order of their numbers of 16 bits, as a port description lists them. */
export function formatPorts(ports: readonly PortDesc[]): string {
  const short = (port: PortDesc) => port.port & 0xffff;
  return [...ports]
    .sort((left, right) => short(left) - short(right))
    .map(formatPortDesc)
    .join('');
}

function printableName(name: string): string {
  return (/^[\x20-\x7e]*/.exec(name)?.[0] ?? '').slice(0, NAME_CHARACTERS);
}

function featureLine(label: string, features: number): string[] {
  return (features & FEATURES_MASK) === 0 ? [] : [`     ${label}${formatPortFeatures(features)}`];
}

function megabits(kilobits: number): number {
  return Math.floor(kilobits / 1000);
}

function formatPortMod({ port, hardwareAddress, config, mask, advertise }: PortMod): string {
  const isUnchanged = (advertise & FEATURES_MASK) === 0;
  return [
    ` port: ${formatPort(port)}: addr:${macFromNumber(hardwareAddress)}`,
    `     config: ${formatPortConfig(config & mask)}`,
    `     mask:   ${formatPortConfig(mask)}`,
    `     advertise: ${isUnchanged ? 'UNCHANGED' : formatPortFeatures(advertise)}\n`,
  ].join('\n');
}

export const PORT_TEXT: MessageFormatters = {
  port_status: ({ reason, port }) => ` ${REASONS[reason]}:${formatPortDesc(port)}`,
  port_mod: formatPortMod,
};
