import { expect } from 'chai';
import { Members } from '../../../lib/control/members.ts';
import type { AnnouncedNve, Member } from '../../../lib/model/announcement.ts';

const word = (
  name: string,
  beat: number,
  nves: readonly AnnouncedNve[] = [],
  run = 'r',
): Member => ({
  ...{ name, run, beat },
  announcement: { version: '0', startedAt: '2026-01-01T00:00:00Z', confirmed: 0, nves },
});
const on = (name: string, owner = false): AnnouncedNve => ({ name, owner, controllers: [] });
const alive = (members: Members) =>
  members
    .all()
    .filter((member) => member.alive)
    .map(({ name }) => name);

describe('the instances of a domain', () => {
  it('are alive while their beat goes on, and dead three seconds after it stopped', () => {
    const members = new Members('a');
    members.take([word('a', 1), word('b', 1)], 0);
    members.take([word('a', 2), word('b', 1)], 2_999);
    expect(alive(members)).to.deep.equal(['a', 'b']);
    members.take([word('a', 3), word('b', 1)], 3_000);
    expect(alive(members)).to.deep.equal(['a']);
    expect(members.all().map(({ silentMs }) => silentMs)).to.deep.equal([0, 3_000]);
    members.take([word('a', 4), word('b', 2)], 3_500);
    expect(alive(members)).to.deep.equal(['a', 'b']);
  });

  it('are alive when they start anew with a lower beat', () => {
    const members = new Members('a');
    members.take([word('b', 9)], 0);
    members.take([word('b', 9, [], 'later')], 5_000);
    expect(alive(members)).to.deep.equal(['b']);
  });

  it('are not held to have been silent while the store did not answer us', () => {
    const members = new Members('a');
    members.take([word('b', 1)], 0);
    members.take([word('b', 1)], 500);
    members.away(1_000);
    members.away(60_000);
    expect(alive(members)).to.deep.equal(['b']);
    members.take([word('b', 1)], 60_500);
    expect(alive(members)).to.deep.equal(['b']);
    members.take([word('b', 1)], 63_000);
    expect(alive(members)).to.deep.equal([]);
  });

  it('are remembered for three seconds by who has heard them, when the store has forgotten them', () => {
    const members = new Members('a');
    members.take([word('b', 1, [on('h1', true)])], 0);
    members.take([], 500);
    expect(members.ownerOf('h1')?.instance).to.equal('b');
    members.take([], 3_500);
    expect(members.all()).to.deep.equal([]);
  });

  it('own an NVE while they live; afterwards it is known whose it was', () => {
    const members = new Members('a');
    members.take([word('a', 1, [on('h1')]), word('b', 1, [on('h1', true), on('h2')])], 0);
    expect(members.ownerOf('h1')?.instance).to.equal('b');
    expect(members.connectedTo('h1')).to.deep.equal(['a', 'b']);
    expect(members.lastOwner('h1')).to.deep.equal({ name: 'b', alive: true });
    const unseen = members.take(
      [word('a', 2, [on('h1')]), word('b', 1, [on('h1', true), on('h2')])],
      3_000,
    );
    expect(members.ownerOf('h1')).to.equal(undefined);
    expect(members.connectedTo('h1')).to.deep.equal(['a']);
    expect(members.lastOwner('h1')).to.deep.equal({ name: 'b', alive: false });
    expect(unseen).to.deep.equal(['h1', 'h2']);
  });

  it('are offered no NVE whose switch does not reach them, and keep what they own', () => {
    const members = new Members('a');
    const far = { noSwitch: true } as const;
    members.take(
      [
        word('b', 1, [
          { ...on('h1'), ...far },
          { ...on('h2', true), ...far },
        ]),
      ],
      0,
    );
    expect([...(members.peers()[0]?.nves ?? [])]).to.deep.equal([['h2', true]]);
    expect(members.connectedTo('h1')).to.deep.equal(['b']);
  });
});
