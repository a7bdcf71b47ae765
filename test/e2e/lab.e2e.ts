import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import {
  broadcastReachesEachMemberOnce,
  type Encapsulation,
  everyPairPings,
  onlyEncapsulation,
  othersHearNothing,
} from '../../scripts/lab/checks.ts';
import { ended } from '../../scripts/lab/command.ts';
import { endLab, Lab, LabExists } from '../../scripts/lab/lab.ts';
import { labFolder, markOf, readState } from '../../scripts/lab/state-file.ts';
import { existingNamespaces, pidsInNamespaces } from '../../scripts/lab/sweep.ts';
import { until } from '../../scripts/lab/waiting.ts';
import { connectByHand, flowsByHand } from './lab-flows.ts';

const PREFIX = 'nvlt';

/** blue-1 and blue-3 on h1, red-1 on h2: local delivery, tunnels, and one MAC on two hypervisors. */
const PLACES = {
  blue: [1, 2, 1],
  red: [2, 3],
} as const;

async function populate(lab: Lab): Promise<void> {
  await Promise.all(lab.hypervisors.map((hypervisor) => hypervisor.makeBridge()));
  const tenants = Object.entries(PLACES).flatMap(([network, places]) =>
    places.map(async (place, position) => {
      const number = position + 1;
      const tenant = await lab.addTenant({
        ...{ name: `${network}-${number}`, network, hypervisor: lab.hv(place) },
        ...{ mac: `02:00:00:00:00:0${number}` },
        ips: [`192.168.7.${number}`, `fd00:7::${number}`],
      });
      await tenant.attach();
    }),
  );
  await Promise.all(tenants);
}

function leftovers(prefix: string): string[] {
  const namespaces = [...existingNamespaces()].filter((name) =>
    new RegExp(`^${prefix}(fab|mgmt|h\\d+|c\\d+|-.*)$`).test(name),
  );
  return existsSync(labFolder(prefix)) ? [...namespaces, labFolder(prefix)] : namespaces;
}

let lab: Lab;

describe('the lab', () => {
  before(async () => {
    await endLab(PREFIX);
    lab = await Lab.open({ prefix: PREFIX, hypervisors: 3, underlay: 'both' });
    await populate(lab);
  });

  after(() => lab?.close());

  describe('with networks made by hand', networksByHand);
  describe('as a place for faults and moves', faultsAndMoves);
  describe('at its end', endOfLab);
});

async function expectNetworksToWork(encapsulation: Encapsulation): Promise<void> {
  const wire = await onlyEncapsulation(lab, encapsulation, async () => {
    const quiet = await othersHearNothing(lab, 'blue', async () => {
      expect((await everyPairPings(lab, 'blue')).faults).to.deep.equal([]);
    });
    expect(quiet.faults).to.deep.equal([]);
    expect((await everyPairPings(lab, 'red')).faults).to.deep.equal([]);
    const once = await broadcastReachesEachMemberOnce(lab, 'blue');
    expect(once).to.deep.equal({ passed: true, summary: '30 of 30 copies', faults: [] });
  });
  expect(wire.faults).to.deep.equal([]);
}

function networksByHand(): void {
  const cases = (['vxlan', 'geneve', 'gre'] as const).flatMap((encapsulation) =>
    ([4, 6] as const).map((underlay) => ({ encapsulation, underlay })),
  );
  for (const { encapsulation, underlay } of cases) {
    it(`carries tenants' pings and broadcasts over ${encapsulation} and IPv${underlay}`, async () => {
      await connectByHand(lab, encapsulation, { underlay });
      await expectNetworksToWork(encapsulation);
    });
  }

  it('notices a network that leaks into another, and the copies too many', async () => {
    await connectByHand(lab, 'vxlan', { networkOf: () => 'one' });
    const heard = await othersHearNothing(lab, 'blue', async () => {
      await everyPairPings(lab, 'blue', 500);
    });
    expect(heard.passed).to.equal(false);
    const once = await broadcastReachesEachMemberOnce(lab, 'blue');
    expect(once.faults.join()).to.include('(red) got 5, not 0');
  });

  it('notices that nobody answers, and the wrong encapsulation', async () => {
    await connectByHand(lab, 'geneve');
    const wire = await onlyEncapsulation(lab, 'vxlan', async () => {
      expect((await everyPairPings(lab, 'blue')).passed).to.equal(true);
    });
    expect(wire.faults).to.have.length(2);
    await lab.hv(1).ofctl('del-flows');
    const pings = await everyPairPings(lab, 'blue', 100);
    expect(pings.passed).to.equal(false);
    expect(pings.summary).to.equal('0 of 12 pairs');
  });
}

function faultsAndMoves(): void {
  it('moves a tenant with its addresses to another hypervisor', async () => {
    const tenant = lab.tenant('blue-2');
    await tenant.moveTo(lab.hv(3));
    await connectByHand(lab, 'geneve');
    expect(tenant.hypervisor.name).to.equal('h3');
    expect((await everyPairPings(lab, 'blue')).faults).to.deep.equal([]);
    await tenant.detach();
    expect(await tenant.ofport()).to.equal(undefined);
    await tenant.attach();
    await flowsByHand(lab);
    expect((await everyPairPings(lab, 'blue')).faults).to.deep.equal([]);
  });

  it('counts what a ping loses while ovs-vswitchd is killed, and what it does not while paused', async () => {
    await connectByHand(lab, 'gre');
    const pinger = lab.tenant('blue-1');
    expect(await pinger.reaches('192.168.7.2')).to.equal(true);
    const undisturbed = pinger.startPing('192.168.7.2');
    lab.hv(3).pause('ovsdb');
    await until('twenty answers', () => undisturbed.answers >= 20, { deadlineMs: 3000 });
    lab.hv(3).resume('ovsdb');
    const calm = await undisturbed.stop();
    expect(calm.lost).to.equal(0);

    const disturbed = pinger.startPing('192.168.7.2');
    await until('an answer', () => disturbed.answers > 0, { deadlineMs: 3000 });
    await lab.hv(3).kill('vs');
    await lab.hv(3).recoverVswitchd();
    await lab.hv(3).restartOvsdb();
    await flowsByHand(lab);
    await pinger.reaches('192.168.7.2');
    const result = await disturbed.stop();
    expect(result.lost).to.be.greaterThan(0);
    expect(result.longestGap).to.equal(result.lost);
    expect((await everyPairPings(lab, 'blue')).faults).to.deep.equal([]);
  });
}

function endOfLab(): void {
  it('refuses a second lab with the same prefix while the first is up', async () => {
    const second = await Lab.open({ prefix: PREFIX, hypervisors: 1 }).catch((error) => error);
    expect(second).to.be.instanceOf(LabExists);
    const end = await endLab(PREFIX).catch((error) => error);
    expect(end).to.be.instanceOf(LabExists);
  });

  it('leaves no namespace, process or folder when it is closed', async () => {
    const namespaces = readState(lab.folder)?.namespaces ?? [];
    expect(namespaces).to.have.length(2 + 3 + 5);
    const pids = pidsInNamespaces(namespaces);
    expect(pids).to.have.length(6);
    await lab.close();
    expect(leftovers(PREFIX)).to.deep.equal([]);
    expect(pids.filter((pid) => markOf(pid) !== undefined)).to.deep.equal([]);
  });
}

describe('a lab whose owner is killed with -9', () => {
  const PREFIX_KILLED = 'nvlk';

  /** Opens a lab in another process and prints the guardian's pid; it stays until it is killed. */
  const OWNER = `
    const { Lab } = await import(${JSON.stringify(new URL('../../scripts/lab/lab.ts', import.meta.url).href)});
    const lab = await Lab.open({ prefix: '${PREFIX_KILLED}', hypervisors: 2 });
    process.stdout.write('guardian ' + lab.guardianPid + '\\n');
    setInterval(() => {}, 1000);
  `;

  async function openInAnotherProcess() {
    const argv = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', OWNER];
    const owner = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    owner.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const guardian = await until('the other process', () => /guardian (\d+)/.exec(said)?.[1], {
      deadlineMs: 10_000,
    });
    return { owner, guardian: Number(guardian) };
  }

  after(() => endLab(PREFIX_KILLED));

  it('is swept by its guardian', async () => {
    const { owner } = await openInAnotherProcess();
    const namespaces = readState(labFolder(PREFIX_KILLED))?.namespaces ?? [];
    const pids = pidsInNamespaces(namespaces);
    expect(pids).to.have.length(4);
    owner.kill('SIGKILL');
    await ended(owner);
    await until('the sweep', () => leftovers(PREFIX_KILLED).length === 0, { deadlineMs: 5000 });
    expect(pids.filter((pid) => markOf(pid) !== undefined)).to.deep.equal([]);
  });

  it('is swept by the next start when its guardian was killed too', async () => {
    const { owner, guardian } = await openInAnotherProcess();
    process.kill(guardian, 'SIGKILL');
    owner.kill('SIGKILL');
    await ended(owner);
    expect(leftovers(PREFIX_KILLED)).to.have.length(5);
    const next = await Lab.open({ prefix: PREFIX_KILLED, hypervisors: 1 });
    await next.close();
    expect(leftovers(PREFIX_KILLED)).to.deep.equal([]);
  });

  it('ends by itself on SIGTERM', async () => {
    const { owner } = await openInAnotherProcess();
    owner.kill('SIGTERM');
    await ended(owner);
    expect(owner.exitCode).to.equal(143);
    expect(leftovers(PREFIX_KILLED)).to.deep.equal([]);
  });
});
