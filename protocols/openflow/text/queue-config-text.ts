/**
 * How queues are configured, in ofp-print's words: in OpenFlow 1.3's own message and in the multipart of later ones.
 *
 *     port=1
 *     queue 5: min_rate:1.0% max_rate:(disabled)
 *
 * Trap: of queues of port 0 no port is said.
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { QueueDesc } from '../values/port-stats.ts';
import { formatPort } from '../values/ports.ts';
import type { MessageFormatters } from './formatter.ts';

/** 1/10 percent. */
const RATE_MAX = 1000;
const NO_RATE = 0xffff;

/** Begins with the space that separates it. */
export function formatQueueDescs(queues: readonly QueueDesc[]): string {
  const sorted = [...queues].sort(
    (left, right) => short(left.port) - short(right.port) || left.queueId - right.queueId,
  );
  let text = ' ';
  let port = 0;
  for (const queue of sorted) {
    if (queue.port !== port) text += `port=${formatPort(queue.port)}\n`;
    port = queue.port;
    const rates = formatRate('min_rate', queue.minRate) + formatRate('max_rate', queue.maxRate);
    text += `queue ${queue.queueId}:${rates}\n`;
  }
  return text;
}

function short(port: number): number {
  return port & 0xffff;
}

function formatRate(name: string, rate = NO_RATE): string {
  if (rate <= RATE_MAX) return ` ${name}:${Math.floor(rate / 10)}.${rate % 10}%`;
  return rate < NO_RATE ? ` ${name}:(disabled)` : '';
}

export const QUEUE_CONFIG_TEXT: MessageFormatters = {
  queue_get_config_request: ({ port }) => ` port=${formatPort(port)}`,
  queue_get_config_reply: ({ port, queues }) =>
    formatQueueDescs(queues.map((queue) => ({ ...queue, port }))),
};
