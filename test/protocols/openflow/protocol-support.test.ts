import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { VECTOR_FIELDS } from '../../../scripts/openflow-print/field-vectors.ts';
import {
  NOT_JUDGED,
  protocolSupport,
  type SupportRow,
  support,
} from '../../../scripts/openflow-print/protocol-support.ts';

const COMMITTED = new URL('../../../docs/protocol-support.md', import.meta.url);

/** Rows without a vector, or with one that fails. */
function lacking(rows: Iterable<SupportRow>): SupportRow[] {
  return [...rows].filter(
    ({ vectors, decode, encode, text }) => vectors === 0 || !decode || !encode || !text,
  );
}

describe('what the OpenFlow library speaks', function () {
  this.timeout(20_000);
  const { messages, fields, actions, instructions } = support();

  it('is what docs/protocol-support.md says', () => {
    const committed = readFileSync(COMMITTED, 'utf8');
    // Compared as a whole, so that a difference of many lines is not shown line for line.
    expect(committed === protocolSupport(), 'make protocol-support writes another file').to.equal(
      true,
    );
  });

  it('has codec, words and a vector for every kind of message in every version that has it', () => {
    expect(messages.size).to.be.above(200);
    expect(lacking(messages.values())).to.deep.equal([]);
  });

  it('has codec, words and a vector for every field that Open vSwitch knows', () => {
    const wanted = new Set<string>(VECTOR_FIELDS.map(({ name }) => name));
    expect(wanted.size).to.be.above(90);
    const rows = [...fields.values()].filter(({ name }) => wanted.has(name));
    expect(rows).to.have.length(wanted.size);
    expect(lacking(rows)).to.deep.equal([]);
  });

  it('has codec, words and a vector for every action and instruction that ovs-ofctl takes', () => {
    const known = [...actions.values()].filter(({ name }) => !NOT_JUDGED.has(name));
    expect(known.length).to.be.above(50);
    expect(lacking([...known, ...instructions.values()])).to.deep.equal([]);
  });
});
