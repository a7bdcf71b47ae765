import { expect } from 'chai';
import {
  type LockAction,
  Ownership,
  type OwnershipView,
  type Peer,
  SILENCE_MAX_MS,
} from '../../../lib/control/ownership.ts';

const NVES = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8', 'h9'];

function nves(owned: readonly string[], connected: readonly string[] = NVES): Map<string, boolean> {
  return new Map(connected.map((nve) => [nve, owned.includes(nve)]));
}

function peer(name: string, owned: readonly string[], more: Partial<Peer> = {}): Peer {
  return { name, alive: true, nves: nves(owned), ...more };
}

function view(now: number, more: Partial<OwnershipView>): OwnershipView {
  return { now, storeSince: 0, awaySince: undefined, peers: [], nves: nves([]), ...more };
}

const released = (actions: readonly LockAction[]): string[] =>
  actions.filter(({ action }) => action === 'release').map(({ nve }) => nve);
const stolen = (actions: readonly LockAction[]): string[] =>
  actions.filter(({ action }) => action === 'steal').map(({ nve }) => nve);

describe('balance', () => {
  it('gives away what is above its share when another joins', () => {
    const peers = [peer('b', [])];
    const actions = new Ownership('a').decide(view(5000, { nves: nves(NVES), peers }));
    expect(released(actions)).to.have.length(4);
    expect(actions[0]?.why).to.match(/a owned 9, b could serve it/);
  });

  it('leaves two alone whose counts differ by one', () => {
    const ours = nves(NVES.slice(0, 5));
    const peers = [peer('b', NVES.slice(5))];
    const ownership = new Ownership('a');
    for (let now = 5000; now < 60_000; now += 500) {
      expect(ownership.decide(view(now, { nves: ours, peers }))).to.deep.equal([]);
    }
  });

  it('counts what is on its way, and gives no more while it is', () => {
    const ownership = new Ownership('a');
    const peers = [peer('b', []), peer('c', [])];
    const given = released(ownership.decide(view(5000, { nves: nves(NVES), peers })));
    expect(given).to.have.length(6);
    const left = nves(NVES.filter((nve) => !given.includes(nve)));
    expect(ownership.decide(view(5100, { nves: left, peers }))).to.deep.equal([]);
  });

  it('leaves to another giver what that one gives', () => {
    const eight = NVES.slice(0, 8);
    const peers = [
      peer('b', [], { nves: nves(eight.slice(4), eight) }),
      peer('c', [], { nves: nves([], eight) }),
    ];
    const ours = nves(eight.slice(0, 4), eight);
    const actions = new Ownership('a').decide(view(5000, { nves: ours, peers }));
    expect(released(actions)).to.have.length(1);
  });

  it('gives only NVEs to which one with fewer is connected', () => {
    const peers = [peer('b', [], { nves: nves([], ['h2', 'h7']) })];
    const actions = new Ownership('a').decide(view(5000, { nves: nves(NVES), peers }));
    expect(released(actions).sort()).to.deep.equal(['h2', 'h7']);
  });

  it('levels those that are connected to everything, whatever the others cannot take', () => {
    const poor = ['c', 'd', 'e'].map((name) => peer(name, [], { nves: nves([], ['h1']) }));
    const peers = [peer('b', ['h1', 'h2']), ...poor];
    const actions = new Ownership('a').decide(view(5000, { nves: nves(NVES.slice(2)), peers }));
    expect(released(actions)).to.have.length(3);
  });

  it('passes on at once what came to it in excess, and this one first', () => {
    const ownership = new Ownership('a');
    const peers = [peer('b', NVES.slice(3, 8)), peer('c', ['h9'])];
    expect(ownership.decide(view(5000, { nves: nves(['h1', 'h2', 'h3']), peers }))).to.deep.equal(
      [],
    );
    const more = nves(['h1', 'h2', 'h3', 'h4']);
    expect(released(ownership.decide(view(5001, { nves: more, peers })))).to.deep.equal(['h4']);
  });

  it('gives nothing to one whose word is old: what it says that it owns has come to others', () => {
    const dead = peer('b', ['h7', 'h8']);
    const mine = nves(['h1', 'h2', 'h7'], NVES);
    const heir = peer('c', ['h8', 'h9']);
    expect(
      new Ownership('a').decide(view(5000, { nves: mine, peers: [dead, heir] })),
    ).to.deep.equal([]);
    const witness = nves(['h1', 'h2', 'h3'], NVES);
    const elsewhere = [peer('b', ['h8']), peer('c', ['h7', 'h8', 'h9'])];
    expect(
      new Ownership('a').decide(view(5000, { nves: witness, peers: elsewhere })),
    ).to.deep.equal([]);
  });

  it('gives an NVE that comes back again after 5 s, then 10 s, and no other in its stead', () => {
    const ownership = new Ownership('a');
    const both = ['h1', 'h2'];
    const peers = [peer('b', [], { nves: nves([], both) })];
    const mine = view(0, { nves: nves(both, both), peers });
    const times: number[] = [];
    for (let now = 5000; now < 55_000; now += 500) {
      const given = released(ownership.decide({ ...mine, now }));
      if (given.length > 0) times.push(now);
      expect(['', 'h2']).to.include(given.join());
    }
    expect(times).to.deep.equal([5000, 10_000, 20_000, 40_000]);
  });

  it('forgets the longer waits when another instance comes', () => {
    const ownership = new Ownership('a');
    const both = ['h1', 'h2'];
    const b = peer('b', [], { nves: nves([], both) });
    const mine = view(0, { nves: nves(both, both), peers: [b] });
    for (let now = 5000; now < 55_000; now += 500) ownership.decide({ ...mine, now });
    const peers = [b, peer('c', [], { nves: nves([], both) })];
    expect(released(ownership.decide({ ...mine, now: 55_000, peers }))).to.deep.equal(['h2']);
  });

  it('gives at most 20 in one decision', () => {
    const many = Array.from({ length: 100 }, (_, index) => `n${index}`);
    const peers = [peer('b', [], { nves: nves([], many) })];
    const actions = new Ownership('a').decide(view(5000, { nves: nves(many, many), peers }));
    expect(released(actions)).to.have.length(20);
  });

  it('gives nothing that may fall to an instance which has just fallen silent', () => {
    const ownership = new Ownership('a');
    const frozen = peer('z', [], { alive: false, nves: nves([], ['h9']) });
    const peers = [peer('b', [], { nves: nves([], ['h8', 'h9']) }), frozen];
    const ours = { nves: nves(NVES), peers };
    expect(released(ownership.decide(view(5000, ours)))).to.deep.equal(['h8']);
    expect(released(ownership.decide(view(15_000, ours)))).to.include('h9');
  });

  it('waits until the words of the others are fresh', () => {
    const ownership = new Ownership('a');
    const joined = { nves: nves(NVES), peers: [peer('b', [])], storeSince: 1000 };
    expect(ownership.decide(view(1000 + SILENCE_MAX_MS - 1, joined))).to.deep.equal([]);
    expect(ownership.decide(view(1000 + SILENCE_MAX_MS, joined))).to.have.length(4);
  });
});

describe('stealing', () => {
  const silent = peer('z', NVES, { alive: false });

  it('takes what belongs to a silent instance, once it has been ownerless for a second', () => {
    const ownership = new Ownership('a');
    ownership.decide(view(5000, { peers: [peer('z', NVES)] }));
    expect(ownership.decide(view(8000, { peers: [silent] }))).to.deep.equal([]);
    expect(ownership.decide(view(8999, { peers: [silent] }))).to.deep.equal([]);
    const actions = ownership.decide(view(9000, { peers: [silent] }));
    expect(stolen(actions)).to.deep.equal(NVES);
    expect(actions[0]?.why).to.equal('taken: z is silent');
  });

  it('leaves to an heir what the heir says it owns', () => {
    const ownership = new Ownership('a');
    for (let now = 5000; now < 30_000; now += 500) {
      const peers = [silent, peer('b', NVES.slice(0, 5))];
      expect(ownership.decide(view(now, { peers, nves: nves(NVES.slice(5)) }))).to.deep.equal([]);
    }
  });

  it('has exactly one of the living take each NVE', () => {
    const all = ['a', 'b', 'c'];
    const taken = all.flatMap((name) => {
      const ownership = new Ownership(name);
      const others = all.filter((other) => other !== name).map((other) => peer(other, []));
      ownership.decide(view(5000, { peers: [silent, ...others] }));
      return stolen(ownership.decide(view(6000, { peers: [silent, ...others] })));
    });
    expect(taken.sort()).to.deep.equal(NVES);
  });

  it('leaves an NVE to the one that is connected to it', () => {
    const ownership = new Ownership('a');
    const peers = [silent, peer('b', [])];
    const mine = nves([], ['h1']);
    const other = new Ownership('b');
    const theirs = { nves: nves([]), peers: [silent, peer('a', [], { nves: mine })] };
    for (const now of [5000, 6000]) ownership.decide(view(now, { peers, nves: mine }));
    other.decide(view(5000, theirs));
    const taken = stolen(other.decide(view(6000, theirs)));
    expect(taken).to.include.members(NVES.slice(1));
  });

  it('takes an NVE of which nobody is known as the owner after 2 s', () => {
    const ownership = new Ownership('a');
    ownership.decide(view(5000, { nves: nves([], ['h1']) }));
    expect(ownership.decide(view(6_999, { nves: nves([], ['h1']) }))).to.deep.equal([]);
    expect(stolen(ownership.decide(view(7_000, { nves: nves([], ['h1']) })))).to.deep.equal(['h1']);
  });

  it('does not take what one may own whose words cannot be read', () => {
    const ownership = new Ownership('a');
    const newer = { ...peer('b', []), isUnreadable: true };
    const wanted = { nves: nves([], ['h1']), peers: [newer] };
    for (const now of [5000, 7000, 30_000]) {
      expect(ownership.decide(view(now, wanted))).to.deep.equal([]);
    }
  });

  it('does not take the same NVE again within 5 s', () => {
    const ownership = new Ownership('a');
    const times: number[] = [];
    for (let now = 5000; now < 30_000; now += 500) {
      const wanted = view(now, { peers: [silent], nves: nves([], ['h1']) });
      if (ownership.decide(wanted).length > 0) times.push(now);
    }
    expect(times).to.deep.equal([6000, 11_000, 21_000]);
  });

  it('is not done without the store', () => {
    const ownership = new Ownership('a');
    for (let now = 5000; now < 60_000; now += 500) {
      const away = { peers: [silent], storeSince: undefined, awaySince: 1000 };
      expect(ownership.decide(view(now, away))).to.deep.equal([]);
    }
  });
});

describe('yielding', () => {
  const away = { storeSince: undefined, awaySince: 0, nves: nves(['h1'], ['h1']) };

  it('offers what it owns when the store has been away for 3 s, then ever more seldom', () => {
    const ownership = new Ownership('a');
    const peers = [peer('b', [], { alive: false })];
    const times: number[] = [];
    ownership.decide(view(-500, { nves: away.nves, peers }));
    for (let now = 0; now < 3_600_000; now += 500) {
      if (released(ownership.decide(view(now, { ...away, peers }))).length > 0) times.push(now);
    }
    const gaps = times.map((time, index) => time - (times[index - 1] ?? 0));
    expect(gaps[0]).to.be.within(3000, 4500);
    expect(gaps[1]).to.be.within(10_000, 13_500);
    expect(gaps.slice(1, 6)).to.deep.equal(gaps.slice(1, 6).sort((one, other) => one - other));
    expect(Math.max(...gaps)).to.be.within(300_000, 380_000);
    expect(times.length).to.be.within(12, 18);
  });

  it('keeps what was granted meanwhile until its next interval', () => {
    const ownership = new Ownership('a');
    const peers = [peer('b', [], { alive: false })];
    ownership.decide(view(0, { ...away, peers, nves: nves([], ['h1']) }));
    for (let now = 4000; now < 14_000; now += 500) {
      expect(ownership.decide(view(now, { ...away, peers }))).to.deep.equal([]);
    }
    const later = ownership.decide(view(17_000, { ...away, peers }));
    expect(released(later)).to.deep.equal(['h1']);
    expect(later[0]?.why).to.equal('offered: a has been without the store for 17 s');
  });

  it('offers nothing when there was never another', () => {
    expect(new Ownership('a').decide(view(60_000, away))).to.deep.equal([]);
  });
});

describe('an NVE whose switch does not reach its owner', () => {
  const ours = nves(['h1'], ['h1']);
  const noSwitch = new Set(['h1']);
  const b = peer('b', [], { nves: nves([], ['h1']) });

  it('is given to another that has its switch, when that is so for longer than a switch needs to come back', () => {
    const ownership = new Ownership('a');
    const asked = (now: number, more: Partial<OwnershipView> = {}) =>
      released(ownership.decide(view(now, { nves: ours, peers: [b], noSwitch, ...more })));
    expect(asked(5_000)).to.deep.equal([]);
    expect(asked(14_000)).to.deep.equal([]);
    expect(asked(14_500, { noSwitch: new Set() })).to.deep.equal([]);
    expect(asked(15_000)).to.deep.equal([]);
    expect(asked(25_000)).to.deep.equal(['h1']);
    expect(asked(25_500)).to.deep.equal([]);
  });

  it('stays where it is when no other has its switch', () => {
    const ownership = new Ownership('a');
    const peers = [peer('b', [], { nves: nves([], []) }), { ...b, name: 'c', alive: false }];
    for (let now = 5_000; now < 60_000; now += 500) {
      expect(ownership.decide(view(now, { nves: ours, peers, noSwitch }))).to.deep.equal([]);
    }
  });

  it('is not taken from a silent instance by one that its switch does not reach, if another can', () => {
    const dead = peer('z', ['h1'], { nves: nves(['h1'], ['h1']), alive: false });
    const thieves = (more: Partial<OwnershipView>): string[] => {
      const ownership = new Ownership('a');
      const found: string[] = [];
      for (let now = 5_000; now < 20_000; now += 500) {
        found.push(...stolen(ownership.decide(view(now, { nves: nves([], ['h1']), ...more }))));
      }
      return found;
    };
    expect(thieves({ peers: [dead, b], noSwitch })).to.deep.equal([]);
    expect(thieves({ peers: [dead], noSwitch })).to.include('h1');
  });
});
