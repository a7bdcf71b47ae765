/**
 * How people may spell the kinds of objects on the command line.
 */
import { nearest } from '../model/nearest.ts';
import type { ViewKind } from '../model/views.ts';
import { CliError, EXIT } from './exit-codes.ts';

interface Spelling {
  readonly singular: string;
  readonly short: readonly string[];
}

const SPELLINGS: Readonly<Record<ViewKind, Spelling>> = {
  networks: { singular: 'network', short: ['net', 'vn'] },
  ports: { singular: 'port', short: ['po'] },
  nves: { singular: 'nve', short: ['hv'] },
  mappings: { singular: 'mapping', short: ['map'] },
  tunnels: { singular: 'tunnel', short: ['tun'] },
  instances: { singular: 'instance', short: ['in'] },
};

export const KINDS = Object.keys(SPELLINGS) as readonly ViewKind[];

/** Those that can be deleted. */
export const DELETABLE_KINDS: readonly ViewKind[] = ['networks', 'ports', 'nves', 'instances'];

export function singularOf(kind: ViewKind): string {
  return SPELLINGS[kind].singular;
}

export const KINDS_HELP = `Kinds: ${KINDS.map((kind) => `${kind} (${SPELLINGS[kind].short.join(', ')})`).join(', ')};
singular or plural, in any case.`;

export function findKind(word: string): ViewKind | undefined {
  const asked = word.toLowerCase();
  return KINDS.find((kind) => spellingsOf(kind).includes(asked));
}

/** @throws CliError naming the nearest kind. */
export function parseKind(word: string, allowed: readonly ViewKind[] = KINDS): ViewKind {
  const kind = findKind(word);
  if (kind !== undefined && allowed.includes(kind)) return kind;
  if (kind !== undefined) {
    throw new CliError(
      EXIT.usage,
      `${kind} come from what is observed and cannot be deleted; ${allowed.join(', ')} can`,
    );
  }
  const near = nearest(word, allowed.flatMap(spellingsOf));
  const hint = near === undefined ? `the kinds are ${allowed.join(', ')}` : `did you mean ${near}?`;
  throw new CliError(EXIT.usage, `there is no kind ${word}; ${hint}`);
}

function spellingsOf(kind: ViewKind): readonly string[] {
  const { singular, short } = SPELLINGS[kind];
  return [kind, singular, ...short];
}
