import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { readTlsFiles, type TlsFiles } from '../../../lib/runtime/tls-files.ts';
import { certificateNames, handshakeFailure, namesIn } from '../../../lib/runtime/tls-peer.ts';
import type { KeyPair } from '../../../scripts/lab/pki.ts';
import { KeyMaterial } from './key-material.ts';

describe('the files of TLS', function () {
  this.timeout(20_000);
  let keys: KeyMaterial;
  let ours: KeyPair;
  let other: KeyPair;

  before(async () => {
    keys = await KeyMaterial.create();
    [ours, other] = await Promise.all([
      keys.pki.sign('nva', 'controller'),
      keys.strange.sign('nva', 'controller'),
    ]);
  });

  after(() => keys.close());

  const faultAfter = (change: (files: TlsFiles) => void, now = new Date()): string => {
    const files = keys.place('files', ours);
    change(files);
    const read = readTlsFiles(files, now);
    return read.ok ? '' : read.error.replaceAll(/\/\S*\//g, '');
  };

  it('are read as ovs-pki makes them', () => {
    const read = readTlsFiles(keys.place('files', ours), new Date());
    expect(read.ok && read.value.cert).to.equal(readFileSync(ours.certificate, 'utf8'));
    expect(read.ok && read.value.validTo.getTime() > Date.now()).to.equal(true);
  });

  it('may hold several authorities, as long as one of them is valid', () => {
    const both = (files: TlsFiles): void => {
      const texts = [keys.pki, keys.strange].map((pki) => readFileSync(pki.authority('switch')));
      writeFileSync(files['ca-cert'], Buffer.concat(texts));
    };
    expect(faultAfter(both)).to.equal('');
  });

  it('are refused by name, with how to make them, when one is missing or no PEM', () => {
    const absent = (files: TlsFiles) => ({ ...files, certificate: '/nowhere/x.pem' });
    const read = readTlsFiles(absent(keys.place('files', ours)), new Date());
    expect(read.ok ? '' : read.error).to.equal(
      '--certificate /nowhere/x.pem cannot be read (ENOENT); make key and certificate with "ovs-pki -u req+sign nva controller"',
    );
    expect(faultAfter((files) => writeFileSync(files['ca-cert'], 'nothing'))).to.equal(
      '--ca-cert ca.pem holds no certificate in PEM; name the authority of the switches, switchca/cacert.pem where "ovs-pki init" made it',
    );
    expect(faultAfter((files) => writeFileSync(files['private-key'], 'nothing'))).to.match(
      /^--private-key key.pem holds no private key in PEM; make/,
    );
    const noise = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    expect(faultAfter((files) => writeFileSync(files.certificate, noise))).to.match(
      /^--certificate cert.pem holds a certificate that cannot be read/,
    );
  });

  it('are refused when one is cut off, wherever', () => {
    const { length } = readFileSync(keys.pki.authority('switch'));
    const begin = readFileSync(keys.pki.authority('switch'), 'utf8').indexOf('-----BEGIN');
    for (const size of [0, begin + 40, length - 400, length - 10]) {
      const fault = faultAfter((files) => truncateSync(files['ca-cert'], size));
      expect(fault, `${size} bytes`).to.match(/is cut off|holds no certificate/);
    }
  });

  it('are refused when the key is not of the certificate, or is encrypted', () => {
    expect(faultAfter((files) => copyFileSync(other.privateKey, files['private-key']))).to.equal(
      '--private-key key.pem is not the key of --certificate cert.pem; name the two files that one "ovs-pki req+sign" made',
    );
    const encrypt = (files: TlsFiles): void => {
      const words = ['pkey', '-in', ours.privateKey, '-aes128', '-passout', 'pass:x'];
      execFileSync('openssl', [...words, '-out', files['private-key']], { stdio: 'ignore' });
    };
    expect(faultAfter(encrypt)).to.match(/^--private-key key.pem is encrypted/);
  });

  it('are refused when our certificate or every authority is not valid at this time', () => {
    const years = 365 * 24 * 3_600_000;
    const later = new Date(Date.now() + 20 * years);
    expect(faultAfter(() => undefined, later)).to.match(/^--ca-cert ca.pem has expired/);
    expect(
      faultAfter(
        (files) => copyFileSync(keys.selfSigned(files['private-key'], 1), files.certificate),
        new Date(Date.now() + 2 * 24 * 3_600_000),
      ),
    ).to.match(/^--certificate cert.pem was valid until .* GMT; sign a new one/);
    expect(faultAfter(() => undefined, new Date(Date.now() - years))).to.match(
      /^--certificate cert.pem is valid from .* GMT on; set the clock/,
    );
  });
});

describe('the names in a certificate', () => {
  it('are the first words of the common name and of the DNS names', () => {
    const id = '3a86033b-3ee1-4784-b2ce-68eab34c5963';
    const subject = `C=US\nO=Open vSwitch\nCN=h1 id:${id}`;
    expect(namesIn(subject, `DNS:h1 id:${id}`)).to.deep.equal(['h1']);
    expect(namesIn(`CN=${id}`, `DNS:${id}, IP Address:192.0.2.1, DNS:h2`)).to.deep.equal([
      id,
      'h2',
    ]);
    expect(namesIn(undefined, undefined)).to.deep.equal([]);
  });

  it('are not made up by one that holds commas and quotes', () => {
    expect(namesIn('CN=a', 'DNS:"a, DNS:h1", DNS:b')).to.deep.equal(['a', 'a,', 'b']);
    expect(namesIn('CN=a', 'othername:"x, DNS:h1", email:DNS:h1')).to.deep.equal(['a']);
    expect(namesIn('O=x\\nCN=h1\nCN=a', 'DNS:"broken')).to.deep.equal(['a']);
  });

  it('are not made up by one that holds other ends of lines and of words, which OpenSSL does not escape', () => {
    expect(namesIn('O=x\u2028CN=h1\nCN=a\u2029CN=h1', undefined)).not.to.include('h1');
    expect(namesIn('O=x + CN=h1\nCN=h1\u00a0a', 'DNS:"h1\\u0085a"')).not.to.include('h1');
  });

  it('are none without TLS', async () => {
    const { Socket } = await import('node:net');
    expect(certificateNames(new Socket())).to.equal(undefined);
  });
});

describe('a handshake that failed', () => {
  it('is told with the remedy, or at least by its code', () => {
    expect(handshakeFailure('CERT_HAS_EXPIRED', '', 'ca')).to.match(/sign a new one/);
    expect(handshakeFailure('ERR_SSL_NEW', 'words', 'ca')).to.equal(
      'its handshake failed: ERR_SSL_NEW',
    );
    expect(handshakeFailure('', 'words', 'ca')).to.equal('its handshake failed: words');
  });
});
