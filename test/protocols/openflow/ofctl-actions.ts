/**
 * The judge of actions: `ovs-ofctl parse-actions`, which reads actions in hexadecimal, a line each, and prints each as text, and
 * where Open vSwitch would write other bytes for it. One process for thousands of lists.
 */
import { spawnSync } from 'node:child_process';
import type { OpenFlowVersion } from '../../../protocols/openflow/values/version.ts';
import { VERSION_NAMES } from '../../../protocols/openflow/values/version.ts';

export interface Judged {
  /** Text, or the name of an error behind "***". */
  readonly text: string;
  /** What Open vSwitch writes for it, in hexadecimal; empty after an error. */
  readonly reencoded: string;
}

/** None of the lists may be empty. */
export function judgeActions(version: OpenFlowVersion, lists: readonly string[]): Judged[] {
  const { stdout } = spawnSync('ovs-ofctl', ['parse-actions', VERSION_NAMES[version]], {
    input: `${lists.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const blocks = stdout.split('\n\n');
  return lists.map((hex, index) => judgedOf(hex, (blocks[index] ?? '').trim().split('\n')));
}

function judgedOf(hex: string, [first = '', ...differences]: readonly string[]): Judged {
  if (!first.startsWith('actions=')) {
    return { text: `***${first.replace(/^.*: /, '')}`, reencoded: '' };
  }
  return { text: first.slice('actions='.length), reencoded: changed(hex, differences) };
}

/** Lines like " 8: ff -> 00"; what ends earlier has "(none)" on the right, what ends later on the left. */
function changed(hex: string, differences: readonly string[]): string {
  const bytes = hex.match(/../g) ?? [];
  for (const line of differences) {
    const [, offset = '', after = ''] = /^\s*(\d+): .* -> (.*)$/.exec(line) ?? [];
    if (/^[0-9a-f]{2}$/.test(after.trim())) bytes[Number(offset)] = after.trim();
    else bytes.length = Math.min(bytes.length, Number(offset));
  }
  return bytes.join('');
}
