import { expect } from 'chai';
import { OthersOnBridge } from '../../../lib/southbound/property-view.ts';
import { Replica, type RowChanged } from '../../../protocols/ovsdb/replica.ts';
import { BRIDGE, INTERFACE, PORT } from '../../../protocols/ovsdb/schemas/open-vswitch.ts';
import { type Uuid, ZERO_UUID } from '../../../protocols/ovsdb/values/atoms.ts';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';

const uuid = (number: number) =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as Uuid;
const [BR, TAP, VIF] = [uuid(1), uuid(2), uuid(3)];

/** A bridge of others with one port that is nobody's. */
function foreignBridge(): Replica {
  const tables = [BRIDGE, PORT, INTERFACE].map(
    ({ name, columns }) => [name, new Map(Object.entries(columns))] as const,
  );
  const replica = new Replica({ name: 'Open_vSwitch', version: '8.3.1', tables: new Map(tables) });
  run(
    replica.replaceAll(
      {
        Bridge: { [BR]: { initial: { name: 'br0', ports: ['uuid', TAP] } } },
        Port: { [TAP]: { initial: { name: 'tap0', interfaces: ['uuid', VIF] } } },
        Interface: { [VIF]: { initial: { name: 'tap0' } } },
      },
      'v2',
      ZERO_UUID,
    ),
  );
  return replica;
}

function run(applying: ReturnType<Replica['apply']>): readonly RowChanged[] {
  for (;;) {
    const step = applying.next();
    if (step.done !== true) continue;
    if (!step.value.ok) throw new Error(step.value.error.detail);
    return step.value.value;
  }
}

describe('what others have on a bridge', () => {
  it('is looked at anew when one of their ports becomes a tenant’s, and when a port is tagged', () => {
    const replica = foreignBridge();
    const others = new OthersOnBridge();
    const change = (updates: Json): void => others.update(run(replica.apply(updates, 'v2')));
    expect(others.of(replica, BR)).to.deep.include({ plain: ['tap0'], tagged: [] });
    change({ Interface: { [VIF]: { modify: { external_ids: ['map', [['iface-id', 'vm1']]] } } } });
    expect(others.of(replica, BR)).to.deep.include({ plain: [], tagged: [] });
    change({ Port: { [TAP]: { modify: { tag: 7 } } } });
    expect(others.of(replica, BR)).to.deep.include({ plain: [], tagged: ['tap0'] });
    change({ Bridge: { [BR]: { modify: { ports: ['uuid', TAP] } } } });
    expect(others.of(replica, BR)).to.deep.include({ plain: [], tagged: [] });
    change({ Bridge: { [BR]: { modify: { external_ids: ['map', [['nva-created', 'true']]] } } } });
    expect(others.of(replica, BR)).to.equal(undefined);
  });
});
