/**
 * How queues are configured, in ofp-print's words: the messages of OpenFlow 1.3 about it.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { formatPort } from '../values/ports.ts';
import type { MessageFormatters } from './formatter.ts';
import { formatQueueDescs } from './port-stats-text.ts';

export const QUEUE_CONFIG_TEXT: MessageFormatters = {
  queue_get_config_request: ({ port }) => ` port=${formatPort(port)}`,
  queue_get_config_reply: ({ port, queues }) =>
    queues.length === 0 ? '' : formatQueueDescs(queues.map((queue) => ({ ...queue, port }))),
};
