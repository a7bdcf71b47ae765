/**
 * Actions that choose by a hash of the packet: multipath, bundle and bundle_load.
 *
 * Source: ovs-actions(7) of Open vSwitch 3.1.
 */
import type { Action, HashFields, Subfield } from '../../values/actions.ts';
import { fieldByName, headerForm, type RegisteredFieldName } from '../../values/fields.ts';
import { OFPP_ANY, OFPP_CONTROLLER } from '../../values/ports.ts';
import { suggestion } from '../suggestion.ts';
import { judging, type StepParser } from './action-step.ts';
import { needWritableSubfield } from './field-step-parse.ts';
import { decimalAt, outputPortAt, portAt, subfieldAt, U16_MAX } from './piece-parse.ts';
import { type Piece, quoted, refuse } from './text-fault.ts';
import { cutList, type Word } from './words.ts';

const HASH_FIELDS: readonly HashFields[] = [
  'eth_src',
  'symmetric_l4',
  'symmetric_l3l4',
  'symmetric_l3l4+udp',
  'nw_src',
  'nw_dst',
  'symmetric_l3',
];

const MULTIPATH_ALGORITHMS = ['modulo_n', 'hash_threshold', 'hrw', 'iter_hash'] as const;
const BUNDLE_ALGORITHMS = ['active_backup', 'hrw'] as const;

const LINKS_MAX = 65536;
/** BUNDLE_MAX_MEMBERS */
const MEMBERS_MAX = 2048;
/** What atoi of a C int takes. */
const ARGUMENT_MAX = 0x7fffffff;

function oneOf<Name extends string>(
  { text, at }: Piece,
  what: string,
  names: readonly Name[],
): Name {
  const name = names.find((candidate) => candidate === text.toLowerCase());
  if (name !== undefined) return name;
  const near = suggestion(text, names) || `; they are ${names.join(', ')}`;
  return refuse(at, `${quoted(text)} is no ${what}${near}`);
}

/** multipath(FIELDS, BASIS, ALGORITHM, LINKS, ARGUMENT, DESTINATION) */
const parseMultipath: StepParser = (word) => {
  const [fields, basis, algorithm, links, argument, destination] = cutList(word.value);
  if (!fields || !basis || !algorithm || !links || !argument || !destination) {
    return refuse(
      word.at,
      `${word.key} is written ${word.key}(FIELDS,BASIS,ALGORITHM,LINKS,ARGUMENT,DESTINATION[FIRST..LAST])`,
    );
  }
  const count = decimalAt(links, 'the number of links', LINKS_MAX, 1);
  const to = destinationAt(destination);
  if (to.bits < 16 && count > 2 ** to.bits) {
    refuse(
      destination.at,
      `${destination.text} has ${to.bits} bits, too few to tell ${count} links apart`,
    );
  }
  const action: Action = {
    ...{ type: 'multipath' as const, fields: oneOf(fields, 'set of fields to hash', HASH_FIELDS) },
    basis: decimalAt(basis, 'the basis', U16_MAX),
    algorithm: oneOf(algorithm, 'algorithm of multipath', MULTIPATH_ALGORITHMS),
    ...{ maxLink: count - 1, argument: decimalAt(argument, 'the argument', ARGUMENT_MAX), to },
  };
  return judging(word, (packet) => {
    packet.needSubfield(to, word.at);
    return [action];
  });
};

/** A part of a field whose header has 32 bits. */
function destinationAt(piece: Piece): Subfield {
  const to = subfieldAt(piece);
  needWritableSubfield(to, piece.at);
  needShortHeader(to, piece.at);
  return to;
}

/** Some actions have 32 bits for a field's header, and an experimenter's is longer. */
export function needShortHeader({ field }: Subfield, at: number): void {
  const row = fieldByName(field as RegisteredFieldName);
  if (headerForm(row, 0).experimenter !== 0) {
    refuse(
      at,
      `${row.ovsName} is an experimenter's field, which this action cannot name; move it by way of a register`,
    );
  }
}

interface BundleParts {
  readonly fields: Piece;
  readonly basis: Piece;
  readonly algorithm: Piece;
  readonly memberType: Piece;
  readonly destination?: Piece;
  /** "members:" and what hangs on it. */
  readonly delimiter: Piece;
}

/** bundle(FIELDS,BASIS,ALGORITHM,ofport,members:1,2); bundle_load has a destination before the members. */
function parseBundle(loads: boolean): StepParser {
  return (word) => {
    const parts = bundleParts(word, loads);
    const { fields, basis, algorithm, memberType, destination, delimiter } = parts;
    if (memberType.text.toLowerCase() !== 'ofport') {
      const given = quoted(memberType.text);
      refuse(memberType.at, `the members of a bundle are of the type ofport, not ${given}`);
    }
    const to = destination === undefined ? undefined : destinationAt(destination);
    const action: Action = {
      ...{ type: 'bundle' as const, fields: oneOf(fields, 'set of fields to hash', HASH_FIELDS) },
      basis: decimalAt(basis, 'the basis', U16_MAX),
      algorithm: oneOf(algorithm, 'algorithm of bundle', BUNDLE_ALGORITHMS),
      members: membersOf(word, delimiter),
      ...(to === undefined ? {} : { to }),
    };
    return judging(word, (packet) => {
      if (to !== undefined) packet.needSubfield(to, word.at);
      return [action];
    });
  };
}

function bundleParts({ key, at, value }: Word, loads: boolean): BundleParts {
  const [fields, basis, algorithm, memberType, ...rest] = cutList(value);
  const [destination, delimiter] = loads ? rest : [undefined, rest[0]];
  if (!fields || !basis || !algorithm || !memberType || !delimiter) {
    const place = loads ? 'DESTINATION[FIRST..LAST],' : '';
    const form = `${key}(FIELDS,BASIS,ALGORITHM,ofport,${place}members:PORT,PORT)`;
    return refuse(at, `${key} is written ${form}`);
  }
  const before = destination ?? memberType;
  const gap = value.text.slice(before.at + before.text.length - value.at, delimiter.at - value.at);
  if (!/^[, ] *$/.test(gap)) {
    refuse(delimiter.at, `one comma stands before ${quoted(delimiter.text)}, not ${quoted(gap)}`);
  }
  const parts = { fields, basis, algorithm, memberType, delimiter };
  return destination === undefined ? parts : { ...parts, destination };
}

/** All ports behind "members:", which was "slaves:" once. */
function membersOf({ key, value }: Word, delimiter: Piece): number[] {
  const from = delimiter.at - value.at;
  const [, name = ''] = /^([a-z]*)[: ]/i.exec(value.text.slice(from)) ?? [];
  if (!['members', 'slaves'].includes(name.toLowerCase())) {
    refuse(
      delimiter.at,
      `${key} expects members: and the ports here, not ${quoted(delimiter.text)}`,
    );
  }
  const begin = from + name.length + 1;
  const rest = { text: value.text.slice(begin), at: value.at + begin };
  const members = cutList(rest, ', []').map((port) => memberAt(port));
  if (members.length > MEMBERS_MAX) {
    refuse(delimiter.at, `${key} has ${members.length} members; ${MEMBERS_MAX} is the most`);
  }
  return members;
}

function memberAt(piece: Piece): number {
  const port = portAt(piece, 'members');
  if (port === OFPP_CONTROLLER) refuse(piece.at, 'the controller cannot be a member of a bundle');
  return port === OFPP_ANY ? port : outputPortAt(piece, 'members');
}

export const HASH_STEPS: Readonly<Record<string, StepParser>> = {
  multipath: parseMultipath,
  bundle: parseBundle(false),
  bundle_load: parseBundle(true),
};
