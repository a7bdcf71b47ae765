/**
 * Bridges that others use already: joined only as far as it is safe, and what stands in the way is said.
 */
import { expect } from 'chai';
import type { NveView } from '../../lib/model/views.ts';
import { everyPairPings } from '../../scripts/lab/checks.ts';
import { databaseDump } from '../support/database-dump.ts';
import { tablesOf } from './support/flow-events.ts';
import { Site } from './support/site.ts';

let site: Site;
let asFound: readonly string[];

const OURS = /cookie=0x4e50|group_id=13[0-9]{8}/;

async function wordsOf(bridge: string): Promise<readonly string[]> {
  const lines = await databaseDump(site.hv(1));
  return lines.filter((line) => line.includes(bridge) && !line.startsWith('Open_vSwitch'));
}

async function useBridge(bridge: string): Promise<void> {
  await site.hv(1).setExternalIds({ 'nva-bridge': bridge });
}

function codesOf({ status }: NveView): string[] {
  return status.conditions.map(({ code }) => code);
}

async function expectPings(): Promise<void> {
  await site.settled();
  expect((await everyPairPings(site.lab, 'blue')).faults).to.deep.equal([]);
}

describe('a bridge that others use', () => {
  before(async () => {
    site = await Site.open({ prefix: 'nveb', hypervisors: 2 });
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2]);
    await site.tenant('blue-1').detach();
    // It forwards by itself, and by a flow that somebody put there.
    await site
      .hv(1)
      .vsctl(
        ...['add-br', 'br-field', '--', 'set', 'bridge', 'br-field', 'datapath_type=netdev'],
        ...['--', 'add-port', 'br-field', 'plant0', '--', 'set', 'interface', 'plant0'],
        ...['type=internal', '--', 'add-port', 'br-field', 'plant1', 'tag=7', '--', 'set'],
        ...['interface', 'plant1', 'type=internal', 'external_ids:iface-id=plant'],
      );
    await site.hv(1).ofctlOn('br-field', 'add-flow', 'table=0,priority=9,actions=drop');
    asFound = await wordsOf('br-field');
  });

  after(() => site?.close());

  it('is not taken without a word when it has no controller: its flows would be lost', async () => {
    const flows = await tablesOf(site.hv(1), 'br-field');
    expect(flows.some((line) => line.includes('priority=9'))).to.equal(true);
    await useBridge('br-field');
    const nve = await site.nveBecomes('h1', (one) => codesOf(one).includes('bridge-not-taken'));
    const [{ message } = { message: '' }] = nve.status.conditions;
    expect(message).to.include('plant0').and.to.include('nva-take-bridge=true');
    expect(await wordsOf('br-field')).to.deep.equal(asFound);
    expect(await tablesOf(site.hv(1), 'br-field')).to.deep.equal(flows);
    expect((await site.events()).map(({ code }) => code)).to.include('bridge-not-taken');
  });

  it('is joined with the operator’s word, says what that means, and the bridge before is given back', async () => {
    await site.hv(1).setExternalIds({ 'nva-take-bridge': 'true' });
    await site.nveBecomes('h1', (nve) => codesOf(nve).includes('port-without-network'));
    const nve = await site.nve('h1');
    expect(codesOf(nve)).to.include.members([
      ...['fail-mode-changed', 'port-without-network', 'port-vlan-ignored'],
    ]);
    await site.until('br-int is gone', async () => (await wordsOf('br-int')).length === 0);
  });

  it('has flows that come before ours named', async () => {
    const flow = 'cookie=0xabc,table=0,priority=300,dl_type=0x0800,actions=drop';
    await site.hv(1).ofctlOn('br-field', 'add-flow', flow);
    await site.controller.restart();
    const nve = await site.nveBecomes('h1', (one) => codesOf(one).includes('foreign-flows'));
    const text = nve.status.conditions.find(({ code }) => code === 'foreign-flows')?.message;
    expect(text).to.include('1 flow of others').and.to.include('priority 300, cookie 0xabc');
  });

  it('gets everything back when another is used, though somebody’s controller stays on it', async () => {
    await site
      .hv(1)
      .vsctl(
        ...['--', '--id=@c', 'create', 'controller', 'target="tcp:127.0.0.1:16653"'],
        ...['--', 'add', 'bridge', 'br-field', 'controller', '@c'],
      );
    await site.nveBecomes('h1', (nve) => codesOf(nve).includes('foreign-controller'));
    await useBridge('br-int');
    await site.until('no mark of ours', async () =>
      (await wordsOf('br-field')).every((line) => !line.includes('nva-')),
    );
    const left = (await wordsOf('br-field'))
      .filter((line) => !line.startsWith('Controller'))
      .map((line) => line.replace(/controller=Controller:\S+/, 'controller=[]'));
    expect(left).to.deep.equal(asFound);
    await site.hv(1).waitForBridge('br-int');
    const flows = await tablesOf(site.hv(1), 'br-field');
    expect(flows.filter((line) => OURS.test(line))).to.deep.equal([]);
    expect(flows.some((line) => line.includes('priority=300'))).to.equal(true);
    await site.tenant('blue-1').attach();
    await expectPings();
  });
});
