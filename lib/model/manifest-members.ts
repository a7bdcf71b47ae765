/**
 * The members of manifests, one parser each: unknown value in, checked value out, or a problem and undefined.
 *
 * Every sentence says what was given, what is wanted, and no more.
 */
import {
  type IpAddress,
  isGroupMac,
  isHostIp,
  type MacAddress,
  macToNumber,
  parseIp,
  parseMac,
} from '../../protocols/base/addresses.ts';
import { ENCAPSULATIONS, type Encapsulation } from './encapsulation.ts';
import {
  isNetworkName,
  isNveName,
  isPortName,
  NETWORK_NAME_RULE,
  NVE_NAME_RULE,
  PORT_NAME_RULE,
} from './names.ts';
import { suggestion } from './nearest.ts';
import { VNI_MAX } from './records.ts';

/** A port with more addresses is a router. Bounds what one port may cost every edge. */
export const PORT_IPS_MAX = 64;

/** Takes a problem of the member that is being parsed. */
export type Complain = (message: string) => undefined;

/** What was given, short enough for a sentence. */
export function quoted(value: unknown): string {
  const text =
    typeof value === 'object' && value !== null ? kindOfObject(value) : JSON.stringify(value);
  if (text === undefined) return String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function kindOfObject(value: object): string {
  return Array.isArray(value) ? 'a list' : 'a mapping';
}

function parseText(value: unknown, what: string, complain: Complain): string | undefined {
  if (value === undefined) return complain(`is missing; give ${what}.`);
  if (typeof value === 'string') return value;
  const hint = typeof value === 'object' ? '' : '; put it in quotes';
  return complain(`must be text and is ${quoted(value)}${hint}; give ${what}.`);
}

export function parseNetworkName(
  value: unknown,
  what: string,
  complain: Complain,
): string | undefined {
  const text = parseText(value, what, complain);
  if (text === undefined || isNetworkName(text)) return text;
  return complain(`${quoted(text)} is no network name; ${NETWORK_NAME_RULE}.`);
}

export function parsePortName(value: unknown, complain: Complain): string | undefined {
  const text = parseText(value, 'the iface-id that the hypervisor will use', complain);
  if (text === undefined || isPortName(text)) return text;
  return complain(`${quoted(text)} is no port name; ${PORT_NAME_RULE}.`);
}

export function parseNveName(value: unknown, complain: Complain): string | undefined {
  const text = parseText(value, 'the system-id of its Open vSwitch', complain);
  if (text === undefined || isNveName(text)) return text;
  return complain(`${quoted(text)} is no NVE name; ${NVE_NAME_RULE}.`);
}

export function parsePortMac(value: unknown, complain: Complain): MacAddress | undefined {
  const text = parseText(value, 'a MAC address like 02:00:00:00:00:01', complain);
  if (text === undefined) return undefined;
  const mac = parseMac(text);
  if (mac === undefined) {
    return complain(`${quoted(text)} is no MAC address; write it like 02:00:00:00:00:01.`);
  }
  if (isGroupMac(mac)) {
    return complain(
      `${mac} is a multicast or broadcast address; give the address of one interface.`,
    );
  }
  if (macToNumber(mac) === 0)
    return complain(`${mac} belongs to nobody; give the interface's own address.`);
  return mac;
}

export function parseVni(value: unknown, complain: Complain): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= VNI_MAX) {
    return value;
  }
  return complain(
    `${quoted(value)} is no VNI; give an integer from 0 to ${VNI_MAX}, or leave it out to have one allocated.`,
  );
}

export function parseEncapsulations(
  value: unknown,
  complain: Complain,
): readonly Encapsulation[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length === 0) {
    return complain(
      `must be a list of ${ENCAPSULATIONS.join(', ')}, best first, and is ${Array.isArray(value) ? 'empty' : quoted(value)}; leave it out to allow all.`,
    );
  }
  const found: Encapsulation[] = [];
  for (const item of value as unknown[]) {
    const encapsulation = ENCAPSULATIONS.find((known) => known === item);
    if (encapsulation === undefined) complain(unknownEncapsulation(item));
    else if (found.includes(encapsulation)) complain(`names ${encapsulation} twice; name it once.`);
    else found.push(encapsulation);
  }
  return found;
}

function unknownEncapsulation(item: unknown): string {
  if (item === 'stt') {
    return 'stt is not supported: it needs a kernel module that Open vSwitch no longer has; use geneve or vxlan.';
  }
  const hint =
    typeof item === 'string'
      ? suggestion(item, ENCAPSULATIONS)
      : `known are ${ENCAPSULATIONS.join(', ')}`;
  return `${quoted(item)} is no encapsulation; ${hint}${hint.endsWith('?') ? '' : '.'}`;
}

export function parsePortIps(value: unknown, complain: Complain): readonly IpAddress[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    return complain(`must be a list like [192.168.7.1, "fd00:7::1"] and is ${quoted(value)}.`);
  }
  if (value.length > PORT_IPS_MAX) {
    return complain(`has ${value.length} addresses; a port has at most ${PORT_IPS_MAX}.`);
  }
  const found: IpAddress[] = [];
  for (const item of value as unknown[]) {
    const ip = parseHostIp(item, complain);
    if (ip === undefined) continue;
    if (found.includes(ip)) complain(`names ${ip} twice; name it once.`);
    else found.push(ip);
  }
  return found;
}

function parseHostIp(item: unknown, complain: Complain): IpAddress | undefined {
  if (typeof item !== 'string')
    return complain(`${quoted(item)} is no IP address; write it as text in quotes.`);
  const ip = parseIp(item);
  if (ip === undefined) {
    const hint = item.includes('/')
      ? 'write it without the prefix length'
      : 'write it like 192.168.7.1 or "fd00:7::1"';
    return complain(`${quoted(item)} is no IP address; ${hint}.`);
  }
  if (isHostIp(ip)) return ip;
  return complain(`${ip} is no address of a host; give a unicast address.`);
}
