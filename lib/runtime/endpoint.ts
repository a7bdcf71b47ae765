/**
 * Endpoints of streams in Open vSwitch's own spelling, and nothing else: text to value and back.
 *
 *   ptcp:[PORT][:IP]  pssl:[PORT][:IP]  punix:PATH      listen
 *   tcp:IP[:PORT]     ssl:IP[:PORT]     unix:PATH       connect
 *
 * IPv6 addresses stand in brackets. Host names are refused: what a switch is told must not depend on a resolver.
 *
 * Source: ovs-vsctl(8), "Connection Methods"; ovsdb(7), "Connection Methods".
 */
import { type IpAddress, ipFamily, parseIp } from '../../protocols/base/addresses.ts';
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';

export interface ListenTcp {
  readonly method: 'ptcp' | 'pssl';
  /** 0: the system chooses. */
  readonly port: number;
  /** Absent: all addresses. */
  readonly ip?: IpAddress;
}

export interface ConnectTcp {
  readonly method: 'tcp' | 'ssl';
  readonly ip: IpAddress;
  readonly port: number;
}

export interface UnixSocket {
  readonly method: 'unix' | 'punix';
  readonly path: string;
}

export type StreamEndpoint = ListenTcp | ConnectTcp | UnixSocket;

export type ConnectionMethod = StreamEndpoint['method'];

export const CONNECTION_METHODS: readonly ConnectionMethod[] = [
  'ptcp',
  'pssl',
  'tcp',
  'ssl',
  'unix',
  'punix',
];

/** Registered by IANA for both uses: OVSDB 6640, OpenFlow 6653. */
export const OVSDB_PORT = 6640;
export const OPENFLOW_PORT = 6653;

/** The endpoint, or one sentence about what is wrong with the text. */
export function parseEndpoint(text: string, defaultPort: number): Result<StreamEndpoint, string> {
  const colon = text.indexOf(':');
  const method = CONNECTION_METHODS.find((known) => known === text.slice(0, Math.max(0, colon)));
  const rest = text.slice(colon + 1);
  switch (method) {
    case undefined:
      return failed(
        `${JSON.stringify(text)} is no endpoint; write ptcp:PORT, ptcp:PORT:IP, pssl:PORT, tcp:IP:PORT, ssl:IP:PORT or unix:PATH.`,
      );
    case 'unix':
    case 'punix':
      return rest === ''
        ? failed(`${text} names no path; write ${method}:PATH.`)
        : ok({ method, path: rest });
    case 'ptcp':
    case 'pssl':
      return parseListen(text, method, rest, defaultPort);
    default:
      return parseConnect(text, method, rest, defaultPort);
  }
}

function parseListen(
  text: string,
  method: ListenTcp['method'],
  rest: string,
  defaultPort: number,
): Result<ListenTcp, string> {
  const [, portText = '', ipText] = /^([^:]*)(?::(.*))?$/.exec(rest) ?? [];
  const port = portText === '' ? defaultPort : parsePort(portText);
  if (port === undefined) return failed(wrongPort(text, portText, `${method}:PORT`));
  if (ipText === undefined || ipText === '') return ok({ method, port });
  const ip = parseBracketed(ipText);
  if (ip === undefined) return failed(wrongIp(text, ipText, `${method}:${port}`));
  return ok({ method, port, ip });
}

function parseConnect(
  text: string,
  method: ConnectTcp['method'],
  rest: string,
  defaultPort: number,
): Result<ConnectTcp, string> {
  const [, ipText = '', portText] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(rest) ?? [];
  const ip = parseBracketed(ipText);
  if (ip === undefined) return failed(wrongIp(text, ipText === '' ? rest : ipText, method));
  const port = portText === undefined ? defaultPort : parsePort(portText);
  if (port === undefined || port === 0) {
    return failed(wrongPort(text, portText ?? '', `${method}:${bracketed(ip)}:PORT`));
  }
  return ok({ method, ip, port });
}

/** OVS wants brackets around IPv6 and takes none around IPv4. */
function parseBracketed(text: string): IpAddress | undefined {
  const inner = /^\[(.*)\]$/.exec(text)?.[1];
  const ip = parseIp(inner ?? text);
  if (ip === undefined) return undefined;
  return (ipFamily(ip) === 6) === (inner !== undefined) ? ip : undefined;
}

function parsePort(text: string): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : undefined;
}

function wrongPort(text: string, given: string, form: string): string {
  return `${text}: ${JSON.stringify(given)} is no port; write ${form} with a number up to 65535.`;
}

function wrongIp(text: string, given: string, before: string): string {
  return `${text}: ${JSON.stringify(given)} is no IP address; write ${before}:192.0.2.1, or ${before}:[2001:db8::1] with brackets.`;
}

export function formatEndpoint(endpoint: StreamEndpoint): string {
  const { method } = endpoint;
  if ('path' in endpoint) return `${method}:${endpoint.path}`;
  if (method === 'tcp' || method === 'ssl')
    return `${method}:${bracketed(endpoint.ip)}:${endpoint.port}`;
  return endpoint.ip === undefined
    ? `${method}:${endpoint.port}`
    : `${method}:${endpoint.port}:${bracketed(endpoint.ip)}`;
}

function bracketed(ip: IpAddress | undefined): string {
  if (ip === undefined) return '';
  return ipFamily(ip) === 6 ? `[${ip}]` : ip;
}
