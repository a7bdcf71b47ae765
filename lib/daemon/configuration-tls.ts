/**
 * Whether the options of TLS and the endpoints fit together: nothing of TLS is left out where it is asked for, and
 * nothing is asked for in vain. What is in the files is lib/runtime/tls-files' to judge.
 */
import type { ProblemList } from '../model/problem.ts';
import type { StreamEndpoint } from '../runtime/endpoint.ts';
import type { TlsFiles } from '../runtime/tls-files.ts';
import type { Configuration, OptionName } from './configuration-options.ts';

/** What each file is, and how ovs-pki makes it. */
const FILES: Readonly<Record<keyof TlsFiles, string>> = {
  'ca-cert': 'the authority of the hypervisors, switchca/cacert.pem of "ovs-pki init"',
  certificate: 'our own, NAME-cert.pem of "ovs-pki -u req+sign NAME controller"',
  'private-key': 'the key of our certificate, NAME-privkey.pem of "ovs-pki req+sign"',
};

/** The files; undefined: no endpoint needs them. */
export function tlsFilesOf(configuration: Configuration): TlsFiles | undefined {
  return hasTls(configuration) ? configuration : undefined;
}

export function checkTlsOptions(
  configuration: Configuration,
  whereOf: (name: OptionName) => string,
  problems: ProblemList,
): void {
  const { ovsdb, openflow } = configuration;
  const isAsked = hasTls(configuration);
  for (const [name, what] of Object.entries(FILES) as [keyof TlsFiles, string][]) {
    const isGiven = configuration[name] !== '';
    if (isAsked && !isGiven) {
      problems.add(`--${name}`, `is missing, and pssl: and ssl: need it; name ${what}.`);
    } else if (isGiven && !isAsked) {
      problems.add(
        whereOf(name),
        'is for pssl: and ssl:, and neither ovsdb nor openflow names one; write pssl: there, or leave it out.',
      );
    }
  }
  if (ovsdb.some(isTls) && !openflow.some(isTls)) {
    problems.add(
      '--openflow',
      'names no pssl:, and an NVE that comes by TLS is told of such targets only; add pssl:6653.',
    );
  }
}

function hasTls({ ovsdb, openflow }: Configuration): boolean {
  return ovsdb.some(isTls) || openflow.some(isTls);
}

function isTls({ method }: StreamEndpoint): boolean {
  return method === 'ssl' || method === 'pssl';
}
