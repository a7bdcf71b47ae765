/**
 * Messages between switch and controller but packets and multiparts, in ofp-print's words.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { MessageFormatters } from './formatter.ts';

export const SWITCH_TEXT: MessageFormatters = {};
