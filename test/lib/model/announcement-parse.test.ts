import { expect } from 'chai';
import fc from 'fast-check';
import type { AnnouncedNve, Announcement } from '../../../lib/model/announcement.ts';
import {
  announcementToJson,
  parseMember,
  type UncheckedWord,
} from '../../../lib/model/announcement-parse.ts';
import { isNveName } from '../../../lib/model/names.ts';
import { canonicalJson } from '../../../lib/store/canonical-json.ts';

const controllers = fc.constantFrom(
  [],
  ['tcp:192.0.2.1:6653'],
  ['tcp:192.0.2.1:6653', 'ssl:[2001:db8::1]:6654'],
);
const count = fc.nat();
const plain = fc.constantFrom('', 'least loaded', 'it held it already', 'ü');

const noSwitch = fc.constant(true as const);
const nve: fc.Arbitrary<Omit<AnnouncedNve, 'name'>> = fc.oneof(
  fc.record(
    { owner: fc.constant(false), controllers, noSwitch },
    { requiredKeys: ['owner', 'controllers'] },
  ),
  fc.record(
    {
      owner: fc.constant(true),
      controllers,
      noSwitch,
      why: plain,
      flows: fc.record({ desired: count, installed: count }),
    },
    { requiredKeys: ['owner', 'controllers'] },
  ),
);

const announcement: fc.Arbitrary<Announcement> = fc.record({
  version: fc.constantFrom('0.1.0', '2.0.0-rc.1'),
  startedAt: fc.constantFrom('2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05Z'),
  confirmed: count,
  nves: fc
    .uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(isNveName))
    .chain((names) =>
      fc.tuple(...names.map((name) => nve.map((rest): AnnouncedNve => ({ name, ...rest })))),
    ),
});

const byName = (said: Announcement): Announcement => ({
  ...said,
  nves: [...said.nves].sort((a, b) => (a.name < b.name ? -1 : 1)),
});

/** Through the text that a store keeps. */
function stored(said: Announcement): UncheckedWord {
  const { head, body } = announcementToJson(said);
  const read = (value: unknown): unknown => JSON.parse(canonicalJson(value) ?? '');
  return { name: 'a', run: 'r1', beat: 7, head: read(head), body: read(body) };
}

const BODY = {
  version: '0.1.0',
  startedAt: '2026-01-02T03:04:05.678Z',
  groups: [
    {
      controllers: ['tcp:192.0.2.1:6653'],
      owned: [{ name: 'hv1', flows: [3, 2] }],
      seen: ['hv2'],
    },
  ],
};
const WORD: UncheckedWord = { name: 'a', run: 'r1', beat: 7, head: { confirmed: 5 }, body: BODY };
const group = (change: object): UncheckedWord => ({
  ...WORD,
  body: { ...BODY, groups: [{ ...BODY.groups[0], ...change }] },
});

const HOSTILE: readonly [string, UncheckedWord][] = [
  ['no head', { ...WORD, head: null }],
  ['a head that is a list', { ...WORD, head: [] }],
  ['a revision below 0', { ...WORD, head: { confirmed: -1 } }],
  ['a name that is none', { ...WORD, name: 'a b' }],
  ['an empty run', { ...WORD, run: '' }],
  ['half a beat', { ...WORD, beat: 0.5 }],
  ['no body', { ...WORD, body: 'x' }],
  ['a version that moves the cursor', { ...WORD, body: { ...BODY, version: '\u001b[2J' } }],
  ['a version without end', { ...WORD, body: { ...BODY, version: 'x'.repeat(1000) } }],
  ['a start that is no time', { ...WORD, body: { ...BODY, startedAt: 'yesterday' } }],
  ['groups that are none', { ...WORD, body: { ...BODY, groups: {} } }],
  ['a group that is none', { ...WORD, body: { ...BODY, groups: [null] } }],
  ['a controller that is a path', group({ controllers: ['unix:/run/x'] })],
  ['a controller without a port', group({ controllers: ['tcp:192.0.2.1'] })],
  ['a controller at port 0', group({ controllers: ['tcp:192.0.2.1:0'] })],
  ['a controller by name', group({ controllers: ['tcp:example.org:6653'] })],
  ['a controller in wrong brackets', group({ controllers: ['tcp:[192.0.2.1]:6653'] })],
  ['a controller that is a number', group({ controllers: [6653] })],
  ['NVEs that are no list', group({ seen: 'hv2' })],
  ['an NVE that is null', group({ owned: [null] })],
  ['an NVE that is a path', group({ seen: ['..'] })],
  ['an NVE twice', group({ seen: ['hv1'] })],
  ['flows that are text', group({ owned: [{ name: 'hv1', flows: 'many' }] })],
  ['one count of flows', group({ owned: [{ name: 'hv1', flows: [1] }] })],
  ['a why that is a number', group({ owned: [{ name: 'hv1', why: 1 }] })],
];

describe('announcements', () => {
  it('come back from the store as they were said', () => {
    fc.assert(
      fc.property(announcement, (said) => {
        const member = parseMember(stored(said));
        const value = { name: 'a', run: 'r1', beat: 7, announcement: byName(said) };
        const read = member.ok
          ? { ...member.value, announcement: byName(member.value.announcement) }
          : member.error;
        expect(read).to.deep.equal(value);
      }),
    );
  });

  it('have one text whatever the order in which the NVEs came', () => {
    fc.assert(
      fc.property(announcement, (said) => {
        const turned = { ...said, nves: [...said.nves].reverse() };
        expect(stored(turned)).to.deep.equal(stored(said));
      }),
    );
  });

  it('stay below 40 KB for 1000 NVEs of ten characters', () => {
    const nves = Array.from({ length: 1000 }, (_, index) => ({
      name: `hyper-${1000 + index}`,
      owner: index % 3 === 0,
      controllers: ['tcp:192.0.2.1:6653'],
      ...(index % 3 === 0 ? { flows: { desired: 10_000, installed: 10_000 } } : {}),
    }));
    const { body } = announcementToJson({
      version: '1',
      startedAt: '2026-01-02T03:04:05Z',
      confirmed: 1,
      nves,
    });
    expect(JSON.stringify(body).length).to.be.below(40_000);
  });

  it('of a newer release are read as far as they are known', () => {
    const newer = {
      ...group({ load: 7, owned: [{ name: 'hv1', flows: [3, 2, 1], since: 'x' }] }),
      head: { confirmed: 5, lag: 3 },
    };
    expect(parseMember(newer)).to.deep.equal(parseMember(WORD)).and.to.have.property('ok', true);
  });

  for (const [what, word] of HOSTILE) {
    it(`that hold ${what} are one sentence`, () => {
      const member = parseMember(word);
      expect(member).to.have.property('ok', false);
      expect(member)
        .to.have.property('error')
        .that.matches(/^What .+ cannot be read: .+\.$/);
    });
  }

  it('may hold anything at all without a throw', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (head, body, one) => {
        parseMember({ ...WORD, head, body });
        parseMember(group({ owned: [one], seen: [one], controllers: [one] }));
        parseMember({ ...WORD, body: { ...BODY, groups: [one] } });
      }),
    );
  });
});
