/**
 * What a certificate lets its holder be: the NVE that it names, on both channels.
 *
 * With `system-id` (the default) one of the certificate's names must be the NVE's system-id. With `any` every
 * certificate of our authority lets in every NVE; still the two connections of one NVE must show a name in common. A
 * database that came by TLS gets no switch that came without it.
 *
 * A refusal is one sentence, for the log.
 */
export const CERTIFICATE_NAMES = ['system-id', 'any'] as const;
export type CertificateNames = (typeof CERTIFICATE_NAMES)[number];

/** What a peer's certificate names; undefined: it came without TLS. */
export type ShownNames = readonly string[] | undefined;

/** Why a database that shows these names may not be this NVE's; undefined: it may. */
export function databaseRefusal(
  shown: ShownNames,
  nve: string,
  rule: CertificateNames,
): string | undefined {
  if (shown === undefined || rule === 'any' || shown.includes(nve)) return undefined;
  return `its system-id is ${nve} and its certificate names ${listed(shown)}: sign one for it with "ovs-pki -u req+sign ${nve} switch", or start with --certificate-names any`;
}

/** Why a switch that shows these names may not be that of this NVE, whose database shows `database`. */
export function switchRefusal(
  shown: ShownNames,
  nve: string,
  database: ShownNames,
  rule: CertificateNames,
): string | undefined {
  if (shown === undefined) {
    return database === undefined
      ? undefined
      : `its datapath is that of ${nve}, whose database came by TLS, and it came without: only ssl: leads to such a switch`;
  }
  if (rule === 'system-id' && !shown.includes(nve)) {
    return `its datapath is that of ${nve} and its certificate names ${listed(shown)}: sign one for ${nve} with "ovs-pki -u req+sign ${nve} switch", or start with --certificate-names any`;
  }
  if (database === undefined || database.some((name) => shown.includes(name))) return undefined;
  return `its datapath is that of ${nve} and its certificate names ${listed(shown)}, that of the database ${listed(database)}: give both daemons one certificate`;
}

/** Whether two connections may be of one and the same peer. */
export function isSameHolder(one: ShownNames, other: ShownNames): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.some((name) => other.includes(name));
}

/** One certificate may hold thousands. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return 'nobody';
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name.slice(0, 80)));
  if (names.length > 3) shown.push(`${names.length - 3} more`);
  return shown.join(' and ');
}
