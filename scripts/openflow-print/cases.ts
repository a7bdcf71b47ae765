/**
 * Calls of `ovs-ofctl` as messages that can be judged: printed by it and by us.
 */
import type { Call } from './calls.ts';
import { applyActions, bytesOfHex, flowMod, matchOfText, VERSIONS } from './wrap.ts';

export interface MessageCase {
  readonly section: string;
  readonly title: string;
  readonly bytes: Uint8Array;
  readonly verbosity?: number | undefined;
}

export interface Refused {
  readonly section: string;
  readonly title: string;
  readonly reason: string;
}

export interface Cases {
  readonly messages: readonly MessageCase[];
  readonly refused: readonly Refused[];
}

const NOTHING = new Uint8Array(0);

/** OpenFlow 1.0, 1.1 and 1.2 are not spoken here. */
const OLD = 'OpenFlow 1.0, 1.1 or 1.2';

/** Messages as they are, and with other versions' numbers: those are often malformed. */
export function printedMessages(file: string, calls: readonly Call[]): Cases {
  const messages: MessageCase[] = [];
  const refused: Refused[] = [];
  for (const call of calls.filter(({ command }) => command === 'ofp-print')) {
    const [hex = '', verbosity] = call.args;
    const bytes = bytesOfHex(hex === '-' ? (call.stdin ?? '') : hex);
    const named = { section: `${file}: messages`, title: call.title };
    if (bytes.length > 0 && (bytes[0] ?? 0) < 4) refused.push({ ...named, reason: OLD });
    else if (verbosity === undefined) messages.push({ ...named, bytes });
    else messages.push({ ...named, bytes, verbosity: Number(verbosity) });
    messages.push(...inOtherVersions(bytes, file, call.title));
  }
  return { messages, refused };
}

function inOtherVersions(bytes: Uint8Array, file: string, title: string): MessageCase[] {
  if (bytes.length < 8) return [];
  const section = `${file}: the same in other versions`;
  return VERSIONS.filter((version) => version !== bytes[0]).map((version) => {
    return { section, title, bytes: withVersion(bytes, version) };
  });
}

function withVersion(bytes: Uint8Array, version: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[0] = version;
  return copy;
}

/** `parse-actions` and `parse-instructions`: each line in a flow-mod of each version, also where the line is older. */
export function actionMessages(file: string, calls: readonly Call[]): Cases {
  const messages = calls.flatMap(({ title, command, args, stdin = '' }) => {
    if (command !== 'parse-actions' && command !== 'parse-instructions') return [];
    const areActions = command === 'parse-actions';
    const older = /1[012]$/.test(args[0] ?? '') ? ' of older versions' : '';
    const section = `${file}: ${areActions ? 'actions' : 'instructions'}${older}`;
    return hexLines(stdin).flatMap((line) => {
      const bytes = bytesOfHex(line);
      const instructions = areActions ? applyActions(bytes) : bytes;
      return VERSIONS.map((version) => ({
        ...{ section, title: `${title}: ${line}` },
        bytes: flowMod(version, NOTHING, instructions),
      }));
    });
  });
  return { messages, refused: [] };
}

function hexLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '');
}

const MATCH_COMMANDS = ['parse-nxm', 'parse-nx-match', 'parse-oxm'];

/** `parse-nxm` and `parse-oxm`: each line as the match of a flow-mod of each version. */
export function matchMessages(file: string, calls: readonly Call[]): Cases {
  const messages: MessageCase[] = [];
  const refused: Refused[] = [];
  for (const { title, command, stdin = '' } of calls) {
    if (!MATCH_COMMANDS.includes(command)) continue;
    const section = `${file}: matches`;
    for (const line of hexLines(stdin)) {
      const match = matchOfText(line);
      const named = { section, title: `${title}: ${line}` };
      if (typeof match === 'string') refused.push({ ...named, reason: match });
      else {
        for (const version of VERSIONS) {
          messages.push({ ...named, bytes: flowMod(version, match, NOTHING) });
        }
      }
    }
  }
  return { messages, refused };
}
