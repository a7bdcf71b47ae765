/**
 * What an NVE's database says of it, in the core's words: its endpoints, its bridge, and what is wrong with them.
 */
import { type IpAddress, isHostIp, parseIp } from '../../protocols/base/addresses.ts';
import type { NveFacts } from '../control/inputs.ts';
import type { Encapsulation } from '../model/encapsulation.ts';
import type { Condition } from '../model/views.ts';
import type { RootView } from './database-view.ts';

export interface FactsContext {
  /** Those that the plan of its bridge has. */
  readonly conditions: readonly Condition[];
  /** Whose tunnel port works. */
  readonly encapsulations: readonly Encapsulation[];
  /** From where the NVE is connected; undefined: a local socket. */
  readonly address: IpAddress | undefined;
}

export function nveFacts({ view, encapIps }: RootView, context: FactsContext): NveFacts {
  const conditions = [...context.conditions];
  const ips = underlayIps(encapIps, context.address, conditions);
  const datapathId = view.bridge?.datapathId;
  return {
    bridge: view.bridgeName,
    endpoints: context.encapsulations.flatMap((type) => ips.map((ip) => ({ type, ip }))),
    conditions,
    ...(datapathId === undefined ? {} : { datapathId }),
    ...(view.ovsVersion === undefined ? {} : { ovsVersion: view.ovsVersion }),
  };
}

function underlayIps(
  texts: readonly string[],
  address: IpAddress | undefined,
  conditions: Condition[],
): IpAddress[] {
  const ips: IpAddress[] = [];
  for (const text of texts) {
    const ip = parseIp(text);
    if (ip !== undefined && isHostIp(ip)) ips.push(ip);
    else {
      const message = `external_ids:nva-encap-ip has "${text}", which is no IP address of a host`;
      conditions.push({ code: 'encap-ip-invalid', message });
    }
  }
  if (texts.length === 0 && address !== undefined) return [address];
  if (ips.length === 0) {
    const message = 'no underlay address is known: set external_ids:nva-encap-ip';
    conditions.push({ code: 'encap-ip-missing', message });
  }
  return ips;
}
