import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { TUNNEL_PORTS } from '../../../lib/desired/pipeline.ts';
import type { Encapsulation } from '../../../lib/model/encapsulation.ts';
import type { BridgePlan, BridgeStep } from '../../../lib/reconcile/bridge-plan.ts';
import { tunnelName, workingEncapsulations } from '../../../lib/reconcile/tunnel-plan.ts';
import type { TunnelRow } from '../../../lib/reconcile/tunnel-steps.ts';
import { LingeringTunnels } from '../../../lib/southbound/lingering-tunnels.ts';
import type { Uuid } from '../../../protocols/ovsdb/values/atoms.ts';

describe('a tunnel port that is not wanted any more', () => {
  const removal = (name: string, more = {}): BridgeStep => {
    return { type: 'remove-tunnel', portUuid: `port-${name}` as Uuid, name, ...more };
  };
  const plan = (...steps: BridgeStep[]): BridgePlan => ({ steps, conditions: [] });
  const geneve = removal('nva-geneve');

  it('waits, and is removed when its time has come', async () => {
    let due = 0;
    const lingering = new LingeringTunnels(() => due++, 20);
    expect(lingering.hold(plan({ type: 'set-secure' }, geneve), 0).steps).to.deep.equal([
      { type: 'set-secure' },
    ]);
    expect(lingering.hold(plan(geneve), 19).steps).to.deep.equal([]);
    expect(lingering.hold(plan(geneve), 20).steps).to.deep.equal([geneve]);
    expect(due).to.equal(0);
    lingering.hold(plan(removal('nva-vxlan')), 30);
    await sleep(40);
    expect(due).to.equal(1);
    lingering.close();
  });

  it('waits anew when it was wanted meanwhile', () => {
    const lingering = new LingeringTunnels(() => undefined, 20);
    lingering.hold(plan(geneve), 0);
    lingering.hold(plan(), 10);
    expect(lingering.hold(plan(geneve), 25).steps).to.deep.equal([]);
    lingering.close();
  });

  it('is how the NVE is reached until the first of those that are wanted works', () => {
    const row = (encapsulation: Encapsulation, ofport: number | undefined): TunnelRow => ({
      name: tunnelName(encapsulation),
      ...{ uuid: 'u' as Uuid, portUuid: 'p' as Uuid, options: new Map(), owner: 'default' },
      ...{ ofport, error: undefined },
    });
    const working = (...tunnels: TunnelRow[]) => {
      const view = {
        wantedTypes: ['geneve'],
        knownTypes: [],
        monitors: [],
        others: [],
        tunnelTexts: {},
      };
      return workingEncapsulations({ ...view, tunnels }, new Set(['vxlan']));
    };
    const vxlan = row('vxlan', TUNNEL_PORTS.vxlan);
    const gre = row('gre', TUNNEL_PORTS.gre);
    expect(working(vxlan, gre)).to.deep.equal(['vxlan']);
    expect(working(vxlan, row('geneve', undefined))).to.deep.equal(['vxlan']);
    expect(working(vxlan, row('geneve', TUNNEL_PORTS.geneve))).to.deep.equal(['geneve']);
    expect(working(row('geneve', undefined))).to.deep.equal([]);
  });

  it('does not wait when it is a monitored tunnel, or on another bridge', () => {
    const lingering = new LingeringTunnels(() => undefined, 20);
    const others = plan(removal('nva-m1'), removal('nva-gre', { strayOn: 'bridge' }));
    expect(lingering.hold(others, 0)).to.equal(others);
  });
});
