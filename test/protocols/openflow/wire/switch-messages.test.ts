import { expect } from 'chai';
import {
  MESSAGE_FORMS,
  type MessageKind,
  messageForm,
} from '../../../../protocols/openflow/values/message-forms.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';
import { SWITCH_FAULTS } from '../samples/switch-faults.ts';
import { bytesOf } from '../samples/switch-sample.ts';
import { SWITCH_SAMPLES } from '../samples/switch-samples.ts';

const XID = 1;
const VERSIONS: readonly OpenFlowVersion[] = [4, 5, 6];

/** Who else has samples of them. */
const OTHERS = /^(nx_)?packet_|^resume$|^group_mod$|^meter_mod$/;

describe('switch messages', () => {
  it('have a sample in each version for every kind of the catalogue', () => {
    const sampled = new Set(
      Object.values(SWITCH_SAMPLES)
        .flat()
        .flatMap(({ message, bytes }) =>
          Object.keys(bytes).map((version) => `${message.type} in wire version ${version}`),
        ),
    );
    const kinds = (Object.keys(MESSAGE_FORMS) as MessageKind[]).filter((one) => !OTHERS.test(one));
    const all = kinds.flatMap((kind) =>
      VERSIONS.filter((version) => messageForm(kind, version) !== undefined).map(
        (version) => `${kind} in wire version ${version}`,
      ),
    );
    expect(all.filter((one) => !sampled.has(one))).to.deep.equal([]);
  });

  for (const [family, samples] of Object.entries(SWITCH_SAMPLES)) {
    describe(`about ${family}`, () => {
      for (const { name, message, bytes } of samples) {
        it(`go out and come in as they are: ${name}`, () => {
          for (const version of VERSIONS) {
            const hex = bytes[version];
            if (hex === undefined) continue;
            const encoded = encodeMessage(version, XID, message);
            expect(Buffer.from(encoded).toString('hex')).to.equal(hex);
            const decoded = decodeMessage(bytesOf(hex));
            expect(decoded).to.deep.equal({ ok: true, value: { version, xid: XID, message } });
          }
        });
      }
    });
  }

  it('are refused where a version does not have them', () => {
    expect(() => encodeMessage(4, XID, { type: 'table_mod', table: 1, config: 0 })).not.to.throw();
    expect(() =>
      encodeMessage(4, XID, {
        ...{ type: 'table_status', reason: 'vacancy_up' },
        table: { table: 1, config: 0 },
      }),
    ).to.throw(TypeError, 'OpenFlow13 has no table_status');
    expect(() => encodeMessage(5, XID, { type: 'flow_monitor_paused' })).to.throw(TypeError);
    expect(() =>
      encodeMessage(4, XID, {
        ...{ type: 'set_async', masks: [{ message: 'role_status', role: 'master', reasons: 1 }] },
      }),
    ).to.throw(TypeError, 'role_status');
  });

  for (const [name, hex, code] of SWITCH_FAULTS) {
    it(`are told what is wrong with them: ${name}`, () => {
      const bytes = bytesOf(hex);
      expect(new DataView(bytes.buffer).getUint16(2), 'its length').to.equal(bytes.length);
      const decoded = decodeMessage(bytes, { strict: true });
      expect(decoded.ok ? 'no fault' : decoded.error.code).to.equal(code);
    });
  }
});
