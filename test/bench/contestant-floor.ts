/**
 * The floor as a contestant: floor-controller.ts in front of edges that have their bridge and tunnel ports already.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ended, startDetached } from '../../scripts/lab/command.ts';
import type { DummyEdge } from '../../scripts/lab/dummy-edges.ts';
import { until } from '../../scripts/lab/waiting.ts';
import { Contestant, freePort, openEdges, untilListening } from './contestant.ts';

const FORWARD_TABLE = 40;
/** The same three that nva makes, so that the switches have equally much to do. */
const TUNNELS = ['geneve', 'vxlan', 'gre'] as const;
const FIRST_TUNNEL_PORT = 65001;

export async function openFloor(edgeCount: number): Promise<Contestant> {
  const edges = await openEdges('bfloor', edgeCount);
  const ovsdbPort = await freePort();
  let openflowPort = ovsdbPort;
  while (openflowPort === ovsdbPort) openflowPort = await freePort();
  const folder = join(edges.folder, 'floor');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const log = join(folder, 'floor.log');
  const suffix = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const program = fileURLToPath(new URL(`./floor-controller${suffix}`, import.meta.url));
  const child = startDetached(
    [
      ...[process.execPath, ...process.execArgv, program],
      ...[String(ovsdbPort), String(openflowPort), `${folder}/`],
    ],
    log,
  );
  child.unref();
  writeFileSync(join(folder, 'vs.pid'), String(child.pid));
  await untilListening(openflowPort);
  await untilListening(ovsdbPort);
  await edges.each((edge) => makeBridge(edge, ovsdbPort, openflowPort));
  const all = `${edgeCount} databases and ${edgeCount} switches`;
  const here = () => readFileSync(log, 'utf8').includes(all);
  await until(all, here, { deadlineMs: 30_000 });
  return Contestant.open('floor', edges, {
    keyOf: ({ table, ethDst }) => (table === FORWARD_TABLE ? ethDst : undefined),
    servesOwnEdge: false,
    keyOfPort: ({ macDigits }) => macDigits,
    declare: () => Promise.resolve(),
    async forget() {
      await edges.each(async (edge) => {
        await edge.ofctl('del-flows');
      });
      // The observer reads the deletions in its own time.
      await new Promise((resolve) => setTimeout(resolve, 300));
    },
    async close() {
      child.ref(); // or this process could end here, with nothing else to wait for
      child.kill('SIGTERM');
      await ended(child);
    },
  });
}

async function makeBridge(edge: DummyEdge, ovsdbPort: number, openflowPort: number): Promise<void> {
  const bridge = ['add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=dummy'];
  const settings = ['fail_mode=secure', 'protocols=OpenFlow13,OpenFlow14,OpenFlow15'];
  const tunnels = TUNNELS.flatMap((type, place) => [
    ...['--', 'add-port', 'br-int', `nva-${type}`, '--', 'set', 'Interface', `nva-${type}`],
    ...[`type=${type}`, 'options:remote_ip=flow', 'options:key=flow'],
    `ofport_request=${FIRST_TUNNEL_PORT + place}`,
  ]);
  await edge.vsctl(...bridge, ...settings, 'other_config:disable-in-band=true', ...tunnels);
  const backOff = 'max_backoff=1000';
  await edge.vsctl(
    ...['set-controller', 'br-int', `tcp:127.0.0.1:${openflowPort}`, '--'],
    ...['set', 'Controller', 'br-int', backOff, 'connection_mode=out-of-band', '--'],
    ...['set-manager', `tcp:127.0.0.1:${ovsdbPort}`, '--', 'set', 'Manager', '.', backOff],
  );
}
