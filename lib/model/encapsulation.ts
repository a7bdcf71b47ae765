/**
 * Encapsulations and underlay endpoints of an NVE.
 *
 * Sources: RFC 7348 (VXLAN), RFC 8926 (Geneve), RFC 2784/2890 (GRE with key; RFC 7637 maps the VNI to it).
 */
import type { IpAddress } from '../../protocols/base/addresses.ts';

/** In the order of our preference when a network names none. */
export const ENCAPSULATIONS = ['geneve', 'vxlan', 'gre'] as const;

export type Encapsulation = (typeof ENCAPSULATIONS)[number];

/** The UDP ports that the encapsulations were given; GRE has none. Sources: RFC 7348 §5, RFC 8926 §3.3. */
export const UDP_PORTS = { geneve: 6081, vxlan: 4789 } as const;

/** Where an NVE can be reached: one outer address by one encapsulation. */
export interface Endpoint {
  readonly type: Encapsulation;
  readonly ip: IpAddress;
  /** UDP, when it is not the encapsulation's own. */
  readonly port?: number;
}
