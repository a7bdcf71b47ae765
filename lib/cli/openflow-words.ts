/**
 * What `nva ofp encode` takes, in ovs-ofctl's words: its commands and the names of versions. Small, because help and completion
 * need it, and apart from the codec.
 */
import type { OpenFlowVersion } from '../../protocols/openflow/values/version.ts';

export const ENCODE_COMMANDS = [
  'add-flow',
  'mod-flows',
  'del-flows',
  'add-group',
  'mod-group',
  'del-groups',
  'insert-buckets',
  'remove-buckets',
  'add-meter',
  'mod-meter',
  'del-meter',
] as const;

export type EncodeCommand = (typeof ENCODE_COMMANDS)[number];

/** Other spellings: ovs-ofctl's own, and the things alone, which are then added. */
const SYNONYMS: ReadonlyMap<string, EncodeCommand> = new Map([
  ['add-flows', 'add-flow'],
  ['add-groups', 'add-group'],
  ['insert-bucket', 'insert-buckets'],
  ['remove-bucket', 'remove-buckets'],
  ['del-meters', 'del-meter'],
  ['flow', 'add-flow'],
  ['group', 'add-group'],
  ['meter', 'add-meter'],
]);

export function findEncodeCommand(word: string): EncodeCommand | undefined {
  return ENCODE_COMMANDS.find((command) => command === word) ?? SYNONYMS.get(word);
}

/** As -O has them. */
export const VERSION_WORDS = ['OpenFlow13', 'OpenFlow14', 'OpenFlow15'] as const;

const VERSIONS: ReadonlyMap<string, OpenFlowVersion> = new Map([
  ['openflow13', 4],
  ['openflow14', 5],
  ['openflow15', 6],
  ['1.3', 4],
  ['1.4', 5],
  ['1.5', 6],
]);

export function findVersion(word: string): OpenFlowVersion | undefined {
  return VERSIONS.get(word.toLowerCase());
}
