/**
 * What is known of a packet at one point of an action list: from the match, and from the actions before. Open vSwitch asks that
 * actions fit the match (tcp_dst is set for packets that the match says are TCP); so does ovs-ofctl before it sends, and we.
 *
 * Nothing is known in a group's bucket, and nothing asked. In write_actions, whose order is not that of the text, only what can
 * never be right is refused.
 *
 * Source: ovs-fields(7), ovs-actions(7) of Open vSwitch 3.1; OpenFlow 1.5.1 §7.2.3.8 (prerequisites).
 */
import type { Subfield } from '../../values/actions.ts';
import type { Prerequisite } from '../../values/field-registry.ts';
import { type Field, type FieldName, findField } from '../../values/fields.ts';
import type { Match } from '../../values/match.ts';
import { refuse } from './text-fault.ts';

/** strict: all is asked; lenient: within write_actions; blind: a bucket. */
export type Judgement = 'strict' | 'lenient' | 'blind';

/** Namespace << 16 | type; a packet without packet_type in its match is Ethernet. */
const PACKET_ETHERNET = 0;
const NAMESPACE_ETHERTYPE = 1;
const PACKET_UNKNOWN = 0xffffffff;

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const ARP = 0x0806;
const RARP = 0x8035;
const NSH = 0x894f;
const NO_TYPE = 0x05ff;

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const SCTP = 132;
const ND_SOLICIT = 135;
const ND_ADVERT = 136;

const TAG_PRESENT = 0x1000;
/** Open vSwitch follows two tags. */
const TAGS_MAX = 2;

/** OVS_CS_F_*. */
const CT_NEW = 1;
const CT_ESTABLISHED = 2;
const CT_RELATED = 4;
const CT_REPLY = 8;
const CT_INVALID = 16;
const CT_TRACKED = 32;
const CT_SNAT = 64;
const CT_DNAT = 128;
const ALL_CT_STATES = 0xff;

/** Of ip_frag. */
const FRAGMENT_LATER = 2;

export function isMpls(etherType: number): boolean {
  return etherType === 0x8847 || etherType === 0x8848;
}

interface State {
  packetType: number;
  etherType: number;
  ipProto: number;
  laterFragment: boolean;
  /** Outermost first. */
  tags: boolean[];
  icmpType: number;
  icmpCode: number;
  ctState: number;
  ctMask: number;
}

export class KnownPacket {
  readonly judgement: Judgement;
  readonly #state: State;

  private constructor(judgement: Judgement, state: State) {
    this.judgement = judgement;
    this.#state = state;
  }

  static matching(match: Match, judgement: Judgement = 'strict'): KnownPacket {
    return new KnownPacket(judgement, stateOf(match));
  }

  /** For the actions inside another one: what they change does not last. */
  inside(judgement: Judgement = this.judgement): KnownPacket {
    const kept = this.judgement === 'blind' ? 'blind' : judgement;
    return new KnownPacket(kept, { ...this.#state, tags: [...this.#state.tags] });
  }

  get isIp(): boolean {
    return this.isIpv4 || this.isIpv6;
  }

  get isIpv4(): boolean {
    return this.etherType === IPV4;
  }

  get isIpv6(): boolean {
    return this.etherType === IPV6;
  }

  get isEthernet(): boolean {
    return this.#state.packetType === PACKET_ETHERNET;
  }

  get isNsh(): boolean {
    return this.etherType === NSH || this.#state.etherType === NSH;
  }

  /** Of an Ethernet packet, or what a bare packet is. */
  get etherType(): number {
    const { packetType, etherType } = this.#state;
    if (packetType === PACKET_ETHERNET) return etherType;
    return packetType >>> 16 === NAMESPACE_ETHERTYPE ? packetType & 0xffff : NO_TYPE;
  }

  /** 0: not known. */
  get ipProto(): number {
    return this.#state.ipProto;
  }

  /** TCP, UDP or SCTP, and not a later fragment, which has no ports; 0: none of them, or not known. */
  get portsProtocol(): number {
    const { ipProto, laterFragment } = this.#state;
    return [TCP, UDP, SCTP].includes(ipProto) && this.isIp && !laterFragment ? ipProto : 0;
  }

  get hasTag(): boolean {
    return this.#state.tags[0] === true;
  }

  get canPushTag(): boolean {
    return this.#state.tags[TAGS_MAX - 1] !== true;
  }

  get isInvalidConnection(): boolean {
    return (this.#state.ctState & CT_INVALID) !== 0;
  }

  /** The match says that conntrack knows the packet. */
  get hasConnection(): boolean {
    const { ctState, ctMask } = this.#state;
    const valid = CT_NEW | CT_ESTABLISHED | CT_RELATED | CT_REPLY | CT_SNAT | CT_DNAT;
    if ((ctState & valid) !== 0) return true;
    const known = (ctState & CT_TRACKED) !== 0;
    return known && (ctMask & CT_INVALID) !== 0 && (ctState & CT_INVALID) === 0;
  }

  /** Refuses in any case but a bucket. */
  need(holds: boolean, at: number, message: string): void {
    if (!holds && this.judgement !== 'blind') refuse(at, message);
  }

  /** Refuses where order is known. */
  expect(holds: boolean, at: number, message: string): void {
    if (!holds && this.judgement === 'strict') refuse(at, message);
  }

  /** Refuses a field that the packet may not have. */
  needField(field: Field, at: number): void {
    const { holds, words } = PREREQUISITES[field.prerequisite];
    this.need(
      holds(this),
      at,
      `not every packet that matches has the field ${field.ovsName}; add ${words} to the match`,
    );
  }

  needSubfield({ field }: Subfield, at: number): void {
    const row = findField(field);
    if (row !== undefined) this.needField(row, at);
  }

  /** 0: no neighbour discovery, or not known. */
  get discovery(): number {
    const { ipProto, icmpType, icmpCode } = this.#state;
    if (!this.isIpv6 || ipProto !== ICMPV6 || icmpCode !== 0) return 0;
    return icmpType === ND_SOLICIT || icmpType === ND_ADVERT ? icmpType : 0;
  }

  setTag(present: boolean): void {
    this.#state.tags[0] = present;
  }

  pushTag(): void {
    this.#state.tags = [true, ...this.#state.tags].slice(0, TAGS_MAX);
  }

  popTag(): void {
    this.#state.tags.shift();
  }

  setEtherType(etherType: number): void {
    this.#state.etherType = etherType;
  }

  forgetIpProto(): void {
    this.#state.ipProto = 0;
  }

  encapsulate(packetType: number): void {
    this.#state.packetType = packetType;
    if (packetType >>> 16 === NAMESPACE_ETHERTYPE) this.#state.etherType = packetType & 0xffff;
    if (!this.isIp) this.#state.ipProto = 0;
  }

  decapsulate(): void {
    const { etherType } = this.#state;
    if (this.isEthernet) {
      this.#state.packetType = NAMESPACE_ETHERTYPE * 0x10000 + etherType;
    } else {
      this.#state.packetType = PACKET_UNKNOWN;
      this.#state.etherType = 0xffff;
    }
  }
}

interface Judge {
  readonly holds: (packet: KnownPacket) => boolean;
  /** What to add to a match. */
  readonly words: string;
}

const ofPorts = (ipProto: number) => (packet: KnownPacket) => packet.portsProtocol === ipProto;

const PREREQUISITES: Readonly<Record<Prerequisite, Judge>> = {
  none: { holds: () => true, words: 'nothing' },
  ethernet: { holds: (packet) => packet.isEthernet, words: 'eth' },
  vlan: { holds: (packet) => packet.isEthernet && packet.hasTag, words: 'vlan_tci=0x1000/0x1000' },
  arp: { holds: ({ etherType }) => etherType === ARP || etherType === RARP, words: 'arp' },
  ipv4: { holds: (packet) => packet.isIpv4, words: 'ip' },
  ipv6: { holds: (packet) => packet.isIpv6, words: 'ipv6' },
  ip: { holds: (packet) => packet.isIp, words: 'ip or ipv6' },
  mpls: { holds: ({ etherType }) => isMpls(etherType), words: 'mpls' },
  nsh: { holds: ({ etherType }) => etherType === NSH, words: 'dl_type=0x894f' },
  ct: { holds: (packet) => packet.hasConnection, words: 'ct_state=+trk-inv' },
  tcp: { holds: ofPorts(TCP), words: 'tcp or tcp6' },
  udp: { holds: ofPorts(UDP), words: 'udp or udp6' },
  sctp: { holds: ofPorts(SCTP), words: 'sctp or sctp6' },
  icmp: { holds: (packet) => packet.isIpv4 && packet.ipProto === ICMP, words: 'icmp' },
  icmp6: { holds: (packet) => packet.isIpv6 && packet.ipProto === ICMPV6, words: 'icmp6' },
  nd: { holds: ({ discovery }) => discovery !== 0, words: 'icmp6,icmp_type=135,icmp_code=0' },
  nd_solicit: {
    holds: ({ discovery }) => discovery === ND_SOLICIT,
    words: 'icmp6,icmp_type=135,icmp_code=0',
  },
  nd_advert: {
    holds: ({ discovery }) => discovery === ND_ADVERT,
    words: 'icmp6,icmp_type=136,icmp_code=0',
  },
};

function stateOf(match: Match): State {
  const items = new Map(match.map((item) => [item.field, item]));
  const value = (field: FieldName) => Number(items.get(field)?.value ?? 0);
  const packetType = value('packet_type');
  const isBare = packetType >>> 16 === NAMESPACE_ETHERTYPE;
  const tci = value('vlan_tci') | value('vlan_vid');
  return {
    packetType,
    etherType: isBare ? packetType & 0xffff : value('eth_type'),
    ipProto: value('ip_proto'),
    laterFragment: (value('ip_frag') & FRAGMENT_LATER) !== 0,
    tags: [(tci & TAG_PRESENT) !== 0],
    icmpType: value('icmpv6_type'),
    icmpCode: value('icmpv6_code'),
    ctState: value('ct_state'),
    ctMask: Number(items.get('ct_state')?.mask ?? (items.has('ct_state') ? ALL_CT_STATES : 0)),
  };
}
