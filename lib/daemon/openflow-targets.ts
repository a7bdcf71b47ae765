/**
 * The OpenFlow targets that an NVE is told: our listeners, at the address at which it can reach us.
 *
 * An NVE that came by TLS is told of ssl: alone, so that nothing in the middle can have it speak in the clear. One that
 * came without is told of tcp: where we listen so, else of ssl:.
 */
import type { IpAddress } from '../../protocols/base/addresses.ts';
import { formatEndpoint } from '../runtime/endpoint.ts';
import type { Configuration } from './configuration-options.ts';

/** `localAddress`: ours, as the NVE reached it; undefined: by a local socket. */
export function openflowTargets(
  { openflow, advertise }: Pick<Configuration, 'openflow' | 'advertise'>,
  localAddress: IpAddress | undefined,
  isTls: boolean,
): readonly string[] {
  const plain = openflow.filter(({ method }) => method === 'ptcp');
  const listeners =
    isTls || plain.length === 0 ? openflow.filter(({ method }) => method === 'pssl') : plain;
  const method = listeners === plain ? 'tcp' : 'ssl';
  // A link-local one means nothing without the name of an interface over there.
  const isUsable = localAddress !== undefined && !/^fe[89ab]/i.test(localAddress);
  const own = isUsable ? [localAddress] : [];
  const addresses = advertise.length > 0 ? advertise : own;
  return listeners.flatMap(({ port, ip }) =>
    (ip === undefined || advertise.length > 0 ? addresses : [ip]).map((address) =>
      formatEndpoint({ method, ip: address, port }),
    ),
  );
}
