import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { expect } from 'chai';
import { printMessage } from '../../../../protocols/openflow/print.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type { PacketInFormat } from '../../../../protocols/openflow/values/nicira-messages.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { Framer } from '../../../../protocols/openflow/wire/framer.ts';
import { theirTexts } from '../../../../scripts/openflow-print/ovs-ofctl.ts';
import { type DummyBridge, startDummyBridge } from '../dummy-bridge.ts';

const FORMATS: readonly PacketInFormat[] = ['standard', 'nxt_packet_in', 'nxt_packet_in2'];
const TIMEOUT_MS = 5000;
const SET_UP: readonly (readonly [command: string, text: string])[] = [
  ['add-group', 'group_id=1,type=all,bucket=actions=controller'],
  [
    'add-flow',
    'in_port=1,udp,actions=push:NXM_NX_REG1[],push:NXM_OF_ETH_SRC[],set_field:5->reg0,set_field:0x77->metadata,' +
      'set_field:9->tun_id,controller(userdata=0a.0b.0c,pause),resubmit(,1),note:00.11.22,clone(output:1)',
  ],
  ['add-flow', 'arp,actions=push_vlan:0x8100,set_field:4100->vlan_vid,controller(max_len=30)'],
  ['add-flow', 'icmp,actions=group:1'],
  ['add-flow', 'priority=0,cookie=0xab,actions=encap(nsh(md_type=1)),controller'],
];

const MACS = '020000000002020000000001';
/** UDP, ARP, ICMP, ICMPv6: one packet-in each. */
const FRAMES = [
  `${MACS} 0800 4500 0020 0001 4000 40 11 0000 c0000201 c0000202 0fa0 1388 000c 0000 01020304`,
  `${MACS} 0806 0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000202`,
  `${MACS} 0800 4500 001c 0001 4000 40 01 0000 c0000201 c0000202 0800 f7ff 0000 0000`,
  `${MACS} 86dd 6000 0000 0008 3a 40 fe800000000000000000000000000001 fe800000000000000000000000000002
   8000 0000 0000 0000`,
].map((hex) => hex.replaceAll(/\s/g, ''));

const KINDS: ReadonlySet<string> = new Set(['packet_in', 'nx_packet_in', 'nx_packet_in2']);

/** A connection that keeps the very bytes of each packet-in. */
class Listener {
  readonly seen: Uint8Array[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket, version: OpenFlowVersion, format: PacketInFormat) {
    this.#socket = socket;
    const framer = new Framer();
    socket.on('data', (chunk: Buffer) => {
      framer.push(chunk, (bytes) => {
        const decoded = decodeMessage(bytes);
        const type = decoded.ok ? decoded.value.message.type : 'malformed';
        if (KINDS.has(type) || type === 'malformed') this.seen.push(new Uint8Array(bytes));
        return true;
      });
    });
    const say = (message: Message) =>
      socket.write(new Uint8Array(encodeMessage(version, 1, message)));
    say({ type: 'hello', versions: [version] });
    say({ type: 'set_config', flags: 0, missSendLen: 0xffff });
    say({ type: 'set_packet_in_format', format });
    say({ type: 'barrier_request' });
  }

  static async connect(
    path: string,
    version: OpenFlowVersion,
    format: PacketInFormat,
  ): Promise<Listener> {
    const socket = createConnection(path);
    await once(socket, 'connect');
    const listener = new Listener(socket, version, format);
    // The features are not asked for: what comes is the hello, and the answer to the barrier.
    let size = 0;
    while (size < 16 + 8) size += (await once(socket, 'data'))[0].length;
    return listener;
  }

  async until(count: number): Promise<void> {
    const last = performance.now() + TIMEOUT_MS;
    while (this.seen.length < count && performance.now() < last) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

describe('the packet-ins of a real bridge', () => {
  let bridge: DummyBridge;

  before(async () => {
    bridge = await startDummyBridge();
    for (const [command, text] of SET_UP) await bridge.ofctl('OpenFlow13', command, text);
  });

  after(() => bridge?.stop());

  for (const version of [4, 5, 6] as const) {
    for (const format of FORMATS) {
      it(`are understood, printed and written as they are: ${format} in wire version ${version}`, async () => {
        const listener = await Listener.connect(bridge.socket, version, format);
        for (const [index, frame] of FRAMES.entries()) {
          await bridge.appctl('netdev-dummy/receive', 'p1', frame);
          await listener.until(index + 1);
        }
        listener.close();
        expect(listener.seen).to.have.length(FRAMES.length);
        const theirs = await theirTexts(listener.seen.map((bytes) => ({ bytes })));
        for (const [index, bytes] of listener.seen.entries()) {
          expect(printMessage(bytes)).to.equal(theirs[index]);
          const decoded = decodeMessage(bytes);
          if (!decoded.ok) throw new Error(decoded.error.detail);
          const again = encodeMessage(version, decoded.value.xid, decoded.value.message);
          expect(Buffer.from(again).toString('hex')).to.equal(Buffer.from(bytes).toString('hex'));
        }
      });
    }
  }
});
