import { expect } from 'chai';
import {
  readAgreedSchema,
  readServerSchema,
  SCHEMA_SIZE_MAX_BYTES,
} from '../../../protocols/ovsdb/schema-cache.ts';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';

const schema = (version: string, type: Json = 'string'): Json => ({
  name: 'Open_vSwitch',
  version,
  tables: { Bridge: { columns: { name: { type } } } },
});

function read(wire: Json) {
  const result = readServerSchema(wire, 100);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

describe('schemas that sessions share', () => {
  it('are one object when their text is one', () => {
    expect(read(schema('1.0.0'))).to.equal(read(schema('1.0.0')));
    expect(read(schema('1.0.0'))).to.not.equal(read(schema('1.0.1')));
  });

  it('are told apart by their whole text, whatever they call themselves', () => {
    const evil = read(schema('1.0.0', 'integer'));
    expect(read(schema('1.0.0')).tables.get('Bridge')?.get('name')?.type.key).to.equal('string');
    expect(evil.tables.get('Bridge')?.get('name')?.type.key).to.equal('integer');
  });

  it('are few: the one not asked for longest is forgotten', () => {
    const first = read(schema('first'));
    const kept = read(schema('kept'));
    for (let version = 0; version < 15; version++) {
      read(schema(`2.0.${version}`));
      expect(read(schema('kept'))).to.equal(kept);
    }
    expect(read(schema('first'))).to.not.equal(first);
  });

  it('share what is wanted of them, too', () => {
    const wanted = { Bridge: ['name'] };
    const agreed = (columns: typeof wanted) =>
      readAgreedSchema(read(schema('1.0.0')), 'Open_vSwitch', columns).schema;
    expect(agreed(wanted)).to.equal(agreed(wanted));
    expect(agreed(wanted)).to.not.equal(agreed({ Bridge: ['name'] }));
  });

  it('are not read at all above a limit', () => {
    const result = readServerSchema(schema('1.0.0'), SCHEMA_SIZE_MAX_BYTES + 1);
    expect(result.ok ? 'read' : result.error.code).to.equal('bad-schema');
    expect(readServerSchema(schema('1.0.0'), SCHEMA_SIZE_MAX_BYTES).ok).to.equal(true);
  });
});
