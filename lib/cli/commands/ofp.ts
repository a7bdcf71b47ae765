/** `nva ofp`: OpenFlow messages between bytes and words, without a daemon. */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { addOfpEncode } from './ofp-encode.ts';
import { addOfpPrint } from './ofp-print.ts';

export function addOfp(program: Command, context: CommandContext): void {
  const ofp = program
    .command('ofp')
    .summary('OpenFlow messages in words, and back')
    .description(
      "OpenFlow 1.3, 1.4 and 1.5 messages to the words of Open vSwitch's ovs-ofctl, and from them.",
    )
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Examples:
  nva ofp print 0414000800000001
  nva ofp encode add-flow 'priority=100,ip,actions=output:2'
  nva ofp encode --help`,
    );
  addOfpPrint(ofp, context);
  addOfpEncode(ofp, context);
}
