/**
 * The demo's view of its example manifest: which networks and ports it declares, and the same networks with another
 * encapsulation.
 */
import { readFileSync } from 'node:fs';
import { parseAllDocuments, stringify } from 'yaml';

export interface PortOfManifest {
  readonly name: string;
  readonly network: string;
  readonly mac: string;
  readonly ips: readonly string[];
}

export class ExampleManifest {
  readonly text: string;
  readonly ports: readonly PortOfManifest[];
  readonly #networks: readonly object[];

  constructor(file: string) {
    this.text = readFileSync(file, 'utf8');
    const objects = parseAllDocuments(this.text).map((item) => item.toJS() as { kind: string });
    this.#networks = objects.filter(({ kind }) => kind === 'Network');
    this.ports = objects.filter(({ kind }) => kind === 'Port') as unknown as PortOfManifest[];
  }

  /** The networks alone, told to use this encapsulation. */
  networksWith(encapsulation: string): string {
    const changed = this.#networks.map((network) => ({
      ...network,
      encapsulation: [encapsulation],
    }));
    return changed.map((network) => stringify(network)).join('---\n');
  }
}
