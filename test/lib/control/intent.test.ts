import { expect } from 'chai';
import { type IntentPlan, planApply, planDelete } from '../../../lib/control/intent.ts';
import { Domain } from '../../../lib/model/domain.ts';
import type { Manifest, ObjectRef } from '../../../lib/model/manifest.ts';
import { type DomainRecord, VNI_MAX } from '../../../lib/model/records.ts';
import type { IpAddress, MacAddress } from '../../../protocols/base/addresses.ts';

const mac = (number: number) => `02:00:00:00:00:0${number}` as MacAddress;
const ip = (text: string) => text as IpAddress;

const network = (name: string, vni?: number): Manifest =>
  vni === undefined ? { kind: 'Network', name } : { kind: 'Network', name, vni };
const port = (name: string, at: string, number: number, ...ips: string[]): Manifest => ({
  kind: 'Port',
  name,
  network: at,
  mac: mac(number),
  ips: ips.map(ip),
});

/** A domain in which these manifests were applied, plus these records. */
function domainOf(manifests: readonly Manifest[], records: readonly DomainRecord[] = []): Domain {
  const domain = new Domain();
  for (const record of records) domain.put(record);
  take(domain, planApply(domain, manifests));
  return domain;
}

function take(domain: Domain, plan: IntentPlan): void {
  expect(plan.problems).to.deep.equal([]);
  for (const { key, record } of plan.writes) {
    if (record === undefined) domain.delete(key);
    else domain.put(record);
  }
}

const written = (plan: IntentPlan): Record<string, unknown> =>
  Object.fromEntries(plan.writes.map(({ key, record }) => [key, record ?? null]));
const results = (plan: IntentPlan) => plan.objects.map(({ name, result }) => `${name} ${result}`);
const problems = (plan: IntentPlan) =>
  plan.problems.map(({ where, message }) => `${where}: ${message}`);

const AN_NVE: DomainRecord = { kind: 'nve', name: 'hv1', index: 3, endpoints: [] };

/** An NVE that nobody sees. */
const AWAY = { connected: false };

describe('applying manifests', () => {
  it('changes nothing when they say what is there', () => {
    const file = [network('blue', 5), network('red'), port('vm1', 'blue', 1, '10.0.0.1')];
    const plan = planApply(domainOf(file), file);
    expect(plan.writes).to.deep.equal([]);
    expect(results(plan)).to.deep.equal(['blue unchanged', 'red unchanged', 'vm1 unchanged']);
  });

  it('writes a network with the claim of its VNI, and a port that relies on its network', () => {
    const domain = domainOf([network('blue', 5)]);
    const plan = planApply(domain, [network('red', 6), port('vm1', 'blue', 1)]);
    expect(written(plan)).to.deep.equal({
      'network/red': { kind: 'network', name: 'red', vni: 6, vniAllocated: false },
      'vni/6': { kind: 'vni', vni: 6, network: 'red' },
      'port/vm1': { kind: 'port', name: 'vm1', network: 'blue', mac: mac(1), ips: [] },
      'roster/blue': { kind: 'roster', network: 'blue', count: 1 },
    });
    expect(plan.reliesOn).to.deep.equal(['network/blue']);
  });

  it('counts the roster of every network of which a port comes, goes, moves or changes its addresses', () => {
    const domain = domainOf([network('blue', 5), network('red', 6), port('vm1', 'blue', 1)]);
    expect(domain.roster('blue')?.count).to.equal(1);
    expect(domain.roster('red')).to.equal(undefined);
    take(domain, planApply(domain, [port('vm1', 'blue', 2)]));
    expect(domain.roster('blue')?.count).to.equal(2);
    take(domain, planApply(domain, [port('vm1', 'red', 2)]));
    expect([domain.roster('blue')?.count, domain.roster('red')?.count]).to.deep.equal([3, 1]);
    take(domain, planApply(domain, [port('vm1', 'red', 2)]));
    expect(domain.roster('red')?.count).to.equal(1);
    take(
      domain,
      planDelete(domain, [{ kind: 'Port', name: 'vm1' }], () => AWAY),
    );
    expect(domain.roster('red')?.count).to.equal(2);
  });

  it('chooses VNIs that nobody has, and keeps the one that it chose', () => {
    const domain = domainOf([network('a'), network('b')]);
    const first = domain.network('a');
    const second = domain.network('b');
    expect(first?.vniAllocated).to.equal(true);
    expect(second?.vni).to.not.equal(first?.vni);
    take(domain, planApply(domain, [network('a'), network('c')]));
    expect(domain.network('a')).to.deep.equal(first);
    expect(new Set(domain.networks().map(({ vni }) => vni)).size).to.equal(3);
  });

  it('chooses no VNI that the same file names further down', () => {
    const chosen = domainOf([network('a')]).network('a')?.vni ?? 0;
    const domain = domainOf([network('a'), network('b', chosen)]);
    expect(domain.network('b')?.vni).to.equal(chosen);
    expect(domain.network('a')?.vni).to.not.equal(chosen);
  });

  it('goes on from the first VNI when the last one is taken', () => {
    const domain = new Domain();
    for (let vni = 0x10000; vni <= 0x10002; vni++) {
      domain.put({ kind: 'network', name: `n${vni}`, vni, vniAllocated: true });
    }
    domain.put({ kind: 'network', name: 'last', vni: VNI_MAX, vniAllocated: false });
    take(domain, planApply(domain, [network('a')]));
    expect(domain.network('a')?.vni).to.equal(0x10003);
  });

  it('refuses a VNI that another network has, by the name of that one', () => {
    const plan = planApply(domainOf([network('blue', 5)]), [network('red', 5)]);
    expect(problems(plan)).to.have.length(1);
    expect(problems(plan)[0]).to.match(/^Network red, vni: 5 is the VNI of network blue/);
    const twice = planApply(new Domain(), [network('a', 7), network('b', 7)]);
    expect(problems(twice)[0]).to.match(/^Network b, vni: 7 is the VNI of network a/);
  });

  it('lets two networks exchange their VNIs in one file', () => {
    const domain = domainOf([network('blue', 5), network('red', 6)]);
    take(domain, planApply(domain, [network('blue', 6), network('red', 5)]));
    expect([domain.network('blue')?.vni, domain.network('red')?.vni]).to.deep.equal([6, 5]);
    expect(domain.record('vni/5')).to.deep.equal({ kind: 'vni', vni: 5, network: 'red' });
    expect(domain.record('vni/6')).to.deep.equal({ kind: 'vni', vni: 6, network: 'blue' });
  });

  it('refuses to take the VNI of a network that keeps it', () => {
    const domain = domainOf([network('blue', 5), network('red', 6)]);
    const plan = planApply(domain, [network('blue', 6), network('red')]);
    expect(problems(plan)[0]).to.match(/6 is the VNI of network red/);
  });

  it('gives back the claim of a VNI that nobody has any more', () => {
    const plan = planApply(domainOf([network('blue', 5)]), [network('blue', 9)]);
    expect(written(plan)).to.include({ 'vni/5': null });
    expect(written(plan)).to.have.property('vni/9');
  });

  it('names the network that was probably meant', () => {
    const plan = planApply(domainOf([network('blue', 5)]), [port('vm1', 'bleu', 1)]);
    expect(problems(plan)[0]).to.match(/^Port vm1, network: network bleu .*did you mean blue\?$/);
    const far = planApply(domainOf([network('blue', 5)]), [port('vm1', 'production', 1)]);
    expect(problems(far)[0]).to.match(/or in the same file$/);
  });

  it('refuses a MAC or an IP that another port of the network has, and takes it in another network', () => {
    const domain = domainOf([
      ...[network('blue', 5), network('red', 6)],
      port('vm1', 'blue', 1, '10.0.0.1', 'fd00::1'),
    ]);
    const plan = planApply(domain, [port('vm2', 'blue', 1, 'fd00::1')]);
    expect(problems(plan)).to.have.length(2);
    expect(problems(plan)[0]).to.match(
      /^Port vm2, mac: 02:\S+ is that of port vm1 in network blue/,
    );
    expect(problems(plan)[1]).to.match(/^Port vm2, ips: fd00::1 is that of port vm1/);
    const elsewhere = planApply(domain, [port('vm2', 'red', 1, '10.0.0.1')]);
    expect(elsewhere.problems).to.deep.equal([]);
  });

  it('sees a clash inside one file, and an exchange of addresses as none', () => {
    const clash = planApply(domainOf([network('blue', 5)]), [
      ...[port('vm1', 'blue', 1), port('vm2', 'blue', 1)],
    ]);
    expect(problems(clash)[0]).to.match(/^Port vm2, mac: .* is that of port vm1/);
    const domain = domainOf([network('blue', 5), port('vm1', 'blue', 1), port('vm2', 'blue', 2)]);
    take(domain, planApply(domain, [port('vm1', 'blue', 2), port('vm2', 'blue', 1)]));
    expect(domain.port('vm1')?.mac).to.equal(mac(2));
  });
});

describe('records that this release cannot read', () => {
  const sentence = 'it is newer; update this instance first.';
  const unreadable = (...keys: string[]) => new Map(keys.map((key) => [key, sentence]));
  const domain = domainOf([network('blue', 5), port('vm1', 'blue', 1)]);
  const ref = (kind: ObjectRef['kind'], name: string): ObjectRef => ({ kind, name });

  for (const [what, key, manifests] of [
    ['a network', 'network/red', [network('red')]],
    ['a port', 'port/vm2', [port('vm2', 'blue', 2)]],
    ['the network of a port', 'network/red', [port('vm2', 'red', 2)]],
    ['the roster of a network', 'roster/blue', [port('vm2', 'blue', 2)]],
    ['the claim of a VNI', 'vni/7', [network('red', 7)]],
  ] as const) {
    it(`are refused by their key instead of overwritten: ${what}`, () => {
      const plan = planApply(domain, manifests, unreadable(key));
      expect(problems(plan)).to.deep.equal([`${key}: ${sentence}`]);
    });
  }

  for (const [what, key, one] of [
    ['a port', 'port/vm9', ref('Port', 'vm9')],
    ['a network', 'network/red', ref('Network', 'red')],
    ['an NVE', 'nve/hv9', ref('Nve', 'hv9')],
  ] as const) {
    it(`are refused by their key instead of deleted: ${what}`, () => {
      const plan = planDelete(domain, [one], () => AWAY, unreadable(key));
      expect(problems(plan)).to.deep.equal([`${key}: ${sentence}`]);
    });
  }

  it('keep a network from being deleted when they are ports, for one may be in it', () => {
    const empty = domainOf([network('red', 6)]);
    const plan = planDelete(empty, [ref('Network', 'red')], () => AWAY, unreadable('port/vm9'));
    expect(problems(plan)).to.deep.equal([`port/vm9: ${sentence}`]);
  });

  it('keep the VNIs that they claim, and stand in nobody else’s way', () => {
    const claimed = domainOf([network('a')]);
    const first = claimed.network('a')?.vni ?? 0;
    const plan = planApply(new Domain(), [network('b')], unreadable(`vni/${first}`, 'port/vm9'));
    expect(plan.problems).to.deep.equal([]);
    const vnis = plan.writes.flatMap(({ record }) => (record?.kind === 'vni' ? record.vni : []));
    expect(vnis).to.deep.equal([first + 1]);
  });

  it('keep their VNI by its claim when the network itself cannot be read', () => {
    const claim: DomainRecord = { kind: 'vni', vni: 7, network: 'newer' };
    const plan = planApply(domainOf([], [claim]), [network('red', 7)]);
    expect(problems(plan)[0]).to.match(/^Network red, vni: 7 is the VNI of network newer/);
    const again = planApply(domainOf([], [claim]), [network('newer')]);
    expect(written(again)).to.have.nested.property('network/newer.vni', 7);
  });
});

describe('deleting objects', () => {
  const ref = (kind: ObjectRef['kind'], name: string): ObjectRef => ({ kind, name });
  const file = [network('blue', 5), port('vm1', 'blue', 1), port('vm2', 'blue', 2)];
  const away = () => AWAY;

  it('refuses a network with ports by their names', () => {
    const plan = planDelete(domainOf(file), [ref('Network', 'blue')], away);
    expect(problems(plan)).to.deep.equal([
      'Network blue: it still has ports: delete vm1, vm2 first',
    ]);
  });

  it('takes a network together with its ports, in any order, and gives its VNI back', () => {
    const refs = [ref('Network', 'blue'), ref('Port', 'vm1'), ref('Port', 'vm2')];
    const plan = planDelete(domainOf([...file, network('red', 6)]), refs, away);
    expect(plan.problems).to.deep.equal([]);
    expect(written(plan)).to.deep.equal({
      ...{ 'network/blue': null, 'port/vm1': null, 'port/vm2': null, 'vni/5': null },
      'roster/blue': null,
    });
  });

  it('relies on a network without ports having got none meanwhile, also in a store without rosters', () => {
    const empty = domainOf([network('blue', 5), network('red', 6)]);
    const plan = planDelete(empty, [ref('Network', 'blue')], away);
    expect(plan.reliesOn).to.deep.equal(['roster/blue']);
  });

  it('leaves the roster of the last network, which tells a domain that was emptied from one that was lost', () => {
    const domain = domainOf([network('blue', 5)]);
    const { writes } = planDelete(domain, [ref('Network', 'blue')], away);
    const left = new Domain();
    for (const { record } of writes) if (record !== undefined) left.put(record);
    expect(left.networks()).to.deep.equal([]);
    expect([domain, left, new Domain()].map((it) => it.wasDeclared)).to.deep.equal([
      ...[true, true, false],
    ]);
  });

  it('takes what is not there as done', () => {
    const plan = planDelete(new Domain(), [ref('Port', 'vm9'), ref('Nve', 'hv9')], away);
    expect(plan.writes).to.deep.equal([]);
    expect(results(plan)).to.deep.equal(['vm9 absent', 'hv9 absent']);
  });

  const held: DomainRecord = { kind: 'attachment', port: 'vm1', nve: 'hv1', sequence: 0 };
  const taken = { 'nve/hv1': null, 'index/3': null, 'attachment/vm1': null };

  it('lets an NVE go with all that it held, and keeps by which managers it was there', () => {
    const domain = domainOf(file, [AN_NVE, held]);
    const plan = planDelete(domain, [ref('Nve', 'hv1')], () => ({
      connected: true,
      managers: ['m1'],
    }));
    const departure = { kind: 'departure', nve: 'hv1', managers: ['m1'] };
    expect(written(plan)).to.deep.equal({ ...taken, 'departure/hv1': departure });
    expect(results(plan)).to.deep.equal(['hv1 deleted']);
  });

  it('leaves a number to the NVE that has claimed it', () => {
    const claim: DomainRecord = { kind: 'index', index: 3, nve: 'hv2' };
    const plan = planDelete(domainOf(file, [AN_NVE, claim]), [ref('Nve', 'hv1')], away);
    expect(written(plan)).to.have.keys(['nve/hv1', 'departure/hv1']);
  });

  it('lets one go that is away by the managers that it had, as far as they are known', () => {
    const domain = domainOf(file, [{ ...AN_NVE, managers: ['m2'] } as DomainRecord, held]);
    const plan = planDelete(domain, [ref('Nve', 'hv1')], away);
    const departure = { kind: 'departure', nve: 'hv1' };
    expect(written(plan)).to.deep.equal({
      ...{ ...taken, 'departure/hv1': { ...departure, managers: ['m2'] } },
    });
    const older = planDelete(domainOf(file, [AN_NVE]), [ref('Nve', 'hv1')], away);
    expect(written(older)['departure/hv1']).to.deep.equal(departure);
  });

  it('changes nothing of an NVE that is let go already, until a manifest names it', () => {
    const gone: DomainRecord = { kind: 'departure', nve: 'hv1', managers: ['m1'], left: true };
    const domain = domainOf(file, [gone]);
    const again = planDelete(domain, [ref('Nve', 'hv1')], () => ({ connected: true }));
    expect([again.writes, results(again)]).to.deep.equal([[], ['hv1 unchanged']]);
    const back = planApply(domain, [{ kind: 'Nve', name: 'hv1' }]);
    expect(written(back)).to.deep.equal({ 'departure/hv1': null });
    expect(results(back)).to.deep.equal(['hv1 changed']);
    expect(planApply(new Domain(), [{ kind: 'Nve', name: 'hv1' }]).writes).to.deep.equal([]);
  });
});
