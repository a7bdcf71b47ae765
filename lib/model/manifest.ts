/**
 * Manifests: what operators declare, checked once here and trusted inside.
 */
import type { IpAddress, MacAddress } from '../../protocols/base/addresses.ts';
import type { Encapsulation } from './encapsulation.ts';

export interface NetworkManifest {
  readonly kind: 'Network';
  readonly name: string;
  /** Absent: allocated. */
  readonly vni?: number;
  readonly encapsulation?: readonly Encapsulation[];
}

export interface PortManifest {
  readonly kind: 'Port';
  readonly name: string;
  readonly network: string;
  readonly mac: MacAddress;
  readonly ips: readonly IpAddress[];
}

/** NVEs make themselves known; to name one ends its departure, if it was let go. */
export interface NveManifest {
  readonly kind: 'Nve';
  readonly name: string;
}

export type Manifest = NetworkManifest | PortManifest | NveManifest;

export interface ObjectRef {
  readonly kind: 'Network' | 'Port' | 'Nve' | 'Instance';
  readonly name: string;
}
