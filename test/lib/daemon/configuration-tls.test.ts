import { expect } from 'chai';
import { readConfiguration } from '../../../lib/daemon/configuration.ts';
import { openflowTargets } from '../../../lib/daemon/openflow-targets.ts';
import { type IpAddress, parseIp } from '../../../protocols/base/addresses.ts';

function read(flags: Record<string, string | string[]>) {
  return readConfiguration({
    ...{ env: {}, flags, hostname: 'host1' },
    defaultStore: 'lmdb:/var/lib/nva',
    defaultApi: 'unix:/run/nva/nva.sock',
  });
}

function problems(flags: Record<string, string | string[]>): string[] {
  const result = read(flags);
  return result.ok ? [] : result.error.map(({ where, message }) => `${where} ${message}`);
}

const FILES = { 'ca-cert': '/k/ca.pem', certificate: '/k/cert.pem', 'private-key': '/k/key.pem' };
const ENDPOINTS = { ovsdb: ['pssl:6640'], openflow: ['pssl:6653'] };

describe('the configuration of TLS', () => {
  it('takes pssl: and ssl: with the three files, of which relative ones are made absolute', () => {
    const result = read({
      ...{ ...ENDPOINTS, ...FILES, 'private-key': 'key.pem', 'certificate-names': 'any' },
      ovsdb: ['pssl:6640', 'ssl:[2001:db8::1]', 'ptcp:6641'],
    });
    expect(result.ok && result.value.ovsdb).to.deep.equal([
      { method: 'pssl', port: 6640 },
      { method: 'ssl', ip: '2001:db8::1', port: 6640 },
      { method: 'ptcp', port: 6641 },
    ]);
    expect(result.ok && result.value['private-key']).to.equal(`${process.cwd()}/key.pem`);
    expect(result.ok && result.value['certificate-names']).to.equal('any');
  });

  it('names each file that is missing, and how ovs-pki makes it', () => {
    expect(problems({ ...ENDPOINTS, 'ca-cert': '/k/ca.pem' })).to.deep.equal([
      '--certificate is missing, and pssl: and ssl: need it; name our own, NAME-cert.pem of "ovs-pki -u req+sign NAME controller".',
      '--private-key is missing, and pssl: and ssl: need it; name the key of our certificate, NAME-privkey.pem of "ovs-pki req+sign".',
    ]);
    expect(problems({ ...FILES, 'ca-cert': '', openflow: 'pssl:6653' })).to.deep.equal([
      '--ca-cert is missing, and pssl: and ssl: need it; name the authority of the hypervisors, switchca/cacert.pem of "ovs-pki init".',
    ]);
  });

  it('refuses files that no endpoint asks for, and rules that it does not know', () => {
    expect(problems({ certificate: '/k/cert.pem' })).to.deep.equal([
      '--certificate is for pssl: and ssl:, and neither ovsdb nor openflow names one; write pssl: there, or leave it out.',
    ]);
    expect(problems({ ...ENDPOINTS, ...FILES, 'certificate-names': 'none' })).to.deep.equal([
      '--certificate-names "none" is not known; choose one of system-id, any.',
    ]);
  });

  it('refuses TLS for databases alone, and OpenFlow targets that we would have to connect to', () => {
    expect(problems({ ...FILES, ovsdb: 'pssl:6640' })).to.deep.equal([
      '--openflow names no pssl:, and an NVE that comes by TLS is told of such targets only; add pssl:6653.',
    ]);
    expect(problems({ ...FILES, openflow: 'ssl:192.0.2.1' }).join()).to.match(
      /^--openflow ssl:192\.0\.2\.1 does not listen/,
    );
  });
});

describe('the OpenFlow targets that an NVE is told', () => {
  const ip = (text: string): IpAddress => {
    const parsed = parseIp(text);
    if (parsed === undefined) throw new Error(text);
    return parsed;
  };
  const both = [
    { method: 'ptcp', port: 6653 },
    { method: 'pssl', port: 6654 },
    { method: 'pssl', port: 6655, ip: ip('2001:db8::9') },
  ] as const;
  const [plain, secure, bound] = both;
  const targets = openflowTargets;

  it('are ssl: alone for who came by TLS, tcp: for who did not', () => {
    const configuration = { openflow: both, advertise: [] };
    expect(targets(configuration, ip('192.0.2.1'), true)).to.deep.equal([
      'ssl:192.0.2.1:6654',
      'ssl:[2001:db8::9]:6655',
    ]);
    expect(targets(configuration, ip('2001:db8::1'), false)).to.deep.equal([
      'tcp:[2001:db8::1]:6653',
    ]);
  });

  it('are ssl: for who came without TLS where nothing else listens, and never tcp: for who came by it', () => {
    expect(targets({ openflow: [secure], advertise: [] }, ip('192.0.2.1'), false)).to.deep.equal([
      'ssl:192.0.2.1:6654',
    ]);
    expect(targets({ openflow: [plain], advertise: [] }, ip('192.0.2.1'), true)).to.deep.equal([]);
  });

  it('are those that are advertised, and none where nothing tells which', () => {
    const advertise = [ip('198.51.100.1'), ip('2001:db8::7')];
    expect(targets({ openflow: [secure, bound], advertise }, undefined, true)).to.deep.equal([
      'ssl:198.51.100.1:6654',
      'ssl:[2001:db8::7]:6654',
      'ssl:198.51.100.1:6655',
      'ssl:[2001:db8::7]:6655',
    ]);
    expect(targets({ openflow: [plain], advertise: [] }, undefined, false)).to.deep.equal([]);
    expect(targets({ openflow: [plain], advertise: [] }, ip('fe80::1'), false)).to.deep.equal([]);
  });
});
