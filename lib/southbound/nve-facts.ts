/**
 * What an NVE's database says of it, in the core's words: its endpoints, its bridge, and what is wrong with them.
 */
import { type IpAddress, isHostIp, parseIp } from '../../protocols/base/addresses.ts';
import type { NveFacts, TakenBack } from '../control/inputs.ts';
import type { Encapsulation } from '../model/encapsulation.ts';
import type { Condition } from '../model/views.ts';
import { endpointsOf, readTunnelTexts } from '../reconcile/tunnel-options.ts';
import type { RootView } from './database-view.ts';

export interface FactsContext {
  /** Those that the plan of its bridge has. */
  readonly conditions: readonly Condition[];
  /** Whose tunnel port works. */
  readonly encapsulations: readonly Encapsulation[];
  /** From where the NVE is connected; undefined: a local socket. */
  readonly address: IpAddress | undefined;
  /** The UUIDs of the Manager rows, in the order of their text. */
  readonly managers: readonly string[];
  readonly takenBack: TakenBack | undefined;
}

export function nveFacts({ view, encapIps, rootUuid }: RootView, context: FactsContext): NveFacts {
  const conditions = [...context.conditions];
  // What is wrong in the texts is among the conditions of the plan already.
  const settings = readTunnelTexts(view.tunnelTexts, view.wantedTypes, []);
  const ips = underlayIps(encapIps, settings.localIp ?? context.address, conditions);
  const datapathId = view.bridge?.datapathId;
  return {
    bridge: view.bridgeName,
    endpoints: endpointsOf(context.encapsulations, ips, settings, conditions),
    conditions,
    database: rootUuid,
    managers: context.managers,
    ...(context.takenBack === undefined ? {} : { takenBack: context.takenBack }),
    ...(datapathId === undefined ? {} : { datapathId }),
    ...(view.bridge === undefined ? { isBare: true } : {}),
    ...(view.ovsVersion === undefined ? {} : { ovsVersion: view.ovsVersion }),
  };
}

function underlayIps(
  texts: readonly string[],
  address: IpAddress | undefined,
  conditions: Condition[],
): IpAddress[] {
  const ips = new Set<IpAddress>();
  for (const text of texts) {
    const ip = parseIp(text);
    if (ip !== undefined && isHostIp(ip)) ips.add(ip);
    else {
      const message = `external_ids:nva-encap-ip has "${text}", which is no IP address of a host`;
      conditions.push({ code: 'encap-ip-invalid', message });
    }
  }
  if (texts.length === 0 && address !== undefined) return [address];
  if (ips.size === 0) {
    const message = 'no underlay address is known: set external_ids:nva-encap-ip';
    conditions.push({ code: 'encap-ip-missing', message });
  }
  return [...ips];
}
