import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { expect } from 'chai';
import { printMessage } from '../../../../protocols/openflow/print.ts';
import {
  MULTIPART_FORMS,
  type MultipartKind,
  multipartForm,
} from '../../../../protocols/openflow/values/message-forms.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type { MultipartRequest } from '../../../../protocols/openflow/values/multipart.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { Framer } from '../../../../protocols/openflow/wire/framer.ts';
import { theirTexts } from '../../../../scripts/openflow-print/ovs-ofctl.ts';
import { type DummyBridge, startDummyBridge } from '../dummy-bridge.ts';

const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];
const OPENFLOW: Readonly<Record<OpenFlowVersion, string>> = {
  4: 'OpenFlow13',
  5: 'OpenFlow14',
  6: 'OpenFlow15',
};
const BARRIER_REPLY = 21;
const REPLY = 19;

/** Something for every multipart to tell. */
async function fill(bridge: DummyBridge): Promise<void> {
  await bridge.vsctl('add-port', 'br0', 'p2', '--', 'set', 'interface', 'p2', 'type=dummy');
  for (const group of [
    'group_id=1,type=select,selection_method=hash,fields(ip_src=255.255.0.0,nw_proto),' +
      'bucket=bucket_id:5,weight:10,actions=output:1,bucket=bucket_id:6,actions=output:2',
    'group_id=2,type=ff,bucket=watch_port:1,actions=output:1',
    'group_id=3,type=select,selection_method=dp_hash,bucket=actions=1',
    'group_id=4,type=all,bucket=actions=1,bucket=actions=2',
  ]) {
    await bridge.ofctl('OpenFlow15', 'add-group', group);
  }
  const meter = 'meter=1,kbps,burst,stats,band=type=drop,rate=1000,burst_size=100';
  await bridge.ofctl('OpenFlow13', 'add-meter', meter);
  for (let table = 0; table < 10; table++) {
    const flow =
      `table=${table},priority=${table * 7},tcp,nw_src=10.0.0.${table},tcp_flags=+syn,importance=${table},` +
      `actions=meter:1,group:4,goto_table:${table + 1}`;
    await bridge.ofctl('OpenFlow14', 'add-flow', flow);
  }
  await bridge.ofctl('OpenFlow14', 'mod-table', '3', 'evict');
  await bridge.ofctl('OpenFlow14', 'mod-table', '4', 'vacancy:20,80');
}

/** What the switch says, from the hello on, up to a barrier's reply. */
class Conversation {
  readonly replies: Uint8Array[] = [];
  readonly #socket: Socket;
  readonly #version: OpenFlowVersion;
  readonly #framer = new Framer();

  constructor(socket: Socket, version: OpenFlowVersion) {
    this.#socket = socket;
    this.#version = version;
    socket.on('data', (chunk: Buffer) => {
      this.#framer.push(chunk, (bytes) => {
        this.replies.push(new Uint8Array(bytes));
        return true;
      });
      socket.emit('replies');
    });
    this.send({ type: 'hello', versions: [version] });
  }

  send(message: Message): void {
    this.#socket.write(new Uint8Array(encodeMessage(this.#version, 5, message)));
  }

  async until(seen: (bytes: Uint8Array) => boolean): Promise<void> {
    while (!this.replies.some(seen)) await once(this.#socket, 'replies');
  }
}

function requestOf(kind: MultipartKind): MultipartRequest {
  return kind === 'flow_monitor'
    ? { kind, monitors: [{ monitorId: 1, flags: 0x5f, match: [] }] }
    : { kind };
}

describe('the multiparts of a real bridge', () => {
  let bridge: DummyBridge;

  before(async function () {
    this.timeout(30_000);
    bridge = await startDummyBridge();
    await fill(bridge);
  });

  after(() => bridge.stop());

  for (const version of VERSIONS) {
    it(`are understood, printed and written as they are in wire version ${version}`, async () => {
      const socket = createConnection(bridge.socket);
      const conversation = new Conversation(socket, version);
      const kinds = (Object.keys(MULTIPART_FORMS) as MultipartKind[]).filter(
        (kind) => multipartForm(kind, version) !== undefined,
      );
      for (const kind of kinds) {
        conversation.send({ type: 'multipart_request', request: requestOf(kind) });
      }
      conversation.send({ type: 'barrier_request' });
      await conversation.until(([, type]) => type === BARRIER_REPLY);
      const told = conversation.replies.length;
      await bridge.ofctl(OPENFLOW[version], 'add-flow', 'table=9,udp,actions=drop');
      await conversation.until((bytes) => conversation.replies.indexOf(bytes) >= told);
      socket.destroy();

      const replies = conversation.replies.filter(([, type]) => type === REPLY);
      const texts = await theirTexts(replies.map((bytes) => ({ bytes })));
      const seen = new Set<string>();
      for (const [index, bytes] of replies.entries()) {
        const result = decodeMessage(bytes, { strict: true });
        if (!result.ok) throw new Error(`${result.error.code}: ${texts[index]}`);
        const { message, xid } = result.value;
        if (message.type === 'multipart_reply') seen.add(message.reply.kind);
        expect(printMessage(bytes)).to.equal(texts[index]);
        const again = Buffer.from(encodeMessage(version, xid, message)).toString('hex');
        expect(again, texts[index]).to.equal(Buffer.from(bytes).toString('hex'));
      }
      // This bridge exports no IPFIX.
      const silent = ['ipfix_bridge', 'ipfix_flow'];
      expect([...seen].sort()).to.deep.equal(kinds.filter((kind) => !silent.includes(kind)).sort());
    });
  }
});
