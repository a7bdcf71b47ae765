/**
 * OVN from the distribution's packages: one central, an ovn-controller beside each edge.
 *
 * A remote port has arrived when its flow stands in the table that sends to tunnels: OVN's own `--wait=hv` counts
 * confirmations of a number and was seen to hang after a cold bulk, so it is used nowhere. Probes are set long,
 * because a central that is busy for seconds would lose its controllers otherwise. All daemons stay in the
 * foreground as our children, with pidfiles by which the edges' sweep finds them.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ended, run, startDetached } from '../../scripts/lab/command.ts';
import type { DummyEdge, DummyEdges } from '../../scripts/lab/dummy-edges.ts';
import { until } from '../../scripts/lab/waiting.ts';
import { Contestant, freePort, openEdges, untilListening } from './contestant.ts';
import type { FlowUpdate } from './flow-updates.ts';
import type { TenantPort } from './tenant-port.ts';

const SCHEMAS = '/usr/share/ovn';
/** Port names in one ovn-nbctl command line. */
const PORTS_AT_ONCE = 200;
const COMMAND_MS = 100_000;

export function ovnIsThere(): boolean {
  return ['ovn-nb', 'ovn-sb'].every((name) => existsSync(`${SCHEMAS}/${name}.ovsschema`));
}

export interface OvnContestant {
  readonly contestant: Contestant;
  /** Ends and starts the ovn-controller of the edge (from 1), keeping what it has installed as far as OVN does. */
  restartController(edge: number): Promise<{ startedAtMs: number }>;
}

export async function openOvn(edgeCount: number): Promise<OvnContestant> {
  const edges = await openEdges('bovn', edgeCount);
  const ovn = new Ovn(edges, await freePort());
  await ovn.start();
  const contestant = await Contestant.open('ovn', edges, {
    keyOf: remoteOutputKey,
    servesOwnEdge: true,
    keyOfPort: ({ name }) => ovn.keyOfPort(name),
    declare: (ports) => ovn.declare(ports),
    close: () => ovn.close(),
  });
  return { contestant, restartController: (edge) => ovn.restartController(edge) };
}

/**
 * Where ovn-controller decides by output port between local and tunnel: 39 in OVN 23.03, 37 before, 42 and up later.
 * On an edge that does not have the port, its number stands nowhere else in this range.
 */
const OUTPUT_TABLES = { first: 37, last: 45 };

function remoteOutputKey({ table, reg15 }: FlowUpdate): string | undefined {
  const isOutput = table >= OUTPUT_TABLES.first && table <= OUTPUT_TABLES.last;
  return isOutput && reg15 !== undefined ? String(reg15) : undefined;
}

class Ovn {
  readonly #edges: DummyEdges;
  readonly #port: number;
  readonly #children = new Map<string, ChildProcess>();
  readonly #keys = new Map<string, string>();

  constructor(edges: DummyEdges, port: number) {
    this.#edges = edges;
    this.#port = port;
  }

  async start(): Promise<void> {
    await this.#database('nb', []);
    await this.#database('sb', ['--remote=db:OVN_Southbound,SB_Global,connections']);
    await this.#nbctl('init');
    await this.#sbctl(
      ...['init', '--', 'set-connection', `ptcp:${this.#port}:127.0.0.1`, '--'],
      ...['set', 'connection', '.', 'inactivity_probe=180000'],
    );
    await untilListening(this.#port);
    this.#daemon('northd', [
      'ovn-northd',
      `--ovnnb-db=${this.#socket('nb')}`,
      `--ovnsb-db=${this.#socket('sb')}`,
      `--unixctl=${join(this.#folder('northd'), 'northd.ctl')}`,
    ]);
    await this.#nbctl('ls-add', 'blue');
    await this.#edges.each((edge) => this.#prepareEdge(edge));
    for (const edge of this.#edges.edges) this.#startController(edge);
    const chassis = async () => {
      const text = await this.#sbctl('--bare', '--columns=name', 'list', 'chassis');
      return text.trim().split(/\s+/).length === this.#edges.edges.length;
    };
    await until('every chassis', chassis, { deadlineMs: 30_000, everyMs: 100 });
  }

  async declare(ports: readonly TenantPort[]): Promise<void> {
    for (let at = 0; at < ports.length; at += PORTS_AT_ONCE) {
      const words = ports
        .slice(at, at + PORTS_AT_ONCE)
        .flatMap(({ name, mac, ip }) => [
          ...['--', 'lsp-add', 'blue', name],
          ...['--', 'lsp-set-addresses', name, `${mac} ${ip}`],
        ]);
      await this.#nbctl(...words.slice(1));
    }
    await until('the port bindings', () => this.#readKeys(ports), {
      deadlineMs: COMMAND_MS,
      everyMs: 250,
    });
  }

  keyOfPort(name: string): string {
    const key = this.#keys.get(name);
    if (key === undefined) throw new Error(`OVN has no port ${name}`);
    return key;
  }

  async restartController(index: number): Promise<{ startedAtMs: number }> {
    const edge = this.#edges.edge(index);
    const child = this.#children.get(edge.name);
    // ovn-controller chooses its socket's name by itself (OVN 23.03).
    const folder = this.#folder(`oc-${edge.name}`);
    const control = join(folder, `ovn-controller.${child?.pid}.ctl`);
    await run(['ovn-appctl', '-t', control, 'exit', '--restart']);
    if (child !== undefined) await ended(child);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const startedAtMs = performance.now();
    this.#startController(edge);
    return { startedAtMs };
  }

  async close(): Promise<void> {
    for (const child of this.#children.values()) {
      child.ref(); // or this process could end here, with nothing else to wait for
      child.kill('SIGKILL');
    }
    await Promise.all([...this.#children.values()].map(ended));
  }

  async #database(name: 'nb' | 'sb', remotes: readonly string[]): Promise<void> {
    const folder = this.#folder(name);
    const file = join(folder, `${name}.db`);
    await run(['ovsdb-tool', 'create', file, `${SCHEMAS}/ovn-${name}.ovsschema`]);
    const socket = join(folder, 'db.sock');
    const control = `--unixctl=${join(folder, 'db.ctl')}`;
    this.#daemon(name, ['ovsdb-server', file, `--remote=punix:${socket}`, ...remotes, control]);
    await until(`the database ${name}`, () => existsSync(socket), { deadlineMs: 10_000 });
  }

  async #prepareEdge(edge: DummyEdge): Promise<void> {
    const external = {
      'ovn-remote': `tcp:127.0.0.1:${this.#port}`,
      'ovn-encap-type': 'geneve',
      'ovn-encap-ip': edge.encapIp,
      'ovn-remote-probe-interval': '100000',
      'ovn-openflow-probe-interval': '0',
      hostname: edge.name,
    };
    const words = Object.entries(external).map(([key, value]) => `external_ids:${key}="${value}"`);
    await edge.vsctl(
      ...['set', 'Open_vSwitch', '.', ...words, '--', 'add-br', 'br-int', '--'],
      ...['set', 'Bridge', 'br-int', 'datapath_type=dummy', 'fail_mode=secure'],
      'other_config:disable-in-band=true',
    );
  }

  #startController(edge: DummyEdge): void {
    const argv = ['env', `OVS_RUNDIR=${edge.folder}`, `OVS_SYSCONFDIR=${edge.folder}`];
    this.#daemon(
      `oc-${edge.name}`,
      [...argv, 'ovn-controller', `unix:${edge.databaseSocket}`],
      edge.name,
    );
  }

  #daemon(folderName: string, argv: readonly string[], key = folderName): void {
    const folder = this.#folder(folderName);
    const own = ['env', `OVN_RUNDIR=${folder}`, ...argv];
    const child = startDetached([...own, '-vconsole:info'], join(folder, 'log'));
    child.unref();
    writeFileSync(join(folder, 'vs.pid'), String(child.pid));
    this.#children.set(key, child);
  }

  #folder(name: string): string {
    const folder = join(this.#edges.folder, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  #socket(name: 'nb' | 'sb'): string {
    return `unix:${join(this.#folder(name), 'db.sock')}`;
  }

  #nbctl(...words: readonly string[]): Promise<string> {
    return run(['ovn-nbctl', `--db=${this.#socket('nb')}`, ...words], { deadlineMs: COMMAND_MS });
  }

  #sbctl(...words: readonly string[]): Promise<string> {
    return run(['ovn-sbctl', `--db=${this.#socket('sb')}`, ...words], { deadlineMs: COMMAND_MS });
  }

  /** True when each of these ports has its number in the Southbound database. */
  async #readKeys(ports: readonly TenantPort[]): Promise<boolean> {
    const columns = '--columns=logical_port,tunnel_key';
    const text = await this.#sbctl(
      '--format=csv',
      '--no-headings',
      columns,
      'list',
      'port_binding',
    );
    for (const line of text.split('\n')) {
      const [name, key] = line.replaceAll('"', '').split(',');
      if (name !== undefined && key !== undefined) this.#keys.set(name, key);
    }
    return ports.every(({ name }) => this.#keys.has(name));
  }
}
