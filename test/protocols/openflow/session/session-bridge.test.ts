import { expect } from 'chai';
import type { OpenFlowEvent } from '../../../../protocols/openflow/session/events.ts';
import { formatFlow } from '../../../../protocols/openflow/text/flow-text.ts';
import { formatBucket } from '../../../../protocols/openflow/text/group-text.ts';
import { errorName } from '../../../../protocols/openflow/values/error-names.ts';
import type { Flow } from '../../../../protocols/openflow/values/flow.ts';
import type { Bucket, GroupDesc, GroupMod } from '../../../../protocols/openflow/values/group.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type { FlowStats } from '../../../../protocols/openflow/values/multipart.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import {
  encodeFlowMod,
  encodeGroupMod,
  encodeMessage,
} from '../../../../protocols/openflow/wire/encode.ts';
import { decodeFlowStats } from '../../../../protocols/openflow/wire/flow-scan.ts';
import { type DummyBridge, startDummyBridge } from '../dummy-bridge.ts';
import { SessionDriver } from '../session-driver.ts';

const XID = 0x80000001;
const bucket = (bucketId: number): Bucket => ({
  bucketId,
  actions: [{ type: 'output', port: bucketId + 1 }],
});

const flow: Flow = {
  table: 3,
  priority: 77,
  cookie: 0x6e76_0000_0000_0042n,
  match: [
    { field: 'reg0', value: 5001 },
    { field: 'eth_dst', value: 0x020000000001 },
  ],
  instructions: [
    {
      type: 'apply_actions',
      actions: [
        { type: 'set_field', field: 'tun_id', value: 5001n },
        { type: 'set_field', field: 'tun_dst', value: 0x0a000002 },
        { type: 'output', port: 1 },
      ],
    },
  ],
};

function replyOf(event: OpenFlowEvent): Message {
  if (event.type !== 'reply' || event.message === undefined) {
    throw new Error(`no reply but ${event.type}`);
  }
  return event.message;
}

/** What the tests of one version share. */
interface Lab {
  readonly version: OpenFlowVersion;
  bridge: DummyBridge;
  driver: SessionDriver;
  flows(): Promise<FlowStats[]>;
  groups(): Promise<readonly GroupDesc[]>;
  bundle(control: 'open_request' | 'commit_request'): Promise<OpenFlowEvent>;
}

async function openLab(bridge: DummyBridge, version: OpenFlowVersion): Promise<Lab> {
  const driver = await SessionDriver.connect(bridge.socket, { versions: [version] });
  // On its mgmt socket a bridge sends nothing unasked until it is told how much of a packet is wanted.
  driver.session.tell({ type: 'set_config', flags: 0, missSendLen: 0xffff });
  driver.flush();
  return {
    version,
    bridge,
    driver,
    async flows() {
      return (await driver.dump()).flatMap((body) => {
        const result = decodeFlowStats(version, body);
        if (!result.ok) throw new Error(result.error.detail);
        return result.value;
      });
    },
    async groups() {
      const message = replyOf(
        await driver.ask({ type: 'multipart_request', request: { kind: 'group_desc' } }),
      );
      if (message.type !== 'multipart_reply' || message.reply.kind !== 'group_desc') {
        throw new Error(message.type);
      }
      return message.reply.groups;
    },
    bundle: (control) => driver.ask({ type: 'bundle_control', bundleId: 9, control, flags: 3 }),
  };
}

function describesFlows(lab: Lab): void {
  it('adds a flow, sees it in a dump and deletes it strictly', async () => {
    await lab.driver.send(encodeFlowMod(lab.version, 'add', flow, XID));
    expect((await lab.flows()).map(formatFlow)).to.deep.equal([formatFlow(flow)]);
    const neighbour = { ...flow, priority: 78 };
    await lab.driver.send(encodeFlowMod(lab.version, 'delete_strict', neighbour, XID));
    expect(await lab.flows()).to.have.length(1);
    await lab.driver.send(encodeFlowMod(lab.version, 'delete_strict', flow, XID));
    expect(await lab.flows()).to.have.length(0);
  });

  it('counts flows in an aggregate', async () => {
    await lab.driver.send(encodeFlowMod(lab.version, 'add', flow, XID));
    const reply = replyOf(
      await lab.driver.ask({ type: 'multipart_request', request: { kind: 'aggregate', table: 3 } }),
    );
    expect(reply).to.deep.include({
      reply: { kind: 'aggregate', packets: 0n, bytes: 0n, flows: 1 },
    });
    await lab.driver.send(encodeFlowMod(lab.version, 'delete', { ...flow, match: [] }, XID));
    expect(await lab.flows()).to.have.length(0);
  });

  it('is told of a flow that is removed', async () => {
    await lab.driver.send(encodeFlowMod(lab.version, 'add', { ...flow, flags: 1 }, XID));
    await lab.driver.send(encodeFlowMod(lab.version, 'delete_strict', flow, XID));
    const event = await lab.driver.next((one) => one.type === 'async');
    expect(event).to.have.nested.property('message.type', 'flow_removed');
    expect(event).to.have.nested.property('message.cookie', flow.cookie);
    expect(event).to.have.nested.property('message.table', 3);
    expect(event).to.have.nested.property('message.reason', 2);
  });
}

function describesGroups(lab: Lab): void {
  it('adds, modifies, describes and deletes a group', async () => {
    const group = { groupId: 7, type: 'all' as const, buckets: [bucket(0), bucket(1)] };
    await lab.driver.send(encodeGroupMod(lab.version, { command: 'add', group }, XID));
    expect(await lab.groups()).to.deep.equal([group]);
    const fewer = { ...group, buckets: [bucket(0)] };
    await lab.driver.send(encodeGroupMod(lab.version, { command: 'modify', group: fewer }, XID));
    expect(await lab.groups()).to.deep.equal([fewer]);
    const stats = replyOf(
      await lab.driver.ask({ type: 'multipart_request', request: { kind: 'group_stats' } }),
    );
    expect(stats).to.have.nested.property('reply.groups[0].groupId', 7);
    await lab.driver.send(encodeGroupMod(lab.version, { command: 'delete', groupId: 7 }, XID));
    expect(await lab.groups()).to.deep.equal([]);
  });

  if (lab.version === 6) {
    it('inserts and removes single buckets', async () => {
      const groupId = 8;
      const type = 'all' as const;
      const group = { groupId, type, buckets: [bucket(10)] };
      const mods: GroupMod[] = [
        { command: 'add', group },
        { command: 'insert_buckets', groupId, type, buckets: [bucket(20), bucket(30)] },
        { command: 'insert_buckets', groupId, type, buckets: [bucket(5)], position: 'first' },
        { command: 'insert_buckets', groupId, type, buckets: [bucket(6)], position: 5 },
        { command: 'remove_bucket', groupId, type, bucketId: 20 },
      ];
      await lab.driver.send(...mods.map((mod) => encodeGroupMod(lab.version, mod, XID)));
      const [found] = await lab.groups();
      expect(found?.buckets.map((one) => one.bucketId)).to.deep.equal([5, 6, 10, 30]);
      const printed = await lab.bridge.ofctl('OpenFlow15', 'dump-groups');
      for (const one of found?.buckets ?? []) {
        expect(printed).to.include(`bucket=${formatBucket(one)}`);
      }
      await lab.driver.send(encodeGroupMod(lab.version, { command: 'delete', groupId }, XID));
    });
  }
}

function describesTransactions(lab: Lab): void {
  it('commits a bundle as a whole, or not at all', async () => {
    const add = (message: Uint8Array) =>
      lab.driver.session.send(
        encodeMessage(lab.version, XID, { type: 'bundle_add', bundleId: 9, flags: 3, message }),
      );
    expect(replyOf(await lab.bundle('open_request'))).to.include({ control: 'open_reply' });
    add(encodeFlowMod(lab.version, 'add', flow, XID));
    expect(await lab.flows()).to.have.length(0);
    expect(replyOf(await lab.bundle('commit_request'))).to.include({ control: 'commit_reply' });
    expect(await lab.flows()).to.have.length(1);

    expect(replyOf(await lab.bundle('open_request'))).to.include({ control: 'open_reply' });
    add(encodeFlowMod(lab.version, 'delete_strict', flow, XID));
    const actions = [{ type: 'group' as const, groupId: 999 }];
    const toNowhere = { ...flow, instructions: [{ type: 'apply_actions' as const, actions }] };
    add(encodeFlowMod(lab.version, 'add', toNowhere, XID));
    expect(await lab.bundle('commit_request')).to.include({ type: 'request-failed' });
    expect((await lab.flows()).map(formatFlow)).to.deep.equal([formatFlow(flow)]);
    lab.driver.events.length = 0;
    await lab.driver.send(encodeFlowMod(lab.version, 'delete_strict', flow, XID));
  });

  it('is told of a message that the switch leaves out of a bundle, which commits all the same', async () => {
    await lab.bundle('open_request');
    const unreadable = { ...flow, instructions: [{ type: 'goto_table' as const, table: 1 }] };
    for (const one of [unreadable, { ...flow, priority: 99 }]) {
      const message = encodeFlowMod(lab.version, 'add', one, XID);
      lab.driver.session.send(
        encodeMessage(lab.version, XID, { type: 'bundle_add', bundleId: 9, flags: 3, message }),
      );
    }
    expect(replyOf(await lab.bundle('commit_request'))).to.include({ control: 'commit_reply' });
    expect(await lab.driver.next((event) => event.type === 'error')).to.include({ xid: XID });
    expect((await lab.flows()).map(({ priority }) => priority)).to.deep.equal([99]);
    await lab.driver.send(encodeFlowMod(lab.version, 'delete', { ...flow, match: [] }, XID));
  });

  it('takes the master role once and is told when it loses it', async () => {
    // The bridge remembers the generation that the version before has shown it.
    const generationId = BigInt(lab.version) * 10n;
    const ask = { type: 'role_request', role: 'master', generationId } as const;
    const first = replyOf(await lab.driver.ask(ask));
    expect(first).to.deep.equal({ type: 'role_reply', role: 'master', generationId });
    const other = await SessionDriver.connect(lab.bridge.socket, { versions: [lab.version] });
    await other.ask({ ...ask, generationId: generationId + 1n });
    const lost = await lab.driver.next((event) => event.type === 'async');
    expect(lost).to.deep.equal({
      type: 'async',
      message: {
        ...{ type: 'role_status', role: 'slave', reason: 'master_request' },
        generationId: generationId + 1n,
      },
    });
    const stale = await lab.driver.ask({ ...ask, generationId: generationId - 1n });
    if (stale.type !== 'request-failed' || stale.error === 'timeout') throw new Error('accepted');
    if (stale.error.type !== 'error') throw new Error(stale.error.type);
    expect(errorName(stale.error)).to.equal('OFPRRFC_STALE');
    other.close();
    await lab.driver.ask({ type: 'role_request', role: 'equal', generationId: 0n });
  });

  it('traces an error to the message that caused it', async () => {
    const bad = { ...flow, instructions: [{ type: 'goto_table' as const, table: 1 }] };
    const xid = 0x80abcdef;
    const bytes = encodeFlowMod(lab.version, 'add', bad, xid);
    await lab.driver.send(bytes);
    const event = await lab.driver.next((one) => one.type === 'error');
    if (event.type !== 'error') throw new Error(event.type);
    expect(event.xid).to.equal(xid);
    expect(errorName(event.message)).to.match(/^OFPB(IC_BAD_TABLE_ID|RC_BAD_TABLE_ID)$/);
    expect([...event.offending]).to.deep.equal([...bytes.subarray(0, 64)]);
  });
}

function describesSwitch(lab: Lab): void {
  it('agrees on the version and learns the datapath id', async () => {
    const both = await SessionDriver.connect(lab.bridge.socket, { versions: [lab.version] });
    expect(both.session.version).to.equal(lab.version);
    const config = replyOf(await both.ask({ type: 'features_request' }));
    expect(config).to.include({ type: 'features_reply', datapathId: '00000000000000ab' });
    both.close();
  });

  it('describes the ports, the tables and the switch', async () => {
    const ask = async (kind: 'port_desc' | 'table_stats' | 'desc') => {
      const message = replyOf(
        await lab.driver.ask({ type: 'multipart_request', request: { kind } }),
      );
      return message.type === 'multipart_reply' ? message.reply : undefined;
    };
    const ports = await ask('port_desc');
    if (ports?.kind !== 'port_desc') throw new Error('no ports');
    const byNumber = new Map(ports.ports.map((port) => [port.port, port]));
    expect(byNumber.get(1)).to.include({ name: 'p1' });
    expect(byNumber.get(0xfffffffe)).to.include({ name: 'br0' });
    const tables = await ask('table_stats');
    if (tables?.kind !== 'table_stats') throw new Error('no tables');
    expect(tables.tables).to.have.length.above(200);
    expect(await ask('desc')).to.include({ manufacturer: 'Nicira, Inc.' });
  });

  it('is told about a port that comes and one that goes', async () => {
    await lab.bridge.vsctl(
      ...['add-port', 'br0', 'p2', '--', 'set', 'interface', 'p2', 'type=dummy'],
    );
    const came = await lab.driver.next(
      (event) => event.type === 'async' && event.message.type === 'port_status',
    );
    expect(came).to.have.nested.property('message.reason', 'add');
    expect(came).to.have.nested.property('message.port.name', 'p2');
    await lab.bridge.vsctl('del-port', 'br0', 'p2');
    const gone = await lab.driver.next(
      (event) =>
        event.type === 'async' &&
        event.message.type === 'port_status' &&
        event.message.reason === 'delete',
    );
    expect(gone).to.have.nested.property('message.port.name', 'p2');
  });

  it('gets its own packet back as a packet-in', async () => {
    const data = new Uint8Array(60).fill(0xff, 0, 6).fill(2, 6, 12);
    lab.driver.session.tell({
      type: 'packet_out',
      inPort: 1,
      actions: [{ type: 'output', port: 0xfffffffd }],
      data,
    });
    lab.driver.flush();
    await lab.driver.next(({ type }) => type === 'packet-ins');
    const { messages, dropped } = lab.driver.session.takePacketIns();
    expect(dropped).to.equal(0);
    const [message] = messages.map((one) => one.message);
    if (message?.type !== 'packet_in') throw new Error('no packet-in');
    expect(message.match).to.deep.include({ field: 'in_port', value: 1 });
    expect([...message.data]).to.deep.equal([...data]);
  });

  it('knows the switch configuration', async () => {
    const config = replyOf(await lab.driver.ask({ type: 'get_config_request' }));
    expect(config).to.deep.equal({ type: 'get_config_reply', flags: 0, missSendLen: 0xffff });
  });
}

describe('sessions with a real bridge', () => {
  let bridge: DummyBridge;

  before(async () => {
    bridge = await startDummyBridge();
  });

  after(async () => {
    await bridge?.stop();
  });

  for (const version of [4, 5, 6] as const) {
    describe(`in wire version ${version}`, () => {
      // Filled in before the tests run; they are declared first.
      const lab = { version } as Lab;

      before(async () => {
        await bridge.ofctl('OpenFlow13', 'del-flows');
        await bridge.ofctl('OpenFlow13', 'del-groups');
        Object.assign(lab, await openLab(bridge, version));
      });

      after(() => lab.driver?.close());

      describesFlows(lab);
      describesGroups(lab);
      describesTransactions(lab);
      describesSwitch(lab);

      it('leaves nothing unexplained', () => {
        const portNews = (one: OpenFlowEvent) =>
          one.type === 'async' && one.message.type === 'port_status';
        expect(lab.driver.events.filter((one) => !portNews(one))).to.deep.equal([]);
      });
    });
  }

  // Behind the others: tests of a suite itself would come before them.
  describe('in the version that both have', () => {
    it('is the highest', async () => {
      await bridge.vsctl('set', 'bridge', 'br0', 'protocols=OpenFlow13,OpenFlow14');
      const driver = await SessionDriver.connect(bridge.socket);
      const version: OpenFlowVersion = driver.session.version;
      driver.close();
      expect(version).to.equal(5);
    });
  });

  it('decode their own refusal', () => {
    const bytes = encodeMessage(4, 1, {
      ...{ type: 'error', errorType: 0, code: 0, data: new Uint8Array(3) },
    });
    expect(decodeMessage(bytes)).to.have.nested.property('value.message.errorType', 0);
  });
});
