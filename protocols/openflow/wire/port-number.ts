/**
 * Port numbers on the wire: 32 bits, or 16 where Nicira's messages have them.
 *
 * Trap: Open vSwitch has 16 bits for a port. It takes 0 to 0xfeff and 0xffffff00 to 0xffffffff, and refuses what lies between.
 * Source: OpenFlow 1.3.5 §7.2.1.2; ovs-ofctl(8) of Open vSwitch 3.1.
 */
import type { OpenFlowErrorName } from '../values/error-codes.ts';
import { isPort, OFPP_MAX } from '../values/ports.ts';
import type { Cursor } from './cursor.ts';

const OFPP_MAX_16 = 0xff00;
const OFFSET = OFPP_MAX - OFPP_MAX_16;

/** Notes the fault of a port that Open vSwitch cannot have; who is lenient keeps it. */
export function checkPort(
  cursor: Cursor,
  port: number,
  code: OpenFlowErrorName = 'OFPBAC_BAD_OUT_PORT',
): void {
  if (!isPort(port)) cursor.unknown(code, `port ${port} is neither below 65280 nor reserved`);
}

export function portFrom16(port: number): number {
  return port >= OFPP_MAX_16 ? port + OFFSET : port;
}

/** What lies between would be another port there: our own fault. */
export function portTo16(port: number): number {
  if (!isPort(port)) throw new RangeError(`port ${port} is neither below 65280 nor reserved`);
  return port >= OFPP_MAX ? port - OFFSET : port;
}
