/**
 * docs/protocol-support.md: what the OpenFlow library knows, message by message, field by field, action by action.
 *
 * Kinds, names and numbers are the catalogue's (values/message-forms.ts), fields the registry's. "Yes" means that every vector
 * of the row passes here and now: it decodes as Open vSwitch judges, is encoded to the known bytes, and is printed in ovs-ofctl's
 * words.
 */
import { printMessage } from '../../protocols/openflow/print.ts';
import type { Action } from '../../protocols/openflow/values/actions.ts';
import { FIELDS } from '../../protocols/openflow/values/fields.ts';
import {
  MESSAGE_FORMS,
  type MessageForm,
  MULTIPART_FORMS,
  NICIRA,
} from '../../protocols/openflow/values/message-forms.ts';
import { type OpenFlowVersion, VERSION_NAMES } from '../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';
import { bytesOf, hexOf, kindWordsOf, readVectors, type Vector } from './vector.ts';

const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];

/** Every action has a row here, in ovs-actions(7)'s order of things; the words are ovs-ofctl's. */
export const ACTION_WORDS = {
  output: 'output:PORT, PORT',
  output_reg: 'output:FIELD[]',
  output_trunc: 'output(port=,max_len=)',
  group: 'group:ID',
  controller: 'controller(…)',
  bundle: 'bundle(…), bundle_load(…)',
  set_field: 'set_field:VALUE->FIELD',
  load: 'load:VALUE->FIELD[]',
  move: 'move:FIELD[]->FIELD[]',
  push: 'push:FIELD[]',
  pop: 'pop:FIELD[]',
  push_vlan: 'push_vlan:ETHERTYPE',
  pop_vlan: 'pop_vlan, strip_vlan',
  set_vlan_vid: 'mod_vlan_vid:VID',
  set_vlan_pcp: 'mod_vlan_pcp:PCP',
  mod_dl_src: 'mod_dl_src:MAC',
  mod_dl_dst: 'mod_dl_dst:MAC',
  mod_nw_src: 'mod_nw_src:IP',
  mod_nw_dst: 'mod_nw_dst:IP',
  mod_nw_tos: 'mod_nw_tos:TOS',
  mod_nw_ecn: 'mod_nw_ecn:ECN',
  mod_tp_src: 'mod_tp_src:PORT',
  mod_tp_dst: 'mod_tp_dst:PORT',
  dec_ttl: 'dec_ttl',
  dec_ttl_cnt_ids: 'dec_ttl(ID,…)',
  set_ttl: 'mod_nw_ttl:TTL',
  push_mpls: 'push_mpls:ETHERTYPE',
  pop_mpls: 'pop_mpls:ETHERTYPE',
  set_mpls_label: 'set_mpls_label(LABEL)',
  set_mpls_tc: 'set_mpls_tc(TC)',
  set_mpls_ttl: 'set_mpls_ttl(TTL)',
  dec_mpls_ttl: 'dec_mpls_ttl',
  dec_nsh_ttl: 'dec_nsh_ttl',
  copy_ttl_in: '',
  copy_ttl_out: '',
  delete_field: 'delete_field:FIELD',
  encap: 'encap(…)',
  decap: 'decap(…)',
  set_tunnel: 'set_tunnel:ID, set_tunnel64:ID',
  set_queue: 'set_queue:QUEUE',
  pop_queue: 'pop_queue',
  fin_timeout: 'fin_timeout(…)',
  meter: 'meter:ID',
  write_metadata: 'write_metadata:VALUE/MASK',
  resubmit: 'resubmit(…)',
  learn: 'learn(…)',
  conjunction: 'conjunction(ID,K/N)',
  multipath: 'multipath(…)',
  note: 'note:BYTES',
  exit: 'exit',
  sample: 'sample(…)',
  ct: 'ct(…)',
  nat: 'nat(…), in ct',
  ct_clear: 'ct_clear',
  clone: 'clone(…)',
  check_pkt_larger: 'check_pkt_larger(SIZE)->FIELD[]',
  debug_recirc: 'debug_recirc',
  debug_slow: 'debug_slow',
} as const satisfies Readonly<Record<Exclude<Action['type'], 'unknown'>, string>>;

/** Not without --enable-dummy, or in the specification alone: ovs-ofctl refuses them, so there is nobody to judge a vector. */
export const NOT_JUDGED: ReadonlySet<string> = new Set([
  ...['copy_ttl_in', 'copy_ttl_out', 'debug_recirc', 'debug_slow'],
]);

const INSTRUCTIONS = [
  ...['meter', 'apply_actions', 'clear_actions', 'write_actions', 'write_metadata', 'goto_table'],
];

export interface SupportRow {
  readonly name: string;
  readonly vectors: number;
  readonly decode: boolean;
  readonly encode: boolean;
  readonly text: boolean;
}

export interface Support {
  /** By `OpenFlow 1.3: flow_mod`, `OpenFlow 1.3: desc reply`. */
  readonly messages: ReadonlyMap<string, SupportRow>;
  readonly fields: ReadonlyMap<string, SupportRow>;
  readonly actions: ReadonlyMap<string, SupportRow>;
  readonly instructions: ReadonlyMap<string, SupportRow>;
}

interface Passed {
  readonly vector: Vector;
  readonly decode: boolean;
  readonly encode: boolean;
  readonly text: boolean;
  /** Names of fields, and types of actions and instructions, that are in it. */
  readonly names: ReadonlySet<string>;
}

function passed(vector: Vector): Passed {
  const bytes = bytesOf(vector.hex);
  const decoded = decodeMessage(bytes, { strict: true });
  const text = printMessage(bytes) === vector.text;
  if (!decoded.ok) return { vector, text, decode: false, encode: false, names: new Set() };
  const { version, xid, message } = decoded.value;
  const again = hexOf(encodeMessage(version as OpenFlowVersion, xid, message));
  const names = new Set<string>();
  collect(message, names);
  return { vector, text, decode: true, encode: again === (vector.reencoded ?? vector.hex), names };
}

/** `field:reg0`, `type:output`. */
function collect(value: unknown, names: Set<string>): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, names);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if ((key === 'field' || key === 'type') && typeof item === 'string')
      names.add(`${key}:${item}`);
    collect(item, names);
  }
}

function rowOf(name: string, own: readonly Passed[]): SupportRow {
  const every = (what: 'decode' | 'encode' | 'text') =>
    own.length > 0 && own.every((one) => one[what]);
  return {
    ...{ name, vectors: own.length },
    ...{ decode: every('decode'), encode: every('encode'), text: every('text') },
  };
}

/** What the vectors of the folder show. */
export function support(): Support {
  const all = [...readVectors().values()].flat().map(passed);
  const byKind = new Map<string, Passed[]>();
  for (const one of all) {
    const kind = kindWordsOf(bytesOf(one.vector.hex)) ?? 'unknown';
    const name = `${VERSION_NAMES[one.vector.version]}: ${kind}`;
    byKind.set(name, [...(byKind.get(name) ?? []), one]);
  }
  const kinds = [
    ...Object.entries<readonly MessageForm[]>(MESSAGE_FORMS),
    ...Object.entries<readonly MessageForm[]>(MULTIPART_FORMS).flatMap(([kind, forms]) =>
      ['request', 'reply'].map((part) => [`${kind} ${part}`, forms] as const),
    ),
  ];
  const messages = VERSIONS.flatMap((version) =>
    kinds
      .filter(([, forms]) => formIn(forms, version) !== undefined)
      .map(([kind]) => `${VERSION_NAMES[version]}: ${kind}`),
  );
  const naming = (name: string) => all.filter(({ names }) => names.has(name));
  const rows = (names: readonly string[], word: 'field' | 'type') =>
    new Map(names.map((name) => [name, rowOf(name, naming(`${word}:${name}`))]));
  return {
    messages: new Map(messages.map((name) => [name, rowOf(name, byKind.get(name) ?? [])])),
    fields: rows(
      FIELDS.map(({ name }) => name),
      'field',
    ),
    actions: rows(Object.keys(ACTION_WORDS), 'type'),
    instructions: rows(INSTRUCTIONS, 'type'),
  };
}

function formIn(forms: readonly MessageForm[], version: OpenFlowVersion): MessageForm | undefined {
  return forms.find(({ since, until }) => since <= version && version <= until);
}

/** The number on the wire, and whose it is. */
function formWords(form: MessageForm | undefined): string {
  if (form === undefined) return '–';
  const { name, number, experimenter } = form;
  const owner = experimenter === undefined ? '' : experimenter === NICIRA ? 'Nicira ' : 'ONF ';
  return `${name} (${owner}${number})`;
}

type Cell = string | number;

/** Laid out as the formatter wants it, so that it changes nothing. */
function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [heads, ...rows].map((row) =>
    row.map((cell) => String(cell).replaceAll('|', '\\|')),
  );
  const widths = heads.map((_, column) =>
    Math.max(3, ...cells.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...others] = cells;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join(
    '\n',
  );
}

const YES = { true: 'yes', false: 'no' } as const;

function verdicts(own: readonly SupportRow[]): Cell[] {
  const every = (what: 'decode' | 'encode' | 'text') => YES[`${own.every((row) => row[what])}`];
  const vectors = own.reduce((sum, row) => sum + row.vectors, 0);
  return [every('decode'), every('encode'), every('text'), vectors];
}

const VERDICTS = ['decode', 'encode', 'text', 'vectors'];

function kindTable(
  forms: Readonly<Record<string, readonly MessageForm[]>>,
  messages: ReadonlyMap<string, SupportRow>,
  parts: readonly string[],
): string {
  const rows = Object.entries(forms).map(([kind, own]) => {
    const names = VERSIONS.flatMap((version) =>
      parts.map((part) => `${VERSION_NAMES[version]}: ${kind}${part}`),
    );
    const support = names.flatMap((name) => messages.get(name) ?? []);
    const words = VERSIONS.map((version) => formWords(formIn(own, version)));
    const isOne = new Set(words).size === 1;
    return [`\`${kind}\``, ...(isOne ? [words[0] ?? '', '″', '″'] : words), ...verdicts(support)];
  });
  const versions = VERSIONS.map((version) => VERSION_NAMES[version]);
  return table(['kind', ...versions, ...VERDICTS], rows);
}

function fieldTable(fields: ReadonlyMap<string, SupportRow>): string {
  const shown = FIELDS.filter(({ variable }) => !variable);
  const rows = shown.map((field) => {
    const row = fields.get(field.name);
    const headers = field.forms.map(({ name }) => name).join(', ');
    const since = field.forms.flatMap(({ ovs }) => ovs ?? [])[0];
    const width = `${field.bits}${field.maskable ? ', mask' : ''}${field.writable ? ', set' : ''}`;
    const known = row !== undefined && row.vectors > 0 ? verdicts([row]) : ['kept', 'kept', '–', 0];
    const own = [field.prerequisite === 'none' ? '–' : field.prerequisite, since ?? '–'];
    return [
      `\`${field.name}\``,
      field.ovsNames.join(', ') || '–',
      headers,
      width,
      ...own,
      ...known,
    ];
  });
  const heads = ['field', 'ovs-ofctl', 'headers', 'bits', 'needs', 'Open vSwitch'];
  return table([...heads, ...VERDICTS], rows);
}

function actionTable(
  rows: ReadonlyMap<string, SupportRow>,
  words: (name: string) => string,
): string {
  const lines = [...rows.values()].map((row) => {
    const known = row.vectors > 0 ? verdicts([row]) : ['yes', 'yes', '–', 0];
    return [`\`${row.name}\``, words(row.name) || '–', ...known];
  });
  return table(['type', 'ovs-ofctl', ...VERDICTS], lines);
}

export function protocolSupport(): string {
  const { messages, fields, actions, instructions } = support();
  const tunMetadata = [...fields.values()].filter(
    ({ name, vectors }) => name.startsWith('tun_metadata') && vectors > 0,
  );
  return `<!-- Made by \`make protocol-support\`; do not edit. -->

# What the OpenFlow library speaks

OpenFlow 1.3, 1.4 and 1.5 as Open vSwitch 3.1 implements them, both directions. The judge of the words is the installed \`ovs-ofctl
ofp-print\`; of the bytes, decoding and encoding again. "yes" means that every vector of the row (test/vectors/openflow) passes:
it decodes as strictly as Open vSwitch does, is encoded to the known bytes, and is printed in ovs-ofctl's words. \`kind\`, \`field\` and
\`type\` are the words of our values (protocols/openflow/values).

## Messages

${kindTable(MESSAGE_FORMS, messages, [''])}

What is none of these is kept byte for byte (\`unknown\`, \`experimenter\`), unless it is judged strictly.

## Multiparts

Requests and replies together.

${kindTable(MULTIPART_FORMS, messages, [' request', ' reply'])}

## Match fields

Besides them \`tun_metadata0\` to \`tun_metadata63\` (NXM_NX_TUN_METADATA0 to 63, up to 124 bytes, mask, set), with ${tunMetadata.reduce((sum, { vectors }) => sum + vectors, 0)} vectors. What
Open vSwitch does not know, and a header that no row describes, is kept byte for byte.

${fieldTable(fields)}

## Actions

Those without a vector are refused by ovs-ofctl, which would be the judge.

${actionTable(actions, (name) => ACTION_WORDS[name as keyof typeof ACTION_WORDS])}

## Instructions

${actionTable(instructions, (name) => name)}
`;
}
