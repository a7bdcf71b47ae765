/**
 * Options of tunnels that a hypervisor asks for in its own database (external_ids of Open_vSwitch), as options of its
 * tunnel ports.
 *
 * The one home of what they may be: Open vSwitch takes many a wrong value without a word (a TTL of "x" is its default),
 * so each is checked here, and a wrong one is a condition; the rest is used. Absent: Open vSwitch's own default.
 *
 * Source: ovs-vswitchd.conf.db(5), Interface options of tunnels.
 */
import { type IpAddress, ipFamily, isHostIp, parseIp } from '../../protocols/base/addresses.ts';
import { type Encapsulation, type Endpoint, UDP_PORTS } from '../model/encapsulation.ts';
import type { Condition } from '../model/views.ts';

/** By key of external_ids: the texts as they are there. */
export type TunnelTexts = Readonly<Partial<Record<TunnelKey, string>>>;

export const TUNNEL_KEYS = [
  'nva-encap-port',
  'nva-encap-csum',
  'nva-encap-df',
  'nva-encap-ttl',
  'nva-encap-tos',
  'nva-encap-local-ip',
] as const;

type TunnelKey = (typeof TUNNEL_KEYS)[number];

export interface TunnelSettings {
  /** UDP ports that are not the encapsulation's own. */
  readonly ports: Readonly<Partial<Record<Encapsulation, number>>>;
  /** Interface options that all encapsulations share. */
  readonly common: readonly (readonly [string, string])[];
  readonly localIp?: IpAddress;
}

export const NO_TUNNEL_SETTINGS: TunnelSettings = { ports: {}, common: [] };

/** What may be written, in words, and the option's value; undefined: the text is none of these. */
interface Rule {
  readonly option: string;
  readonly may: string;
  value(text: string): string | undefined;
}

const RULES: Readonly<Partial<Record<TunnelKey, Rule>>> = {
  'nva-encap-csum': { option: 'csum', may: 'true or false', value: trueOrFalse },
  'nva-encap-df': { option: 'df_default', may: 'true or false', value: trueOrFalse },
  'nva-encap-ttl': {
    option: 'ttl',
    may: 'inherit, or a number from 1 to 255',
    value: (text) => inheritOr(text, (value) => value >= 1 && value <= 255),
  },
  'nva-encap-tos': {
    option: 'tos',
    // The two low bits are ECN's: RFC 3168 §5.
    may: 'inherit, or a multiple of 4 from 0 to 252 (the DSCP in its place in the byte)',
    value: (text) => inheritOr(text, (value) => value <= 252 && value % 4 === 0),
  },
};

/** `types`: the encapsulations that are wanted at all. */
export function readTunnelTexts(
  texts: TunnelTexts,
  types: readonly string[],
  conditions: Condition[],
): TunnelSettings {
  const common: [string, string][] = [];
  for (const key of TUNNEL_KEYS) {
    const [rule, text] = [RULES[key], texts[key]];
    if (rule === undefined || text === undefined) continue;
    const value = rule.value(text.trim());
    if (value === undefined) conditions.push(wrong(key, text, `write ${rule.may}`));
    else common.push([rule.option, value]);
  }
  const ports = readPorts(texts['nva-encap-port'], types, conditions);
  const localIp = readLocalIp(texts['nva-encap-local-ip'], conditions);
  if (localIp === undefined) return { ports, common };
  return { ports, common: [...common, ['local_ip', localIp]], localIp };
}

/** What else than `remote_ip` and `key` a tunnel port has. */
export function settingsOptions(
  settings: TunnelSettings,
  encapsulation: Encapsulation,
): readonly (readonly [string, string])[] {
  const port = settings.ports[encapsulation];
  return port === undefined ? settings.common : [...settings.common, ['dst_port', String(port)]];
}

function trueOrFalse(text: string): string | undefined {
  return text === 'true' || text === 'false' ? text : undefined;
}

function inheritOr(text: string, isValid: (value: number) => boolean): string | undefined {
  if (text === 'inherit') return text;
  const isNumber = /^(?:0x[0-9a-fA-F]{1,2}|[0-9]{1,3})$/.test(text);
  return isNumber && isValid(Number(text)) ? String(Number(text)) : undefined;
}

function readLocalIp(text: string | undefined, conditions: Condition[]): IpAddress | undefined {
  if (text === undefined) return undefined;
  const ip = parseIp(text.trim());
  if (ip !== undefined && isHostIp(ip)) return ip;
  conditions.push(wrong('nva-encap-local-ip', text, 'write one IP address of the host'));
  return undefined;
}

function readPorts(
  text: string | undefined,
  types: readonly string[],
  conditions: Condition[],
): TunnelSettings['ports'] {
  const ports: Partial<Record<Encapsulation, number>> = {};
  const bad = (remedy: string): void => {
    conditions.push(wrong('nva-encap-port', text ?? '', remedy));
  };
  for (const word of (text ?? '').split(',').map((part) => part.trim())) {
    const named = word === '' ? undefined : portNamed(word);
    if (typeof named === 'string') bad(named);
    else if (named !== undefined) ports[named.type] = named.port;
  }
  const [geneve, vxlan] = [ports.geneve ?? UDP_PORTS.geneve, ports.vxlan ?? UDP_PORTS.vxlan];
  // Open vSwitch takes this without a word, and decapsulates by one of the two.
  if (geneve === vxlan && types.includes('geneve') && types.includes('vxlan')) {
    bad(`Geneve and VXLAN cannot share UDP port ${vxlan}: their own ports are used`);
    return {};
  }
  if (geneve === UDP_PORTS.geneve) delete ports.geneve;
  if (vxlan === UDP_PORTS.vxlan) delete ports.vxlan;
  return ports;
}

/** Of a word such as `vxlan:8472`; else what to do about it. */
function portNamed(word: string): { type: 'geneve' | 'vxlan'; port: number } | string {
  const [, type, digits] = /^([a-z]+):([0-9]{1,5})$/.exec(word) ?? [];
  const port = Number(digits);
  if (type === 'gre') return 'GRE has no UDP port: leave it out';
  const isKnown = type === 'geneve' || type === 'vxlan';
  if (isKnown && port >= 1 && port <= 65_535) return { type, port };
  return 'write UDP ports from 1 to 65535, such as vxlan:8472,geneve:6082';
}

function wrong(key: TunnelKey, text: string, remedy: string): Condition {
  const shown = JSON.stringify(text.slice(0, 60));
  const code = `${key.slice('nva-'.length)}-invalid`;
  return { code, message: `external_ids:${key} is ${shown}, which is not used: ${remedy}` };
}

/**
 * Endpoints of an NVE: each of its working encapsulations at each of its underlay addresses, which are those of
 * nva-encap-ip, else that of its manager connection.
 */
export function endpointsOf(
  encapsulations: readonly Encapsulation[],
  ips: readonly IpAddress[],
  { ports, localIp }: TunnelSettings,
  conditions: Condition[],
): Endpoint[] {
  const usable = localIp === undefined ? ips : withLocalIp(ips, localIp, conditions);
  return encapsulations.flatMap((type) => {
    const port = ports[type];
    return usable.map((ip) => (port === undefined ? { type, ip } : { type, ip, port }));
  });
}

/** With a local address, Open vSwitch takes what is sent to that one and nothing else. */
function withLocalIp(
  ips: readonly IpAddress[],
  localIp: IpAddress,
  conditions: Condition[],
): readonly IpAddress[] {
  // One that is not among them is behind a translation of addresses.
  const usable = ips.includes(localIp)
    ? [localIp]
    : ips.filter((ip) => ipFamily(ip) === ipFamily(localIp));
  const left = ips.filter((ip) => !usable.includes(ip));
  if (left.length > 0) {
    const message = `external_ids:nva-encap-local-ip is ${localIp}, so that tunnels to ${left.join(', ')} are not taken, and these are not used: remove that key to use all`;
    conditions.push({ code: 'encap-ip-unused', message });
  }
  return usable;
}
