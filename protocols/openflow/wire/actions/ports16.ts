/**
 * Port numbers in 16 bits, as extensions have them, and the ports that an output may name.
 *
 * A reserved number of 32 bits keeps its low half. Open vSwitch has no ports between 0xff00 and 0xffffff00.
 * Source: OpenFlow 1.3.5 §7.2.1.2; ovs-actions(7) of Open vSwitch 3.1 (output).
 */
import { OFPP_ANY, OFPP_IN_PORT, OFPP_LOCAL, OFPP_MAX } from '../../values/ports.ts';

const MAX_16 = 0xff00;

/** A port of 16 bits to one of 32: the reserved ones move to the top. */
export function fromPort16(port: number): number {
  return port >= MAX_16 ? 0xffff0000 + port : port;
}

/** A port of 32 bits to one of 16. */
export function toPort16(port: number): number {
  return port >= OFPP_MAX ? port & 0xffff : port;
}

/** One of the switch, or a reserved one that takes packets. */
export function isOutputPort(port: number): boolean {
  return port < MAX_16 || (port >= OFPP_IN_PORT && port <= OFPP_LOCAL);
}

/** The same, or none: a bundle's member may be no port. */
export function isMemberPort(port: number): boolean {
  return isOutputPort(port) || port === OFPP_ANY;
}
