/**
 * An NVE that is let go through one instance and served by another; and one whose name changes before the eyes of both.
 */
import { expect } from 'chai';
import type { NveView } from '../../lib/model/views.ts';
import type { Controller } from '../../scripts/lab/controller.ts';
import { until } from '../../scripts/lab/waiting.ts';
import { databaseDump } from '../support/database-dump.ts';
import { InstancesSite } from './support/instances-site.ts';

let site: InstancesSite;

async function otherThan(owner: string | undefined): Promise<Controller> {
  const other = site.instances.find(({ name }) => name !== owner);
  if (other === undefined) throw new Error('there is no other instance');
  return other;
}

describe('two instances', () => {
  before(async () => {
    site = await InstancesSite.open({
      ...{ prefix: 'nvex', hypervisors: 2, instances: 2 },
      store: async (lab) => (await lab.startRedis({})).url,
    });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2]);
    await site.healthy();
  });

  after(() => site?.close());

  it('know an NVE by its evidence when it has another name', async () => {
    await site.hv(2).setExternalIds({ 'system-id': 'two' });
    for (const instance of site.instances) {
      const known = async (): Promise<boolean> => {
        const nves = await instance.get<readonly NveView[]>('nves');
        const two = nves.find(({ name }) => name === 'two');
        const isUp = two?.status.connected === true && two.status.owner !== undefined;
        return isUp && two.status.phase === undefined && nves.length === 2;
      };
      await until(`${instance.name} knows two`, known, { deadlineMs: 30_000, everyMs: 200 });
      const port = await instance.get<{ status: { nve?: string } }>('port', 'blue-2');
      expect(port.status.nve).to.equal('two');
    }
  });

  it('let an NVE go through the one that does not serve it', async () => {
    await site.lab.tenant('blue-1').detach();
    const owner = (await site.owners()).get('h1');
    const other = await otherThan(owner);
    const { code, stdout } = await other.nva('delete', 'nve', 'h1', '--wait=30');
    expect(stdout).to.include('h1 left after');
    expect(code).to.equal(0);
    const dump = await databaseDump(site.hv(1));
    expect(dump.some((line) => line.includes('br-int'))).to.equal(false);
    for (const instance of site.instances) {
      const left = async (): Promise<boolean> =>
        (await instance.get<NveView>('nve', 'h1')).status.phase === 'left';
      await until(`${instance.name} says so`, left, { deadlineMs: 5_000, everyMs: 100 });
    }
  });
});
