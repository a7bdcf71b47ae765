/**
 * Text in ovs-ofctl's language: parsed, encoded, decoded and printed, whatever it says.
 *
 * Nothing throws: a text is refused in a sentence, or it is a message. A message that was parsed can be encoded, unless its version
 * cannot say it, and Open vSwitch's own judgement of what was encoded is at least known.
 */
import { printMessage } from '../../protocols/openflow/print.ts';
import { parseFlowModLine } from '../../protocols/openflow/text/parse/flow-parse.ts';
import { parseGroupModLine } from '../../protocols/openflow/text/parse/group-parse.ts';
import { parseMeterMod } from '../../protocols/openflow/text/parse/meter-parse.ts';
import type { ParseResult } from '../../protocols/openflow/text/parse/parse-result.ts';
import type { Message } from '../../protocols/openflow/values/messages.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';
import { mutateText } from './mutate-text.ts';
import type { Outcome, Target } from './target.ts';
import { TEXT_SEEDS } from './text-seeds.ts';

const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];

type Parser = (text: string, version: OpenFlowVersion) => ParseResult<Message>;

const PARSERS: readonly Parser[] = [
  parseFlowModLine,
  (text, version) => wrapped(parseGroupModLine(text, version), 'group_mod'),
  (text) => wrapped(parseMeterMod(text, { command: 'add' }), 'meter_mod'),
];

function wrapped<Mod>(
  result: ParseResult<Mod>,
  type: 'group_mod' | 'meter_mod',
): ParseResult<Message> {
  if (!result.ok) return result;
  return { ok: true, value: { type, mod: result.value } as unknown as Message };
}

/** The first byte of an input says which parser and version, the others are the text. */
export function textTarget(): Target {
  const encoder = new TextEncoder();
  const seeds = TEXT_SEEDS.flatMap((texts, parser) =>
    texts.flatMap((text) =>
      VERSIONS.map((_, version) =>
        Uint8Array.of(parser * VERSIONS.length + version, ...encoder.encode(text)),
      ),
    ),
  );
  const others = TEXT_SEEDS.flat();
  return {
    name: 'text',
    seeds,
    mutate: (seed, random) => {
      const [head = 0] = seed;
      const text = mutateText(textOf(seed), random, others);
      return Uint8Array.of(random.once(10) ? random.below(9) : head, ...encoder.encode(text));
    },
    run: runText,
  };
}

function textOf(input: Uint8Array): string {
  return new TextDecoder().decode(input.subarray(1));
}

function runText(input: Uint8Array): Outcome {
  const [head = 0] = input;
  const parse = PARSERS[Math.floor(head / VERSIONS.length) % PARSERS.length];
  const version = VERSIONS[head % VERSIONS.length] ?? 4;
  const result = parse?.(textOf(input), version);
  if (result === undefined) return { features: [] };
  if (!result.ok) {
    const fault = result.error.trim() === '' ? 'refused without a word' : undefined;
    return { fault, features: [`refused ${ownWords(result.error, textOf(input))}`] };
  }
  return runMessage(version, result.value);
}

/** The words of a refusal that are not the input's. */
function ownWords(error: string, text: string): string {
  const words = error.split(/[^a-z]+/).filter((word) => word.length > 1 && !text.includes(word));
  return words.slice(0, 8).join(' ');
}

function runMessage(version: OpenFlowVersion, message: Message): Outcome {
  const encoded = encodedOrRefused(version, message);
  if (typeof encoded === 'string') return { features: [`not in ${version}: ${encoded}`] };
  const decoded = decodeMessage(encoded);
  // What a switch refuses for its sense may be said; its form must be right.
  const isBroken = !decoded.ok && /_BAD_LEN$/.test(decoded.error.code);
  const fault = isBroken ? `what was parsed is malformed: ${decoded.error.detail}` : undefined;
  const text = printMessage(encoded);
  const words = text.replace(/0x[0-9a-f]+|\d+/g, '#').match(/[a-z_]{4,}[(:=]/g) ?? [];
  return { fault, features: [...new Set(words)].map((word) => `says ${word}`) };
}

/** What a version cannot say is told by these two, and by nothing else. */
function encodedOrRefused(version: OpenFlowVersion, message: Message): Uint8Array | string {
  try {
    return encodeMessage(version, 1, message);
  } catch (error) {
    const isRefusal = error instanceof RangeError || error instanceof TypeError;
    // A TypeError of the engine's own is a mistake of ours.
    if (!isRefusal || /undefined|null|not a function|BigInt/.test(error.message)) throw error;
    return error.message.replace(/\d+/g, '#');
  }
}
