/**
 * A tenant system: a namespace with one interface, `eth0`, whose other end is an interface of a hypervisor.
 *
 * Checksum offload is off, because the userspace datapath does not finish what a veth leaves undone (UDP would be
 * lost, TCP never connect), and the MTU leaves room for every encapsulation over an underlay of 1500.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Capture, tcpdumpArguments } from './capture.ts';
import { execute, type Outcome, type Run, start } from './command.ts';
import { bringUpSilent, type Hypervisor } from './hypervisor.ts';
import { type PingOptions, type PingResult, pingArguments, RunningPing } from './ping.ts';

const MTU = 1400;

export interface TenantOptions {
  readonly name: string;
  readonly hypervisor: Hypervisor;
  readonly mac: string;
  /** With or without a prefix length; without: /24 and /64. */
  readonly ips: readonly string[];
  /** What the hypervisor writes in external_ids:iface-id. Default: the name. */
  readonly ifaceId?: string;
  /** The test's own word for the network; the lab reports by it and does nothing else with it. */
  readonly network: string;
}

export interface TenantPlace {
  readonly namespace: string;
  /** The interface's name in the hypervisor. */
  readonly device: string;
  readonly run: Run;
  readonly signal: AbortSignal;
}

export class Tenant {
  readonly name: string;
  readonly network: string;
  readonly mac: string;
  /** Without prefix lengths. */
  readonly ips: readonly string[];
  readonly ifaceId: string;
  readonly namespace: string;
  readonly device: string;
  readonly #addresses: readonly string[];
  readonly #place: TenantPlace;
  #hypervisor: Hypervisor;
  #attached = false;

  constructor(options: TenantOptions, place: TenantPlace) {
    this.name = options.name;
    this.network = options.network;
    this.mac = options.mac;
    this.ips = options.ips.map((ip) => ip.split('/')[0] ?? ip);
    this.ifaceId = options.ifaceId ?? options.name;
    this.namespace = place.namespace;
    this.device = place.device;
    this.#addresses = options.ips.map(withPrefixLength);
    this.#place = place;
    this.#hypervisor = options.hypervisor;
  }

  get hypervisor(): Hypervisor {
    return this.#hypervisor;
  }

  get attached(): boolean {
    return this.#attached;
  }

  /** Its namespace exists: lays the cable. Not yet attached to any bridge. */
  async start(): Promise<void> {
    const { run } = this.#place;
    const { namespace, device } = this;
    const peer = `peer name ${device} netns ${this.#hypervisor.namespace}`;
    const cable = `link add eth0 address ${this.mac} mtu ${MTU} netns ${namespace} type veth ${peer}`;
    await run(['ip', '-batch', '-'], { input: cable });
    await run(this.#inside(['ethtool', '-K', 'eth0', 'tx', 'off']));
    const lines = [
      'link set lo up',
      'link set eth0 up',
      ...this.#addresses.map((ip) => `addr add ${ip} dev eth0${ip.includes(':') ? ' nodad' : ''}`),
    ];
    await run(['ip', '-n', namespace, '-batch', '-'], { input: lines.join('\n') });
    await this.#plug();
  }

  /** As a hypervisor's agent does: a port on the integration bridge, marked with the iface-id. */
  async attach(bridge = 'br-int'): Promise<void> {
    const set = ['set', 'interface', this.device, `external_ids:iface-id="${this.ifaceId}"`];
    await this.#hypervisor.vsctl('add-port', bridge, this.device, '--', ...set);
    this.#attached = true;
  }

  async detach(): Promise<void> {
    await this.#hypervisor.vsctl('--if-exists', 'del-port', this.device);
    this.#attached = false;
  }

  /** Takes the tenant, with its namespace and addresses, to another hypervisor. */
  async moveTo(target: Hypervisor): Promise<void> {
    const { run } = this.#place;
    const wasAttached = this.#attached;
    await this.detach();
    await run([
      ...['ip', '-n', this.#hypervisor.namespace, 'link', 'set', this.device],
      ...['netns', target.namespace],
    ]);
    this.#hypervisor = target;
    await this.#plug();
    if (wasAttached) await this.attach();
  }

  /** The OpenFlow port number on its hypervisor; undefined while it has none. */
  async ofport(): Promise<number | undefined> {
    const text = await this.#hypervisor.vsctl(
      '--if-exists',
      'get',
      'interface',
      this.device,
      'ofport',
    );
    const port = Number(text.trim());
    return Number.isInteger(port) && port > 0 ? port : undefined;
  }

  exec(argv: readonly string[], deadlineMs = 15_000): Promise<Outcome> {
    return execute(this.#inside(argv), { deadlineMs, signal: this.#place.signal });
  }

  async ping(target: string, options: PingOptions = {}): Promise<PingResult> {
    const { count = 1, intervalMs = 50, waitMs } = options;
    return this.#startPing(target, options, waitMs).first(count, intervalMs);
  }

  /** Pings until one comes back (the first frames may go to learning the underlay's addresses). */
  async reaches(target: string, deadlineMs = 5000, identifier?: () => number): Promise<boolean> {
    const end = performance.now() + deadlineMs;
    for (;;) {
      const marked = identifier === undefined ? {} : { identifier: identifier() };
      const { received } = await this.ping(target, { count: 1, waitMs: 250, ...marked });
      if (received > 0) return true;
      if (performance.now() >= end) return false;
      await sleep(20);
    }
  }

  /** Goes on until `stop()`. 100 Hz unless told. */
  startPing(target: string, intervalMs = 10): RunningPing {
    return this.#startPing(target, { intervalMs });
  }

  #startPing(target: string, options: PingOptions, waitMs?: number): RunningPing {
    const argv = this.#inside(pingArguments(target, options));
    return new RunningPing(start(argv, this.#place), waitMs);
  }

  /** Listens on eth0; `filter` in pcap's language. Frames that it sends itself count too: filter them out. */
  capture(filter: string): Promise<Capture> {
    const argv = tcpdumpArguments('eth0', filter);
    return Capture.open(start(this.#inside(argv), this.#place), this.name);
  }

  /** The command that a person types to be in the tenant. */
  get enterCommand(): string {
    return `ip netns exec ${this.namespace}`;
  }

  #inside(argv: readonly string[]): string[] {
    return ['nsenter', `--net=/run/netns/${this.namespace}`, ...argv];
  }

  async #plug(): Promise<void> {
    await bringUpSilent(this.#place.run, this.#hypervisor.namespace, this.device);
  }
}

function withPrefixLength(ip: string): string {
  if (ip.includes('/')) return ip;
  return ip.includes(':') ? `${ip}/64` : `${ip}/24`;
}
