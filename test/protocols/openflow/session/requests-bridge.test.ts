import { expect } from 'chai';
import type { Request } from '../../../../protocols/openflow/session/directions.ts';
import { replyTypeOf } from '../../../../protocols/openflow/session/directions.ts';
import type { OpenFlowEvent } from '../../../../protocols/openflow/session/events.ts';
import { errorName } from '../../../../protocols/openflow/values/error-names.ts';
import { FLOW_MONITOR_FLAGS } from '../../../../protocols/openflow/values/flow-monitor.ts';
import {
  MESSAGE_FORMS,
  type MessageKind,
  MULTIPART_FORMS,
  type MultipartKind,
  messageForm,
  multipartForm,
} from '../../../../protocols/openflow/values/message-forms.ts';
import type { FlowMod, Message } from '../../../../protocols/openflow/values/messages.ts';
import type { MultipartRequest } from '../../../../protocols/openflow/values/multipart.ts';
import { OFPP_ANY } from '../../../../protocols/openflow/values/ports.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { type DummyBridge, startDummyBridge } from '../dummy-bridge.ts';
import { SessionDriver } from '../session-driver.ts';

/** By kind, what is to be asked; the others have no members. */
const REQUESTS: Readonly<Partial<Record<Request['type'], Request>>> = {
  echo_request: { type: 'echo_request', data: new Uint8Array([1, 2]) },
  role_request: { type: 'role_request', role: 'nochange', generationId: 0n },
  nx_role_request: { type: 'nx_role_request', role: 'equal' },
  queue_get_config_request: { type: 'queue_get_config_request', port: OFPP_ANY },
};

/** What this bridge, which samples nothing, refuses; the session tells which. */
const REFUSED: ReadonlySet<string> = new Set(['NXST_NOT_CONFIGURED']);

/** Table 1 alone: what other tests add is not reported. */
const monitor = (monitorId: number): MultipartRequest => {
  const flags = FLOW_MONITOR_FLAGS.initial | FLOW_MONITOR_FLAGS.add | FLOW_MONITOR_FLAGS.own;
  return { kind: 'flow_monitor', monitors: [{ monitorId, flags, table: 1, match: [] }] };
};

function multipartRequest(kind: MultipartKind): MultipartRequest {
  return kind === 'flow_monitor' ? monitor(1) : ({ kind } as MultipartRequest);
}

const flowMod: FlowMod = {
  ...{ type: 'flow_mod', command: 'add' },
  flow: { table: 1, priority: 5, cookie: 1n, match: [], instructions: [] },
};

describe('requests to a real bridge', () => {
  let bridge: DummyBridge;

  before(async () => {
    bridge = await startDummyBridge();
  });

  after(() => bridge?.stop());

  for (const version of [4, 5, 6] as const) {
    describe(`in wire version ${version}`, () => {
      let driver: SessionDriver;

      before(async () => {
        driver = await SessionDriver.connect(bridge.socket, { versions: [version] });
      });

      after(() => driver?.close());

      for (const kind of requestKinds(version)) {
        it(`of the kind ${kind} are answered in kind`, async () => {
          const request = REQUESTS[kind] ?? ({ type: kind } as Request);
          const event = await driver.ask(request);
          expect(event).to.have.nested.property('message.type', replyTypeOf(kind));
        });
      }

      for (const kind of multipartKinds(version)) {
        it(`for ${kind} are answered in kind, all parts joined`, async () => {
          const event = await driver.ask({
            ...{ type: 'multipart_request', request: multipartRequest(kind) },
          });
          expectAnswer(event, kind, version);
        });
      }

      it('open a bundle and commit it', async () => {
        const control = (what: 'open_request' | 'commit_request') =>
          driver.ask({ type: 'bundle_control', bundleId: 1, control: what, flags: 3 });
        expect(await control('open_request')).to.have.nested.property(
          ...(['message.control', 'open_reply'] as const),
        );
        expect(await control('commit_request')).to.have.nested.property(
          ...(['message.control', 'commit_reply'] as const),
        );
      });

      it('for a flow monitor bring its updates, unasked', async () => {
        const request = monitor(2);
        expect(await driver.ask({ type: 'multipart_request', request })).to.include({
          type: 'reply',
        });
        expect(driver.session.sendBatch([flowMod], 5000, performance.now())).to.be.above(0);
        driver.flush();
        const update = await driver.next(isUpdate);
        expect(update).to.have.nested.property('message.reply.updates.length', 1);
        await driver.next(({ type }) => type === 'batch');
      });
    });
  }
});

function expectAnswer(event: OpenFlowEvent, kind: MultipartKind, version: OpenFlowVersion): void {
  if (event.type === 'request-failed') {
    const { error } = event;
    if (error === 'timeout' || error.type !== 'error') throw new Error(String(error));
    expect(REFUSED).to.include(errorName(error, version));
  } else if (event.type !== 'reply' || event.parts === undefined) {
    expect(event).to.have.nested.property('message.reply.kind', kind);
  }
}

function isUpdate(event: { type: string; message?: Message | undefined }): boolean {
  const { message } = event;
  if (event.type !== 'async' || message?.type !== 'multipart_reply') return false;
  return message.reply.kind === 'flow_monitor';
}

function requestKinds(version: OpenFlowVersion): Request['type'][] {
  const kinds = (Object.keys(MESSAGE_FORMS) as MessageKind[]).filter(
    (kind) => kind.endsWith('_request') && messageForm(kind, version) !== undefined,
  );
  return kinds as Request['type'][];
}

function multipartKinds(version: OpenFlowVersion): MultipartKind[] {
  return (Object.keys(MULTIPART_FORMS) as MultipartKind[]).filter(
    (kind) => multipartForm(kind, version) !== undefined,
  );
}
