/**
 * The far end of a session, played by the test: reads what the session sends, answers in any order.
 */

import { expect } from 'chai';
import { OvsdbSession } from '../../../protocols/ovsdb/session.ts';
import type { OvsdbEvent, OvsdbSessionOptions } from '../../../protocols/ovsdb/session-events.ts';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';

export const ROW = '550e8400-e29b-41d4-a716-446655440000';
export const TX = '11111111-2222-4333-8444-555555555555';

export const SCHEMA: Json = {
  name: 'Open_vSwitch',
  version: '8.3.1',
  tables: {
    Bridge: {
      columns: {
        name: { type: 'string' },
        ports: { type: { key: { type: 'uuid' }, min: 0, max: 'unlimited' } },
      },
    },
  },
};

export const OPTIONS: OvsdbSessionOptions = {
  database: 'Open_vSwitch',
  tables: { Bridge: ['name'] },
  probeIntervalMs: 1000,
  requestTimeoutMs: 3000,
};

export interface Sent {
  readonly method?: string;
  readonly params?: readonly Json[];
  readonly id: Json;
  readonly [member: string]: Json | undefined;
}

export class ScriptedPeer {
  readonly session: OvsdbSession;
  now = 0;

  constructor(options: Partial<OvsdbSessionOptions> = {}) {
    this.session = new OvsdbSession({ ...OPTIONS, ...options }, this.now);
  }

  /** What the session sent since the last call. */
  sent(): Sent[] {
    const decoder = new TextDecoder();
    return this.session.takeOutput().map((bytes) => JSON.parse(decoder.decode(bytes)) as Sent);
  }

  /** Messages to the session, all in one chunk; what it tells. */
  say(...messages: readonly Json[]): OvsdbEvent[] {
    return this.sayRaw(messages.map((message) => JSON.stringify(message)).join(''));
  }

  sayRaw(text: string): OvsdbEvent[] {
    this.session.receive(new TextEncoder().encode(text), this.now);
    return this.session.takeEvents();
  }

  /** Lets time pass, ticking whenever the session wants it. */
  pass(ms: number): OvsdbEvent[] {
    const end = this.now + ms;
    const events: OvsdbEvent[] = [];
    for (;;) {
      const deadline = this.session.deadline();
      if (deadline === undefined || deadline > end) break;
      this.now = Math.max(this.now, deadline);
      this.session.tick(this.now);
      events.push(...this.session.takeEvents());
    }
    this.now = end;
    return events;
  }

  /** The one request that the session has just sent. */
  request(method: string): Sent {
    const sent = this.sent();
    const request = sent[0];
    if (request === undefined || sent.length !== 1 || request.method !== method) {
      throw new Error(`expected one ${method}, got ${JSON.stringify(sent)}`);
    }
    return request;
  }

  answer(request: Sent, result: Json): OvsdbEvent[] {
    return this.say({ id: request.id, result, error: null });
  }

  refuse(request: Sent, error: Json): OvsdbEvent[] {
    return this.say({ id: request.id, result: null, error });
  }

  /** What a session sends before it knows anything of its server. */
  opening(): { readonly aware: Sent; readonly server: Sent; readonly schema: Sent } {
    const [aware, server, schema, ...more] = this.sent();
    const methods = [aware, server, schema].map((request) => request?.method);
    expect(methods).to.deep.equal(['set_db_change_aware', 'monitor_cond', 'get_schema']);
    expect(more).to.deep.equal([]);
    if (aware === undefined || server === undefined || schema === undefined) throw new Error();
    return { aware, server, schema };
  }

  /** Goes as far as the request for the schema, which it returns, as a server that has no `_Server`. */
  toSchema(): Sent {
    const { aware, server, schema } = this.opening();
    this.refuse(aware, 'unknown method');
    this.refuse(server, { error: 'unknown database', details: '', syntax: '' });
    return schema;
  }

  /** Goes as far as the monitor request, which it returns. */
  toMonitor(): Sent {
    this.answer(this.toSchema(), SCHEMA);
    return this.request('monitor_cond_since');
  }

  /** Goes as far as `synced`, with one bridge. */
  toSynced(): OvsdbEvent[] {
    return this.answer(this.toMonitor(), [false, TX, initial('br0')]);
  }
}

export function initial(name: string): Json {
  return { Bridge: { [ROW]: { initial: { name } } } };
}

export const CLUSTER = '99999999-2222-4333-8444-555555555555';

/** What a monitor of `_Server` begins with. */
export function serverRow(columns: { readonly [column: string]: Json } = {}): Json {
  const row = { name: 'Open_vSwitch', model: 'clustered', connected: true, leader: true };
  const cluster = { cid: ['uuid', CLUSTER], sid: ['uuid', ROW], index: 1 };
  return { Database: { [ROW]: { initial: { ...row, ...cluster, ...columns } } } };
}

export function update3(change: Json): Json {
  return { method: 'update3', params: ['nva', TX, { Bridge: { [ROW]: change } }], id: null };
}

/** The code of the `ended` event, if it is there. */
export function endedBy(events: readonly OvsdbEvent[]): string | undefined {
  const last = events.at(-1);
  return last?.type === 'ended' ? last.error.code : undefined;
}
