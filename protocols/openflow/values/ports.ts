/**
 * Reserved port, group, buffer and table numbers: what a number means when it is not a port's own.
 *
 * Sources: OpenFlow 1.3.5 §7.2.1.2 (OFPP_*), §7.3.4.1 (OFP_NO_BUFFER, OFPTT_ALL), §7.3.4.2 (OFPG_*), §7.4.1 (OFPCML_*).
 */
export const OFPP_MAX = 0xffffff00;
export const OFPP_UNSET = 0xfffffff7;
export const OFPP_IN_PORT = 0xfffffff8;
export const OFPP_TABLE = 0xfffffff9;
export const OFPP_NORMAL = 0xfffffffa;
export const OFPP_FLOOD = 0xfffffffb;
export const OFPP_ALL = 0xfffffffc;
export const OFPP_CONTROLLER = 0xfffffffd;
export const OFPP_LOCAL = 0xfffffffe;
export const OFPP_ANY = 0xffffffff;

export const OFPG_ALL = 0xfffffffc;
export const OFPG_ANY = 0xffffffff;

export const OFPTT_ALL = 0xff;
export const OFP_NO_BUFFER = 0xffffffff;
/** "The whole packet, do not buffer it." */
export const OFPCML_NO_BUFFER = 0xffff;

const NAMES: ReadonlyMap<number, string> = new Map([
  [OFPP_UNSET, 'UNSET'],
  [OFPP_IN_PORT, 'IN_PORT'],
  [OFPP_TABLE, 'TABLE'],
  [OFPP_NORMAL, 'NORMAL'],
  [OFPP_FLOOD, 'FLOOD'],
  [OFPP_ALL, 'ALL'],
  [OFPP_CONTROLLER, 'CONTROLLER'],
  [OFPP_LOCAL, 'LOCAL'],
  [OFPP_ANY, 'ANY'],
]);

/** A reserved port's name; undefined for a port of the switch. */
export function reservedPortName(port: number): string | undefined {
  return NAMES.get(port);
}

/** Open vSwitch has 16 bits for a port: a reserved one without a name is written by its number there. */
export function formatPort(port: number): string {
  return NAMES.get(port) ?? String(port >= OFPP_MAX ? port - PORT_OFFSET : port);
}

/** Between reserved ports in 32 bits and in 16. */
const PORT_OFFSET = 0xffff0000;
const OFPP_MAX_16 = 0xff00;

/** A number that a port of Open vSwitch can have, or a reserved one. */
export function isPort(port: number): boolean {
  return port < OFPP_MAX_16 || port >= OFPP_MAX;
}
