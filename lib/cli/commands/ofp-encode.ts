/** `nva ofp encode` */
import type { Command } from 'commander';
import { type CommandContext, parseFormat } from '../command-context.ts';
import { CliError, EXIT, type ExitCode } from '../exit-codes.ts';
import type { EncodeRequest } from '../openflow-encode.ts';
import {
  ENCODE_COMMANDS,
  findEncodeCommand,
  findVersion,
  VERSION_WORDS,
} from '../openflow-words.ts';
import { stdinLines } from '../stdin-lines.ts';
import { clean } from '../text-table.ts';

interface Options {
  readonly version: string;
  readonly output: string;
  readonly strict?: true;
  readonly mayCreate?: true;
  readonly xid: string;
}

export const ENCODE_FORMATS = ['hex', 'json'] as const;

/** More than any message's text: what the parsers read at most. */
const LINE_MAX_CHARS = 1 << 20;

const XID_MAX = 0xffffffff;

export function addOfpEncode(ofp: Command, context: CommandContext): void {
  ofp
    .command('encode')
    .summary('words to bytes')
    .description('Encodes a flow, group or meter in the words of ovs-ofctl as an OpenFlow message.')
    .argument('<command>', `as ovs-ofctl calls it: ${ENCODE_COMMANDS.join(', ')}`)
    .argument('[text]', 'as ovs-ofctl takes it; - takes texts from stdin, one a line')
    .option('-O, --version <version>', VERSION_WORDS.join('|'), 'OpenFlow13')
    .option('-o, --output <format>', ENCODE_FORMATS.join('|'), 'hex')
    .option('--strict', 'mod-flows and del-flows: the one flow of that match and priority')
    .option('--may-create', 'mod-group: add the group if there is none (Open vSwitch alone)')
    .option('--xid <number>', 'the number of the transaction', '0')
    .addHelpText(
      'after',
      `
Examples:
  nva ofp encode add-flow 'table=1,priority=100,ip,nw_dst=10.0.0.1,actions=output:2'
  nva ofp encode -O OpenFlow15 insert-buckets 'group_id=1,command_bucket_id=last,bucket=actions=3'
  nva ofp encode add-meter 'meter=1,kbps,bands=type=drop,rate=1000'
  nva ofp encode del-flows
  nva ofp encode add-flow - < flows.txt | nva ofp print -

The bytes are those that ovs-ofctl would send, in hexadecimal digits, a message a line. flow, group and meter are
short for add-flow, add-group and add-meter. Texts are those of ovs-ofctl(8), ovs-fields(7) and ovs-actions(7); a line
that ovs-ofctl dumps is one, too. Tables and ports have their numbers: a switch's own names are not known here.
On stdin # begins a comment, lines that say nothing are passed over, and a line for add-flow or add-group may begin
with another command, as in files for ovs-ofctl add-flows (delete table=1). The first bad line ends it.
What is taken otherwise than written, as ovs-ofctl does in silence, is told on stderr: nw_src=10.0.0.1 without ip is
left out, udp behind tcp overrides it.
-o json prints an object a line: "hex", and in "text" the message in the words of nva ofp print.`,
    )
    .action(
      context.action(async (command, [word = '', text = '']) =>
        encode(context, text, requestOf(word, command.opts<Options>())),
      ),
    );
}

function requestOf(word: string, options: Options): EncodeRequest {
  const command = findEncodeCommand(word);
  if (command === undefined) {
    const known = ENCODE_COMMANDS.join(', ');
    throw new CliError(EXIT.usage, `nothing is encoded by ${word}; there is ${known}`);
  }
  const version = findVersion(options.version);
  if (version === undefined) {
    const known = VERSION_WORDS.join(', ');
    throw new CliError(EXIT.usage, `-O wants one of ${known}, not ${options.version}`);
  }
  if (options.strict === true && command !== 'mod-flows' && command !== 'del-flows') {
    throw new CliError(EXIT.usage, `--strict is for mod-flows and del-flows, not for ${word}`);
  }
  if (options.mayCreate === true && command !== 'mod-group') {
    throw new CliError(EXIT.usage, `--may-create is for mod-group, not for ${word}`);
  }
  return {
    ...{ command, version, strict: options.strict === true, mayCreate: options.mayCreate === true },
    ...{ xid: xidOf(options.xid), format: parseFormat(options.output, ENCODE_FORMATS) },
  };
}

function xidOf(text: string): number {
  const xid = /^(?:0x[0-9a-f]{1,8}|[0-9]{1,10})$/i.test(text) ? Number(text) : undefined;
  if (xid !== undefined && xid <= XID_MAX) return xid;
  throw new CliError(EXIT.usage, `--xid wants a number of 0 to 0xffffffff, not ${text}`);
}

async function encode(
  { io }: CommandContext,
  text: string,
  request: EncodeRequest,
): Promise<ExitCode> {
  // Loaded when asked for: no other command needs the parsers.
  const { encodeText } = await import('../openflow-encode.ts');
  /** Of stdin, from 1; 0: none. */
  let line = 0;
  const encoded = (one: string): string => {
    const result = encodeText(one, request, line > 0);
    if (!result.ok) {
      throw new CliError(EXIT.usage, `${line > 0 ? `line ${line} of stdin, ` : ''}${result.error}`);
    }
    const where = line > 0 ? `line ${line}: ` : '';
    for (const warning of result.warnings ?? []) io.err(`warning: ${where}${clean(warning)}\n`);
    return result.value;
  };
  if (text !== '-') {
    io.out(encoded(text));
    return EXIT.ok;
  }
  for await (const lines of stdinLines(io, LINE_MAX_CHARS)) {
    let out = '';
    try {
      for (const one of lines) {
        line += 1;
        const said = one.replace(/#.*$/s, '').trimEnd();
        if (said !== '') out += encoded(said);
      }
    } finally {
      // What was good before a bad line has been encoded.
      io.out(out);
    }
  }
  return EXIT.ok;
}
