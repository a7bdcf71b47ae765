import { expect } from 'chai';
import type { Flow } from '../../../../protocols/openflow/values/flow.ts';
import {
  encodeFlowMod,
  encodeGroupMod,
  encodeMessage,
} from '../../../../protocols/openflow/wire/encode.ts';

const flow: Flow = { table: 1, priority: 2, match: [], instructions: [], cookie: 3n };

const groupOf = (buckets: number) => ({
  groupId: 1,
  type: 'all' as const,
  buckets: Array.from({ length: buckets }, (_, bucketId) => ({
    bucketId,
    actions: [{ type: 'output' as const, port: bucketId + 1 }],
  })),
});

describe('encoding', () => {
  it('leaves earlier messages alone when later ones share their slab', () => {
    const kept = Array.from({ length: 3000 }, (_, xid) => encodeFlowMod(4, 'add', flow, xid));
    for (const [xid, bytes] of kept.entries()) {
      expect(bytes).to.have.length(56);
      expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(4)).to.equal(xid);
    }
  });

  it('moves a message that outgrows its slab as a whole', () => {
    for (let turn = 0; turn < 20; turn++) {
      const bytes = encodeGroupMod(4, { command: 'add', group: groupOf(1000) }, 7);
      expect(bytes).to.have.length(16 + 1000 * 32);
      expect(new DataView(bytes.buffer, bytes.byteOffset).getUint16(2)).to.equal(bytes.length);
      expect(new DataView(bytes.buffer, bytes.byteOffset).getUint32(16 + 999 * 32 + 20)).to.equal(
        1000,
      );
    }
  });

  it('refuses a message that the header cannot measure, and goes on after it', () => {
    const tooMany = () => encodeGroupMod(4, { command: 'add', group: groupOf(5000) }, 7);
    expect(tooMany).to.throw(RangeError, 'no more than 65535');
    expect([...encodeFlowMod(4, 'add', flow, 9)]).to.deep.equal([
      ...[4, 14, 0, 56, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0],
      ...[1, 0, 0, 0, 0, 0, 0, 2, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
      ...[0, 0, 0, 0, 0, 1, 0, 4, 0, 0, 0, 0],
    ]);
  });

  it('refuses what a version cannot say', () => {
    const remove = { command: 'remove_bucket', groupId: 1, type: 'all', bucketId: 1 } as const;
    expect(() => encodeGroupMod(5, remove, 1)).to.throw(TypeError, 'needs OpenFlow 1.5');
    const metered: Flow = { ...flow, instructions: [{ type: 'meter', meterId: 1 }] };
    expect(() => encodeFlowMod(6, 'add', metered, 1)).to.throw(TypeError, 'an action from');
    expect(encodeFlowMod(5, 'add', metered, 1)).to.have.length(64);
  });

  it('wraps bundles into the extension where the version has none', () => {
    const open = {
      type: 'bundle_control',
      bundleId: 1,
      control: 'open_request',
      flags: 3,
    } as const;
    expect(encodeMessage(4, 1, open)).to.have.length(24);
    expect(encodeMessage(5, 1, open)).to.have.length(16);
  });
});
