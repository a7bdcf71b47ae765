import { expect } from 'chai';
import fc from 'fast-check';
import { Core } from '../../../lib/control/core.ts';
import type {
  Effect,
  Input,
  InterfaceChange,
  NveFacts,
  TunnelChange,
} from '../../../lib/control/inputs.ts';
import type { RecordChange } from '../../../lib/desired/compiler.ts';
import { planDiff } from '../../../lib/reconcile/diff.ts';
import type { IpAddress } from '../../../protocols/base/addresses.ts';
import type { OpenFlowVersion } from '../../../protocols/openflow/values/version.ts';
import { FakeSwitch, keyOf } from '../../fakes/fake-switch.ts';
import { history, nveNames } from '../desired/arbitrary-domain.ts';

/** A core, switches in memory, and a store that takes everything after a while. */
class Harness {
  readonly core: Core;
  readonly switches: Map<string, FakeSwitch>;
  readonly #queue: Input[] = [];
  readonly #feed: { revision: number; changes: readonly RecordChange[] }[] = [];
  #revision = 0;

  constructor(version: OpenFlowVersion, translationBytesMax: number) {
    this.core = new Core({ keyOf, translationBytesMax, monitored: true });
    this.switches = new Map(nveNames.map((nve) => [nve, new FakeSwitch(version)]));
  }

  write(changes: readonly RecordChange[]): number {
    this.#revision++;
    this.#feed.push({ revision: this.#revision, changes });
    return this.#revision;
  }

  /** Delivers the feed's oldest set. */
  feed(): void {
    const set = this.#feed.shift();
    if (set !== undefined) this.input({ type: 'records', ...set });
  }

  input(...inputs: Input[]): void {
    for (const effect of this.core.step(inputs)) this.#carryOut(effect);
  }

  /** Answers what the core waits for, and delivers the whole feed, until nothing moves. */
  settle(): void {
    while (this.#queue.length + this.#feed.length > 0) {
      this.feed();
      this.input(...this.#queue.splice(0));
    }
  }

  #carryOut(effect: Effect): void {
    if (effect.type === 'publish') {
      this.#queue.push({ type: 'published', revision: this.write(effect.writes) });
    }
    if (effect.type === 'notice' || effect.type === 'publish') return;
    const device = this.switches.get(effect.nve);
    if (device === undefined) return;
    if (effect.type === 'read-installed') {
      this.#queue.push({
        type: 'installed',
        nve: effect.nve,
        read: effect.read,
        installed: device.installed(),
      });
    }
    if (effect.type === 'send') {
      device.do(effect.operations);
      this.#queue.push({ type: 'confirmed', nve: effect.nve, batch: effect.batch });
    }
  }
}

/** Of the NVE at this place, in two underlays. */
function addressesOf(at: number): IpAddress[] {
  return [9, 10].map((underlay) => `10.${underlay}.0.${at + 1}` as IpAddress);
}

const nve = fc.constantFrom(...nveNames);
const facts = fc
  .record({
    types: fc.subarray(['geneve', 'vxlan', 'gre'] as const, { minLength: 1 }),
    at: fc.nat(3),
    count: fc.integer({ min: 1, max: 2 }),
  })
  .map(
    ({ types, at, count }): NveFacts => ({
      bridge: 'br-int',
      conditions: [],
      endpoints: types.flatMap((type) => {
        return addressesOf(at)
          .slice(0, count)
          .map((ip) => ({ type, ip }));
      }),
    }),
  );
const seen: fc.Arbitrary<TunnelChange[]> = fc
  .tuple(
    fc.subarray(nveNames.flatMap((_, at) => addressesOf(at))),
    fc.constantFrom('down' as const, 'down' as const, 'up' as const, 'unheard' as const),
  )
  .map(([ips, verdict]) => ips.map((ip) => ({ ip, verdict })));

const interfaceChange: fc.Arbitrary<InterfaceChange> = fc
  .record({
    slot: fc.nat(4),
    port: fc.nat(6),
    state: fc.constantFrom('new', 'up', 'error', 'gone'),
  })
  .map(({ slot, port, state }) => {
    const name = `vif${slot}`;
    const ifaceId = `p${port + 1}`;
    if (state === 'gone') return { name };
    if (state === 'error') return { name, tenant: { ifaceId, error: 'no such device' } };
    return { name, tenant: state === 'new' ? { ifaceId } : { ifaceId, ofport: slot + 1 } };
  });

type Event =
  | { what: 'records'; batch: RecordChange[] }
  | { what: 'connect' | 'facts'; nve: string; facts: NveFacts; changes: InterfaceChange[] }
  | { what: 'interfaces'; nve: string; changes: InterfaceChange[] }
  | { what: 'tunnels'; of: readonly string[]; seen: TunnelChange[] }
  | { what: 'lose' | 'flows-ready' | 'flows-lost' | 'behind'; nve: string }
  | { what: 'feed' | 'settle' };

const oneEach = (changes: InterfaceChange[]): InterfaceChange[] => [
  ...new Map(changes.map((change) => [change.name, change])).values(),
];
const changes = fc.array(interfaceChange, { maxLength: 4 }).map(oneEach);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: history.map(
      (batches): Event => ({ what: 'records', batch: operatorsOnly(batches.flat()) }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('connect' as const), nve, facts, changes }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('facts' as const), nve, facts, changes }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('interfaces' as const), nve, changes }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('tunnels' as const),
      of: fc.subarray(nveNames, { minLength: 2 }),
      seen,
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('flows-ready' as const), nve }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constantFrom('lose' as const, 'flows-lost' as const, 'behind' as const),
      nve,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constantFrom('feed' as const, 'settle' as const) }),
  },
);

/** Operators write networks and ports; NVEs and attachments are the core's own. Two networks never share a VNI. */
function operatorsOnly(all: readonly RecordChange[]): RecordChange[] {
  return all.filter(({ key }) => key.startsWith('network/') || key.startsWith('port/'));
}

function play(
  harness: Harness,
  happening: Event,
  connected: Set<string>,
  ready: Set<string>,
  version: OpenFlowVersion,
): void {
  switch (happening.what) {
    case 'records':
      harness.write(happening.batch);
      return;
    case 'feed':
      harness.feed();
      return;
    case 'settle':
      harness.settle();
      return;
    case 'connect':
      connected.add(happening.nve);
      harness.input(
        { type: 'nve-connected', nve: happening.nve, facts: happening.facts },
        { type: 'interfaces', nve: happening.nve, complete: true, changes: happening.changes },
      );
      return;
    case 'facts':
      if (connected.has(happening.nve)) {
        harness.input({ type: 'nve-facts', nve: happening.nve, facts: happening.facts });
      }
      return;
    case 'interfaces':
      if (!connected.has(happening.nve)) return;
      harness.input({
        type: 'interfaces',
        nve: happening.nve,
        complete: false,
        changes: happening.changes,
      });
      return;
    case 'tunnels':
      harness.input(
        ...happening.of.map(
          (nve): Input => ({
            ...{ type: 'tunnel-states', nve, complete: false, changes: happening.seen },
          }),
        ),
      );
      return;
    case 'lose':
      connected.delete(happening.nve);
      harness.input({ type: 'nve-lost', nve: happening.nve, reason: 'test' });
      return;
    case 'flows-ready':
      if (!connected.has(happening.nve)) return;
      ready.add(happening.nve);
      harness.input({ type: 'flows-ready', nve: happening.nve, version });
      return;
    case 'flows-lost':
      ready.delete(happening.nve);
      harness.input({ type: 'flows-lost', nve: happening.nve, reason: 'test' });
      return;
    case 'behind':
      if (ready.has(happening.nve)) harness.input({ type: 'behind', nve: happening.nve });
      return;
  }
}

/** Most histories begin with a domain at work, so that what follows disturbs something. */
const beginning: fc.Arbitrary<Event[]> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Event[]>([]) },
  { weight: 5, arbitrary: fc.constant(domainAtWork()) },
);

function domainAtWork(): Event[] {
  const records: RecordChange[] = ['blue', 'red'].map((name, index) => ({
    key: `network/${name}`,
    record: { kind: 'network', name, vni: 100 + index * 10, vniAllocated: false },
  }));
  for (let port = 1; port <= 7; port++) {
    const mac = `02:00:00:00:00:0${port}` as never;
    const network = port < 5 ? 'blue' : 'red';
    const record = { kind: 'port', name: `p${port}`, network, mac, ips: [] } as const;
    records.push({ key: `port/p${port}`, record });
  }
  const events: Event[] = [{ what: 'records', batch: records }];
  for (const [index, name] of nveNames.entries()) {
    const endpoints = addressesOf(index).map((ip) => ({ type: 'geneve' as const, ip }));
    const at = { bridge: 'br-int', conditions: [], endpoints };
    const tenants = [index + 1, index + 5].map((port, slot) => ({
      name: `vif${slot}`,
      tenant: { ifaceId: `p${port}`, ofport: slot + 1 },
    }));
    events.push({ what: 'connect', nve: name, facts: at, changes: tenants });
    events.push({ what: 'flows-ready', nve: name });
  }
  return [...events, { what: 'settle' }];
}

function expectAttachmentsToFollowInterfaces(core: Core, connected: ReadonlySet<string>): void {
  for (const port of core.domain.ports()) {
    const claimants = core.claimants(port.name);
    const holder = core.domain.attachment(port.name)?.nve;
    if (claimants.length > 0) expect(claimants, port.name).to.include(holder);
    else if (holder !== undefined) expect(connected.has(holder), port.name).to.equal(false);
  }
  for (const { port, nve } of core.domain.attachments()) {
    expect(core.domain.port(port), `${port} is declared`).to.not.equal(undefined);
    const number = core.interfaces.working(port, nve)?.ofport;
    expect(core.nve(nve)?.linker.number(port), `${port} on ${nve}`).to.equal(number);
  }
}

function expectDesiredFlowsToBeCounted(core: Core): void {
  for (const { name, flowsDesired } of core.nves()) {
    const flows = [...core.desired(name)].flatMap((fragment) => fragment.flows);
    expect(flowsDesired, `flows that ${name} should hold`).to.equal(flows.length);
  }
}

function holdsAfterAnyHistory(version: OpenFlowVersion, translationBytesMax: number): void {
  fc.assert(
    fc.property(beginning, fc.array(event, { minLength: 5, maxLength: 60 }), (started, events) => {
      const harness = new Harness(version, translationBytesMax);
      const connected = new Set<string>();
      const ready = new Set<string>();
      for (const happening of started) play(harness, happening, connected, ready, version);
      for (const happening of events) play(harness, happening, connected, ready, version);
      harness.settle();
      expectAttachmentsToFollowInterfaces(harness.core, connected);
      expectDesiredFlowsToBeCounted(harness.core);
      for (const name of ready) {
        const device = harness.switches.get(name) ?? new FakeSwitch();
        const plan = planDiff(
          harness.core.desired(name),
          device.installed(),
          keyOf,
          translationBytesMax,
        );
        expect(plan.operations, name).to.deep.equal([]);
        expect(device.refused, name).to.deep.equal([]);
        const state = harness.core.nve(name);
        expect(state?.flowsInstalled, `${name} counts its flows`).to.equal(device.ours());
        if (connected.has(name)) expect(state?.pending(harness.core.moment)).to.equal(undefined);
      }
    }),
    { numRuns: 250 },
  );
}

describe('the core, after any history of records, interfaces and connections', () => {
  it('leaves every switch in step holding exactly what is desired (OpenFlow 1.5)', () => {
    holdsAfterAnyHistory(6, 57_344);
  });

  it('does so by whole group modifies where the version has no single buckets (OpenFlow 1.3)', () => {
    holdsAfterAnyHistory(4, 57_344);
  });

  it('does so where replication groups must leave members out', () => {
    holdsAfterAnyHistory(6, 120);
  });
});
