/**
 * The spelling of the API's address, for the daemon (`--api`) and for the command line (`NVA_API`).
 */

export type ListenAddress =
  | { readonly unix: string }
  | { readonly host: string; readonly port: number };

const EXPECTED = 'write unix:PATH or http://IP:PORT';

/** The address, or a sentence about what is wrong with it. */
export function parseApiAddress(text: string): ListenAddress | string {
  if (text.startsWith('unix:')) return parseUnix(text);
  if (text.startsWith('/')) return `${text} lacks its scheme; write unix:${text}`;
  if (text.startsWith('https:')) return `${text}: the API has no TLS of its own; ${EXPECTED}`;
  if (!text.startsWith('http://'))
    return `${text || 'an empty text'} is no API address; ${EXPECTED}`;
  return parseHttp(text);
}

function parseUnix(text: string): ListenAddress | string {
  // curl's and others' unix:///run/… is accepted too.
  const path = text.slice('unix:'.length).replace(/^\/{2,}/, '/');
  return path === '' ? `${text} names no path; ${EXPECTED}` : { unix: path };
}

function parseHttp(text: string): ListenAddress | string {
  if (!URL.canParse(text)) return `${text} is no API address; ${EXPECTED}`;
  const url = new URL(text);
  if (url.pathname !== '/' || url.search !== '' || url.username !== '') {
    return `${text} has more than an address and a port; ${EXPECTED}`;
  }
  // A URL drops the port 80 that is http's own.
  const port = url.port === '' && text.replace(/\/$/, '').endsWith(':80') ? '80' : url.port;
  if (port === '') return `${text} names no port; ${EXPECTED}`;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
}
