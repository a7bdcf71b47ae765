/**
 * Whatever others have in an NVE's database, joining it, living there and leaving it changes nothing of theirs: random
 * content on real ovsdb-servers and switches, compared row by row and column by column.
 */
import { expect } from 'chai';
import { recordToJson } from '../../../lib/model/record-parse.ts';
import { type DomainRecord, keyOf } from '../../../lib/model/records.ts';
import type { Write } from '../../../lib/store/contract.ts';
import { openMemoryStore } from '../../../lib/store/memory-store.ts';
import { type DummyEdge, DummyEdges } from '../../../scripts/lab/dummy-edges.ts';
import { until } from '../../../scripts/lab/waiting.ts';
import { databaseDump } from '../../support/database-dump.ts';
import { SouthboundInstance } from './instance.ts';

/** More by hand: EDGES=20 SEED=7. */
const EDGES = Number(process.env.EDGES ?? 4);
const SEED = Number(process.env.SEED ?? 1);

/** A small linear congruential generator (Numerical Recipes), so that a seed says it all. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 7919 + 17;
  }

  below(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * bound);
  }

  pick<T>(...choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }
}

/** One transaction of ovs-vsctl. */
function foreignContent(dice: Dice): string[] {
  const words: string[] = ['--', 'set', 'Open_vSwitch', '.', 'external_ids:somebody=else'];
  words.push('--', 'set', 'Open_vSwitch', '.', 'other_config:theirs=1');
  if (dice.below(2) === 1) words.push('external_ids:nva-take-bridge=true');
  const bridges = ['br-int', 'br-a', 'br-b'].filter(
    (name) => name !== 'br-int' || dice.below(4) > 0,
  );
  for (const bridge of bridges) words.push(...foreignBridge(bridge, dice));
  return words.slice(1);
}

function foreignBridge(bridge: string, dice: Dice): string[] {
  const words = ['--', 'add-br', bridge, '--', 'set', 'bridge', bridge, 'datapath_type=dummy'];
  words.push(...dice.pick<string[]>([], ['fail_mode=secure'], ['fail_mode=standalone']));
  words.push(
    ...dice.pick<string[]>([], ['protocols=OpenFlow10'], ['protocols=OpenFlow10,OpenFlow14']),
  );
  words.push(
    ...dice.pick<string[]>([], ['external_ids:theirs=yes'], ['other_config:mac-aging-time=99']),
  );
  const controllers = ['tcp:127.0.0.1:9', 'tcp:127.0.0.1:11'].slice(dice.below(3));
  if (controllers.length > 0) words.push('--', 'set-controller', bridge, ...controllers);
  for (let port = dice.below(4); port > 0; port--) {
    const name = `${bridge}-p${port}`;
    words.push('--', 'add-port', bridge, name);
    words.push(...dice.pick<string[]>([], [`tag=${port}`], ['trunks=5,6']));
    words.push('--', 'set', 'interface', name, 'type=dummy');
    words.push(...dice.pick<string[]>([], [`external_ids:iface-id=${name}`], ['options:x=y']));
  }
  if (dice.below(3) === 0) {
    const id = `@m-${bridge}`;
    words.push('--', `--id=${id}`, 'create', 'mirror', `name=m-${bridge}`, 'select_all=true');
    words.push('--', 'set', 'bridge', bridge, `mirrors=${id}`);
  }
  return words;
}

describe('what others have in a database', function () {
  this.timeout(90_000);
  let edges: DummyEdges;
  let instance: SouthboundInstance;
  const store = openMemoryStore();

  before(async () => {
    [edges, instance] = await Promise.all([
      DummyEdges.open({ prefix: 'nvafp', edges: EDGES }),
      SouthboundInstance.start({ store }),
    ]);
    await instance.put([
      { kind: 'network', name: 'blue', vni: 5, vniAllocated: false },
      ...['br-int-p1', 'br-a-p1'].map(
        (name, at): DomainRecord => ({
          ...{
            kind: 'port',
            name,
            network: 'blue',
            mac: `02:01:00:00:00:0${at}` as never,
            ips: [],
          },
        }),
      ),
    ]);
  });

  after(async () => {
    await instance?.close();
    await store.close();
    await edges?.close();
  });

  const words = async (edge: DummyEdge): Promise<string[]> =>
    (await databaseDump(edge))
      .filter((line) => !line.startsWith('Manager '))
      .map((line) => line.replace(/manager_options=(\[[^\]]*\]|\S+)/, ''));

  async function letGo(name: string): Promise<void> {
    const { domain } = instance.engine.core;
    const record = domain.nve(name);
    if (record === undefined) throw new Error(`there is no ${name}`);
    const managers = record.managers ?? [];
    const departure: DomainRecord = { kind: 'departure', nve: name, managers };
    const writes: Write[] = [
      { op: 'delete', key: `nve/${name}` },
      { op: 'delete', key: `index/${record.index}` },
      { op: 'put', key: keyOf(departure), value: recordToJson(departure) },
    ];
    for (const port of domain.attachedTo(name)) {
      writes.push({ op: 'delete', key: `attachment/${port}` });
    }
    await instance.engine.caughtUp(await store.apply({ writes }));
  }

  async function live(edge: DummyEdge, dice: Dice): Promise<void> {
    const set = (word: string): Promise<string> => edge.vsctl('set', 'Open_vSwitch', '.', word);
    await set('external_ids:nva-encap-type=vxlan');
    if (dice.below(2) === 0) {
      await set(`external_ids:nva-bridge=${dice.pick('br-a', 'br-new')}`);
      await edge.vsctl(
        '--no-wait',
        'set',
        'Open_vSwitch',
        '.',
        'external_ids:nva-encap-type=geneve',
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await edge.vsctl('remove', 'Open_vSwitch', '.', 'external_ids', 'nva-bridge');
    await edge.vsctl('remove', 'Open_vSwitch', '.', 'external_ids', 'nva-encap-type');
  }

  for (let number = 1; number <= EDGES; number++) {
    const seed = SEED * 100 + number;
    it(`is as it was after we came and went (seed ${seed})`, async () => {
      const edge = edges.edge(number);
      const name = `e${number}`;
      const dice = new Dice(seed);
      await edge.vsctl(...foreignContent(dice));
      const before = await words(edge);
      await edge.joinManager(`tcp:127.0.0.1:${instance.ovsdbPort}`);
      const { core } = instance.engine;
      const isThere = (): boolean =>
        core.nve(name)?.stand === 'serve' && core.domain.nve(name) !== undefined;
      await until(`${name} is there`, isThere, { deadlineMs: 15_000, everyMs: 10 });
      await until(
        `${name} is ours, or said to be another's`,
        async () => {
          const codes =
            core
              .nve(name)
              ?.conditions()
              .map(({ code }) => code) ?? [];
          if (codes.includes('bridge-not-taken')) return true;
          return (await words(edge)).some((line) => line.includes('nva-vxlan'));
        },
        { deadlineMs: 15_000, everyMs: 50 },
      );
      await live(edge, dice);
      await letGo(name);
      const isLeft = (): boolean => core.domain.departure(name)?.left === true;
      await until(`${name} has left`, isLeft, { deadlineMs: 15_000, everyMs: 10 });
      expect(await words(edge)).to.deep.equal(before);
    });
  }
});
