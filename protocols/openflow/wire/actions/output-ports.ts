/**
 * The ports that an output may name. Open vSwitch has none between 0xff00 and 0xffffff00.
 *
 * Source: OpenFlow 1.3.5 §7.2.1.2; ovs-actions(7) of Open vSwitch 3.1 (output).
 */
import { OFPP_ANY, OFPP_IN_PORT, OFPP_LOCAL } from '../../values/ports.ts';

const MAX_16 = 0xff00;

/** One of the switch, or a reserved one that takes packets. */
export function isOutputPort(port: number): boolean {
  return port < MAX_16 || (port >= OFPP_IN_PORT && port <= OFPP_LOCAL);
}

/** The same, or none: a bundle's member may be no port. */
export function isMemberPort(port: number): boolean {
  return isOutputPort(port) || port === OFPP_ANY;
}
