import { expect } from 'chai';
import { runInProcess } from '../../fakes/fake-cli.ts';

/** Of OpenFlow 1.3: delete all meters; add a flow that drops everything. */
const DELETE_METERS = '041d00100000000000020000ffffffff';
const DROP =
  '040e003800000000000000000000000000000000000000000000000000008000ffffffffffffffffffffffff00000000' +
  '0001000400000000';

const encode = (...words: string[]) => runInProcess(['ofp', 'encode', ...words]);
const encodeLines = (stdin: string, ...words: string[]) =>
  runInProcess(['ofp', 'encode', ...words, '-'], { stdin });

/** The bytes of version, type and command that tell messages apart. */
const kinds = (out: string) =>
  out
    .split('\n')
    .slice(0, -1)
    .map((hex) => hex.slice(0, 4));

describe('nva ofp encode', () => {
  it('encodes a text as one line of hexadecimal digits', async () => {
    expect(await encode('add-flow', 'actions=drop')).to.deep.equal({
      ...{ code: 0, out: `${DROP}\n`, err: '' },
    });
  });

  it('encodes in OpenFlow 1.3, or in the version that is asked for', async () => {
    expect((await encode('add-flow', 'actions=drop')).out).to.match(/^040e/);
    expect((await encode('-O', 'OpenFlow14', 'add-flow', 'actions=drop')).out).to.match(/^050e/);
    expect((await encode('-O', 'openflow15', 'add-flow', 'actions=drop')).out).to.match(/^060e/);
    expect((await encode('-O', '1.5', 'add-flow', 'actions=drop')).out).to.match(/^060e/);
    const { code, err } = await encode('-O', 'OpenFlow10', 'add-flow', 'actions=drop');
    expect([code, err]).to.deep.equal([
      2,
      'nva: -O wants one of OpenFlow13, OpenFlow14, OpenFlow15, not OpenFlow10\n',
    ]);
  });

  it('knows the commands of ovs-ofctl', async () => {
    const group = 'group_id=1,type=all,bucket=actions=1';
    const meter = 'meter=1,kbps,band=type=drop,rate=1';
    const bytes = async (...words: string[]) => (await encode('-O', '1.5', ...words)).out;
    // flow-mods: the command is the byte behind cookie, cookie mask and table.
    const flowCommand = async (...words: string[]) => (await bytes(...words)).slice(50, 52);
    expect(await flowCommand('add-flow', 'actions=1')).to.equal('00');
    expect(await flowCommand('flow', 'actions=1')).to.equal('00');
    expect(await flowCommand('mod-flows', 'actions=1')).to.equal('01');
    expect(await flowCommand('mod-flows', '--strict', 'actions=1')).to.equal('02');
    expect(await flowCommand('del-flows', 'ip')).to.equal('03');
    expect(await flowCommand('--strict', 'del-flows', 'ip')).to.equal('04');
    const command = async (...words: string[]) => (await bytes(...words)).slice(16, 20);
    expect(await command('add-group', group)).to.equal('0000');
    expect(await command('mod-group', group)).to.equal('0001');
    expect(await command('mod-group', '--may-create', group)).to.equal('8000');
    expect(await command('del-groups', 'group_id=1')).to.equal('0002');
    expect(await command('insert-buckets', 'group_id=1,command_bucket_id=last,bucket=1')).to.equal(
      '0003',
    );
    expect(await command('remove-buckets', 'group_id=1,command_bucket_id=5')).to.equal('0005');
    expect(await command('add-meter', meter)).to.equal('0000');
    expect(await command('mod-meter', meter)).to.equal('0001');
    expect(await command('del-meters', 'meter=1')).to.equal('0002');
  });

  it('deletes all where nothing is said', async () => {
    expect((await encode('del-meter')).out).to.equal(`${DELETE_METERS}\n`);
    expect((await encode('del-flows')).out.slice(48, 52)).to.equal('ff03');
    expect((await encode('del-groups')).out).to.equal('040f00100000000000020000fffffffc\n');
  });

  it('says where a text is wrong, and ends with 2', async () => {
    expect(await encode('add-flow', 'table=1,actions=outptu:1')).to.deep.equal({
      ...{ code: 2, out: '' },
      err: 'nva: column 17: "outptu" is no action; did you mean output?\n',
    });
    expect((await encode('insert-buckets', 'group_id=1,bucket=1')).err).to.match(
      /-O OpenFlow15\n$/,
    );
    expect((await encode('add-bridge', 'br0')).err).to.match(
      /^nva: nothing is encoded by add-bridge; there is add-flow, /,
    );
    expect((await encode('add-flow', '--strict', 'actions=1')).err).to.match(
      /^nva: --strict is for mod-flows and del-flows, not for add-flow/,
    );
    expect((await encode('add-group', '--may-create', 'x')).err).to.match(/is for mod-group/);
    expect((await encode('add-flow', '--xid', 'x', 'actions=1')).err).to.match(/^nva: --xid wants/);
    expect((await encode('add-flow', '-o', 'yaml', 'actions=1')).code).to.equal(2);
  });

  it('encodes a line of stdin after the other, passes over comments, and takes other commands', async () => {
    const lines = '# all of them\nactions=drop\n\n  delete table=3 # gone\r\nactions=1';
    const { code, out, err } = await encodeLines(lines, 'add-flow');
    expect([code, err]).to.deep.equal([0, '']);
    expect(out.split('\n')[0]).to.equal(DROP);
    expect(out.split('\n').map((hex) => hex.slice(48, 52))).to.deep.equal([
      '0000',
      '0303',
      '0000',
      '',
    ]);
    const groups = await encodeLines('add group_id=1,type=all\ndelete group_id=2\n', 'add-group');
    expect(kinds(groups.out)).to.deep.equal(['040f', '040f']);
  });

  it('stops at the first bad line, with what was good before it', async () => {
    const { code, out, err } = await encodeLines(
      'actions=drop\n\nactions=foo\nactions=1\n',
      'add-flow',
    );
    expect([code, out]).to.deep.equal([2, `${DROP}\n`]);
    expect(err).to.equal('nva: line 3 of stdin, column 9: "foo" is no action\n');
  });

  it('warns of what is taken otherwise than written, and goes on', async () => {
    const leftOut = 'nw_src=1.2.3.4 is left out: it needs ip in the match too; add it';
    const { code, out, err } = await encode('add-flow', 'nw_src=1.2.3.4,actions=drop');
    expect([code, kinds(out), err]).to.deep.equal([0, ['040e'], `warning: ${leftOut}\n`]);
    const lines = await encodeLines(
      'actions=drop\n\nnw_src=1.2.3.4,actions=1\nactions=2\n',
      'add-flow',
    );
    expect([lines.code, kinds(lines.out).length]).to.deep.equal([0, 3]);
    expect(lines.err).to.equal(`warning: line 3: ${leftOut}\n`);
  });

  it('prints an object a line with the bytes and their words', async () => {
    const { out } = await encode('-o', 'json', '--xid', '0x10', 'add-flow', 'actions=drop');
    expect(JSON.parse(out)).to.deep.equal({
      hex: DROP.replace('003800000000', '003800000010'),
      text: 'OFPT_FLOW_MOD (OF1.3) (xid=0x10): ADD actions=drop\n',
    });
    const lines = await encodeLines('actions=drop\nactions=1\n', '-o', 'json', 'add-flow');
    expect(
      lines.out
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).to.have.length(2);
  });

  it('refuses what fits into no message', async () => {
    const actions = new Array(4000).fill('set_field:1->xxreg0').join(',');
    const { code, err } = await encode('add-flow', `actions=${actions}`);
    expect(code).to.equal(2);
    expect(err).to.match(/^nva: a message of \d+ bytes; OpenFlow has no more than 65535\n$/);
  });

  it('feeds nva ofp print', async () => {
    const { out } = await encode('-O', '1.4', 'add-meter', 'meter=5,pktps,band=type=drop,rate=7');
    const printed = await runInProcess(['ofp', 'print', out.trim()]);
    expect(printed.out).to.equal(
      'OFPT_METER_MOD (OF1.4) (xid=0x0): ADD meter=5 pktps bands=\ntype=drop rate=7\n',
    );
  });

  it('tells of itself', async () => {
    const { code, out } = await encode('--help');
    expect(code).to.equal(0);
    expect(out).to.match(/add-flow, mod-flows, del-flows, add-group/);
    expect(out).to.match(/nva ofp encode add-flow 'table=1/);
    const complete = async (...words: string[]) =>
      (await runInProcess(['__complete', '--', 'ofp', 'encode', ...words])).out.trim().split('\n');
    expect(await complete('in')).to.deep.equal(['insert-buckets']);
    expect(await complete('-O', 'OpenFlow15', 'add-')).to.deep.equal([
      'add-flow',
      'add-group',
      'add-meter',
    ]);
    expect(await complete('-o', '')).to.deep.equal(['hex', 'json']);
    expect(await complete('-O', '')).to.include('OpenFlow14');
  });
});
