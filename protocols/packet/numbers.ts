/**
 * Numbers that name what comes next: EtherTypes and protocols over IP.
 *
 * Sources: IEEE 802 numbers and protocol numbers of IANA; RFC 8300 §6 (NSH), RFC 5332 (multicast MPLS).
 */
export const ETHER_TYPE = {
  ipv4: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  vlan: 0x8100,
  serviceVlan: 0x88a8,
  ipv6: 0x86dd,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  nsh: 0x894f,
  lldp: 0x88cc,
} as const;

export const IP_PROTOCOL = {
  hopByHop: 0,
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  routing: 43,
  fragment: 44,
  authentication: 51,
  icmpv6: 58,
  noNextHeader: 59,
  destinationOptions: 60,
  sctp: 132,
} as const;
