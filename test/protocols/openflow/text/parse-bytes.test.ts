/**
 * The parsers beside the real ovs-ofctl: of each text both make the same bytes, and what it refuses we refuse.
 */
import { expect } from 'chai';
import {
  type OpenFlowVersion,
  VERSION_NAMES,
} from '../../../../protocols/openflow/values/version.ts';
import {
  BAD_TEXTS,
  BUCKET_ACTIONS,
  DELETIONS,
  FLOWS,
  GROUPS,
  GROUPS_OF_15,
  METERS,
  MODS,
} from './known-texts.ts';
import { encodeCommand, parseCommand } from './parse-command.ts';
import { type PlayedSwitch, playSwitch } from './played-switch.ts';
import { RandomTexts, randomFlow, randomGroup, randomMeter } from './random-texts.ts';
import { CLASHING_WORDS, WARNED_IN_13, WARNED_TEXTS } from './warned-texts.ts';

const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];
const SEED = 20_261_121;
const RANDOM_FLOWS = 120;
const RANDOM_MATCHES = 400;
const RANDOM_GROUPS = 60;
const RANDOM_METERS = 12;

function clashingMatch(random: RandomTexts): string {
  const words = Array.from({ length: 1 + random.upTo(5) }, () => random.pick(CLASHING_WORDS));
  return `${words.join(',')} actions=drop`;
}

describe('texts that ovs-ofctl takes', function () {
  this.timeout(60_000);
  let real: PlayedSwitch;

  before(async () => {
    real = await playSwitch();
  });
  after(() => real.stop());

  /** All at once, a line each: the first that ovs-ofctl refuses is in its complaint. */
  async function compare(command: string, texts: readonly string[], version: OpenFlowVersion) {
    const [name = '', ...flags] = command.split(' ');
    const input = `${texts.join('\n')}\n`;
    const sent = await real.send(VERSION_NAMES[version], [name, '-', ...flags], input);
    expect(sent.complaint).to.equal('');
    expect(sent.messages).to.have.length(texts.length);
    for (const [index, text] of texts.entries()) {
      expect(encodeCommand(command, text, version), text).to.equal(sent.messages[index]);
    }
  }

  async function compareOne(command: string, text: string, version: OpenFlowVersion) {
    const [name = '', ...flags] = command.split(' ');
    const { messages, complaint } = await real.send(VERSION_NAMES[version], [name, text, ...flags]);
    expect(complaint, text).to.equal('');
    expect([encodeCommand(command, text, version)], text).to.deep.equal(messages);
  }

  for (const version of VERSIONS) {
    const name = VERSION_NAMES[version];

    it(`become the bytes that it sends in ${name}: flows`, () =>
      compare('add-flow', FLOWS, version));

    it(`become the bytes that it sends in ${name}: matches that it takes otherwise than written`, async () => {
      const texts = WARNED_TEXTS.map(([match]) => `${match} actions=drop`);
      await compare('add-flow', texts, version);
      for (const [match, ...warnings] of WARNED_TEXTS) {
        const result = parseCommand('add-flow', `${match} actions=drop`, version);
        expect(result.ok && (result.warnings ?? []), match).to.deep.equal(warnings);
      }
    });

    it(`become the bytes that it sends in ${name}: changes and deletions of flows`, async () => {
      await compare('mod-flows', MODS, version);
      await compare('mod-flows --strict', MODS, version);
      for (const text of DELETIONS) {
        await compareOne('del-flows', text, version);
        await compareOne('del-flows --strict', text, version);
      }
      await compareOne('del-flows --strict', 'priority=7,table=1,cookie=0/0,arp', version);
    });

    it(`become the bytes that it sends in ${name}: actions of buckets`, () =>
      compare(
        'add-group',
        BUCKET_ACTIONS.map((actions) => `group_id=1,type=all,bucket=actions=${actions}`),
        version,
      ));

    it(`become the bytes that it sends in ${name}: groups`, async () => {
      await compare('add-group', GROUPS, version);
      await compare('mod-group', GROUPS, version);
      await compareOne('del-groups', 'group_id=7', version);
      await compareOne('del-groups', '', version);
    });

    it(`become the bytes that it sends in ${name}: meters`, async () => {
      for (const text of METERS) await compareOne('add-meter', text, version);
      await compareOne('mod-meter', METERS[1] ?? '', version);
      await compareOne('del-meter', 'meter=7', version);
      await compareOne('del-meter', 'meter=all', version);
    });

    it(`become the bytes that it sends in ${name}: random ones`, async () => {
      const random = new RandomTexts(SEED + version);
      const texts = (count: number, make: (random: RandomTexts) => string) =>
        Array.from({ length: count }, () => make(random));
      await compare('add-flow', texts(RANDOM_FLOWS, randomFlow), version);
      await compare('add-flow', texts(RANDOM_MATCHES, clashingMatch), version);
      await compare('add-group', texts(RANDOM_GROUPS, randomGroup), version);
      for (const text of texts(RANDOM_METERS, randomMeter))
        await compareOne('add-meter', text, version);
    });
  }

  it('become the bytes that it sends: what OpenFlow 1.5 alone has', async () => {
    await compare('add-group', GROUPS_OF_15, 6);
    for (const place of ['first', 'last', '7', '0xfffffffd']) {
      const head = `group_id=1,command_bucket_id=${place}`;
      await compareOne('insert-buckets', `${head},bucket=bucket_id:3,weight:3,actions=2`, 6);
      await compareOne('insert-buckets', `${head},bucket=1,bucket=2`, 6);
      await compareOne('remove-buckets', head, 6);
    }
    await compareOne('remove-buckets', 'group_id=1', 6);
    await compareOne('remove-buckets', 'group_id=1,command_bucket_id=all', 6);
  });

  it('become the bytes that it sends, with a warning of what the version has no room for', async () => {
    for (const [command, text, ...warnings] of WARNED_IN_13) {
      await compareOne(command, text, 4);
      const result = parseCommand(command, text, 4);
      expect(result.ok && (result.warnings ?? []), text).to.deep.equal(warnings);
    }
    const later = parseCommand('add-flow', 'importance=5,actions=1', 5);
    expect(later).to.have.property('ok', true).and.not.to.have.property('warnings');
  });

  it('are asked for in OpenFlow 1.5 where the older ones do not have them', async () => {
    for (const [command, text] of [
      ['insert-buckets', 'group_id=1,command_bucket_id=7,bucket=1'],
      ['remove-buckets', 'group_id=1,command_bucket_id=7'],
      ['add-group', 'group_id=1,type=select,selection_method=hash'],
      ['add-group', 'group_id=1,type=all,bucket=actions=meter:1'],
    ] as const) {
      expect((await real.send('OpenFlow13', [command, text])).complaint).not.to.equal('');
      expect(parseCommand(command, text, 4))
        .to.have.property('error')
        .which.matches(/OpenFlow 1\.5/);
    }
  });

  it('are alone in being taken: what it refuses we refuse, at the word that is wrong', async () => {
    for (const [command, text, sentence] of BAD_TEXTS) {
      const { complaint } = await real.send('OpenFlow15', [command, text]);
      expect(complaint, `ovs-ofctl ${command} ${text}`).not.to.equal('');
      expect(parseCommand(command, text, 6), `${command} ${text}`)
        .to.have.property('error')
        .which.matches(sentence);
    }
  });
});
