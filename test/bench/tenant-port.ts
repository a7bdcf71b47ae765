/**
 * The tenant ports of the benches: a number gives name, MAC and IP, the same for every contestant.
 */

export interface TenantPort {
  readonly index: number;
  /** Its name, and the interface's external_ids:iface-id. */
  readonly name: string;
  readonly mac: string;
  /** 12 hexadecimal digits: how a flow about it is recognised. */
  readonly macDigits: string;
  readonly ip: string;
}

/** Locally administered, unicast; 24 bits of number. */
const MAC_PREFIX = '02aa00';

export function macDigitsOf(index: number): string {
  return MAC_PREFIX + index.toString(16).padStart(6, '0');
}

export function tenantPort(index: number): TenantPort {
  const macDigits = macDigitsOf(index);
  const mac = (macDigits.match(/../g) ?? []).join(':');
  const ip = `10.${(index >> 16) & 0xff}.${(index >> 8) & 0xff}.${index & 0xff}`;
  return { index, name: `t${index}`, mac, macDigits, ip };
}

export function tenantPorts(from: number, count: number): TenantPort[] {
  return Array.from({ length: count }, (_, position) => tenantPort(from + position));
}
