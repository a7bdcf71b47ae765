import { expect } from 'chai';
import { printMessage } from '../../../../protocols/openflow/print.ts';
import type { MatchField } from '../../../../protocols/openflow/values/match.ts';
import {
  type NxPacketIn2,
  type ResumeChanges,
  resumeOf,
} from '../../../../protocols/openflow/values/packet-messages.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { encodeEthernet } from '../../../../protocols/packet/ethernet.ts';
import { encodeIpv4 } from '../../../../protocols/packet/ipv4.ts';
import { ETHER_TYPE, IP_PROTOCOL } from '../../../../protocols/packet/numbers.ts';
import { decodePacket } from '../../../../protocols/packet/packet.ts';
import { encodeUdp } from '../../../../protocols/packet/udp.ts';
import { type DummyBridge, printMessages, startDummyBridge } from '../dummy-bridge.ts';
import { SessionDriver } from '../session-driver.ts';

const OFVERSIONS = { 4: 'OpenFlow13', 5: 'OpenFlow14', 6: 'OpenFlow15' } as const;

/** The packet stops in table 0 and goes on to table 1, where its register and its address are looked at. */
const FLOWS = [
  'table=0,in_port=1,actions=push:NXM_NX_REG1[],set_field:5->reg0,controller(userdata=0a.0b.0c,pause),resubmit(,1)',
  'table=1,priority=3,reg0=5,ip,nw_dst=192.0.2.2,actions=drop',
  'table=1,priority=2,reg0=7,ip,nw_dst=192.0.2.2,actions=drop',
  'table=1,priority=1,ip,nw_dst=192.0.2.99,actions=drop',
];

function udpTo(destination: number): Uint8Array {
  const ends = { source: 0xc0000201, destination };
  const udp = encodeUdp(ends, { source: 4000, destination: 5000 }, new Uint8Array(22).fill(7));
  const header = {
    ...{ tos: 0, identification: 1, dontFragment: true, moreFragments: false },
    ...{ fragmentOffset: 0, ttl: 64, protocol: IP_PROTOCOL.udp, options: new Uint8Array(0) },
  };
  const ethernet = { source: 0x020000000001, destination: 0x020000000002, vlans: [] };
  return encodeEthernet(
    { ...ethernet, etherType: ETHER_TYPE.ipv4 },
    encodeIpv4({ ...header, ...ends }, udp),
  );
}

const PACKET = udpTo(0xc0000202);

/** OpenFlow 1.5 tells registers in pairs: register 0 is the upper half of xreg0. */
function registerItem(version: OpenFlowVersion, value: number): MatchField {
  return version < 6
    ? { field: 'reg0', value }
    : { field: 'xreg0', value: BigInt(value) * 0x100000000n };
}

async function packetsOf(bridge: DummyBridge, match: string): Promise<number> {
  const text = await bridge.ofctl('OpenFlow13', 'dump-flows', `table=1,${match}`);
  return Number(/n_packets=(\d+)/.exec(text)?.[1] ?? Number.NaN);
}

describe('a packet that waits for its controller', () => {
  let bridge: DummyBridge;

  before(async () => {
    bridge = await startDummyBridge();
  });

  after(() => bridge?.stop());

  for (const version of [4, 6] as const satisfies readonly OpenFlowVersion[]) {
    describe(`in wire version ${version}`, () => {
      let driver: SessionDriver;

      before(async () => {
        await bridge.ofctl(OFVERSIONS[version], 'del-flows');
        for (const flow of FLOWS) await bridge.ofctl(OFVERSIONS[version], 'add-flow', flow);
        driver = await SessionDriver.connect(bridge.socket, { versions: [version] });
        // Without it a connection that the bridge did not open gets no packets.
        driver.session.tell({ type: 'set_config', flags: 0, missSendLen: 0xffff });
        driver.session.tell({ type: 'set_packet_in_format', format: 'nxt_packet_in2' });
        await driver.ask({ type: 'barrier_request' });
      });

      after(() => driver?.close());

      async function nextPacketIn(): Promise<NxPacketIn2> {
        await bridge.appctl('netdev-dummy/receive', 'p1', Buffer.from(PACKET).toString('hex'));
        await driver.next(({ type }) => type === 'packet-ins');
        const [first] = driver.session.takePacketIns().messages;
        if (first?.message.type !== 'nx_packet_in2') throw new Error('no packet-in2');
        return first.message;
      }

      async function resume(packetIn: NxPacketIn2, changes: ResumeChanges = {}): Promise<void> {
        driver.session.tell(resumeOf(packetIn, changes));
        await driver.ask({ type: 'barrier_request' });
        expect(driver.events.filter(({ type }) => type === 'error')).to.deep.equal([]);
      }

      it('is told whole, with what the flow has for its controller', async () => {
        const packetIn = await nextPacketIn();
        expect(packetIn).to.deep.include({ data: PACKET, userdata: new Uint8Array([10, 11, 12]) });
        const { field, value } = registerItem(version, 5);
        expect(packetIn.metadata?.find((item) => item.field === field)).to.include({ value });
        expect(packetIn.continuation?.bytes).to.have.length.above(0);
        expect(packetIn.reason).to.equal(1);
        expect(decodePacket(packetIn.data).udp).to.include({ source: 4000, destination: 5000 });
        expect(await packetsOf(bridge, 'ip,nw_dst=192.0.2.2,reg0=5')).to.equal(0);
      });

      it('is printed with its continuation as ovs-ofctl prints it', async () => {
        const bytes = encodeMessage(version, 1, await nextPacketIn());
        const ours = printMessage(bytes);
        expect(ours).to.include('continuation.bridge=');
        expect(ours).to.include('continuation.stack=(top) 0 (bottom)');
        expect(ours).to.include('resubmit(,1)');
        expect([ours.trim()]).to.deep.equal(await printMessages([bytes]));
      });

      it('goes on where it stopped', async () => {
        await resume(await nextPacketIn());
        expect(await packetsOf(bridge, 'ip,nw_dst=192.0.2.2,reg0=5')).to.equal(1);
      });

      it('goes on with another register', async () => {
        const packetIn = await nextPacketIn();
        const metadata = (packetIn.metadata ?? []).map((item) =>
          item.field === registerItem(version, 5).field ? registerItem(version, 7) : item,
        );
        await resume(packetIn, { metadata });
        expect(await packetsOf(bridge, 'ip,nw_dst=192.0.2.2,reg0=7')).to.equal(1);
      });

      it('goes on as another packet', async () => {
        await resume(await nextPacketIn(), { data: udpTo(0xc0000263) });
        expect(await packetsOf(bridge, 'ip,nw_dst=192.0.2.99')).to.equal(1);
      });
    });
  }
});
