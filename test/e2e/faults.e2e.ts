/**
 * Faults of an NVE's parts on real processes, one after the other on one site, under pings at 100 Hz. After each,
 * desired equals installed within a stated time; the table at the end says how long it took.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { everyPairPings } from '../../scripts/lab/checks.ts';
import type { Tenant } from '../../scripts/lab/tenant.ts';
import { Faults } from './support/fault-site.ts';
import { Site } from './support/site.ts';

let site: Site;
const faults = new Faults(() => site);

const PROBE_MS = 1_000;
/** Given up after two of them. */
const LONGER_THAN_PROBE_MS = 2 * PROBE_MS + 500;
/** A manager or a controller is tried again after 1 s at most here, and a loaded machine may need several tries. */
const RECONNECTED_MS = 10_000;
const AT_ONCE_MS = 5_000;
/** Every ovsdb-server restarts at once: 0.14 s were seen. */
const EVERYBODY_MS = 400;
/** An audit each second here. */
const AUDITED_MS = 8_000;

describe('three hypervisors under pings, and a fault', () => {
  before(async () => {
    const args = ['--probe-interval-ms', String(PROBE_MS), '--audit-interval-s', '0'];
    site = await Site.open({ prefix: 'nveflt', hypervisors: 3, args });
    for (const hypervisor of site.lab.hypervisors) await hypervisor.setManagerBackoff(1_000);
    await site.declare({ name: 'blue', vni: 5001 }, [1, 2, 3]);
    // red-3 comes and goes on h3, so that h2 has something to follow.
    await site.declare({ name: 'red', vni: 5002 }, [1, 2, 3]);
    expect((await everyPairPings(site.lab, 'blue')).faults).to.deep.equal([]);
    expect((await everyPairPings(site.lab, 'red')).faults).to.deep.equal([]);
  });

  after(async () => {
    await site?.close();
    process.stdout.write(
      faults.table.toString('Faults: from the end of the cause to desired equals installed'),
    );
  });

  describe('of ovsdb-server', ovsdbServer);
  describe('of ovs-vswitchd', vswitchd);
  describe('of an ovs-vswitchd that waits for its flows', restoreWait);
  describe('of rows of ours, by hand', rowsByHand);
  describe('of the bridge, by hand', bridgeByHand);
  describe('of managers and controllers, by hand', targetsByHand);
  describe('of the clock', clock);
  describe('of flows and groups, by hand', drift);
});

function ovsdbServer(): void {
  faults.fault('ovsdb-server restarted', { boundMs: RECONNECTED_MS }, () =>
    site.hv(2).restartOvsdb(),
  );

  faults.fault('ovsdb-server paused, shorter than the probe', { boundMs: AT_ONCE_MS }, async () => {
    await pausedFor('ovsdb', PROBE_MS / 2);
  });

  faults.fault(
    'ovsdb-server paused, longer than the probe',
    { boundMs: RECONNECTED_MS },
    async () => {
      await pausedFor('ovsdb', LONGER_THAN_PROBE_MS);
      expect(await codesOf('h2')).to.include('nve-lost');
    },
  );

  faults.fault('database compacted while connected', { boundMs: AT_ONCE_MS, at: [3] }, async () => {
    await site.hv(2).ovsdbAppctl('ovsdb-server/compact');
    await flip(site.tenant('red-3'));
  });

  faults.fault(
    'database compacted, then ovsdb-server restarted',
    { boundMs: RECONNECTED_MS },
    async () => {
      await site.hv(2).ovsdbAppctl('ovsdb-server/compact');
      await site.hv(2).restartOvsdb();
    },
  );
}

function vswitchd(): void {
  faults.fault('ovs-vswitchd restarted', { boundMs: RECONNECTED_MS, at: [2] }, () =>
    site.hv(2).restartVswitchd(),
  );

  faults.fault('ovs-vswitchd killed', { boundMs: RECONNECTED_MS, at: [2] }, async () => {
    await site.hv(2).kill('vs');
    await site.hv(2).recoverVswitchd();
  });

  faults.fault(
    'ovs-vswitchd paused, shorter than the probe',
    { boundMs: AT_ONCE_MS, at: [2, 3] },
    async () => {
      await pausedFor('vs', PROBE_MS / 2, () => flip(site.tenant('red-3')));
    },
  );

  faults.fault(
    'ovs-vswitchd paused, longer than the probe',
    { boundMs: RECONNECTED_MS, at: [2, 3] },
    async () => {
      const red = site.tenant('red-3');
      await pausedFor('vs', LONGER_THAN_PROBE_MS, () => red.detach());
      await red.attach();
    },
  );
}

function restoreWait(): void {
  const isSet = async (value: boolean) => {
    const config = await site.hv(2).vsctl('get', 'Open_vSwitch', '.', 'other_config');
    return config.includes('flow-restore-wait="true"') === value;
  };
  const external = (...words: readonly string[]) =>
    site.hv(2).vsctl('--no-wait', words[0] ?? '', 'Open_vSwitch', '.', ...words.slice(1));

  before(async () => {
    expect(await isSet(false), 'set although nobody asked').to.equal(true);
    await external('set', 'external_ids:nva-flow-restore-wait=true');
    await site.until('flow-restore-wait', () => isSet(true));
  });

  after(async () => {
    await external('remove', 'external_ids', 'nva-flow-restore-wait');
    await site.until('its end', () => isSet(false));
    const marks = await site.hv(2).vsctl('get', 'Open_vSwitch', '.', 'external_ids');
    expect(marks).to.not.include('restore-wait');
  });

  const afterwards = () => site.until('flow-restore-wait once more', () => isSet(true));
  const options = {
    boundMs: RECONNECTED_MS,
    at: [2],
    afterwards: async () => void (await afterwards()),
  };

  faults.fault('ovs-vswitchd restarted, with flow-restore-wait', options, async () => {
    await site.hv(2).restartVswitchd();
    expect(await site.hv(2).vsctl('get', 'Open_vSwitch', '.', 'external_ids')).to.include(
      'nva-flow-restore-wait-set',
    );
  });

  faults.fault(
    'nva restarted, with flow-restore-wait',
    { ...options, boundMs: RECONNECTED_MS },
    () => site.controller.restart(),
  );
}

function rowsByHand(): void {
  const byHand = (what: string, at: readonly number[], ...words: readonly string[]) => {
    faults.fault(what, { boundMs: AT_ONCE_MS, at }, async () => {
      await site.hv(2).vsctl('--no-wait', ...words);
    });
  };
  const iface = ['set', 'interface', 'nva-geneve'];
  byHand('tunnel port deleted', [2], 'del-port', 'br-int', 'nva-geneve');
  byHand('tunnel port with other options', [2], ...iface, 'options:remote_ip=10.9.0.99');
  byHand('tunnel port of another type', [2], ...iface, 'type=gre');
  byHand(
    'tunnel port without marks',
    [2],
    ...[
      ...['clear', 'interface', 'nva-vxlan', 'external_ids'],
      ...['--', 'clear', 'port', 'nva-vxlan', 'external_ids'],
    ],
  );
  byHand('fail_mode standalone', [], 'set-fail-mode', 'br-int', 'standalone');
  byHand('fail_mode removed', [], 'del-fail-mode', 'br-int');
  byHand('protocols without ours', [2], 'set', 'bridge', 'br-int', 'protocols=OpenFlow10');
  byHand('external_ids of the bridge cleared', [], 'clear', 'bridge', 'br-int', 'external_ids');
  const bridge = ['set', 'bridge', 'br-int'];
  const generation = ['remove', 'bridge', 'br-int', 'external_ids', 'nva-generation'];
  byHand('nva-generation removed', [], ...generation);
  byHand('nva-generation set back', [], ...bridge, 'external_ids:nva-generation=7');
  byHand('nva-generation garbage', [], ...bridge, 'external_ids:nva-generation=x7');

  for (const value of ['7', '9999999999999999999']) {
    faults.fault(
      `nva-generation ${value} when nva restarts`,
      { boundMs: RECONNECTED_MS },
      async () => {
        await site.controller.stop();
        await site.hv(2).vsctl('--no-wait', ...bridge, `external_ids:nva-generation=${value}`);
        await site.controller.start();
      },
    );
  }
}

function bridgeByHand(): void {
  faults.fault('bridge deleted', { boundMs: RECONNECTED_MS, at: [2] }, async () => {
    await site.hv(2).vsctl('del-br', 'br-int');
    await site.hv(2).waitForBridge('br-int');
    for (const tenant of tenantsOf(2)) await tenant.attach();
    const created = await site.hv(2).vsctl('get', 'bridge', 'br-int', 'external_ids:nva-created');
    expect(created.trim()).to.equal('"true"');
  });

  faults.fault(
    'bridge deleted and added at once',
    { boundMs: RECONNECTED_MS, at: [2] },
    async () => {
      const words = ['del-br', 'br-int', '--', 'add-br', 'br-int'];
      await site.hv(2).vsctl(...words, '--', 'set', 'bridge', 'br-int', 'datapath_type=netdev');
      for (const tenant of tenantsOf(2)) await tenant.attach();
    },
  );
}

function targetsByHand(): void {
  const options = { boundMs: RECONNECTED_MS, at: [2] };
  faults.fault('controller target removed', options, async () => {
    const [uuid] = (
      await site.hv(2).vsctl('--bare', '--columns=_uuid', 'list', 'controller')
    ).split('\n');
    await site.hv(2).vsctl('--no-wait', 'remove', 'bridge', 'br-int', 'controller', uuid ?? '');
  });

  faults.fault('controllers removed', options, async () => {
    await site.hv(2).vsctl('--no-wait', 'del-controller', 'br-int');
  });

  faults.fault('manager removed, and set again', { boundMs: RECONNECTED_MS }, async () => {
    await site.hv(2).vsctl('--no-wait', 'del-manager');
    await site.nveBecomes('h2', ({ status }) => !status.connected);
    await site.hv(2).joinManager(site.controller.manager);
    await site.hv(2).setManagerBackoff(1_000);
  });
}

function clock(): void {
  const HOUR_MS = 3_600_000;
  const rises = async (work: () => Promise<void>) => {
    const before = await generations();
    await work();
    await site.inStep();
    const after = await generations();
    expect(after.map((value, at) => value > (before[at] ?? 0n))).to.not.include(false);
  };
  const restarted = (what: string, offsetMs: number) => {
    faults.fault(`nva restarted, its clock ${what}`, { boundMs: RECONNECTED_MS }, () =>
      rises(async () => {
        await site.controller.stop();
        site.controller.clockOffsetMs = offsetMs;
        await site.controller.start();
      }),
    );
  };
  const jumped = (what: string, offsetMs: number) => {
    const options = { boundMs: RECONNECTED_MS, at: [3], silentMs: EVERYBODY_MS };
    faults.fault(`nva's clock jumps ${what}`, options, () =>
      rises(async () => {
        site.controller.jumpClock(offsetMs);
        await sleep(200);
        // Each lock is had anew, and with it a generation.
        await Promise.all(site.lab.hypervisors.map((hypervisor) => hypervisor.restartOvsdb()));
        await flip(site.tenant('red-3'));
      }),
    );
  };
  restarted('5 hours ahead', 5 * HOUR_MS);
  restarted('5 hours behind', -5 * HOUR_MS);
  jumped('10 hours forwards', 5 * HOUR_MS);
  jumped('10 hours back', -5 * HOUR_MS);
  restarted('right again', 0);
}

function drift(): void {
  before(async () => {
    await site.controller.restart(['--audit-interval-s', '1']);
    await site.settled();
  });

  const flow = 'table=40,priority=100,reg0=5001,dl_dst=02:00:00:00:00:01';
  const byHand = (what: string, words: string, command: string, ...args: readonly string[]) => {
    let before = 0;
    const afterwards = async () => {
      const told = (await driftsOf('h2')).slice(before).join('');
      expect(told).to.include(words);
    };
    faults.fault(what, { boundMs: AUDITED_MS, at: [2], afterwards }, async () => {
      before = (await driftsOf('h2')).length;
      await site.hv(2).ofctl(command, ...args);
    });
  };
  byHand('a flow deleted', '1 flow of h2', 'del-flows', '--strict', flow);
  byHand('flows changed, their cookies kept', 'flows of h2', 'mod-flows', 'table=40,actions=drop');
  byHand('all flows deleted', 'flows of h2', 'del-flows');
  byHand('all groups deleted', 'missing group', 'del-groups');
  byHand('a group changed', 'changed group', 'mod-group', `group_id=${floodGroup(5001)},type=all`);
}

/** docs/pipeline.md: the id of the group for broadcast in a network. */
function floodGroup(vni: number): number {
  return 0x27 * 0x2000000 + 0x1000000 + vni;
}

async function driftsOf(nve: string): Promise<readonly string[]> {
  const events = await site.events();
  return events
    .filter(({ code, object }) => code === 'drift-repaired' && object === `nve/${nve}`)
    .map(({ message }) => message);
}

async function generations(): Promise<readonly bigint[]> {
  const words = ['get', 'bridge', 'br-int', 'external_ids:nva-generation'];
  const texts = await Promise.all(site.lab.hypervisors.map((each) => each.vsctl(...words)));
  return texts.map((text) => BigInt(text.trim().replaceAll('"', '')));
}

/** SIGSTOP to a daemon of h2, `work` meanwhile, SIGCONT. */
async function pausedFor(
  daemon: 'ovsdb' | 'vs',
  ms: number,
  work: () => Promise<void> = async () => undefined,
): Promise<void> {
  const hypervisor = site.hv(2);
  hypervisor.pause(daemon);
  try {
    await Promise.all([work(), sleep(ms)]);
  } finally {
    hypervisor.resume(daemon);
  }
}

async function flip(tenant: Tenant): Promise<void> {
  await tenant.detach();
  await tenant.attach();
}

function tenantsOf(index: number): readonly Tenant[] {
  return site.lab.tenants.filter(({ hypervisor }) => hypervisor.index === index);
}

async function codesOf(nve: string): Promise<readonly string[]> {
  const events = await site.events();
  return events.filter(({ object }) => object === `nve/${nve}`).map(({ code }) => code);
}
