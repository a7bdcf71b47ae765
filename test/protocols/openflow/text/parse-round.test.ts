/**
 * What was printed can be read again: format, then parse, gives the value that it was. And whatever is given to a parser, it
 * answers.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  formatActions,
  formatInstructions,
} from '../../../../protocols/openflow/text/action-text.ts';
import { formatFlow } from '../../../../protocols/openflow/text/flow-text.ts';
import { formatGroup } from '../../../../protocols/openflow/text/group-text.ts';
import { formatMeter } from '../../../../protocols/openflow/text/meter-text.ts';
import {
  parseActions,
  parseInstructions,
} from '../../../../protocols/openflow/text/parse/action-parse.ts';
import {
  parseFlowMod,
  parseFlowModLine,
} from '../../../../protocols/openflow/text/parse/flow-parse.ts';
import {
  parseGroupMod,
  parseGroupModLine,
} from '../../../../protocols/openflow/text/parse/group-parse.ts';
import { parseMeterMod } from '../../../../protocols/openflow/text/parse/meter-parse.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { FLOWS, GROUPS, GROUPS_OF_15, METERS } from './known-texts.ts';
import { RandomTexts, randomFlow, randomGroup, randomMeter } from './random-texts.ts';

const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];
const SEED = 5;
const COUNT = 150;

/** No text says how much of a packet an enqueue keeps, nor that a match of everything is of Ethernet. */
const LOSES = /enqueue|^eth,/;

describe('texts of flows, groups and meters', () => {
  const random = new RandomTexts(SEED);
  const texts = (make: (random: RandomTexts) => string, known: readonly string[]) =>
    [...known, ...Array.from({ length: COUNT }, () => make(random))].filter(
      (text) => !LOSES.test(text),
    );

  it('say a flow again when it is printed', () => {
    for (const version of VERSIONS) {
      for (const text of texts(randomFlow, FLOWS)) {
        const first = parseFlowMod(text, { version, command: 'add' });
        if (!first.ok) expect.fail(`${text}: ${first.error}`);
        const printed = formatFlow(first.value.flow);
        const { importance: _importance, ...value } = first.value;
        const again = parseFlowMod(printed, { version, command: 'add' });
        expect(again, printed).to.deep.equal({ ok: true, value });
      }
    }
  });

  it('say a group again when it is printed', () => {
    for (const version of VERSIONS) {
      const known = version === 6 ? [...GROUPS, ...GROUPS_OF_15] : GROUPS;
      for (const text of texts(randomGroup, known)) {
        const first = parseGroupMod(text, { version, command: 'add' });
        if (!first.ok || first.value.command !== 'add') throw new Error(text);
        const printed = formatGroup(first.value.group, version);
        const again = parseGroupMod(printed, { version, command: 'add' });
        expect(again, printed).to.deep.equal({ ok: true, value: first.value });
      }
    }
  });

  it('say a meter again when it is printed', () => {
    for (const text of texts(randomMeter, METERS)) {
      const first = parseMeterMod(text, { command: 'add' });
      if (!first.ok || first.value.command === 'delete') throw new Error(text);
      expect(parseMeterMod(formatMeter(first.value), { command: 'add' }), text).to.deep.equal(
        first,
      );
    }
  });

  it('say lists of actions again when they are printed', () => {
    const list = 'move:NXM_NX_REG0[0..5]->NXM_NX_REG1[3..8],resubmit(,3),output:LOCAL';
    const actions = parseActions(list, { version: 4 });
    if (!actions.ok) throw new Error(actions.error);
    expect(parseActions(formatActions(actions.value), { version: 4 })).to.deep.equal(actions);
    const instructions = parseInstructions(`meter:3,${list},goto_table:9`, {
      version: 4,
      match: [],
    });
    if (!instructions.ok) throw new Error(instructions.error);
    const printed = formatInstructions(instructions.value);
    expect(parseInstructions(printed, { version: 4, match: [] })).to.deep.equal(instructions);
  });

  it('of a file may begin with their own command, and keep their places', () => {
    expect(parseFlowModLine(' delete_strict priority=5,ip', 4)).to.deep.equal(
      parseFlowMod('priority=5,ip', { version: 4, command: 'delete_strict' }),
    );
    expect(parseFlowModLine('modify actions=1', 4)).to.have.nested.property(
      'value.command',
      'modify',
    );
    expect(parseFlowModLine('actions=1', 4)).to.have.nested.property('value.command', 'add');
    expect(parseFlowModLine('add actions=foo', 4))
      .to.have.property('error')
      .which.matches(/^column 13: /);
    expect(parseGroupModLine('delete group_id=3', 4)).to.deep.equal(
      parseGroupMod('group_id=3', { version: 4, command: 'delete' }),
    );
    expect(parseGroupModLine('delete group_id=x', 4))
      .to.have.property('error')
      .which.matches(/^column 17: /);
  });
});

describe('parsers of ovs-ofctl’s language', () => {
  const all = (text: string) => {
    for (const version of VERSIONS) {
      parseFlowModLine(text, version);
      parseFlowMod(text, { version, command: 'delete_strict' });
      parseGroupModLine(text, version);
      parseGroupMod(text, { version, command: 'insert_buckets' });
    }
    parseMeterMod(text, { command: 'add' });
  };

  it('answer any text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 60 }), all), { seed: SEED, numRuns: 300 });
  });

  it('answer texts that are nearly right', () => {
    const random = new RandomTexts(SEED);
    const characters = [...'()[],:=->/. \t0x9az"\\'];
    const damaged = (text: string) => {
      const at = random.upTo(text.length);
      const cut = random.upTo(3);
      return text.slice(0, at) + random.pick(characters) + text.slice(at + cut);
    };
    for (let turn = 0; turn < 120; turn++) {
      all(damaged(random.pick([...FLOWS, ...GROUPS, ...METERS, randomFlow(random)])));
      all(damaged(`group_id=1,type=all,bucket=actions=${randomFlow(random)}`));
    }
  });

  it('answer names that every object has', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      const list = `${name},${name}=1,ct(${name}),learn(${name}=1),encap(${name}),controller(${name})`;
      for (const action of list.split(/,(?![^(]*\))/)) {
        expect(parseActions(action, { version: 4 }), action).to.have.property('ok', false);
      }
      expect(parseFlowMod(`${name}=1,actions=1`, { version: 4, command: 'add' }).ok).to.equal(
        false,
      );
      expect(parseGroupMod(`${name}=1`, { version: 4, command: 'add' }).ok).to.equal(false);
      expect(parseMeterMod(`meter=${name}`, { command: 'delete' }).ok).to.equal(false);
    }
  });

  it('go as deep as ovs-ofctl and not deeper', () => {
    const nested = (depth: number) => `${'clone('.repeat(depth)}1${')'.repeat(depth)}`;
    expect(parseActions(nested(99), { version: 4 })).to.have.property('ok', true);
    expect(parseActions(nested(100), { version: 4 }))
      .to.have.property('error')
      .which.matches(/too deep/);
    expect(parseActions(nested(20_000), { version: 4 })).to.have.property('ok', false);
    expect(parseActions('('.repeat(50_000), { version: 4 })).to.have.property('ok', false);
  });

  it('read long texts in time, and refuse those that no message holds', () => {
    const long = new Array(2000).fill('set_field:0x1/0x3->reg0').join(',');
    expect(parseActions(long, { version: 6 })).to.have.property('ok', true);
    const refused = (text: string, sentence: RegExp) =>
      expect(parseActions(text, { version: 4 }))
        .to.have.property('error')
        .which.matches(sentence);
    refused('1,'.repeat(600_000), /longer than 1048576 characters/);
    refused('1,'.repeat(20_000), /^column 32769: the list has more than 16384 words/);
    refused(`learn(${'reg0[0..3]=5,'.repeat(20_000)})`, /more than 16384 words/);
    refused(`bundle(eth_src,0,hrw,ofport,members:${'1,'.repeat(3000)})`, /2048 is the most/);
    const learn = `learn(${'ip_dst=1.2.3.4,'.repeat(8000)})`;
    expect(parseInstructions(learn, { version: 4, match: [] })).to.have.property('ok', false);
    const buckets = `group_id=1,type=all,${'bucket=1,'.repeat(8000)}`;
    expect(parseGroupMod(buckets, { version: 6, command: 'add' })).to.have.property('ok', true);
    expect(parseGroupMod(`${buckets}${'bucket=1,'.repeat(200)}`, { version: 6, command: 'add' }))
      .to.have.property('error')
      .which.matches(/8200 buckets; no message has room for more than 8191/);
  }).timeout(10_000);

  it('answer in a sentence, however long the word is', () => {
    const result = parseFlowMod(`reg0=${'9'.repeat(100_000)},actions=1`, {
      version: 4,
      command: 'add',
    });
    expect(result.ok ? '' : result.error).to.match(/^column 1: reg0=9+\.\.\.9+.* takes a number/);
    expect(result.ok ? '' : result.error).to.have.length.below(500);
  });
});
