/**
 * What an NVE's own daemons wrote down of their controllers, message by message, in the order in which they took them:
 * ovs-vswitchd of OpenFlow (`vlog/set vconn:file:dbg`), ovsdb-server of its JSON-RPC (`jsonrpc:file:dbg`).
 *
 * Reads Open vSwitch 3.1's words; only connections over TCP are looked at (ovs-ofctl and ovs-vsctl come by a socket).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../scripts/lab/command.ts';
import type { Hypervisor } from '../../../scripts/lab/hypervisor.ts';

export type SwitchEvent = {
  /** ms since 1970, by the machine's clock. */
  readonly at: number;
  /** The address of the controller, without the port. */
  readonly from: string;
} & (
  | { readonly kind: 'connected' }
  | { readonly kind: 'role'; readonly role: string; readonly generation: bigint }
  | { readonly kind: 'write'; readonly what: string }
  | { readonly kind: 'error'; readonly name: string }
);

export type DatabaseEvent = {
  readonly at: number;
  readonly from: string;
} & (
  | { readonly kind: 'lock-granted' | 'lock-lost' | 'closed' }
  | {
      readonly kind: 'transaction';
      readonly id: string;
      /** It would have failed without the lock. */
      readonly asserts: boolean;
      readonly comment: string | undefined;
      /** That it gives to the next master. */
      readonly generation: bigint | undefined;
    }
  | { readonly kind: 'answer'; readonly id: string; readonly failed: boolean }
);

/** From now on the daemons of the hypervisor write down every message. */
export async function recordMessages(hypervisor: Hypervisor): Promise<void> {
  await Promise.all([
    hypervisor.appctl('vlog/set', 'vconn:file:dbg'),
    hypervisor.appctl('vlog/disable-rate-limit', 'vconn'),
    hypervisor.ovsdbAppctl('vlog/set', 'jsonrpc:file:dbg'),
    hypervisor.ovsdbAppctl('vlog/disable-rate-limit', 'jsonrpc'),
  ]);
}

export function switchEventsOf(hypervisor: Hypervisor): SwitchEvent[] {
  return readSwitchLog(readFileSync(join(hypervisor.folder, 'vs.log'), 'utf8'));
}

export function databaseEventsOf(hypervisor: Hypervisor): DatabaseEvent[] {
  return readDatabaseLog(readFileSync(join(hypervisor.folder, 'ovsdb.log'), 'utf8'));
}

export interface Commit {
  readonly comment: string;
  /** Put there by it. */
  readonly generation: bigint | undefined;
}

/** Transactions of ours in the database's own file, in their order. */
export async function commitsOf(hypervisor: Hypervisor): Promise<Commit[]> {
  const file = join(hypervisor.folder, 'conf.db');
  return readCommits(await run(['ovsdb-tool', '-mm', 'show-log', file]));
}

export function readCommits(log: string): Commit[] {
  return log.split(/^record \d+: /m).flatMap((record) => {
    const comment = /^[\d-]+ [\d:.]+ "(nva: .*)"$/m.exec(record)?.[1];
    if (comment === undefined) return [];
    const generation = /external_ids=\{.*nva-generation="(\d+)"/.exec(record)?.[1];
    return [{ comment, generation: generation === undefined ? undefined : BigInt(generation) }];
  });
}

const VCONN =
  /^(\S+Z)\|\d+\|vconn\|DBG\|tcp:(\S+):\d+: (received|sent \([^)]*\)): (\w+) \(OF[\d.]+\) \(xid=\w+\):(.*)$/gm;
const WRITES = /^(?:OFPT|ONFT)_(?:\w+_MOD|BUNDLE_\w+|PACKET_OUT)$/;
const ROLE = /role=(\w+)(?: generation_id=(\d+))?/;

export function readSwitchLog(log: string): SwitchEvent[] {
  const events: SwitchEvent[] = [];
  for (const [, time = '', from = '', way, message = '', rest = ''] of log.matchAll(VCONN)) {
    const event = way === 'received' ? receivedEvent(message, rest) : sentEvent(message, rest);
    if (event !== undefined) events.push({ at: Date.parse(time), from, ...event });
  }
  return events;
}

function receivedEvent(message: string, rest: string): Spread<SwitchEvent> | undefined {
  if (message === 'OFPT_ROLE_REQUEST') {
    const [, role = '', generation = '0'] = ROLE.exec(rest) ?? [];
    return { kind: 'role', role, generation: BigInt(generation) };
  }
  return WRITES.test(message) ? { kind: 'write', what: `${message}${rest}` } : undefined;
}

function sentEvent(message: string, rest: string): Spread<SwitchEvent> | undefined {
  // The first message of every connection is the switch's own. Of an error it is enough that it was to be sent.
  if (message === 'OFPT_HELLO') return { kind: 'connected' };
  return message === 'OFPT_ERROR' ? { kind: 'error', name: rest.trim() } : undefined;
}

const JSONRPC =
  /^(\S+Z)\|\d+\|(?:jsonrpc\|DBG|reconnect\|INFO)\|tcp:(\S+):\d+: (received request|send reply|send notification|send error|connection|no response)(.*)$/gm;

export function readDatabaseLog(log: string): DatabaseEvent[] {
  const events: DatabaseEvent[] = [];
  for (const [, time = '', from = '', what = '', rest = ''] of log.matchAll(JSONRPC)) {
    const event = databaseEvent(what, rest);
    if (event !== undefined) events.push({ at: Date.parse(time), from, ...event });
  }
  return events;
}

type Spread<Union> = Union extends unknown ? Omit<Union, 'at' | 'from'> : never;

function databaseEvent(what: string, rest: string): Spread<DatabaseEvent> | undefined {
  if (what === 'received request') return requestEvent(rest);
  if (what === 'send reply' || what === 'send error') return answerEvent(rest);
  if (what === 'send notification') {
    if (rest.startsWith(', method="locked"')) return { kind: 'lock-granted' };
    if (rest.startsWith(', method="stolen"')) return { kind: 'lock-lost' };
    return undefined;
  }
  if (what === 'no response') return { kind: 'closed' };
  return / (?:closed|dropped)/.test(rest) ? { kind: 'closed' } : undefined;
}

function requestEvent(rest: string): Spread<DatabaseEvent> | undefined {
  const method = /^, method="(\w+)"/.exec(rest)?.[1];
  if (method === 'unlock') return { kind: 'lock-lost' };
  if (method !== 'transact') return undefined;
  // Put there, not only asked for by a guard.
  const generation = /"insert",\["map",\[\["nva-generation","(\d+)"\]/.exec(rest)?.[1];
  return {
    kind: 'transaction',
    id: idOf(rest),
    asserts: rest.includes('"op":"assert"'),
    comment: /"comment":"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1],
    generation: generation === undefined ? undefined : BigInt(generation),
  };
}

function answerEvent(rest: string): Spread<DatabaseEvent> {
  if (rest.startsWith(', result={"locked":true}')) return { kind: 'lock-granted' };
  const failed = /^, error=(?!null)/.test(rest) || /\{[^{}]*"error":"/.test(rest);
  return { kind: 'answer', id: idOf(rest), failed };
}

function idOf(rest: string): string {
  return /, id=(\S+)$/.exec(rest)?.[1] ?? '';
}
