/**
 * Makes the vectors of test/vectors/openflow anew: `node --import tsx scripts/openflow-print/make-vectors.ts`.
 *
 * Messages come from the samples of the tests (our own values) and from what the real ovs-ofctl and a real bridge say to each
 * other; their texts from the installed ovs-ofctl, their values from our decoder, so look at what has changed before you commit it.
 * Refuses to write when a kind of message lacks one, or when the words differ from ours.
 */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  MESSAGE_FORMS,
  type MessageKind,
  MULTIPART_FORMS,
  type MultipartKind,
  messageForm,
  multipartForm,
} from '../../protocols/openflow/values/message-forms.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';
import { type Conversation, converse } from '../../test/protocols/openflow/capture/conversation.ts';
import { Random } from '../../test/protocols/openflow/capture/random.ts';
import { startDummyBridge } from '../../test/protocols/openflow/dummy-bridge.ts';
import { FAMILIES } from '../../test/protocols/openflow/samples/all-samples.ts';
import { SWITCH_SAMPLES } from '../../test/protocols/openflow/samples/switch-samples.ts';
import { toVectorJson } from '../../test/protocols/openflow/vector-json.ts';
import { actionMessages } from './action-vectors.ts';
import { fieldMessages, type NamedMessage, VECTOR_FIELDS } from './field-vectors.ts';
import { judge } from './judgement.ts';
import { bytesOf, hexOf, kindWordsOf, readVectors, VECTOR_FOLDER, type Vector } from './vector.ts';

const VERSIONS = [4, 5, 6] as const;

const PROTOCOLS = { 4: 'OpenFlow13', 5: 'OpenFlow14', 6: 'OpenFlow15' } as const;

/** Captured messages of a kind: the smallest, and a richer one that is still small. */
const RICH_BYTES = 400;
/** A larger one stands here only where there is none else. */
const SMALL_BYTES = 1500;

function sampleMessages(version: OpenFlowVersion): NamedMessage[] {
  const multiparts = Object.values(FAMILIES)
    .flat()
    .filter(({ versions }) => versions.includes(version))
    .map(({ name, message }) => {
      return { name, bytes: new Uint8Array(encodeMessage(version, 1, message)) };
    });
  const others = Object.values(SWITCH_SAMPLES)
    .flat()
    .flatMap(({ name, bytes }) => {
      const hex = bytes[version];
      return hex === undefined ? [] : [{ name, bytes: bytesOf(hex) }];
    });
  return [...others, ...multiparts];
}

function capturedMessages(
  { messages }: Conversation,
  others: ReadonlySet<string | undefined>,
): NamedMessage[] {
  const byKind = new Map<string, Uint8Array[]>();
  for (const { bytes } of messages) {
    const kind = kindWordsOf(bytes);
    if (kind !== undefined) byKind.set(kind, [...(byKind.get(kind) ?? []), bytes]);
  }
  return [...byKind].flatMap(([kind, all]) => {
    const sorted = all.toSorted((one, other) => one.length - other.length);
    const rich = sorted.filter((bytes) => bytes.length <= RICH_BYTES).at(-1);
    const chosen = new Set([sorted[0], rich].filter((bytes) => bytes !== undefined));
    const wanted = [...chosen].filter((bytes) => bytes.length <= SMALL_BYTES || !others.has(kind));
    return wanted.map((bytes) => ({ name: `captured ${kind}`, bytes }));
  });
}

/** Those that Open vSwitch refuses have no place here: malformed messages have tests of their own. */
async function vectorsOf(messages: readonly NamedMessage[]): Promise<Vector[]> {
  const names = new Map<string, number>();
  const verdicts = await judge(messages);
  const vectors = messages.flatMap(({ name, bytes }, index): Vector[] => {
    const { ours, theirs, reencoded } = verdicts[index] ?? { ours: '', theirs: '' };
    const decoded = decodeMessage(bytes);
    if (!decoded.ok || reencoded === undefined) return [];
    const hex = hexOf(bytes);
    if (ours !== theirs) {
      throw new Error(
        `${name} is printed otherwise:\n${hex}\n--- ovs-ofctl\n${theirs}--- nva\n${ours}`,
      );
    }
    const count = (names.get(name) ?? 0) + 1;
    names.set(name, count);
    const vector = {
      name: count === 1 ? name : `${name} (${count})`,
      version: decoded.value.version as OpenFlowVersion,
      hex,
      text: theirs,
      message: toVectorJson(decoded.value.message),
    };
    return [hexOf(reencoded) === hex ? vector : { ...vector, reencoded: hexOf(reencoded) }];
  });
  return [...new Map(vectors.map((vector) => [vector.hex, vector])).values()];
}

/** What the catalogue has in this version. */
export function kindsOf(version: OpenFlowVersion): string[] {
  const messages = (Object.keys(MESSAGE_FORMS) as MessageKind[]).filter(
    (kind) => messageForm(kind, version) !== undefined,
  );
  const multiparts = (Object.keys(MULTIPART_FORMS) as MultipartKind[]).filter(
    (kind) => multipartForm(kind, version) !== undefined,
  );
  return [...messages, ...multiparts.flatMap((kind) => [`${kind} request`, `${kind} reply`])];
}

async function main(): Promise<void> {
  const files = new Map<string, Vector[]>();
  const bridge = await startDummyBridge();
  try {
    for (const version of VERSIONS) {
      const conversation = await converse(bridge, PROTOCOLS[version], new Random(1));
      const samples = sampleMessages(version);
      const covered = new Set(samples.map(({ bytes }) => kindWordsOf(bytes)));
      const captured = capturedMessages(conversation, covered);
      const messages = await vectorsOf([...samples, ...captured]);
      const has = new Set(messages.map(({ hex }) => kindWordsOf(bytesOf(hex))));
      const missing = kindsOf(version).filter((kind) => !has.has(kind));
      if (missing.length > 0) {
        throw new Error(`${PROTOCOLS[version]} lacks a vector of ${missing.join(', ')}`);
      }
      const prefix = `openflow1${version - 1}`;
      files.set(`${prefix}-messages`, messages);
      if (version === 5) continue;
      const fields = await vectorsOf(fieldMessages(version));
      const without = VECTOR_FIELDS.filter(({ name }) => fields.every((one) => one.name !== name));
      if (without.length > 0) {
        throw new Error(
          `${PROTOCOLS[version]} lacks a vector of ${without.map(({ name }) => name).join(', ')}`,
        );
      }
      files.set(`${prefix}-fields`, fields);
      files.set(`${prefix}-actions`, await vectorsOf(actionMessages(version)));
    }
  } finally {
    await bridge.stop();
  }
  for (const name of readVectors().keys()) rmSync(new URL(`${name}.json`, VECTOR_FOLDER));
  for (const [name, vectors] of files) {
    writeFileSync(new URL(`${name}.json`, VECTOR_FOLDER), JSON.stringify(vectors, null, 2));
    process.stdout.write(`${name}: ${vectors.length}\n`);
  }
  execFileSync('npx', ['biome', 'format', '--write', fileURLToPath(VECTOR_FOLDER)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

await main();
