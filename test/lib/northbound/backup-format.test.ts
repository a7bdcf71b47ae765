import { expect } from 'chai';
import fc from 'fast-check';
import type { Backup } from '../../../lib/northbound/authority.ts';
import { BackupReader, backupPieces } from '../../../lib/northbound/backup-format.ts';

const BACKUP: Backup = {
  domain: 'blue',
  revision: 9,
  records: [
    { key: 'network/blue', revision: 9, value: { v: 1, name: 'blue' } },
    { key: 'router/ü', revision: 3, value: { v: 2, of: ['a', 'newer', 'release'] } },
  ],
};
const write = (backup: Backup): string => [...backupPieces(backup)].join('');

function read(...pieces: readonly string[]) {
  const reader = new BackupReader();
  for (const piece of pieces) reader.push(piece);
  return reader.finish();
}

describe('a backup file', () => {
  it('comes back whole, in pieces of any size', () => {
    const text = write(BACKUP);
    for (let at = 0; at <= text.length; at++) {
      expect(read(text.slice(0, at), text.slice(at))).to.deep.equal({ ok: true, value: BACKUP });
    }
    expect(read(write({ ...BACKUP, records: [] }))).to.have.property('ok', true);
  });

  it('comes back when it is larger than a piece', () => {
    const records = Array.from({ length: 3000 }, (_, index) => ({
      ...{ key: `port/p${index}`, revision: 1, value: { v: 1, text: 'x'.repeat(40) } },
    }));
    const pieces = [...backupPieces({ ...BACKUP, records })];
    expect(pieces.length).to.be.above(2);
    expect(read(...pieces)).to.deep.equal({ ok: true, value: { ...BACKUP, records } });
  });

  it('is refused when it was cut short anywhere', () => {
    const text = write(BACKUP);
    for (let at = 0; at < text.length; at++) {
      expect(read(text.slice(0, at)), text.slice(0, at)).to.have.property('ok', false);
    }
  });

  it('is refused when any one character was changed', () => {
    const text = write(BACKUP);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'x0"{}\n '), (at, sign) => {
        fc.pre(text[at] !== sign);
        const changed = text.slice(0, at) + sign + text.slice(at + 1);
        const result = read(changed);
        expect(result, changed).to.have.property('ok', false);
        expect(result)
          .to.have.property('error')
          .that.matches(/; (use|name) /);
      }),
    );
  });

  it('is refused when lines are missing, twice, or behind the last', () => {
    const lines = write(BACKUP).split('\n').slice(0, -1);
    const [head = '', first = '', second = '', end = ''] = lines;
    for (const changed of [
      [head, first, end],
      [head, first, first, end],
      [head, second, first, end],
      [...lines, first],
      [...lines, end],
    ]) {
      expect(read(`${changed.join('\n')}\n`)).to.have.property('ok', false);
    }
  });

  it('of a newer release is refused by its version', () => {
    expect(read(write(BACKUP).replace('"version":1', '"version":2'))).to.have.property(
      'error',
      'it has version 2 of the format and this release reads version 1; use the release that wrote it',
    );
  });

  for (const text of ['', '\n', 'kind: Network\n', '[]\n', 'null\n', '{"format":"tar"}\n']) {
    it(`is something else than ${JSON.stringify(text)}`, () => {
      expect(read(text))
        .to.have.property('error')
        .that.matches(/^it is no backup of nva; /);
    });
  }
});
