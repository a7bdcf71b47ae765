/**
 * The three files that our side of TLS is made of: read, and checked as a whole before anything is used.
 *
 * Refuses what would only fail later, with every peer: a file that is no PEM or cut off, a key that is not of the
 * certificate, a certificate that is not valid now. What is wrong is one sentence that names the file and the remedy in
 * the words of ovs-pki, which makes such files.
 *
 * Sources: ovs-pki(8); RFC 7468 (PEM).
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';

/** Paths, by the options that name them. */
export interface TlsFiles {
  /** Who signs the certificates of peers; several in one file are allowed. */
  readonly 'ca-cert': string;
  readonly certificate: string;
  readonly 'private-key': string;
}

/** What the files hold; PEM. */
export interface TlsMaterial {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Of our own certificate. */
  readonly validTo: Date;
}

/** Chains and bundles have a few kilobytes. */
const FILE_SIZE_MAX = 1 << 20;

const MAKE_CERTIFICATE = 'make key and certificate with "ovs-pki -u req+sign nva controller"';
const MAKE_AUTHORITY =
  'name the authority of the switches, switchca/cacert.pem where "ovs-pki init" made it';

/** Versions that Open vSwitch speaks and that are not broken (RFC 8996). */
export const TLS_VERSIONS = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' } as const;

export function readTlsFiles(files: TlsFiles, now: Date): Result<TlsMaterial, string> {
  const ca = readCertificates('ca-cert', files, MAKE_AUTHORITY);
  if (!ca.ok) return ca;
  if (ca.value.certificates.every((authority) => Date.parse(authority.validTo) < now.getTime())) {
    return failed(`--ca-cert ${files['ca-cert']} has expired; ${MAKE_AUTHORITY}`);
  }
  const cert = readCertificates('certificate', files, MAKE_CERTIFICATE);
  if (!cert.ok) return cert;
  const key = readKey(files);
  if (!key.ok) return key;
  const misfit = misfitOf(cert.value.certificates, key.value.key, files, now);
  if (misfit !== undefined) return failed(misfit);
  const texts = { ca: ca.value.text, cert: cert.value.text, key: key.value.text };
  try {
    createSecureContext(contextOptions(texts));
  } catch (error) {
    return failed(
      `--certificate ${files.certificate} is refused (${reasonOf(error)}); ${MAKE_CERTIFICATE}`,
    );
  }
  const [leaf] = cert.value.certificates;
  return ok({ ...texts, validTo: new Date(leaf?.validTo ?? 0) });
}

export function contextOptions({
  ca,
  cert,
  key,
}: Pick<TlsMaterial, 'ca' | 'cert' | 'key'>): SecureContextOptions {
  return { ca, cert, key, ...TLS_VERSIONS };
}

function misfitOf(
  [leaf]: readonly X509Certificate[],
  key: KeyObject,
  files: TlsFiles,
  now: Date,
): string | undefined {
  const named = `--certificate ${files.certificate}`;
  if (leaf?.checkPrivateKey(key) !== true) {
    return `--private-key ${files['private-key']} is not the key of ${named}; name the two files that one "ovs-pki req+sign" made`;
  }
  if (Date.parse(leaf.validTo) < now.getTime()) {
    return `${named} was valid until ${leaf.validTo}; sign a new one with "ovs-pki sign"`;
  }
  if (Date.parse(leaf.validFrom) > now.getTime()) {
    return `${named} is valid from ${leaf.validFrom} on; set the clock, or sign it anew`;
  }
  return undefined;
}

interface Certificates {
  readonly text: string;
  readonly certificates: readonly X509Certificate[];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

function readCertificates(
  option: 'ca-cert' | 'certificate',
  files: TlsFiles,
  remedy: string,
): Result<Certificates, string> {
  const read = readText(option, files, remedy);
  if (!read.ok) return read;
  const text = read.value;
  const named = `--${option} ${files[option]}`;
  const blocks = text.match(CERTIFICATE) ?? [];
  if (text.split('-----BEGIN').length !== text.split('-----END').length) {
    return failed(`${named} is cut off; ${remedy}`);
  }
  if (blocks.length === 0) return failed(`${named} holds no certificate in PEM; ${remedy}`);
  try {
    return ok({ text, certificates: blocks.map((block) => new X509Certificate(block)) });
  } catch (error) {
    return failed(
      `${named} holds a certificate that cannot be read (${reasonOf(error)}); ${remedy}`,
    );
  }
}

function readKey(files: TlsFiles): Result<{ text: string; key: KeyObject }, string> {
  const read = readText('private-key', files, MAKE_CERTIFICATE);
  if (!read.ok) return read;
  const named = `--private-key ${files['private-key']}`;
  if (/ENCRYPTED/.test(read.value)) {
    return failed(
      `${named} is encrypted, and nobody is there to give its password; write it without one by "openssl pkey"`,
    );
  }
  try {
    return ok({ text: read.value, key: createPrivateKey(read.value) });
  } catch {
    return failed(`${named} holds no private key in PEM; ${MAKE_CERTIFICATE}`);
  }
}

function readText(option: keyof TlsFiles, files: TlsFiles, remedy: string): Result<string, string> {
  const named = `--${option} ${files[option]}`;
  try {
    const text = readFileSync(files[option], 'utf8');
    return text.length <= FILE_SIZE_MAX ? ok(text) : failed(`${named} is too large; ${remedy}`);
  } catch (error) {
    return failed(`${named} cannot be read (${reasonOf(error)}); ${remedy}`);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
