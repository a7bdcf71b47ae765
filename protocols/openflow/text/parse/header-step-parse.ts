/**
 * Actions that add, remove or count down headers: VLAN, MPLS, NSH, TTLs, encap and decap.
 *
 * Trap: mod_vlan_vid and mod_vlan_pcp are of OpenFlow 1.0, where they add a tag when there is none; they are sent as push_vlan
 * and set_field, and as set_field alone where the packet has a tag for sure.
 * Source: ovs-actions(7) of Open vSwitch 3.1.
 */
import type { EncapProperty } from '../../values/actions.ts';
import { suggestion } from '../suggestion.ts';
import { judging, plain, type Step, type StepParser } from './action-step.ts';
import { expectIp, expectMpls } from './field-step-parse.ts';
import { isMpls } from './known-packet.ts';
import { bytesAt, decimalAt, numberAt, U16_MAX } from './piece-parse.ts';
import { type Piece, quoted, refuse } from './text-fault.ts';
import { cutList, cutWords, type Word } from './words.ts';

const VLAN_8021Q = 0x8100;
const VLAN_8021AD = 0x88a8;
const TAG_PRESENT = 0x1000;

const parsePushVlan: StepParser = (word) => {
  const ethertype = numberAt(word.value, word.key, 16);
  if (ethertype !== VLAN_8021Q && ethertype !== VLAN_8021AD) {
    refuse(
      word.value.at,
      `${word.key}: ${word.value.text} is no tag's type; give 0x8100 or 0x88a8`,
    );
  }
  return judging(word, (packet) => {
    packet.need(packet.canPushTag, word.at, 'a third VLAN tag: Open vSwitch follows two at most');
    packet.pushTag();
    return [{ type: 'push_vlan', ethertype }];
  });
};

const parsePopVlan: StepParser = (word) => {
  needNoValue(word);
  return judging(word, (packet) => {
    packet.expect(
      packet.hasTag,
      word.at,
      `${word.key}: the packet may have no VLAN tag; match on one, as by vlan_tci=0x1000/0x1000`,
    );
    packet.popTag();
    return [{ type: 'pop_vlan' }];
  });
};

export function needNoValue({ key, value }: Word): void {
  if (value.text !== '')
    refuse(value.at, `${key} takes no value, but is given ${quoted(value.text)}`);
}

/** `pushes`: adds a tag where there may be none. */
function parseTag(field: 'vlan_vid' | 'vlan_pcp', bits: number, pushes: boolean): StepParser {
  return (word) => {
    const number = numberAt(word.value, word.key, bits);
    const value = field === 'vlan_vid' ? number | TAG_PRESENT : number;
    return judging(word, (packet) => {
      const hasTag = packet.hasTag;
      packet.expect(
        hasTag || pushes,
        word.at,
        `${word.key}: the packet may have no VLAN tag; push_vlan before, or match on one`,
      );
      if (packet.judgement !== 'blind') packet.setTag(true);
      const set = { type: 'set_field', field, value } as const;
      return hasTag || !pushes ? [set] : [{ type: 'push_vlan', ethertype: VLAN_8021Q }, set];
    });
  };
}

const parsePushMpls: StepParser = (word) => {
  const ethertype = numberAt(word.value, word.key, 16);
  if (!isMpls(ethertype)) {
    refuse(word.value.at, `${word.key}: ${word.value.text} is not MPLS; give 0x8847 or 0x8848`);
  }
  return judging(word, (packet) => {
    packet.expect(packet.isEthernet, word.at, `${word.key} needs an Ethernet packet; encap before`);
    packet.setEtherType(ethertype);
    packet.forgetIpProto();
    return [{ type: 'push_mpls', ethertype }];
  });
};

const parsePopMpls: StepParser = (word) => {
  const ethertype = numberAt(word.value, word.key, 16);
  return judging(word, (packet) => {
    expectMpls(packet, word);
    packet.expect(packet.isEthernet, word.at, `${word.key} needs an Ethernet packet`);
    packet.setEtherType(ethertype);
    return [{ type: 'pop_mpls', ethertype }];
  });
};

const parseTtl: StepParser = (word) => {
  const ttl = numberAt(word.value, word.key, 8);
  return judging(word, (packet) => {
    expectIp(packet, word);
    return [{ type: 'set_ttl', ttl }];
  });
};

const parseDecTtl: StepParser = (word) => {
  const controllerIds = cutList(word.value).map((id) => decimalAt(id, word.key, U16_MAX));
  if (word.value.text !== '' && controllerIds.length === 0) {
    refuse(word.value.at, `${word.key} names no controller; give their numbers, or no parentheses`);
  }
  return judging(word, (packet) => {
    expectIp(packet, word);
    return [
      controllerIds.length === 0 ? { type: 'dec_ttl' } : { type: 'dec_ttl_cnt_ids', controllerIds },
    ];
  });
};

const parseMplsTtl: StepParser = (word) => {
  const ttl = numberAt(word.value, word.key, 8);
  return judging(word, (packet) => {
    expectMpls(packet, word);
    return [{ type: 'set_mpls_ttl', ttl }];
  });
};

const parseDecMplsTtl: StepParser = (word) => {
  needNoValue(word);
  return judging(word, (packet) => {
    expectMpls(packet, word);
    return [{ type: 'dec_mpls_ttl' }];
  });
};

const parseDecNshTtl: StepParser = (word) => {
  needNoValue(word);
  return judging(word, (packet) => {
    packet.expect(
      packet.isNsh,
      word.at,
      `${word.key} changes NSH packets; add dl_type=0x894f to the match`,
    );
    return [{ type: 'dec_nsh_ttl' }];
  });
};

/** Namespace << 16 | type. */
const PACKET_TYPES: Readonly<Record<string, number>> = {
  ethernet: 0,
  nsh: 0x1894f,
  mpls: 0x18847,
  mpls_mc: 0x18848,
};

/** OFPHTN_N_TYPES. */
const NAMESPACES = 5;

const NSH_CLASS = 4;
const NSH_MD_TYPE = 1;
const NSH_TLV = 2;
/** Its length has 8 bits, and the header with it must fit into 255 as well, in steps of 8. */
const NSH_TLV_MAX_BYTES = 240;

/** encap(nsh(md_type=2,tlv(0x1000,10,0x12345678))) */
const parseEncap: StepParser = (word) => {
  const [header, surplus] = cutWords(word.value);
  const known = Object.keys(PACKET_TYPES);
  if (header === undefined)
    refuse(word.at, `${word.key} needs a header: one of ${known.join(', ')}`);
  if (surplus !== undefined) refuse(surplus.at, `${word.key} takes one header alone`);
  const packetType = Object.hasOwn(PACKET_TYPES, header.key) ? PACKET_TYPES[header.key] : undefined;
  if (packetType === undefined) {
    const near = suggestion(header.key, known) || `; they are ${known.join(', ')}`;
    refuse(header.at, `${word.key}: ${quoted(header.key)} is no header${near}`);
  }
  const properties = cutWords(header.value).map((property) => parseProperty(header, property));
  return judging(word, (packet) => {
    packet.encapsulate(packetType);
    return [{ type: 'encap', packetType, headerSize: 0, properties }];
  });
};

function parseProperty(header: Word, property: Word): EncapProperty {
  if (header.key === 'nsh' && property.key === 'md_type') {
    const type = decimalAt(property.value, 'md_type', 2, 1);
    return { class: NSH_CLASS, type: NSH_MD_TYPE, data: Uint8Array.of(type) };
  }
  if (header.key === 'nsh' && property.key === 'tlv') {
    return { class: NSH_CLASS, type: NSH_TLV, data: tlvBytes(property) };
  }
  const what = header.key === 'nsh' ? 'its properties are md_type and tlv' : 'it has none';
  return refuse(property.at, `${header.key} has no property ${quoted(property.key)}; ${what}`);
}

/** class:16 | type:8 | length:8 | bytes, of tlv(0xCLASS,TYPE,0xBYTES). */
function tlvBytes({ at, value }: Word): Uint8Array {
  const [tlvClass, type, bytes, surplus] = cutList(value);
  const isHex = tlvClass?.text.startsWith('0x') === true && bytes?.text.startsWith('0x') === true;
  const isTight = !/,,|\s/.test(value.text);
  if (type === undefined || bytes === undefined || surplus !== undefined || !isHex || !isTight) {
    refuse(at, 'tlv is written tlv(0xCLASS,TYPE,0xBYTES)');
  }
  const classNumber = numberAt(tlvClass as Piece, "the tlv's class", 16);
  const typeNumber = decimalAt(type, "the tlv's type", 255);
  const content = bytesAt({ text: bytes.text.slice(2), at: bytes.at + 2 }, "the tlv's value");
  if (content.length > NSH_TLV_MAX_BYTES) {
    refuse(
      bytes.at,
      `the tlv's value has ${content.length} bytes; ${NSH_TLV_MAX_BYTES} is the most`,
    );
  }
  return Uint8Array.of(classNumber >> 8, classNumber & 255, typeNumber, content.length, ...content);
}

/** decap, decap(), decap(packet_type(ns=0,type=0)) */
const parseDecap: StepParser = (word) => {
  const [argument, surplus] = cutWords(word.value);
  if (surplus !== undefined) refuse(surplus.at, `${word.key} takes one packet_type alone`);
  const packetType = argument === undefined ? undefined : parsePacketType(argument);
  return judging(word, (packet) => {
    packet.decapsulate();
    return [{ type: 'decap', ...(packetType === undefined ? {} : { packetType }) }];
  });
};

function parsePacketType(argument: Word): number {
  const [namespace, type, surplus] = cutWords(argument.value);
  if (
    argument.key !== 'packet_type' ||
    namespace?.key !== 'ns' ||
    type?.key !== 'type' ||
    surplus !== undefined
  ) {
    refuse(argument.at, 'decap is written decap(packet_type(ns=NAMESPACE,type=TYPE))');
  }
  const ns = numberAt(namespace.value, 'ns', 16);
  if (ns >= NAMESPACES)
    refuse(
      namespace.value.at,
      `${namespace.value.text} is no namespace of packet types; they are 0 to ${NAMESPACES - 1}`,
    );
  return ns * 0x10000 + numberAt(type.value, 'type', 16);
}

function withoutValue(type: 'pop_queue' | 'exit' | 'ct_clear' | 'debug_recirc' | 'debug_slow') {
  return (word: Word): Step => {
    needNoValue(word);
    return plain(word, { type });
  };
}

export const HEADER_STEPS: Readonly<Record<string, StepParser>> = {
  push_vlan: parsePushVlan,
  strip_vlan: parsePopVlan,
  pop_vlan: parsePopVlan,
  mod_vlan_vid: parseTag('vlan_vid', 12, true),
  mod_vlan_pcp: parseTag('vlan_pcp', 3, true),
  set_vlan_vid: parseTag('vlan_vid', 12, false),
  set_vlan_pcp: parseTag('vlan_pcp', 3, false),
  push_mpls: parsePushMpls,
  pop_mpls: parsePopMpls,
  mod_nw_ttl: parseTtl,
  set_nw_ttl: parseTtl,
  dec_ttl: parseDecTtl,
  set_mpls_ttl: parseMplsTtl,
  dec_mpls_ttl: parseDecMplsTtl,
  dec_nsh_ttl: parseDecNshTtl,
  encap: parseEncap,
  decap: parseDecap,
  pop_queue: withoutValue('pop_queue'),
  exit: withoutValue('exit'),
  ct_clear: withoutValue('ct_clear'),
  debug_recirc: withoutValue('debug_recirc'),
  debug_slow: withoutValue('debug_slow'),
};
