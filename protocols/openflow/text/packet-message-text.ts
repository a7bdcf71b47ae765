/**
 * Packets between switch and controller (packet-in, packet-out, resume), in ofp-print's words.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { MessageFormatters } from './formatter.ts';

export const PACKET_TEXT: MessageFormatters = {};
