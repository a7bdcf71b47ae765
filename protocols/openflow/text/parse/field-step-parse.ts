/**
 * Actions that write fields: set_field, load, move, push, pop, delete_field, and the words of OpenFlow 1.0 that are sent as a
 * set_field (mod_dl_src, mod_nw_tos, set_tunnel, …).
 *
 * Trap: before OpenFlow 1.5 a set_field has no mask; ovs-ofctl then sends a load for each run of bits that the mask has, of 64
 * bits at most, or NXAST_REG_LOAD2 where a load cannot name the field. From 1.5 on a load is a set_field with a mask.
 * Source: ovs-actions(7) of Open vSwitch 3.1.
 */
import type { Action, Subfield } from '../../values/actions.ts';
import {
  FIELDS,
  type Field,
  fieldByName,
  findField,
  findFieldByHeaderName,
  findOvsField,
  headerForm,
  type RegisteredFieldName,
} from '../../values/fields.ts';
import type { FieldValue } from '../../values/match.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { suggestion } from '../suggestion.ts';
import { judging, type Scope, type Step, type StepParser } from './action-step.ts';
import { isMpls, type KnownPacket } from './known-packet.ts';
import { bitsAt, fieldValueAt, numberAt, subfieldAt, u64At } from './piece-parse.ts';
import { type Piece, quoted, refuse } from './text-fault.ts';
import { cutAt, type Word } from './words.ts';

const LOAD_MAX_BITS = 64n;
const TAG_PRESENT = 0x1000;

const IP_PROTOCOLS = { tcp: 6, udp: 17, sctp: 132 } as const;

/** VALUE->FIELD, both not empty. */
export function cutArrow(word: Word): readonly [Piece, Piece] {
  const parts = cutAt(word.value, '->');
  if (parts === undefined || parts[0].text === '' || parts[1].text === '') {
    refuse(word.at, `${word.key} is written ${word.key}:SOURCE->FIELD`);
  }
  return parts;
}

/** The row that ovs-ofctl finds by a name, be it its own or a header's. */
function namedField({ text, at }: Piece): Field {
  const field = findOvsField(text) ?? findFieldByHeaderName(text);
  if (field?.inOvs === true) return field;
  const names = FIELDS.flatMap(({ ovsNames }) => ovsNames);
  return refuse(at, `${quoted(text)} is no field${suggestion(text, names)}`);
}

function parseSetField(word: Word, { version }: Scope): Step {
  const [value, name] = cutArrow(word);
  const field = namedField(name);
  needWritable(field, name.at);
  const given = fieldValueAt(field, value);
  const actions = setField(version, field, given.value, given.mask);
  return {
    ...judging(word, (packet) => {
      needSettable(packet, field, word.at);
      if (field.name === 'vlan_tci') packet.setTag((Number(given.value) & TAG_PRESENT) !== 0);
      return actions;
    }),
    sets: field.name,
  };
}

/** The field is there, and a VLAN's number has a tag to stand in. */
function needSettable(packet: KnownPacket, field: Field, at: number): void {
  packet.needField(field, at);
  packet.need(
    field.name !== 'vlan_vid' || packet.hasTag,
    at,
    'the packet may have no VLAN tag whose vlan_vid could be set; push_vlan before, or match on a tag',
  );
}

function needWritable(field: Field, at: number): void {
  if (!field.writable) refuse(at, `${field.ovsName} is read-only; no action can change it`);
}

function setField(
  version: OpenFlowVersion,
  field: Field,
  value: FieldValue,
  mask: FieldValue | undefined,
): readonly Action[] {
  if (mask === undefined) return [{ type: 'set_field', field: field.name, value }];
  if (version === 6 || !isLoadable(field)) {
    return [{ type: 'set_field', field: field.name, value, mask }];
  }
  return loads(field, BigInt(value), BigInt(mask));
}

/** A load has 32 bits for the field's header. */
function isLoadable(field: Field): boolean {
  return !field.variable && headerForm(field, 0).experimenter === 0;
}

/** A load for each run of ones in the mask, from the lowest bit. */
function loads(field: Field, value: bigint, mask: bigint): Action[] {
  const actions: Action[] = [];
  const end = BigInt(field.bits);
  for (let offset = 0n; offset < end; offset++) {
    let bits = 0n;
    while (offset + bits < end && bits < LOAD_MAX_BITS && (mask >> (offset + bits)) & 1n) bits++;
    if (bits === 0n) continue;
    const to = { field: field.name, offset: Number(offset), bits: Number(bits) };
    actions.push({ type: 'load', value: BigInt.asUintN(Number(bits), value >> offset), to });
    offset += bits - 1n;
  }
  return actions;
}

function parseLoad(word: Word, { version }: Scope): Step {
  const [source, destination] = cutArrow(word);
  const to = subfieldAt(destination);
  const field = fieldByName(to.field as RegisteredFieldName);
  needWritable(field, destination.at);
  const value = bitsAt(source, word.key, to.bits);
  const actions = load(version, field, to, value);
  return {
    ...judging(word, (packet) => {
      needSettable(packet, field, word.at);
      if (field.name === 'vlan_tci') {
        packet.setTag(((Number(value) << to.offset) & TAG_PRESENT) !== 0);
      }
      return actions;
    }),
    sets: field.name,
  };
}

function load(
  version: OpenFlowVersion,
  field: Field,
  to: Subfield,
  value: bigint,
): readonly Action[] {
  const ones = ((1n << BigInt(to.bits)) - 1n) << BigInt(to.offset);
  if (version < 6 && isLoadable(field)) return loads(field, value << BigInt(to.offset), ones);
  const typed = (bits: bigint): FieldValue => (field.wide ? bits : Number(bits));
  const whole = ones === BigInt(field.fullMask);
  return [
    {
      type: 'set_field',
      field: field.name,
      value: typed(value << BigInt(to.offset)),
      ...(whole ? {} : { mask: typed(ones) }),
      ...(whole && version < 6 ? { form: 2 as const } : {}),
    },
  ];
}

function parseMove(word: Word): Step {
  const [source, destination] = cutArrow(word);
  const move = movedFields(word, source, destination);
  return {
    ...judging(word, (packet) => {
      packet.needSubfield(move.from, word.at);
      packet.needSubfield(move.to, word.at);
      return [{ type: 'move', ...move }];
    }),
    sets: move.to.field,
  };
}

/** SOURCE->DESTINATION of equal width. */
export function movedFields(
  word: Word,
  source: Piece,
  destination: Piece,
): { readonly from: Subfield; readonly to: Subfield } {
  const from = subfieldAt(source);
  const to = subfieldAt(destination);
  if (from.bits !== to.bits) {
    refuse(
      word.at,
      `${word.key}: ${source.text} has ${from.bits} bits and ${destination.text} ${to.bits}; give parts of equal width, as in FIELD[0..7]`,
    );
  }
  needWritableSubfield(to, destination.at);
  return { from, to };
}

export function needWritableSubfield({ field }: Subfield, at: number): void {
  const row = findField(field);
  if (row !== undefined) needWritable(row, at);
}

const parsePush: StepParser = (word) => {
  const field = subfieldAt(word.value);
  return judging(word, (packet) => {
    packet.needSubfield(field, word.at);
    return [{ type: 'push', field }];
  });
};

const parsePop: StepParser = (word) => {
  const field = subfieldAt(word.value);
  needWritableSubfield(field, word.value.at);
  return judging(word, (packet) => {
    packet.needSubfield(field, word.at);
    return [{ type: 'pop', field }];
  });
};

const parseDeleteField: StepParser = (word) => {
  const field = namedField(word.value);
  return judging(word, (packet) => {
    packet.need(
      field.variable,
      word.value.at,
      `${field.ovsName} cannot be deleted; only tun_metadata0 to tun_metadata63 can`,
    );
    return [{ type: 'delete_field', field: field.name }];
  });
};

/** A word whose value sets a whole field. */
function whole(
  name: RegisteredFieldName,
  read: (word: Word) => FieldValue,
  judge: (packet: KnownPacket, word: Word) => void = () => undefined,
): StepParser {
  return (word) => {
    const value = read(word);
    return judging(word, (packet) => {
      judge(packet, word);
      return [{ type: 'set_field', field: name, value }];
    });
  };
}

/** As the field's own value, without a mask. */
function exactly(name: RegisteredFieldName): (word: Word) => FieldValue {
  return ({ key, value: piece }) => {
    const { value, mask } = fieldValueAt(fieldByName(name), piece);
    if (mask !== undefined) refuse(piece.at, `${key} takes an address without a mask`);
    return value;
  };
}

function tosOf({ key, value }: Word): number {
  const tos = numberAt(value, key, 8);
  if (tos % 4 !== 0) {
    refuse(
      value.at,
      `${key}: ${value.text} has one of the two lowest bits, which are mod_nw_ecn's`,
    );
  }
  return tos / 4;
}

function expectIpv4(packet: KnownPacket, { key, at }: Word): void {
  packet.expect(packet.isIpv4, at, `${key} changes IPv4 packets; add ip to the match`);
}

export function expectIp(packet: KnownPacket, { key, at }: Word): void {
  packet.expect(packet.isIp, at, `${key} changes IP packets; add ip or ipv6 to the match`);
}

export function expectMpls(packet: KnownPacket, { key, at }: Word): void {
  const holds = isMpls(packet.etherType);
  packet.expect(
    holds,
    at,
    `${key} changes MPLS packets; add mpls to the match, or push_mpls before`,
  );
}

/** The port of the protocol that the match names; where nothing is known, the word of OpenFlow 1.1. */
function parsePortWord(side: 'src' | 'dst'): StepParser {
  return (word) => {
    const port = numberAt(word.value, word.key, 16);
    return judging(word, (packet) => {
      const protocol = packet.portsProtocol;
      packet.expect(
        protocol !== 0,
        word.at,
        `${word.key} changes TCP, UDP or SCTP packets; add tcp, udp or sctp to the match`,
      );
      for (const name of ['tcp', 'udp', 'sctp'] as const) {
        if (protocol === IP_PROTOCOLS[name]) {
          return [{ type: 'set_field', field: `${name}_${side}`, value: port }];
        }
      }
      return [{ type: `mod_tp_${side}`, port }];
    });
  };
}

const tunnelId: StepParser = whole('tun_id', (word) => u64At(word.value, word.key));

export const FIELD_STEPS: Readonly<Record<string, StepParser>> = {
  set_field: parseSetField,
  load: parseLoad,
  move: parseMove,
  push: parsePush,
  pop: parsePop,
  delete_field: parseDeleteField,
  mod_dl_src: whole('eth_src', exactly('eth_src')),
  mod_dl_dst: whole('eth_dst', exactly('eth_dst')),
  mod_nw_src: whole('ipv4_src', exactly('ipv4_src'), expectIpv4),
  mod_nw_dst: whole('ipv4_dst', exactly('ipv4_dst'), expectIpv4),
  mod_nw_tos: whole('ip_dscp', tosOf, expectIp),
  mod_nw_ecn: whole('ip_ecn', ({ key, value }) => numberAt(value, key, 2), expectIp),
  mod_tp_src: parsePortWord('src'),
  mod_tp_dst: parsePortWord('dst'),
  set_mpls_label: whole('mpls_label', ({ key, value }) => numberAt(value, key, 20), expectMpls),
  set_mpls_tc: whole('mpls_tc', ({ key, value }) => numberAt(value, key, 3), expectMpls),
  set_tunnel: tunnelId,
  set_tunnel64: tunnelId,
};
