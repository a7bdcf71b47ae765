/**
 * Damage to a text in ovs-ofctl's language: words moved, doubled, put in from others, numbers made sharp.
 */
import type { Random } from './random.ts';

const SIZE_MAX = 2000;

const WORDS = [
  ...[
    '(',
    ')',
    '[',
    ']',
    ',',
    '=',
    ':',
    '/',
    '->',
    '-',
    '+',
    '..',
    '"',
    "'",
    '\\',
    ' ',
    '\t',
    '\n',
  ],
  ...['0', '-1', '1', '255', '256', '65535', '65536', '4294967295', '4294967296'],
  ...['18446744073709551615', '18446744073709551616', '0x', '0xffffffffffffffffffffffffffffffffff'],
  ...['1e9', 'NaN', '::', '::ffff:1.2.3.4', '1.2.3', '1.2.3.4/33', '00:11:22:33:44:55:66', 'ANY'],
  ...['reg0', 'tun_metadata0', 'load:', 'set_field:', 'learn(', 'ct(', 'nat(', 'clone(', 'NXM_OF_'],
  ...[
    'actions=',
    'bucket=',
    'band=',
    'type=',
    'group_id=',
    'meter=',
    'note:',
    'encap(',
    '\u0000',
    'é',
  ],
  ...['constructor', '__proto__', 'toString'],
];

type Step = (text: string, random: Random, others: readonly string[]) => string;

const STEPS: readonly Step[] = [
  (text, random) => replaced(text, random, 0, random.pick(WORDS)),
  (text, random) => replaced(text, random, 1 + random.below(6), random.pick(WORDS)),
  (text, random) => replaced(text, random, 1 + random.below(10), ''),
  (text, random) => replaced(text, random, 1, String.fromCharCode(random.below(128))),
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random) => swapped(text, random),
  (text, random) => doubled(text, random),
  (text, random, others) => {
    const other = random.pick(others);
    const from = random.below(other.length + 1);
    return replaced(text, random, 0, other.slice(from, from + 1 + random.below(40)));
  },
];

export function mutateText(seed: string, random: Random, others: readonly string[]): string {
  let text = seed;
  const steps = 1 + random.below(4);
  for (let step = 0; step < steps; step++) text = random.pick(STEPS)(text, random, others);
  return text.slice(0, SIZE_MAX);
}

function replaced(text: string, random: Random, size: number, by: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + by + text.slice(at + size);
}

/** Two pieces between commas change places. */
function swapped(text: string, random: Random): string {
  const pieces = text.split(',');
  const [from, to] = [random.below(pieces.length), random.below(pieces.length)];
  [pieces[from], pieces[to]] = [pieces[to] ?? '', pieces[from] ?? ''];
  return pieces.join(',');
}

/** Often enough, and what nests nests deeply. */
function doubled(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const piece = text.slice(at, at + 1 + random.below(12));
  return text.slice(0, at) + piece.repeat(random.once(4) ? 200 : 2) + text.slice(at);
}
