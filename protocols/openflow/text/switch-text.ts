/**
 * Messages between switch and controller but packets and multiparts, in ofp-print's words: one file a family.
 *
 * What has no row has no words behind its name.
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { BUNDLE_TEXT } from './bundle-text.ts';
import { CONNECTION_TEXT } from './connection-text.ts';
import { FLOW_MESSAGE_TEXT } from './flow-message-text.ts';
import type { MessageFormatters } from './formatter.ts';
import { NICIRA_TEXT } from './nicira-text.ts';
import { PORT_TEXT } from './port-text.ts';
import { QUEUE_CONFIG_TEXT } from './queue-config-text.ts';
import { ROLE_TEXT } from './role-text.ts';
import { TABLE_TEXT } from './table-text.ts';

export const SWITCH_TEXT: MessageFormatters = {
  ...CONNECTION_TEXT,
  ...FLOW_MESSAGE_TEXT,
  ...PORT_TEXT,
  ...TABLE_TEXT,
  ...QUEUE_CONFIG_TEXT,
  ...ROLE_TEXT,
  ...BUNDLE_TEXT,
  ...NICIRA_TEXT,
};
