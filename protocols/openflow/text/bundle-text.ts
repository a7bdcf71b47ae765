/**
 * Messages in messages, in ofp-print's words: bundles, and requests that the switch forwards.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { BundleAdd, BundleControl } from '../values/messages.ts';
import { formatBits } from './bit-names.ts';
import { hex } from './field-text.ts';
import type { MessageFormatters, PrintContext } from './formatter.ts';

/** OFPBF_*. */
const FLAGS: ReadonlyMap<number, string> = new Map([
  [1, 'atomic'],
  [2, 'ordered'],
]);

function formatBundleControl({ bundleId, control, flags }: BundleControl): string {
  const type = typeof control === 'number' ? '' : control.toUpperCase();
  return `\n bundle_id=${hex(bundleId)} type=${type} flags=${formatBits(flags, FLAGS, ' ')}`;
}

function formatBundleAdd(
  { bundleId, flags, message }: BundleAdd,
  { nested }: PrintContext,
): string {
  const words = `bundle_id=${hex(bundleId)} flags=${formatBits(flags, FLAGS, ' ')}`;
  return `\n ${words}\n${nested(message)}\n`;
}

export const BUNDLE_TEXT: MessageFormatters = {
  bundle_control: formatBundleControl,
  bundle_add: formatBundleAdd,
};
