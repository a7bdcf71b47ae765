/**
 * Ours: `nva serve` with the embedded store; the edges are told nothing but the manager.
 */
import type { DummyEdges } from '../../scripts/lab/dummy-edges.ts';
import { Contestant, type Controller, openEdges } from './contestant.ts';
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
  await joinEdges(edges, [daemon]);
  await daemon.untilConfirmed(edgeCount, 30_000);
  await daemon.apply([BLUE]);
  const controller = controllerOf(daemon);
  const contestant = await Contestant.open('nva', edges, {
    ...controller,
    close: () => daemon.stop(),
  });
  return { contestant, daemon };
}

export const BLUE = { kind: 'Network', name: 'blue', vni: 5001 };

export async function joinEdges(edges: DummyEdges, daemons: readonly NvaDaemon[]): Promise<void> {
  await edges.each(async (edge) => {
    await edge.joinManager(...daemons.map(({ manager }) => manager));
    for (const { manager } of daemons) {
      const row = await edge.vsctl(
        '--bare',
        '--columns=_uuid',
        'find',
        'Manager',
        `target="${manager}"`,
      );
      await edge.vsctl('--no-wait', 'set', 'Manager', row.trim(), 'max_backoff=1000');
    }
  });
}

/** What is the same for one instance and for several. */
export function controllerOf(daemon: NvaDaemon): Omit<Controller, 'close'> {
  return {
    keyOf: ({ table, ethDst }) => (table === FORWARD_TABLE ? ethDst : undefined),
    servesOwnEdge: true,
    keyOfPort: ({ macDigits }) => macDigits,
    async declare(ports) {
      for (let at = 0; at < ports.length; at += MANIFESTS_AT_ONCE) {
        await daemon.apply(ports.slice(at, at + MANIFESTS_AT_ONCE).map(manifestOf));
      }
    },
  };
}

function manifestOf({ name, mac, ip }: TenantPort): object {
  return { kind: 'Port', name, network: 'blue', mac, ips: [ip] };
}
