/**
 * MAC and IP addresses: text to canonical text, and to numbers for the wire.
 *
 * The one home of address syntax. A parser returns undefined for what is not an address; the caller
 * knows the name of the field and says so.
 *
 * Sources: IEEE 802 (MAC), RFC 4291 §2.2 and RFC 5952 (IPv6 text), RFC 6943 §3.1.1 (why "010.0.0.1" and
 * "127.1" are refused: they mean different hosts to different parsers).
 */

/** Canonical: lower case, colons, e.g. "02:00:00:00:00:01". */
export type MacAddress = string & { readonly __brand: 'MacAddress' };

/** Canonical: dotted quad, or RFC 5952 text. */
export type IpAddress = string & { readonly __brand: 'IpAddress' };

export type IpFamily = 4 | 6;

const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;

export function parseMac(text: string): MacAddress | undefined {
  if (!MAC.test(text)) return undefined;
  return text.toLowerCase().replaceAll('-', ':') as MacAddress;
}

/** The 48 bits as an unsigned integer (exact in a double). */
export function macToNumber(mac: MacAddress): number {
  let bits = 0;
  for (let index = 0; index < mac.length; index += 3) {
    bits = bits * 256 + hexDigit(mac.charCodeAt(index)) * 16 + hexDigit(mac.charCodeAt(index + 1));
  }
  return bits;
}

/** Of a canonical address: 0–9 or a–f. */
function hexDigit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

export function macFromNumber(bits: number): MacAddress {
  const hex = bits.toString(16).padStart(12, '0');
  return (hex.match(/../g) ?? []).join(':') as MacAddress;
}

/** Group bit of the first octet (IEEE 802 §8.2): broadcast or multicast. */
export function isGroupMac(mac: MacAddress): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

export function parseIp(text: string): IpAddress | undefined {
  if (IPV4.test(text)) return text as IpAddress;
  const words = parseIpv6Words(text);
  return words === undefined ? undefined : (formatIpv6(words) as IpAddress);
}

export function ipFamily(ip: IpAddress): IpFamily {
  return ip.includes(':') ? 6 : 4;
}

/** 32 bits, unsigned. */
export function ipv4ToNumber(ip: IpAddress): number {
  let bits = 0;
  for (const octet of ip.split('.')) bits = bits * 256 + Number(octet);
  return bits;
}

export function ipv4FromNumber(bits: number): IpAddress {
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.') as IpAddress;
}

/** 128 bits. */
export function ipv6ToBigInt(ip: IpAddress): bigint {
  const words = parseIpv6Words(ip) ?? [];
  return words.reduce((bits, word) => (bits << 16n) | BigInt(word), 0n);
}

export function ipv6FromBigInt(bits: bigint): IpAddress {
  const words: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) words.push(Number((bits >> shift) & 0xffffn));
  return formatIpv6(words) as IpAddress;
}

function parseIpv6Words(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : undefined;
  return missing < 1 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** `isEnd`: the address ends here, so its last 32 bits may be a dotted quad (RFC 4291 §2.2, form 3). */
function parseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const words: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      words.push(Number.parseInt(group, 16));
    } else if (isEnd && index === groups.length - 1 && IPV4.test(group)) {
      const bits = ipv4ToNumber(group as IpAddress);
      words.push(Math.floor(bits / 65536), bits % 65536);
    } else {
      return undefined;
    }
  }
  return words;
}

/** Not unspecified, loopback, multicast or broadcast: RFC 1122 §3.2.1.3, RFC 4291 §2.4. */
export function isHostIp(ip: IpAddress): boolean {
  if (ipFamily(ip) === 6) return ip !== '::' && ip !== '::1' && !ip.startsWith('ff');
  const bits = ipv4ToNumber(ip);
  const first = bits >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero words (the first of equals) as "::". */
function formatIpv6(words: readonly number[]): string {
  const text = words.map((word) => word.toString(16));
  const run = longestZeroRun(words);
  if (run.length < 2) return text.join(':');
  return `${text.slice(0, run.start).join(':')}::${text.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let index = 0; index <= words.length; index++) {
    if (words[index] === 0) continue;
    if (index - start > best.length) best = { start, length: index - start };
    start = index + 1;
  }
  return best;
}
