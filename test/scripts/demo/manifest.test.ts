import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { ExampleManifest } from '../../../scripts/demo/manifest.ts';
import { projectFile } from '../../../scripts/lab/controller.ts';

describe("the demo's example manifest", () => {
  const manifest = new ExampleManifest(projectFile('examples/two-networks.yaml'));

  it('has the same MACs and IPs in both networks', () => {
    const addresses = (network: string) =>
      manifest.ports
        .filter((port) => port.network === network)
        .map(({ mac, ips }) => [mac, ...ips]);
    expect(addresses('blue')).to.have.length(4);
    expect(addresses('blue')).to.deep.equal(addresses('red'));
  });

  it('gives its networks alone, with the encapsulation that is asked for', () => {
    const documents = parseAllDocuments(manifest.networksWith('gre')).map((item) => item.toJS());
    expect(documents).to.deep.equal([
      { kind: 'Network', name: 'blue', vni: 5001, encapsulation: ['gre'] },
      { kind: 'Network', name: 'red', vni: 5002, encapsulation: ['gre'] },
    ]);
  });
});
