import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parseDocument } from 'yaml';
import { readConfiguration } from '../../lib/daemon/configuration.ts';
import { loadConfiguration } from '../../lib/daemon/configuration-load.ts';
import { parseManifests } from '../../lib/model/manifest-parse.ts';
import { readYamlDocuments } from '../../lib/northbound/yaml-documents.ts';

const pathOf = (name: string): string =>
  fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
const textOf = (name: string): string => readFileSync(pathOf(name), 'utf8');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}

describe('the examples', () => {
  it('hold a configuration that is taken as it is: Sentinels, an ACL user, confirmed writes', () => {
    const loaded = loadConfiguration({ config: pathOf('nva.yaml') }, {});
    expect(loaded).to.have.property('ok', true);
    expect(loaded)
      .to.have.property('value')
      .that.includes({ domain: 'production', 'store-wait-replicas': 1, 'store-wait-aof': true });
    expect(loaded)
      .to.have.nested.property('value.store.location')
      .that.deep.includes({
        ...{ kind: 'sentinel', master: 'mymaster', credentials: { user: 'nva' } },
      });
  });

  it('hold manifests that are taken as they are', () => {
    const text = textOf('two-networks.yaml');
    const documents = readYamlDocuments(text, { sizeMaxBytes: 1 << 20 });
    expect(documents).to.have.property('ok', true);
    expect(documents.ok && parseManifests(documents.value)).to.have.property('ok', true);
  });

  it('compose three instances of one domain on ports of their own, and a Redis that keeps what it is told', () => {
    const document = parseDocument(textOf('compose.yaml'), { merge: true });
    expect(document.errors).to.deep.equal([]);
    const { services, volumes } = document.toJS() as {
      services: Record<string, Service>;
      volumes: object;
    };
    const { redis, ...instances } = services;
    expect(redis?.command?.join(' ')).to.contain('--appendonly yes');
    expect(redis?.volumes).to.deep.equal(['redis:/data']);
    expect(volumes).to.have.property('redis');
    const ports = new Set<string>();
    for (const [name, { environment = {}, image }] of Object.entries(instances)) {
      expect(image).to.equal('nva');
      const configuration = readConfiguration({
        ...{ env: environment, flags: {}, hostname: 'h' },
        ...{ defaultStore: 'lmdb:/x', defaultApi: 'unix:/x' },
      });
      expect(configuration, name).to.have.nested.property('value.instance', name);
      expect(configuration).to.have.nested.property('value.store.type', 'redis');
      ports.add(environment.NVA_OVSDB ?? '').add(environment.NVA_OPENFLOW ?? '');
    }
    expect(Object.keys(instances)).to.have.lengthOf(3);
    expect(ports.size).to.equal(6);
  });

  it('have a unit in which every line is a setting of its section, once but for Environment', () => {
    let section = '';
    const seen = new Set<string>();
    for (const line of textOf('nva.service').split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const opened = /^\[(Unit|Service|Install)\]$/.exec(line);
      if (opened !== null) {
        section = opened[1] ?? '';
        continue;
      }
      expect(line).to.match(/^[A-Z][A-Za-z]+=[^\s].*$|^CapabilityBoundingSet=$/);
      const setting = `${section} ${line.split('=', 1)[0]}`;
      if (!setting.endsWith('Environment')) expect(seen, setting).to.not.include(setting);
      seen.add(setting);
    }
    expect(seen).to.include.keys('Service ExecStart', 'Service DynamicUser', 'Install WantedBy');
  });
});
