/**
 * A hypervisor: a network namespace with an Open vSwitch of its own, joined to the underlay by `br-phy` and to the
 * management network by `mgmt0`.
 *
 * It comes as an operator's host comes: with an underlay address and no integration bridge. `br-int` is made by the
 * controller after `joinManager` (or by a test's own hand, `makeBridge`).
 */
import { join } from 'node:path';
import type { Run } from './command.ts';
import type { Station } from './management.ts';
import { OpenVSwitch } from './open-vswitch.ts';
import { until } from './waiting.ts';

export type Underlay = 4 | 6 | 'both';

export interface HypervisorOptions {
  readonly index: number;
  readonly name: string;
  readonly namespace: string;
  readonly fabric: string;
  readonly management: string;
  readonly folder: string;
  readonly underlay: Underlay;
  readonly emptyDatabase: string;
  readonly run: Run;
}

export class Hypervisor extends OpenVSwitch implements Station {
  /** From 1. */
  readonly index: number;
  /** Its system-id. */
  readonly name: string;
  readonly namespace: string;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly managementIp: string;
  readonly managementDevice = 'mgmt0';
  readonly #options: HypervisorOptions;

  constructor(options: HypervisorOptions) {
    const { index, underlay } = options;
    const ipv4 = `10.9.0.${index}`;
    const ipv6 = `fd09::${index.toString(16)}`;
    const encapIps = { 4: ipv4, 6: ipv6, both: `${ipv4},${ipv6}` }[underlay];
    super({
      folder: join(options.folder, options.name),
      enter: ['nsenter', `--net=/run/netns/${options.namespace}`],
      // The kernel of a lab machine may lack the module, and the machine's own datapath is not ours anyway.
      vswitchdArgs: ['--disable-system'],
      emptyDatabase: options.emptyDatabase,
      run: options.run,
      setup: [
        ...['set', 'Open_vSwitch', '.', `external_ids:system-id=${options.name}`],
        `external_ids:hostname=${options.name}`,
        'external_ids:nva-datapath-type=netdev',
        // One revalidator and one handler instead of one per core: a dozen switches share this machine.
        'other_config:n-revalidator-threads=1',
        'other_config:n-handler-threads=1',
        ...['--', 'set', 'Open_vSwitch', '.', `external_ids:nva-encap-ip="${encapIps}"`],
        ...['--', 'add-br', 'br-phy', '--', 'set', 'bridge', 'br-phy', 'datapath_type=netdev'],
        `other-config:hwaddr=02:00:00:00:01:${index.toString(16).padStart(2, '0')}`,
        ...['--', 'add-port', 'br-phy', 'eth0'],
      ],
    });
    this.index = index;
    this.name = options.name;
    this.namespace = options.namespace;
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    this.managementIp = `10.8.0.${index}`;
    this.#options = options;
  }

  /** Its cables, then its switch. The namespaces exist. */
  override async start(): Promise<void> {
    const { run, fabric, management, index } = this.#options;
    const cables = [
      `link add eth0 netns ${this.namespace} type veth peer name p${index} netns ${fabric}`,
      `link add mgmt0 netns ${this.namespace} type veth peer name m${index} netns ${management}`,
    ];
    await run(['ip', '-batch', '-'], { input: cables.join('\n') });
    await Promise.all([
      this.#ip([
        'link set lo up',
        // br-phy speaks for this host; the cable itself must not answer ARP or send anything of its own.
        'link set eth0 addrgenmode none',
        'link set eth0 arp off up',
        `addr add ${this.managementIp}/24 dev mgmt0`,
        'link set mgmt0 addrgenmode none',
        'link set mgmt0 up',
      ]),
      plug(run, fabric, `p${index}`),
      plug(run, management, `m${index}`),
    ]);
    await super.start();
    await this.#configureUnderlay();
  }

  /** What an operator does, and all of it. */
  async joinManager(...targets: readonly string[]): Promise<void> {
    await this.vsctl('--no-wait', 'set-manager', ...targets);
  }

  /** How long it may wait before it tries a manager again; Open vSwitch's own default is 8 s. */
  async setManagerBackoff(maxBackoffMs: number): Promise<void> {
    const listed = await this.vsctl('get-manager');
    const targets = listed.split('\n').filter((line) => line !== '');
    const words = targets.flatMap((target) => {
      return ['--', 'set', 'manager', target, `max_backoff=${maxBackoffMs}`];
    });
    await this.vsctl('--no-wait', ...words.slice(1));
  }

  async setExternalIds(ids: Readonly<Record<string, string>>): Promise<void> {
    const words = Object.entries(ids).map(([key, value]) => `external_ids:${key}="${value}"`);
    await this.vsctl('--no-wait', 'set', 'Open_vSwitch', '.', ...words);
  }

  /** An integration bridge by hand, for tests of the lab itself. */
  async makeBridge(bridge = 'br-int'): Promise<void> {
    const set = ['set', 'bridge', bridge, 'datapath_type=netdev', 'fail_mode=secure'];
    await this.vsctl('add-br', bridge, '--', ...set);
  }

  /** Has both daemons leave their connections and make new ones. */
  async reconnect(bridge = 'br-int'): Promise<void> {
    await this.ovsdbAppctl('ovsdb-server/reconnect');
    await this.appctl('bridge/reconnect', bridge);
  }

  async restartVswitchd(): Promise<void> {
    await this.stop('vs');
    await this.recoverVswitchd();
  }

  /** After `kill('vs')` or `stop('vs')`: starts it, and gives `br-phy` its addresses as the host's scripts would. */
  async recoverVswitchd(): Promise<void> {
    await this.startVswitchd();
    await this.#configureUnderlay();
  }

  async restartOvsdb(): Promise<void> {
    await this.stop('ovsdb');
    await this.startOvsdb();
  }

  /** After the end of both daemons: begins with an empty database, as a host that was installed anew. */
  async reinstall(): Promise<void> {
    await super.start();
    await this.#configureUnderlay();
  }

  /** Unplugs or plugs the underlay cable at the fabric's side. */
  async setUnderlay(state: 'up' | 'down'): Promise<void> {
    const { run, fabric, index } = this.#options;
    await run(['ip', '-n', fabric, 'link', 'set', `p${index}`, state]);
  }

  /** Unplugs or plugs the management cable: the half-open case, where TCP is told nothing. */
  async setManagement(state: 'up' | 'down'): Promise<void> {
    const { run, management, index } = this.#options;
    await run(['ip', '-n', management, 'link', 'set', `m${index}`, state]);
  }

  exec(argv: readonly string[]): Promise<string> {
    return this.#options.run(['nsenter', `--net=/run/netns/${this.namespace}`, ...argv]);
  }

  async #configureUnderlay(): Promise<void> {
    await until(`br-phy of ${this.name}`, () => this.#giveAddresses(), { deadlineMs: 10_000 });
  }

  /** False: ovs-vswitchd has not made the TAP device yet. */
  async #giveAddresses(): Promise<boolean> {
    const { underlay } = this.#options;
    const addresses = [
      ...(underlay === 6 ? [] : [`addr replace ${this.ipv4}/24 dev br-phy`]),
      ...(underlay === 4 ? [] : [`addr replace ${this.ipv6}/64 dev br-phy nodad`]),
    ];
    try {
      await this.#ip([...addresses, 'link set br-phy up']);
      return true;
    } catch (error) {
      if (String(error).includes('Cannot find device')) return false;
      throw error;
    }
  }

  async #ip(lines: readonly string[]): Promise<void> {
    const { run } = this.#options;
    await run(['ip', '-n', this.namespace, '-batch', '-'], { input: lines.join('\n') });
  }
}

/** Puts one end of a cable into the bridge `br0` of a namespace. */
export async function plug(run: Run, namespace: string, device: string): Promise<void> {
  await bringUpSilent(run, namespace, device, 'master br0');
}

/** In this order: with one command the kernel brings the device up first, and it speaks IPv6 at once. */
export async function bringUpSilent(
  run: Run,
  namespace: string,
  device: string,
  more = '',
): Promise<void> {
  const input = `link set ${device} addrgenmode none\nlink set ${device} ${more} up`;
  await run(['ip', '-n', namespace, '-batch', '-'], { input });
}
