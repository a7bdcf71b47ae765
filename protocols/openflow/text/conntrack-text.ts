/**
 * Connection tracking in ovs-ofctl's words: ct(commit,zone=5,nat(src=10.0.0.1-10.0.0.9:1-99,random),exec(…),alg=ftp).
 *
 * The first action stands outside of exec when it is nat.
 * Source: ovs-actions(7) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { ipv4FromNumber } from '../../base/addresses.ts';
import type { Action, ConnectionTracking, Nat } from '../values/actions.ts';
import { formatIpv6 } from './field-text.ts';
import { formatSubfield } from './subfield-text.ts';

const GATEWAYS: ReadonlyMap<number, string> = new Map([
  [21, 'ftp'],
  [69, 'tftp'],
]);

export function formatConnectionTracking(
  action: ConnectionTracking,
  formatActions: (actions: readonly Action[]) => string,
): string {
  const { commit, force, table, zone, alg = 0 } = action;
  const [first, ...others] = action.actions;
  const nat = first?.type === 'nat' ? first : undefined;
  const executed = nat === undefined ? action.actions : others;
  return `ct(${[
    ...(commit === true ? ['commit'] : []),
    ...(force === true ? ['force'] : []),
    ...(table === undefined ? [] : [`table=${table}`]),
    ...formatZone(zone),
    ...(nat === undefined ? [] : [formatNat(nat)]),
    ...(executed.length === 0 ? [] : [`exec(${formatActions(executed)})`]),
    ...(alg === 0 ? [] : [`alg=${GATEWAYS.get(alg) ?? alg}`]),
  ].join(',')})`;
}

function formatZone(zone: ConnectionTracking['zone']): string[] {
  if (typeof zone === 'object') return [`zone=${formatSubfield(zone)}`];
  return zone === undefined || zone === 0 ? [] : [`zone=${zone}`];
}

/** Flags are told only beside addresses, and these only beside a direction. */
export function formatNat(nat: Nat): string {
  if (nat.direction === undefined) return 'nat';
  const range = formatRange(nat);
  if (range === undefined) return `nat(${nat.direction})`;
  return `nat(${[
    `${nat.direction}=${range}`,
    ...(nat.persistent === true ? ['persistent'] : []),
    ...(nat.hash === true ? ['hash'] : []),
    ...(nat.random === true ? ['random'] : []),
  ].join(',')})`;
}

function formatRange(nat: Nat): string | undefined {
  const addresses = formatAddresses(nat);
  if (addresses === undefined) return undefined;
  const { portMin = 0, portMax = 0 } = nat;
  if (portMin === 0) return addresses;
  const last = portMax === 0 || portMax === portMin ? '' : `-${portMax}`;
  return `${addresses}:${portMin}${last}`;
}

/** IPv6 addresses stand in brackets where ports follow. */
function formatAddresses({
  ipv4Min,
  ipv4Max,
  ipv6Min,
  ipv6Max,
  portMin = 0,
}: Nat): string | undefined {
  if (ipv4Min !== undefined) {
    const last = ipv4Max === undefined || ipv4Max === ipv4Min ? [] : [ipv4Max];
    return [ipv4Min, ...last].map(ipv4FromNumber).join('-');
  }
  if (ipv6Min === undefined) return undefined;
  const last = ipv6Max === undefined || ipv6Max === ipv6Min ? [] : [ipv6Max];
  const texts = [ipv6Min, ...last].map((address) => formatIpv6(address, undefined));
  return texts.map((text) => (portMin === 0 ? text : `[${text}]`)).join('-');
}
