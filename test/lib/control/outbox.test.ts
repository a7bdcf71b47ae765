import { expect } from 'chai';
import { Outbox, type StoreWord } from '../../../lib/control/outbox.ts';
import type { DomainRecord } from '../../../lib/model/records.ts';

const KEY = 'attachment/vm1';
const on = (nve: string): DomainRecord => ({ kind: 'attachment', port: 'vm1', nve, sequence: 0 });
const word = (revision: number, record?: DomainRecord): StoreWord => ({
  ...{ key: KEY, record, revision },
});

describe('facts on their way to the store', () => {
  it('count as stored when the store says so, and what its feed says of before is our past', () => {
    const outbox = new Outbox();
    outbox.add({ key: KEY, record: on('hv1') });
    outbox.take(new Map());
    expect(outbox.hear(word(4))).to.equal('held');
    expect(outbox.taken(5)).to.deep.equal([word(4)]);
    expect(outbox.hear(word(4))).to.equal('echo');
    expect(outbox.take(new Map())).to.equal(undefined);
  });

  it('are written again when a snapshot came before the answer, which may be that of a history that was lost', () => {
    const outbox = new Outbox();
    outbox.add({ key: KEY, record: on('hv1') });
    outbox.take(new Map());
    outbox.restart();
    expect(outbox.hear(word(3))).to.equal('held');
    expect(outbox.taken(5)).to.deep.equal([word(3)]);
    expect(outbox.take(new Map())).to.deep.equal([
      { key: KEY, record: on('hv1'), basedOn: 'absent' },
    ]);
    outbox.taken(4);
    expect(outbox.hear(word(4, on('hv1')))).to.equal('echo');
  });
});
