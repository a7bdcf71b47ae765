import { expect } from 'chai';
import { BRIDGE } from '../../../../protocols/ovsdb/schemas/open-vswitch.ts';
import { type OvsdbRow, readColumn, readRow } from '../../../../protocols/ovsdb/values/tables.ts';

describe('one column of a row', () => {
  const row: OvsdbRow = { name: 'br0', ports: [], external_ids: new Map([['a', 'b']]) };

  it('reads as in the whole row, whether the row has it or not', () => {
    const whole = readRow(BRIDGE, row);
    for (const column of ['name', 'ports', 'external_ids', 'fail_mode', 'protocols'] as const) {
      expect(readColumn(BRIDGE, row, column)).to.deep.equal(whole[column]);
    }
    expect(readColumn(BRIDGE, row, 'name')).to.equal('br0');
    expect(readColumn(BRIDGE, row, 'fail_mode')).to.equal(undefined);
  });
});
