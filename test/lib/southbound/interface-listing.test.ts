import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Interfaces } from '../../../lib/control/interfaces.ts';
import { InterfaceListing, type ListPart } from '../../../lib/southbound/interface-listing.ts';
import { TenantInterfaces } from '../../../lib/southbound/tenant-interfaces.ts';
import { Replica, type RowChanged } from '../../../protocols/ovsdb/replica.ts';
import type { Uuid } from '../../../protocols/ovsdb/values/atoms.ts';
import { columnType } from '../../../protocols/ovsdb/values/column.ts';
import type { DatabaseSchema } from '../../../protocols/ovsdb/values/database-schema.ts';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';

const uuid = (kind: number, number: number) =>
  `00000000-0000-400${kind}-8000-${String(number).padStart(12, '0')}` as Uuid;
const BRIDGE = uuid(1, 1);

const name = columnType('string', undefined, 1, 1);
const uuids = columnType('uuid', undefined, 0, Number.POSITIVE_INFINITY);
const SCHEMA: DatabaseSchema = {
  name: 'Open_vSwitch',
  version: '1.0.0',
  tables: new Map([
    ['Bridge', new Map(Object.entries({ name, ports: uuids }))],
    ['Port', new Map(Object.entries({ name, interfaces: uuids }))],
    [
      'Interface',
      new Map(
        Object.entries({
          name,
          ofport: columnType('integer', undefined, 0, 1),
          external_ids: columnType('string', 'string', 0, Number.POSITIVE_INFINITY),
        }),
      ),
    ],
  ]),
};

/** A database with one bridge, followed as the southbound follows it into what the core knows. */
class Scene {
  readonly replica: Replica;
  readonly tenants = new TenantInterfaces();
  readonly parts: ListPart[] = [];
  readonly known = new Interfaces();
  readonly listing: InterfaceListing;
  readonly #ports = new Set<number>();

  constructor(count: number) {
    this.replica = new Replica(SCHEMA);
    this.listing = new InterfaceListing(
      this.tenants,
      () => this.replica,
      (part) => {
        this.parts.push(part);
        this.known.update('hv1', part.changes, part.complete, part.named);
      },
    );
    for (let number = 1; number <= count; number++) this.#ports.add(number);
    this.#apply({
      Bridge: { [BRIDGE]: { insert: { name: 'br-int', ports: this.#portSet() } } },
      ...rows([...this.#ports]),
    });
  }

  add(number: number): void {
    this.#ports.add(number);
    this.#change({ ...rows([number]), ...this.#bridge(number) });
  }

  remove(number: number): void {
    this.#ports.delete(number);
    this.#change({
      Interface: { [uuid(3, number)]: { delete: null } },
      Port: { [uuid(2, number)]: { delete: null } },
      ...this.#bridge(number),
    });
  }

  async untilTold(): Promise<void> {
    while (this.parts.at(-1)?.complete !== true) await turn();
  }

  get names(): string[] {
    return [...this.known.of('hv1')].map(({ name }) => name).sort();
  }

  get wanted(): string[] {
    return [...this.#ports].map((number) => `tap${number}`).sort();
  }

  #change(updates: Json): void {
    const changes = this.tenants.update(this.replica, this.#apply(updates));
    this.known.update('hv1', changes, false);
  }

  #bridge(number: number): Record<string, Json> {
    return { Bridge: { [BRIDGE]: { modify: { ports: ['uuid', uuid(2, number)] } } } };
  }

  #portSet(): Json {
    return ['set', [...this.#ports].map((number) => ['uuid', uuid(2, number)])];
  }

  #apply(updates: Json): readonly RowChanged[] {
    const applying = this.replica.apply(updates, 'v2');
    for (;;) {
      const step = applying.next();
      if (step.done !== true) continue;
      if (!step.value.ok) throw new Error(step.value.error.detail);
      return step.value.value;
    }
  }
}

function rows(numbers: readonly number[]): Record<string, Json> {
  const interfaces = numbers.map((number): [string, Json] => {
    const row = { name: `tap${number}`, ofport: number, external_ids: ids(number) };
    return [uuid(3, number), { insert: row }];
  });
  const ports = numbers.map((number): [string, Json] => {
    const row = { name: `tap${number}`, interfaces: ['uuid', uuid(3, number)] };
    return [uuid(2, number), { insert: row }];
  });
  return { Interface: Object.fromEntries(interfaces), Port: Object.fromEntries(ports) };
}

const ids = (number: number): Json => ['map', [['iface-id', `vm${number}`]]];

describe('the list of an NVE’s interfaces', () => {
  it('is told at once and as a whole when it is short', () => {
    const scene = new Scene(20);
    scene.listing.start(BRIDGE);
    expect(scene.parts).to.have.length(1);
    expect(scene.parts[0]?.complete).to.equal(true);
    expect(scene.names).to.deep.equal(scene.wanted);
  });

  it('is told in many parts when it is long, each in a turn of its own', async () => {
    const scene = new Scene(5_000);
    scene.listing.start(BRIDGE);
    expect(scene.names.length).to.be.below(500);
    let before = scene.names.length;
    while (scene.parts.at(-1)?.complete !== true) {
      await turn();
      expect(scene.names.length - before).to.be.below(500);
      before = scene.names.length;
    }
    expect(scene.parts.length).to.be.above(20);
    expect(scene.names).to.deep.equal(scene.wanted);
  });

  it('leaves nothing of what was known before and is not there any more', async () => {
    const scene = new Scene(2_500);
    const stale = { name: 'gone', tenant: { ifaceId: 'vm9', ofport: 9 } };
    scene.known.update('hv1', [stale], false);
    scene.listing.start(BRIDGE);
    await turn();
    expect(scene.names).to.include('gone');
    await scene.untilTold();
    expect(scene.names).to.deep.equal(scene.wanted);
  });

  it('is right when ports come and go while it is told', async () => {
    const scene = new Scene(3_000);
    scene.listing.start(BRIDGE);
    for (let number = 1; number <= 40; number++) {
      scene.remove(number);
      scene.remove(3_000 - number);
      scene.add(10_000 + number);
      if (number % 3 === 0) scene.add(number);
      await turn();
    }
    await scene.untilTold();
    expect(scene.names).to.deep.equal(scene.wanted);
  });

  it('begins anew when the bridge is another, and ends with the connection', async () => {
    const scene = new Scene(3_000);
    scene.listing.start(BRIDGE);
    await turn();
    scene.listing.start(undefined);
    await scene.untilTold();
    expect(scene.names).to.deep.equal([]);
    scene.parts.length = 0;
    scene.listing.start(BRIDGE);
    scene.listing.close();
    const told = scene.parts.length;
    await turn();
    await turn();
    expect(scene.parts).to.have.length(told);
  });
});
