/**
 * Messages about the connection and the switch itself, in ofp-print's words: hello, error, echo, features, configuration.
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import { identifyError } from '../values/error-names.ts';
import type { ErrorMessage, Features, Hello, SwitchConfig } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import { formatBits } from './bit-names.ts';
import type { MessageFormatters, PrintContext } from './formatter.ts';
import { hexDump } from './hex-dump.ts';

/** OFPC_*. */
const CAPABILITIES: ReadonlyMap<number, string> = new Map([
  [0x001, 'FLOW_STATS'],
  [0x002, 'TABLE_STATS'],
  [0x004, 'PORT_STATS'],
  [0x008, 'GROUP_STATS'],
  [0x020, 'IP_REASM'],
  [0x040, 'QUEUE_STATS'],
  [0x100, 'PORT_BLOCKED'],
  [0x200, 'BUNDLES'],
  [0x400, 'FLOW_MONITORING'],
]);
/** Others are not said. */
const CAPABILITIES_13 = 0x16f;
const CAPABILITIES_14 = 0x76f;

const FRAGMENTS = ['normal', 'drop', 'reassemble', 'nx-match'];

/** The bitmap's first word is all that counts. */
const VERSION_MAX = 31;

function formatHello({ versions, elements }: Hello, context: PrintContext): string {
  const { headerVersion = context.version } = context;
  const offered = versions ?? Array.from({ length: headerVersion }, (_, index) => index + 1);
  const words = offered
    .filter((version) => version > 0 && version <= VERSION_MAX)
    .map((version) => `0x${version.toString(16).padStart(2, '0')}`);
  const unknown =
    elements === undefined ? '' : `\n unknown data in hello:\n${hexDump(context.bytes)}`;
  return `\n version bitmap: ${words.join(', ')}${unknown}`;
}

/** An error that nobody knows is a fault of decoding, so that it does not come here. */
function formatError(error: ErrorMessage, { version, nested }: PrintContext): string {
  const { name, data } = identifyError(error, version) ?? { name: '', data: error.data };
  const isText = name === 'OFPHFC_INCOMPATIBLE' || name === 'OFPHFC_EPERM';
  return ` ${name}\n${isText ? printable(data) : `${nested(data, 1)}\n`}`;
}

function printable(data: Uint8Array): string {
  return Array.from(data, (byte) => {
    const character = String.fromCharCode(byte);
    const isPlain = byte >= 0x20 && byte < 0x7f && character !== '\\' && character !== '"';
    return isPlain ? character : `\\${byte.toString(8).padStart(3, '0')}`;
  }).join('');
}

function formatEcho({ data }: { data: Uint8Array }, { verbosity }: PrintContext): string {
  return ` ${data.length} bytes of payload\n${verbosity > 1 ? hexDump(data) : ''}`;
}

function formatFeatures(features: Features, version: OpenFlowVersion): string {
  const { datapathId, tables, buffers, auxiliaryId, capabilities } = features;
  const known = capabilities & (version < 5 ? CAPABILITIES_13 : CAPABILITIES_14);
  const auxiliary = auxiliaryId === 0 ? '' : `, auxiliary_id:${auxiliaryId}`;
  return (
    ` dpid:${datapathId}\nn_tables:${tables}, n_buffers:${buffers}${auxiliary}\n` +
    `capabilities: ${formatBits(known, CAPABILITIES, ' ')}\n`
  );
}

function formatConfig({ flags, missSendLen }: SwitchConfig): string {
  return ` frags=${FRAGMENTS[flags & 3]} miss_send_len=${missSendLen}\n`;
}

export const CONNECTION_TEXT: MessageFormatters = {
  hello: formatHello,
  error: formatError,
  echo_request: formatEcho,
  echo_reply: formatEcho,
  features_reply: (message, { version }) => formatFeatures(message, version),
  get_config_reply: formatConfig,
  set_config: formatConfig,
};
