/**
 * What is known of a packet by the flow's match, and after some of its actions: the protocols that it has, and so the fields.
 *
 * The places of a match's fields are those of flow-places.ts; actions change a few of them.
 * Source: ovs-fields(7) of Open vSwitch 3.1 (prerequisites).
 */
import { type FieldName, findField, type RegisteredFieldName } from '../../values/fields.ts';
import { type FlowFields, noFields, numberAt, setField } from '../../values/flow-places.ts';
import type { Match, MatchField } from '../../values/match.ts';
import {
  ethernetType,
  isIp,
  meetsPrerequisite,
  NAMESPACE_ETHERTYPE,
} from '../../values/prerequisites.ts';

const ETHERNET_PACKET = 0;
const UNKNOWN_PACKET = 0xffffffff;
const NO_ETHERTYPE = 0xffff;
const PRESENT = 0x1000;
const ALL_32 = 0xffffffff;

/** ct_state of a packet, not of a match: new, est or rpl say that the connection tracker saw it. */
const CT_SEEN = 0x0b;

export class FlowState {
  readonly #flow: FlowFields;
  /** Whether there is a VLAN header behind the first; no match says it. */
  #secondVlan: boolean;

  constructor(flow: FlowFields, secondVlan = false) {
    this.#flow = flow;
    this.#secondVlan = secondVlan;
  }

  static of(match: Match): FlowState {
    const state = new FlowState(noFields());
    for (const field of match) state.add(field);
    return state;
  }

  /** The match says this, too. */
  add({ field: name, value, mask }: MatchField): void {
    const field = findField(name);
    if (field !== undefined) setField(this.#flow, field, value, mask);
  }

  copy(): FlowState {
    return new FlowState({ ...this.#flow, places: new Map(this.#flow.places) }, this.#secondVlan);
  }

  #set(name: RegisteredFieldName, value: number): void {
    this.#flow.places.set(name, { value, mask: ALL_32 });
  }

  get packetType(): number {
    return numberAt(this.#flow, 'packet_type');
  }

  /** Ethernet's type, also of a packet that has no Ethernet. */
  get dlType(): number {
    return numberAt(this.#flow, 'eth_type');
  }

  set dlType(type: number) {
    this.#set('eth_type', type);
  }

  get protocol(): number {
    return numberAt(this.#flow, 'ip_proto');
  }

  set protocol(protocol: number) {
    this.#set('ip_proto', protocol);
  }

  get ctState(): number {
    return numberAt(this.#flow, 'ct_state');
  }

  /** Ethernet's, or what a packet without Ethernet is. */
  get ethertype(): number {
    return ethernetType(this.#flow);
  }

  get isEthernet(): boolean {
    return this.packetType === ETHERNET_PACKET;
  }

  get isIp(): boolean {
    return isIp(this.ethertype);
  }

  /** The match itself says that the connection tracker saw the packet. */
  get matchesTracked(): boolean {
    return meetsPrerequisite(this.#flow, 'ct');
  }

  get hasPorts(): boolean {
    return (['tcp', 'udp', 'sctp'] as const).some((needed) =>
      meetsPrerequisite(this.#flow, needed),
    );
  }

  /** Whether the packet has the field; `asMatch`: whether a match could name it. */
  has(name: FieldName, asMatch: boolean): boolean {
    const prerequisite = findField(name)?.prerequisite ?? 'none';
    if (prerequisite === 'ct' && !asMatch) return (this.ctState & CT_SEEN) !== 0;
    return meetsPrerequisite(this.#flow, prerequisite);
  }

  get hasVlan(): boolean {
    return (numberAt(this.#flow, 'vlan_tci') & PRESENT) !== 0;
  }

  set hasVlan(present: boolean) {
    this.#set('vlan_tci', present ? PRESENT : 0);
  }

  /** false: two VLANs are there already. */
  pushVlan(): boolean {
    if (this.#secondVlan) return false;
    this.#secondVlan = this.hasVlan;
    this.hasVlan = true;
    return true;
  }

  popVlan(): void {
    if (!this.hasVlan) return;
    this.hasVlan = this.#secondVlan;
    this.#secondVlan = false;
  }

  encapsulate(packetType: number): void {
    this.#set('packet_type', packetType);
    if (packetType >>> 16 === NAMESPACE_ETHERTYPE) this.dlType = packetType & 0xffff;
    if (!this.isIp) this.protocol = 0;
  }

  /** Behind the header may be anything, but for Ethernet's, whose type is known. */
  decapsulate(): void {
    if (this.isEthernet) {
      this.#set('packet_type', NAMESPACE_ETHERTYPE * 0x10000 + this.dlType);
      return;
    }
    this.#set('packet_type', UNKNOWN_PACKET);
    this.dlType = NO_ETHERTYPE;
  }
}
