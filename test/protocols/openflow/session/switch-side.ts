/**
 * A session, and what a switch would say to it: bytes in both directions, and a clock that the test moves.
 */
import type { OpenFlowEvent } from '../../../../protocols/openflow/session/events.ts';
import type { OpenFlowSessionOptions } from '../../../../protocols/openflow/session/options.ts';
import { OpenFlowSession } from '../../../../protocols/openflow/session/session.ts';
import type { Message } from '../../../../protocols/openflow/values/messages.ts';
import type { OpenFlowVersion } from '../../../../protocols/openflow/values/version.ts';
import { type Decoded, decodeMessage } from '../../../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../../../protocols/openflow/wire/encode.ts';

export const FEATURES: Message = {
  type: 'features_reply',
  datapathId: '00000000000000ab',
  ...{ buffers: 0, tables: 254, auxiliaryId: 0, capabilities: 0x4f },
};

export class SwitchSide {
  readonly session: OpenFlowSession;
  version: OpenFlowVersion = 6;
  now = 1000;

  constructor(options: Partial<OpenFlowSessionOptions> = {}) {
    this.session = new OpenFlowSession(this.now, {
      probeIntervalMs: 100,
      handshakeTimeoutMs: 500,
      ...options,
    });
  }

  static ready(
    options: Partial<OpenFlowSessionOptions> = {},
    version: OpenFlowVersion = 6,
  ): SwitchSide {
    const peer = new SwitchSide(options);
    peer.says({ type: 'hello', versions: [version] });
    peer.version = version;
    peer.says(FEATURES);
    peer.heard();
    peer.events();
    return peer;
  }

  says(message: Message, xid = 0): void {
    this.saysBytes(encodeMessage(this.version, xid, message));
  }

  saysBytes(bytes: Uint8Array | readonly number[]): void {
    this.session.receive(Uint8Array.from(bytes), this.now);
  }

  /** What the session sent since the last call. */
  heard(): Decoded[] {
    return this.session.takeOutput().map((bytes) => {
      const result = decodeMessage(bytes);
      if (!result.ok) throw new Error(result.error.detail);
      return result.value;
    });
  }

  types(): string[] {
    return this.heard().map(({ message }) => message.type);
  }

  events(): OpenFlowEvent[] {
    return this.session.takeEvents();
  }

  tick(ms: number): void {
    this.now += ms;
    this.session.tick(this.now);
  }
}

/** Why the session ended, if it did. */
export function endOf(events: readonly OpenFlowEvent[]): string | undefined {
  const last = events.at(-1);
  return last?.type === 'ended' ? last.error.code : undefined;
}
