/**
 * The grammar of names. A parser of larger things asks here and adds the place.
 */

/** Networks: also a file name, a URL segment and a word of a command line. */
const NETWORK_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Ports: what a hypervisor writes as iface-id, often a UUID; `.` and `..` would vanish from a URL. */
const PORT_NAME = /^(?!\.{1,2}$)[\x21-\x2e\x30-\x7e]{1,255}$/;

export const NETWORK_NAME_RULE =
  'use 1 to 63 letters, digits, dots, hyphens and underscores, beginning with a letter or digit';

export const PORT_NAME_RULE = 'use 1 to 255 printable ASCII characters without spaces and slashes';

/** NVEs: an Open vSwitch's system-id, a UUID or whatever the operator chose; `.` and `..` would vanish from a URL. */
const NVE_NAME = /^(?!\.{1,2}$)[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u;

export const NVE_NAME_RULE = 'use 1 to 200 printable characters in external_ids:system-id';

export function isNveName(text: string): boolean {
  return NVE_NAME.test(text);
}

export function isNetworkName(text: string): boolean {
  return NETWORK_NAME.test(text);
}

export function isPortName(text: string): boolean {
  return PORT_NAME.test(text);
}
