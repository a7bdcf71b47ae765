/**
 * Our text and our bytes for a message beside those of the installed `ovs-ofctl`.
 *
 * Bytes that differ are no fault where what we write means the same to Open vSwitch (it prints the same of both): then the
 * original was not what anybody would write, and the verdict says in which way.
 */
import { printMessage } from '../../protocols/openflow/print.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';
import { type Printable, theirTexts } from './ovs-ofctl.ts';

export interface Verdict {
  readonly theirs: string;
  readonly ours: string;
  /** Undefined: it does not decode, or cannot be encoded. */
  readonly reencoded: Uint8Array | undefined;
  readonly bytes: BytesVerdict;
}

export type BytesVerdict =
  | { readonly state: 'same' }
  /** Open vSwitch refuses the message, and so do we. */
  | { readonly state: 'none' }
  | { readonly state: 'same meaning'; readonly reason: NotCanonical }
  | { readonly state: 'different'; readonly detail: string };

export const NOT_CANONICAL = {
  padding: 'bytes without meaning that are not zero',
  order: 'fields in another order than Open vSwitch writes them',
  form: 'an older or longer form of what has a usual one',
  action: 'an older action, which Open vSwitch takes and sends as set_field',
} as const;

export type NotCanonical = keyof typeof NOT_CANONICAL;

interface Own {
  readonly text: string;
  readonly reencoded: Uint8Array | undefined;
  readonly fault: string | undefined;
}

export async function judge(messages: readonly Printable[]): Promise<Verdict[]> {
  const theirs = await theirTexts(messages);
  const own = messages.map(({ bytes, verbosity }) => ownOf(bytes, verbosity));
  const changed = own.flatMap(({ reencoded }, index) =>
    reencoded !== undefined && !sameBytes(reencoded, messages[index]?.bytes) ? [index] : [],
  );
  const again = await theirTexts(
    changed.map((index) => ({
      bytes: own[index]?.reencoded ?? EMPTY,
      verbosity: messages[index]?.verbosity,
    })),
  );
  const texts = new Map(changed.map((index, place) => [index, again[place]]));
  return messages.map((message, index) => {
    const { text: ours, reencoded, fault } = own[index] ?? NOBODY;
    const text = theirs[index] ?? '';
    const bytes = bytesVerdict(message.bytes, { reencoded, fault, text, again: texts.get(index) });
    return { theirs: text, ours, reencoded, bytes };
  });
}

const EMPTY = new Uint8Array(0);
const NOBODY: Own = { text: '', reencoded: undefined, fault: undefined };

function ownOf(bytes: Uint8Array, verbosity: number | undefined): Own {
  let text = '';
  try {
    text = printMessage(bytes, verbosity);
    const decoded = decodeMessage(bytes, { strict: true });
    if (!decoded.ok) return { text, reencoded: undefined, fault: undefined };
    const { version, xid, message } = decoded.value;
    const reencoded = new Uint8Array(encodeMessage(version as OpenFlowVersion, xid, message));
    return { text, reencoded, fault: undefined };
  } catch (error) {
    const fault = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { text: text === '' ? `${fault}\n` : text, reencoded: undefined, fault };
  }
}

interface Compared {
  readonly reencoded: Uint8Array | undefined;
  readonly fault: string | undefined;
  readonly text: string;
  readonly again: string | undefined;
}

function bytesVerdict(
  bytes: Uint8Array,
  { reencoded, fault, text, again }: Compared,
): BytesVerdict {
  if (reencoded === undefined) {
    if (fault !== undefined) return { state: 'different', detail: fault };
    // Where they print a message and we have no bytes, the text has said so already.
    return { state: 'none' };
  }
  if (sameBytes(reencoded, bytes)) return { state: 'same' };
  const detail = `encoded again: ${Buffer.from(reencoded).toString('hex')}`;
  const words = withoutDump(text);
  const wordsAgain = withoutDump(again ?? '');
  if (wordsAgain === words) return { state: 'same meaning', reason: reasonOf(bytes, reencoded) };
  if (wordsAgain === withNewerActions(words)) return { state: 'same meaning', reason: 'action' };
  return { state: 'different', detail };
}

/** What Open vSwitch itself makes of an older action when it sends it. */
const NEWER_ACTIONS: readonly (readonly [RegExp, (value: string) => string])[] = [
  [/\bmod_dl_src:([0-9a-f:]+)/g, (value) => `set_field:${value}->eth_src`],
  [/\bmod_dl_dst:([0-9a-f:]+)/g, (value) => `set_field:${value}->eth_dst`],
  [/\bset_tunnel(?:64)?:(0x[0-9a-f]+|0)/g, (value) => `set_field:${value}->tun_id`],
  [/\bset_vlan_vid:(\d+)/g, (value) => `set_field:${Number(value) + 0x1000}->vlan_vid`],
  [/\bset_vlan_pcp:(\d+)/g, (value) => `set_field:${value}->vlan_pcp`],
  [/\bset_mpls_label\((\d+)\)/g, (value) => `set_field:${value}->mpls_label`],
  [/\bset_mpls_tc\((\d+)\)/g, (value) => `set_field:${value}->mpls_tc`],
  [/\bmod_nw_src:([0-9.]+)/g, (value) => `set_field:${value}->ip_src`],
  [/\bmod_nw_dst:([0-9.]+)/g, (value) => `set_field:${value}->ip_dst`],
  [/\bmod_nw_tos:(\d+)/g, (value) => `set_field:${Number(value) >> 2}->ip_dscp`],
  [/\bmod_nw_ecn:(\d+)/g, (value) => `set_field:${value}->nw_ecn`],
];

function withNewerActions(text: string): string {
  return NEWER_ACTIONS.reduce(
    (words, [old, newer]) => words.replace(old, (_, value: string) => newer(value)),
    text,
  );
}

/** With much verbosity the bytes follow, and those differ. */
function withoutDump(text: string): string {
  return text.replace(/^[0-9a-f]{8} {2}.*\n/gm, '');
}

function reasonOf(bytes: Uint8Array, reencoded: Uint8Array): NotCanonical {
  const sorted = (array: Uint8Array): string => Buffer.from(array.toSorted()).toString('hex');
  if (bytes.length === reencoded.length) {
    // Only ever less than there was: reserved bits that somebody set.
    if (bytes.every((byte, at) => ((reencoded[at] ?? 0) & ~byte) === 0)) return 'padding';
    if (sorted(bytes) === sorted(reencoded)) return 'order';
  }
  return 'form';
}

function sameBytes(left: Uint8Array, right: Uint8Array | undefined): boolean {
  return right !== undefined && Buffer.compare(left, right) === 0;
}
