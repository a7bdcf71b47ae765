/**
 * A flow-mod for each action and instruction of the samples, with the match that the action needs. What Open vSwitch takes in an old
 * form and sends in a newer one is there in both.
 */
import { readFileSync } from 'node:fs';
import type { Instruction } from '../../protocols/openflow/values/actions.ts';
import type { Match, MatchField } from '../../protocols/openflow/values/match.ts';
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';
import { decodeMessage } from '../../protocols/openflow/wire/decode.ts';
import { encodeMessage } from '../../protocols/openflow/wire/encode.ts';
import { ACTION_SAMPLES } from '../../test/protocols/openflow/samples/action-samples.ts';
import { INSTRUCTION_SAMPLES } from '../../test/protocols/openflow/samples/instruction-samples.ts';
import type { NamedMessage } from './field-vectors.ts';
import { bytesOf, VECTOR_FOLDER } from './vector.ts';
import { applyActions } from './wrap.ts';

/** By name: how an action comes that is sent otherwise. */
interface Old {
  readonly came?: string;
}

const over = (etherType: number, protocol: number): MatchField[] => [
  { field: 'eth_type', value: etherType },
  { field: 'ip_proto', value: protocol },
];

/** What actions need, the least first. */
const MATCHES: readonly Match[] = [
  ...[[], [{ field: 'eth_type', value: 0x0800 } as const], over(0x0800, 6)],
  ...[[{ field: 'eth_type', value: 0x86dd } as const], over(0x86dd, 58)],
  ...[[{ field: 'vlan_vid', value: 0x1005 } as const]],
  ...[0x8847, 0x894f, 0x0806].map((value) => [{ field: 'eth_type', value } as const]),
];

function flowMod(
  version: OpenFlowVersion,
  match: Match,
  instructions: readonly Instruction[],
): Uint8Array {
  const flow = { table: 0, priority: 32768, cookie: 0n, match, instructions };
  return new Uint8Array(encodeMessage(version, 1, { type: 'flow_mod', command: 'add', flow }));
}

function withActions(version: OpenFlowVersion, match: Match, actions: string): Uint8Array {
  const before = flowMod(version, match, []);
  const whole = Buffer.concat([before, applyActions(bytesOf(actions))]);
  whole.writeUInt16BE(whole.length, 2);
  return new Uint8Array(whole);
}

/** The first that Open vSwitch would take. */
function firstTaken(make: (match: Match) => Uint8Array): Uint8Array[] {
  for (const match of MATCHES) {
    try {
      const bytes = make(match);
      if (decodeMessage(bytes, { strict: true }).ok) return [bytes];
    } catch {
      // Not every version can say it.
      return [];
    }
  }
  return [];
}

export function actionMessages(version: OpenFlowVersion): NamedMessage[] {
  const old = JSON.parse(readFileSync(new URL('actions.json', VECTOR_FOLDER), 'utf8')) as Readonly<
    Record<string, Old>
  >;
  const actions = ACTION_SAMPLES.flatMap(({ name, action }) => {
    const sent = firstTaken((match) =>
      flowMod(version, match, [{ type: 'apply_actions', actions: [action] }]),
    );
    const came = old[name]?.came;
    const taken =
      came === undefined ? [] : firstTaken((match) => withActions(version, match, came));
    return [
      ...sent.map((bytes) => ({ name, bytes })),
      ...taken.map((bytes) => ({ name: `${name}, as it came`, bytes })),
    ];
  });
  const instructions = INSTRUCTION_SAMPLES.flatMap(({ name, instructions: own }) =>
    firstTaken((match) => flowMod(version, match, own)).map((bytes) => ({ name, bytes })),
  );
  return [...actions, ...instructions];
}
