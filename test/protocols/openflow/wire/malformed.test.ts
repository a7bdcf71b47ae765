import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ErrorAnswers } from '../../../../protocols/openflow/session/error-answers.ts';
import {
  ERROR_FORMS,
  type OpenFlowErrorName,
} from '../../../../protocols/openflow/values/error-codes.ts';
import {
  encodableError,
  identifyError,
} from '../../../../protocols/openflow/values/error-names.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { SwitchSide } from '../session/switch-side.ts';

interface Malformed {
  /** The error that Open vSwitch, and we, find in it. */
  readonly code: OpenFlowErrorName;
  readonly hex: string;
}

const FILE = new URL('../../../vectors/openflow-malformed.json', import.meta.url);
const VECTORS: readonly Malformed[] = JSON.parse(readFileSync(FILE, 'utf8'));
const WIRE = fileURLToPath(new URL('../../../../protocols/openflow/wire', import.meta.url));

const LIMIT: Malformed = { code: 'OFPBAC_TOO_MANY', hex: nestedClones(501) };

/** A limit of our own: Open vSwitch takes as many as a message holds. */
function nestedClones(depth: number): string {
  const hex = (value: number, bytes: number) => value.toString(16).padStart(bytes * 2, '0');
  let actions = '';
  for (let level = 0; level < depth; level++) {
    // NXAST_CLONE
    actions = `ffff${hex(16 + actions.length / 2, 2)}00002320002a000000000000${actions}`;
  }
  const body = `fffffffffffffffd${hex(actions.length / 2, 2)}000000000000${actions}`;
  return `040d${hex(8 + body.length / 2, 2)}00000001${body}`;
}

function bytesOf({ hex }: Malformed): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function versionOf(bytes: Uint8Array): OpenFlowVersion {
  return bytes[0] as OpenFlowVersion;
}

/** Every name of an error that stands in the decoders' sources. */
function raisedNames(): string[] {
  const files = readdirSync(WIRE, { recursive: true, encoding: 'utf8' });
  const names = files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(join(WIRE, file), 'utf8').matchAll(/'([A-Z]+_[A-Z_]+)'/g)])
    .map(([, name = '']) => name)
    .filter((name) => ERROR_FORMS.has(name as OpenFlowErrorName));
  return [...new Set(names)].sort();
}

/** `ovs-ofctl ofp-print` of each. */
function printed(messages: readonly Uint8Array[]): string[] {
  const lines = messages.map((bytes) => {
    const hex = Buffer.from(bytes).toString('hex');
    return `ovs-ofctl --no-names ofp-print ${hex} 2>/dev/null; echo @`;
  });
  const { stdout } = spawnSync('sh', ['-s'], {
    input: lines.join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return stdout.split('@\n').slice(0, -1);
}

describe('malformed OpenFlow messages', () => {
  it('are those, too, that nest deeper than we follow', () => {
    expect(decodeMessage(bytesOf(LIMIT), { strict: true })).to.have.nested.property(
      ...(['error.code', LIMIT.code] as const),
    );
    expect(decodeMessage(bytesOf({ ...LIMIT, hex: nestedClones(100) }))).to.have.property(
      'ok',
      true,
    );
  });

  it('are there for each error that a decoder can raise, and for no other', () => {
    const shown = [...new Set([...VECTORS, LIMIT].map(({ code }) => code))].sort();
    expect(shown).to.deep.equal(raisedNames());
    expect(shown).to.have.length.above(70);
  });

  it('are refused for what Open vSwitch refuses them', () => {
    const texts = printed(VECTORS.map(bytesOf));
    expect(texts).to.have.length(VECTORS.length);
    for (const [index, vector] of VECTORS.entries()) {
      const result = decodeMessage(bytesOf(vector), { strict: true });
      const code = result.ok ? 'decoded' : result.error.code;
      expect(code, vector.hex).to.equal(vector.code);
      expect(texts[index], vector.hex).to.include(`***decode error: ${vector.code}***`);
    }
  }).timeout(30_000);

  it('can be answered in their version with that error, which ofp-print knows', () => {
    const answers = VECTORS.map((vector) => {
      const bytes = bytesOf(vector);
      const answer = new ErrorAnswers(1).answer(vector.code, versionOf(bytes), bytes, 0);
      if (answer === undefined) throw new Error(`no answer to ${vector.code}`);
      return Uint8Array.from(answer);
    });
    const texts = printed(answers);
    for (const [index, vector] of VECTORS.entries()) {
      const offending = bytesOf(vector);
      const version = versionOf(offending);
      const name = encodableError(vector.code, version);
      expect(texts[index]?.split('\n')[0], vector.hex).to.match(new RegExp(`: ${name}$`));
      const answer = decodeMessage(answers[index] ?? new Uint8Array(0), { strict: true });
      if (!answer.ok || answer.value.message.type !== 'error') throw new Error(vector.hex);
      expect(identifyError(answer.value.message, version), vector.hex).to.deep.equal({
        ...{ name, data: offending.slice(0, 64) },
      });
      const xid = Buffer.from(offending).readUInt32BE(4);
      expect(answer.value).to.include({ version, xid });
    }
  }).timeout(30_000);

  it('are told by a session, and answered with the error that it tells', () => {
    let answered = 0;
    for (const vector of VECTORS) {
      const bytes = bytesOf(vector);
      const version = versionOf(bytes);
      const peer = SwitchSide.ready({}, version);
      peer.saysBytes(bytes);
      peer.session.takePacketIns();
      const [event] = peer.events().filter(({ type }) => type === 'malformed');
      const names = peer.heard().map(({ message }) => {
        return message.type === 'error' ? identifyError(message, version)?.name : message.type;
      });
      const code = event?.type === 'malformed' ? event.error.code : undefined;
      const isAnswer = bytes[1] === 1 || bytes[1] === 0 || names.length === 0;
      expect(names, vector.hex).to.deep.equal(
        isAnswer ? [] : [encodableError(code as OpenFlowErrorName, version)],
      );
      answered += names.length;
    }
    expect(answered).to.be.above(100);
  });
});
