import { expect } from 'chai';
import type { Condition } from '../../../lib/model/views.ts';
import {
  isMonitorName,
  type MonitoredTunnel,
  type MonitorRow,
  monitorName,
  planMonitors,
} from '../../../lib/reconcile/monitor-plan.ts';
import { NO_TUNNEL_SETTINGS } from '../../../lib/reconcile/tunnel-options.ts';
import type { TunnelStep } from '../../../lib/reconcile/tunnel-steps.ts';
import { type IpAddress, ipv4FromNumber } from '../../../protocols/base/addresses.ts';
import type { Uuid } from '../../../protocols/ovsdb/values/atoms.ts';

const uuid = (number: number) => `00000000-0000-4000-8000-00000000000${number}` as Uuid;
const tunnel = (changed: Partial<MonitoredTunnel> = {}): MonitoredTunnel => ({
  ...{ type: 'geneve', ip: '10.9.0.2' as IpAddress, key: 0 },
  ...changed,
});

function plan(
  rows: readonly MonitorRow[],
  tunnels: readonly MonitoredTunnel[] | undefined,
  intervalMs = 100,
  settings = NO_TUNNEL_SETTINGS,
): { steps: TunnelStep[]; conditions: Condition[] } {
  const conditions: Condition[] = [];
  const steps = planMonitors(rows, settings, { intervalMs, tunnels }, 'prod', conditions);
  return { steps, conditions };
}

/** The row that carrying out the step would make. */
function made(step: TunnelStep | undefined, changed: Partial<MonitorRow> = {}): MonitorRow {
  if (step?.type !== 'add-tunnel') throw new Error('nothing is added');
  const { name, options, bfd = new Map() } = step;
  const ids = { uuid: uuid(1), portUuid: uuid(2), owner: 'prod', ofport: 7, error: undefined };
  return { ...ids, name, options, bfd, ...changed };
}

describe('the plan of monitored tunnels', () => {
  it('adds a port with a key of its own and BFD, and then nothing', () => {
    const { steps } = plan([], [tunnel({ port: 6082, key: 16777216 })]);
    const [step] = steps;
    const row = made(step);
    expect(Object.fromEntries(row.options)).to.deep.equal({
      ...{ remote_ip: '10.9.0.2', key: '16777216', dst_port: '6082' },
    });
    expect(Object.fromEntries(row.bfd)).to.deep.equal({
      ...{ enable: 'true', min_tx: '100', min_rx: '100' },
    });
    expect(isMonitorName(row.name) && row.name.length <= 15).to.equal(true);
    expect(plan([row], [tunnel({ port: 6082, key: 16777216 })]).steps).to.deep.equal([]);
  });

  it('changes what makes no other session of it in place, and makes another port for the rest', () => {
    const row = made(plan([], [tunnel()]).steps[0]);
    const marked = plan([row], [tunnel()], 100, { ports: {}, common: [['ttl', '9']] });
    expect(marked.steps.map(({ type }) => type)).to.deep.equal(['set-tunnel']);
    expect(plan([row], [tunnel()], 300).steps.map(({ type }) => type)).to.deep.equal([
      'set-tunnel',
    ]);
    for (const other of [{ key: 7 }, { local: '10.9.0.1' as IpAddress }, { port: 6082 }]) {
      const { steps } = plan([row], [tunnel(other)]);
      expect(steps.map(({ type }) => type)).to.deep.equal(['add-tunnel', 'remove-tunnel']);
    }
  });

  it('gives two ways to the same packets one name, since Open vSwitch takes no two ports for them', () => {
    const local = '10.9.0.1' as IpAddress;
    const asked = plan([], [tunnel()], 100, { ports: {}, common: [['local_ip', local]] });
    const known = plan([], [tunnel({ local })]);
    expect(made(asked.steps[0]).name).to.equal(made(known.steps[0]).name);
  });

  it('makes one port for an address that two remotes have for a while', () => {
    const { steps } = plan([], [tunnel(), tunnel()]);
    expect(steps.map(({ type }) => type)).to.deep.equal(['add-tunnel']);
    expect(plan([made(steps[0])], [tunnel(), tunnel()]).steps).to.deep.equal([]);
  });

  it('has another name for each of a hundred thousand remotes', () => {
    const names = new Set<string>();
    for (let number = 0; number < 100_000; number++) {
      const ip = ipv4FromNumber(0x0a000000 + number);
      names.add(monitorName('vxlan', new Map([['remote_ip', ip]])));
    }
    expect(names.size).to.equal(100_000);
  });

  it('removes what is not wanted any more, and everything when nothing is monitored', () => {
    const row = made(plan([], [tunnel()]).steps[0]);
    const removed = [{ type: 'remove-tunnel', portUuid: uuid(2), name: row.name }];
    expect(plan([row], []).steps).to.deep.equal(removed);
    expect(plan([row], [tunnel()], 0).steps).to.deep.equal(removed);
  });

  it('leaves all as it is while it is not known what is wanted', () => {
    const row = made(plan([], [tunnel()]).steps[0]);
    expect(plan([row], undefined).steps).to.deep.equal([]);
    expect(plan([row], undefined, 0).steps).to.deep.equal([]);
  });

  it('takes a port away from the bridge that was in use before, and touches none of another domain', () => {
    const row = made(plan([], [tunnel()]).steps[0], { strayOn: uuid(9) });
    expect(plan([row], [tunnel()]).steps).to.deep.equal([
      { type: 'remove-tunnel', portUuid: uuid(2), name: row.name, strayOn: uuid(9) },
    ]);
    expect(plan([{ ...row, owner: 'lab' }], [tunnel()]).steps).to.deep.equal([]);
  });

  it('says in the switch’s words which remotes it cannot monitor', () => {
    const row = made(plan([], [tunnel()]).steps[0], { error: 'no room' });
    const { conditions } = plan([row], [tunnel()]);
    expect(conditions.map(({ code }) => code)).to.deep.equal(['monitor-lacking']);
    expect(conditions[0]?.message).to.contain('10.9.0.2 (no room)');
  });
});
