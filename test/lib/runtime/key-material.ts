/**
 * Keys and certificates for tests, in a temporary folder: a few are made by ovs-pki once per process, for they cost
 * 150 ms each; those that ovs-pki cannot make (expired ones) by openssl.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextOptions, type TlsFiles } from '../../../lib/runtime/tls-files.ts';
import { type KeyPair, Pki } from '../../../scripts/lab/pki.ts';

export class KeyMaterial {
  readonly folder: string;
  readonly pki: Pki;
  /** An authority that nobody knows. */
  readonly strange: Pki;

  static async create(): Promise<KeyMaterial> {
    const folder = mkdtempSync(join(tmpdir(), 'nva-keys-'));
    const [pki, strange] = await Promise.all([
      Pki.create(join(folder, 'ours')),
      Pki.create(join(folder, 'strange')),
    ]);
    return new KeyMaterial(folder, pki, strange);
  }

  private constructor(folder: string, pki: Pki, strange: Pki) {
    this.folder = folder;
    this.pki = pki;
    this.strange = strange;
  }

  /** A folder with our three files, to be changed by a test. */
  place(name: string, pair: KeyPair): TlsFiles {
    const place = mkdtempSync(join(this.folder, `${name}-`));
    const files = {
      'ca-cert': join(place, 'ca.pem'),
      certificate: join(place, 'cert.pem'),
      'private-key': join(place, 'key.pem'),
    };
    copyFileSync(this.pki.authority('switch'), files['ca-cert']);
    copyFileSync(pair.certificate, files.certificate);
    copyFileSync(pair.privateKey, files['private-key']);
    return files;
  }

  /** Of a switch, for `tls.connect`. */
  async peer(name: string, pki: Pki = this.pki) {
    const { certificate, privateKey } = await pki.sign(name, 'switch');
    return contextOptions({
      ca: readFileSync(this.pki.authority('controller'), 'utf8'),
      cert: readFileSync(certificate, 'utf8'),
      key: readFileSync(privateKey, 'utf8'),
    });
  }

  /** Signed by itself, by the key given, with this validity. */
  selfSigned(privateKey: string, days: number): string {
    const file = join(mkdtempSync(join(this.folder, 'self-')), 'cert.pem');
    const words = ['req', '-x509', '-new', '-key', privateKey, '-subj', '/CN=self', '-out', file];
    execFileSync('openssl', [...words, '-days', String(days)], { stdio: 'ignore' });
    return file;
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
