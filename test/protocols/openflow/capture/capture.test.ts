import { expect } from 'chai';
import type {
  MessageKind,
  MultipartKind,
} from '../../../../protocols/openflow/values/message-forms.ts';
import { identifyMessage } from '../../../../protocols/openflow/wire/identify.ts';
import { judge, type Verdict } from '../../../../scripts/openflow-print/judgement.ts';
import { installedRelease, JUDGED_RELEASE } from '../../../../scripts/openflow-print/ovs-ofctl.ts';
import { type DummyBridge, startDummyBridge } from '../dummy-bridge.ts';
import { type Conversation, converse } from './conversation.ts';
import { Random } from './random.ts';
import type { Protocol } from './random-flows.ts';

/** The same flows each time; another number in NVA_SEED gives others. */
const SEED = Number(process.env.NVA_SEED ?? 1);

/** What is heard in every version. */
const HEARD: readonly MessageKind[] = [
  ...([
    'hello',
    'error',
    'echo_request',
    'echo_reply',
    'features_request',
    'features_reply',
  ] as const),
  ...([
    'get_config_request',
    'get_config_reply',
    'set_config',
    'flow_removed',
    'port_status',
  ] as const),
  ...(['packet_in', 'nx_packet_in', 'nx_packet_in2', 'packet_out', 'resume'] as const),
  ...(['flow_mod', 'group_mod', 'meter_mod', 'port_mod'] as const),
  ...(['barrier_request', 'barrier_reply', 'role_request', 'role_reply'] as const),
  ...([
    'get_async_request',
    'get_async_reply',
    'set_async',
    'bundle_control',
    'bundle_add',
  ] as const),
  ...(['set_packet_in_format', 'set_controller_id', 'nx_role_request', 'nx_role_reply'] as const),
  ...(['nx_set_async_config', 'flow_mod_table_id', 'tlv_table_mod', 'tlv_table_request'] as const),
  ...(['tlv_table_reply', 'ct_flush_zone', 'ct_flush'] as const),
];
const ASKED: readonly MultipartKind[] = [
  ...([
    'desc',
    'flow',
    'aggregate',
    'table_stats',
    'port_stats',
    'queue_stats',
    'group_stats',
  ] as const),
  ...(['group_desc', 'group_features', 'meter_stats', 'meter_config', 'meter_features'] as const),
  ...(['table_features', 'port_desc', 'flow_monitor'] as const),
];
const ONLY: Readonly<Record<Protocol, readonly string[]>> = {
  OpenFlow13: [
    'role_status',
    'queue_get_config_request',
    'queue_get_config_reply',
    'flow_monitor_cancel',
  ],
  OpenFlow14: [
    'table_mod',
    'table_status',
    'requestforward',
    'table_desc request',
    'table_desc reply',
  ],
  OpenFlow15: [
    'table_mod',
    'table_status',
    'requestforward',
    'queue_desc request',
    'queue_desc reply',
  ],
};

function kindOf(bytes: Uint8Array): string {
  const identity = identifyMessage(bytes);
  if (!identity.ok) return 'unknown';
  const { kind, part } = identity.value;
  return part === undefined ? kind : `${kind} ${part}`;
}

/** A switch of 254 tables says much of the same. */
const LARGE_BYTES = 16_384;
const LARGE_OF_A_KIND = 4;

/** Each once, and not more than a few large ones of a kind. */
function distinct({ messages }: Conversation): Uint8Array[] {
  const all = new Map(messages.map(({ bytes }) => [hexOf(bytes), bytes]));
  const large = new Map<string, number>();
  return [...all.values()].filter((bytes) => {
    if (bytes.length < LARGE_BYTES) return true;
    const kind = kindOf(bytes);
    large.set(kind, (large.get(kind) ?? 0) + 1);
    return (large.get(kind) ?? 0) <= LARGE_OF_A_KIND;
  });
}

describe('OpenFlow between the real ovs-ofctl and a real bridge', function () {
  this.timeout(30_000);
  let bridge: DummyBridge;

  before(async () => {
    // The judge's words are those of one release.
    if (installedRelease() !== JUDGED_RELEASE) {
      throw new Error(
        `ovs-ofctl ${JUDGED_RELEASE} is wanted, ${installedRelease() ?? 'none'} is there`,
      );
    }
    bridge = await startDummyBridge();
  });
  after(() => bridge?.stop());

  for (const protocol of ['OpenFlow13', 'OpenFlow14', 'OpenFlow15'] as const) {
    describe(`in ${protocol} (NVA_SEED=${SEED})`, () => {
      let conversation: Conversation;
      let messages: Uint8Array[];
      let verdicts: Verdict[];

      before(async () => {
        conversation = await converse(bridge, protocol, new Random(SEED));
        messages = distinct(conversation);
        verdicts = await judge(messages.map((bytes) => ({ bytes })));
      });

      it('goes on with nobody refusing anything', () => {
        expect(conversation.refusals).to.deep.equal([]);
        expect(messages.length).to.be.above(500);
      });

      it('has every kind of message that the two have for each other', () => {
        const heard = new Set(messages.map(kindOf));
        const asked = ASKED.flatMap((kind) => [`${kind} request`, `${kind} reply`]);
        const wanted = [...HEARD, ...asked, ...ONLY[protocol]];
        expect(wanted.filter((kind) => !heard.has(kind))).to.deep.equal([]);
      });

      it('is printed as ovs-ofctl prints it', () => {
        const different = verdicts.flatMap(({ ours, theirs }, index) =>
          ours === theirs ? [] : [{ hex: hexOf(messages[index]), ours, theirs }],
        );
        expectNone(different);
      });

      it('is encoded as it came', () => {
        const different = verdicts.flatMap(({ bytes, reencoded }, index) => {
          const message = messages[index];
          const hex = hexOf(message);
          // What was sent on purpose to be refused has no bytes of ours.
          if (message === undefined || kindOf(message) === 'unknown') return [];
          if (reencoded !== undefined && hexOf(reencoded) === hex) return [];
          return [{ kind: kindOf(message), state: bytes.state, hex, again: hexOf(reencoded) }];
        });
        expectNone(different);
      });
    });
  }
});

/** The first of many is enough to see what is wrong. */
function expectNone(different: readonly object[]): void {
  expect({ count: different.length, first: different[0] }).to.deep.equal({
    count: 0,
    first: undefined,
  });
}

function hexOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}
