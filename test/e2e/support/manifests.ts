/**
 * Manifests for the end-to-end tests, and the one address plan of all of them: member N of every network has the same
 * MAC and the same addresses, so that networks that mix would be noticed.
 */

export interface NetworkPlan {
  readonly name: string;
  /** Left out: allocated. */
  readonly vni?: number;
  readonly encapsulation?: readonly string[];
}

export interface PortPlan {
  readonly name: string;
  readonly network: string;
  readonly mac: string;
  readonly ips: readonly string[];
}

export function networkManifest({ name, vni, encapsulation }: NetworkPlan): string {
  const lines = [
    ...['kind: Network', `name: ${name}`],
    ...(vni === undefined ? [] : [`vni: ${vni}`]),
    ...(encapsulation === undefined ? [] : [`encapsulation: [${encapsulation.join(', ')}]`]),
  ];
  return `${lines.join('\n')}\n---\n`;
}

/** Member `number` (1 to 99) of a network. */
export function portPlan(network: string, number: number): PortPlan {
  return {
    name: `${network}-${number}`,
    network,
    mac: `02:00:00:00:00:${number.toString(16).padStart(2, '0')}`,
    ips: [`192.168.7.${number}`, `fd00:7::${number.toString(16)}`],
  };
}

export function portManifest({ name, network, mac, ips }: PortPlan): string {
  return `kind: Port\nname: ${name}\nnetwork: ${network}\nmac: ${mac}\nips: [${ips.map((ip) => `"${ip}"`).join(', ')}]\n---\n`;
}
