/**
 * What a connection's TLS says of the peer: the names in its certificate, and why a handshake failed, in words.
 *
 * ovs-pki writes the name that it is given as the first word of the common name and of one DNS name ("h1 id:UUID"; only
 * the name itself with -u), so the first word is the name.
 *
 * Sources: ovs-pki(8); Node.js, tls.TLSSocket, X509Certificate.subjectAltName (how it escapes).
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Undefined: it came without TLS. Never empty-handed otherwise: whoever has no certificate is not let in. */
export function certificateNames(socket: Socket): readonly string[] | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return [];
  return namesIn(certificate.subject, certificate.subjectAltName);
}

/**
 * `subject`: an attribute per line, line feeds in it escaped; other ends of lines that Unicode knows are not, and end
 * nothing here. `alternatives`: separated by commas, odd ones as JSON strings.
 */
export function namesIn(
  subject: string | undefined,
  alternatives: string | undefined,
): readonly string[] {
  const names = new Set<string>();
  for (const attribute of (subject ?? '').split('\n'))
    if (attribute.startsWith('CN=')) names.add(firstWord(attribute.slice(3)));
  const each = /\s*([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:,|$)/y;
  for (let found = each.exec(alternatives ?? ''); found !== null; ) {
    const [whole, kind, value = ''] = found;
    if (kind === 'DNS') names.add(firstWord(value.startsWith('"') ? unquoted(value) : value));
    found = whole === '' ? null : each.exec(alternatives ?? '');
  }
  names.delete('');
  return [...names];
}

function firstWord(text: string): string {
  return text.split(' ', 1)[0] ?? '';
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return '';
  }
}

const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
]);

/** Why a handshake with a peer failed. `code`: Node's, of the error or of the certificate's check. */
export function handshakeFailure(code: string, message: string, caCert: string): string {
  if (UNKNOWN_AUTHORITY.has(code)) {
    return `its certificate is signed by none of the authorities in --ca-cert ${caCert}: have it signed by one of them, or add its own to the file`;
  }
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'its certificate has expired: sign a new one with "ovs-pki sign"';
    case 'CERT_NOT_YET_VALID':
      return 'its certificate is not valid yet: look at the clocks';
    case 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE':
      return 'it shows no certificate: give it one with "ovs-vsctl set-ssl PRIVATE-KEY CERTIFICATE CA-CERT"';
    case 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA':
    case 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE':
    case 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN':
    case 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR':
      return 'it does not trust our certificate: the CA certificate in its "ovs-vsctl set-ssl" must be that of the authority which signed ours';
    case 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED':
      return 'it says that our certificate has expired: renew it, or look at its clock';
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_HTTP_REQUEST':
      return 'it speaks no TLS: its target must begin with ssl:';
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
      return 'it offers no TLS 1.2 or newer';
    case 'ERR_TLS_HANDSHAKE_TIMEOUT':
      return 'it did not complete its handshake in time';
    case 'ECONNRESET':
      return 'it went away during its handshake';
    default:
      return `its handshake failed: ${code === '' ? message : code}`;
  }
}
