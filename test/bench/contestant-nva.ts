/**
 * Ours: `nva serve` with the embedded store; the edges are told nothing but the manager.
 */
import { Contestant, openEdges } from './contestant.ts';
import { NvaDaemon } from './nva-daemon.ts';
import type { TenantPort } from './tenant-port.ts';

/** lib/desired/pipeline.ts: forward. */
const FORWARD_TABLE = 40;

/** Manifests in one apply. */
const MANIFESTS_AT_ONCE = 5_000;

export interface NvaContestant {
  readonly contestant: Contestant;
  readonly daemon: NvaDaemon;
}

export async function openNva(edgeCount: number): Promise<NvaContestant> {
  const edges = await openEdges('bnva', edgeCount);
  const daemon = await NvaDaemon.prepare(edges.folder);
  await daemon.start();
  await edges.each(async (edge) => {
    await edge.joinManager(daemon.manager);
    await edge.vsctl('--no-wait', 'set', 'Manager', '.', 'max_backoff=1000');
  });
  await daemon.untilConfirmed(edgeCount, 30_000);
  await daemon.apply([{ kind: 'Network', name: 'blue', vni: 5001 }]);
  const contestant = await Contestant.open('nva', edges, {
    keyOf: ({ table, ethDst }) => (table === FORWARD_TABLE ? ethDst : undefined),
    servesOwnEdge: true,
    keyOfPort: ({ macDigits }) => macDigits,
    async declare(ports) {
      for (let at = 0; at < ports.length; at += MANIFESTS_AT_ONCE) {
        await daemon.apply(ports.slice(at, at + MANIFESTS_AT_ONCE).map(manifestOf));
      }
    },
    close: () => daemon.stop(),
  });
  return { contestant, daemon };
}

function manifestOf({ name, mac, ip }: TenantPort): object {
  return { kind: 'Port', name, network: 'blue', mac, ips: [ip] };
}
