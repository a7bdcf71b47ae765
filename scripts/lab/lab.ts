/**
 * The lab: hypervisors with real Open vSwitch, tenants, controllers, an underlay and a management network, all in
 * network namespaces whose names begin with the lab's prefix.
 *
 * Touches nothing outside of its namespaces and its state folder, so that several labs and the machine's own Open
 * vSwitch run side by side. Ends by `close()`, by a signal, by its guardian when the process died, or by the sweep
 * of the next start with the same prefix. Needs root.
 *
 *   PREFIXfab    bridge br0, the underlay: 10.9.0.0/24 and fd09::/64
 *   PREFIXmgmt   bridge br0, the management network: 10.8.0.0/24
 *   PREFIXhI     hypervisor I: eth0 in br-phy (10.9.0.I, fd09::I), mgmt0 (10.8.0.I)
 *   PREFIXrI     Redis or Sentinel I: eth0 (10.8.0.(150+I))
 *   PREFIXcI     controller I: eth0 (10.8.0.(200+I))
 *   PREFIX-NAME  tenant NAME
 */
import type { ChildProcess } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { Capture, tcpdumpArguments } from './capture.ts';
import { ended, type Run, type RunOptions, run, start } from './command.ts';
import { Controller } from './controller.ts';
import { startGuardian } from './guardian.ts';
import { Hypervisor, plug, type Underlay } from './hypervisor.ts';
import { Cuts, type Stations } from './management.ts';
import { makeEmptyDatabase } from './open-vswitch.ts';
import { type RedisPersistence, RedisServer, Sentinel } from './redis.ts';
import {
  claimFolder,
  isAlive,
  type LabState,
  labFolder,
  newState,
  readState,
  writeState,
} from './state-file.ts';
import { existingNamespaces, sweep } from './sweep.ts';
import { Tenant, type TenantOptions } from './tenant.ts';
import { until } from './waiting.ts';

export interface LabOptions {
  /** One to six lower-case letters or digits; begins every namespace. */
  readonly prefix: string;
  readonly hypervisors: number;
  /** Which of its addresses a hypervisor names in nva-encap-ip. Default 4. */
  readonly underlay?: Underlay;
  /** Takes one line of progress. */
  readonly log?: (line: string) => void;
}

export interface StartControllerOptions {
  /** Default `c1`, `c2`, … */
  readonly name?: string;
  readonly args?: readonly string[];
  readonly store?: string;
}

export interface StartRedisOptions {
  /** Default `none`. */
  readonly persistence?: RedisPersistence;
  /** More words for redis-server. */
  readonly args?: readonly string[];
}

export interface StartSentinelsOptions {
  readonly master: RedisServer;
  /** Default `nva`. */
  readonly masterName?: string;
  /** Default 3, and two of them must agree. */
  readonly count?: number;
  /** Default 500. */
  readonly downAfterMs?: number;
}

/** A lab with this prefix is up already. */
export class LabExists extends Error {
  readonly kept: boolean;

  constructor(prefix: string, state: LabState) {
    const whose = state.kept ? 'and kept' : `by process ${state.owner.pid}`;
    super(`A lab with the prefix "${prefix}" is already up, ${whose}.`);
    this.name = 'LabExists';
    this.kept = state.kept;
  }
}

const HYPERVISORS_MAX = 99;
const CONTROLLERS_MAX = 50;
const REDIS_MAX = 49;
const openLabs = new Set<Lab>();

export class Lab {
  readonly folder: string;
  readonly prefix: string;
  readonly hypervisors: readonly Hypervisor[];
  readonly #tenants = new Map<string, Tenant>();
  readonly #controllers: Controller[] = [];
  readonly #cuts: Cuts;
  readonly #abort = new AbortController();
  readonly #run: Run;
  readonly #log: (line: string) => void;
  #state: LabState;
  #guardian: ChildProcess | undefined;
  #devices = 0;
  #redisCount = 0;
  #closing: Promise<void> | undefined;

  static async open(options: LabOptions): Promise<Lab> {
    checkOptions(options);
    const folder = labFolder(options.prefix);
    await refuseOrSweep(options.prefix, folder);
    const lab = new Lab(options, folder);
    try {
      await lab.#build();
    } catch (error) {
      await lab.close();
      throw error;
    }
    return lab;
  }

  private constructor(options: LabOptions, folder: string) {
    const { prefix, underlay = 4 } = options;
    this.prefix = prefix;
    this.folder = folder;
    this.#log = options.log ?? (() => {});
    this.#run = (argv, runOptions: RunOptions = {}) =>
      run(argv, { ...runOptions, signal: this.#abort.signal });
    this.#cuts = new Cuts(this.#run);
    this.#state = newState(prefix);
    this.hypervisors = Array.from(
      { length: options.hypervisors },
      (_, position) =>
        new Hypervisor({
          index: position + 1,
          name: `h${position + 1}`,
          namespace: `${prefix}h${position + 1}`,
          fabric: this.fabric,
          management: this.management,
          folder,
          underlay,
          emptyDatabase: join(folder, 'empty.db'),
          run: this.#run,
        }),
    );
    setMaxListeners(0, this.#abort.signal); // one per command under way
    openLabs.add(this);
    closeOnSignals();
  }

  get fabric(): string {
    return `${this.prefix}fab`;
  }

  get management(): string {
    return `${this.prefix}mgmt`;
  }

  get tenants(): readonly Tenant[] {
    return [...this.#tenants.values()];
  }

  /** Somebody, or a signal, has begun to close it. */
  get closing(): boolean {
    return this.#closing !== undefined;
  }

  get controllers(): readonly Controller[] {
    return this.#controllers;
  }

  /** The process that sweeps when this one dies; undefined when it could not start. */
  get guardianPid(): number | undefined {
    return this.#guardian?.pid;
  }

  /** From 1. */
  hv(index: number): Hypervisor {
    const found = this.hypervisors[index - 1];
    if (found === undefined) throw new Error(`The lab has no hypervisor ${index}.`);
    return found;
  }

  tenant(name: string): Tenant {
    const found = this.#tenants.get(name);
    if (found === undefined) throw new Error(`The lab has no tenant ${name}.`);
    return found;
  }

  /** With its cable, not yet attached to a bridge. */
  async addTenant(options: TenantOptions): Promise<Tenant> {
    if (this.#tenants.has(options.name)) throw new Error(`There is a tenant ${options.name}.`);
    this.#devices += 1;
    const tenant = new Tenant(options, {
      namespace: `${this.prefix}-${options.name}`,
      device: `vif${this.#devices}`,
      run: this.#run,
      signal: this.#abort.signal,
    });
    this.#tenants.set(options.name, tenant);
    await this.#addNamespaces([tenant.namespace]);
    await tenant.start();
    return tenant;
  }

  /** `nva serve` in a namespace of its own; resolves when its API answers. */
  async startController(options: StartControllerOptions = {}): Promise<Controller> {
    const index = this.#controllers.length + 1;
    if (index > CONTROLLERS_MAX)
      throw new Error(`A lab has at most ${CONTROLLERS_MAX} controllers.`);
    const namespace = `${this.prefix}c${index}`;
    const { name = `c${index}`, args = [], store } = options;
    const controller = new Controller({
      ...{ name, namespace, args, ip: `10.8.0.${200 + index}`, folder: this.folder },
      ...(store === undefined ? {} : { store }),
      signal: this.#abort.signal,
    });
    this.#controllers.push(controller);
    await this.#joinManagement(namespace, controller.ip, `c${index}`);
    await controller.start();
    return controller;
  }

  /** `redis-server` in a namespace of its own; resolves when it answers. */
  async startRedis(options: StartRedisOptions = {}): Promise<RedisServer> {
    const { persistence = 'none', args = [] } = options;
    const redis = new RedisServer({ ...(await this.#redisPlace()), persistence, args });
    await redis.start();
    return redis;
  }

  /** Sentinels, each in a namespace of its own, that know of each other and of the master's replicas. */
  async startSentinels(options: StartSentinelsOptions): Promise<readonly Sentinel[]> {
    const { master, masterName = 'nva', count = 3, downAfterMs = 500 } = options;
    const watched = { master, masterName, downAfterMs, quorum: Math.floor(count / 2) + 1 };
    const places = await Promise.all(Array.from({ length: count }, () => this.#redisPlace()));
    const sentinels = places.map((place) => new Sentinel({ ...place, ...watched }));
    await Promise.all(sentinels.map((sentinel) => sentinel.start()));
    const replicas = Number(/^connected_slaves:(\d+)/m.exec(await master.cli('INFO'))?.[1] ?? 0);
    await until('Sentinels that know of each other', () => agreed(sentinels, replicas), {
      ...{ deadlineMs: 15_000, everyMs: 100, signal: this.#abort.signal },
    });
    return sentinels;
  }

  /** Silently, between each of these and each of those on the management network; tenants' packets go elsewhere. */
  cut(some: Stations, others: Stations): Promise<void> {
    return this.#cuts.cut(some, others);
  }

  /** Undoes cuts: between those named, or all. */
  heal(some?: Stations, others?: Stations): Promise<void> {
    return this.#cuts.heal(some, others);
  }

  /** Listens to the whole underlay, e.g. for `udp port 4789` (VXLAN), `udp port 6081` (Geneve), `ip proto 47` (GRE). */
  captureUnderlay(filter: string): Promise<Capture> {
    const argv = ['nsenter', `--net=/run/netns/${this.fabric}`, ...tcpdumpArguments('br0', filter)];
    return Capture.open(start(argv, this.#abort), 'the underlay');
  }

  /** Leaves it up when this process ends. */
  keep(): void {
    this.#save({ ...this.#state, kept: true });
    openLabs.delete(this);
    this.#guardian?.stdin?.destroy();
  }

  /** Ends every process and namespace of the lab and removes its folder. Safe to repeat. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#abort.abort();
    await sweep(this.folder);
    openLabs.delete(this);
    if (this.#guardian !== undefined) {
      this.#guardian.ref(); // or the process would end here, with nothing else to wait for
      this.#guardian.stdin?.destroy();
      await ended(this.#guardian);
    }
  }

  async #build(): Promise<void> {
    claimFolder(this.folder);
    this.#save(this.#state);
    this.#guardian = startGuardian(this.folder);
    const hosts = this.hypervisors.map((hypervisor) => hypervisor.namespace);
    await Promise.all([
      this.#addNamespaces([this.fabric, this.management, ...hosts]),
      makeEmptyDatabase(join(this.folder, 'empty.db'), this.#run),
    ]);
    const bridge = [
      'link set lo up',
      'link add br0 type bridge mcast_snooping 0',
      'link set br0 addrgenmode none',
      'link set br0 up',
    ];
    await Promise.all([
      this.#ip(this.fabric, bridge),
      this.#ip(this.management, [...bridge, 'addr add 10.8.0.254/24 dev br0']),
    ]);
    await Promise.all(
      this.hypervisors.map(async (hypervisor) => {
        await hypervisor.start();
        this.#log(`hypervisor ${hypervisor.name}: underlay ${hypervisor.ipv4}, ${hypervisor.ipv6}`);
      }),
    );
  }

  async #redisPlace() {
    const index = this.#redisCount + 1;
    if (index > REDIS_MAX) throw new Error(`A lab has at most ${REDIS_MAX} Redis and Sentinels.`);
    this.#redisCount = index;
    const [name, namespace, ip] = [`r${index}`, `${this.prefix}r${index}`, `10.8.0.${150 + index}`];
    await this.#joinManagement(namespace, ip, name);
    // The bridge lets a new port's frames pass when the kernel has told it of the cable, up to a second later.
    const forwards = async () =>
      / state forwarding /.test(
        await this.#run(['bridge', '-n', this.management, 'link', 'show', 'dev', name]),
      );
    await until(`the port of ${name}`, forwards, { deadlineMs: 5000, signal: this.#abort.signal });
    return { name, namespace, ip, folder: this.folder, signal: this.#abort.signal };
  }

  /** A namespace with one cable, to the management network; `port` is its other end. */
  async #joinManagement(namespace: string, ip: string, port: string): Promise<void> {
    await this.#addNamespaces([namespace]);
    const cable = `link add eth0 netns ${namespace} type veth peer name ${port} netns ${this.management}`;
    await this.#run(['ip', '-batch', '-'], { input: cable });
    await Promise.all([
      this.#ip(namespace, [
        'link set lo up',
        `addr add ${ip}/24 dev eth0`,
        'link set eth0 addrgenmode none',
        'link set eth0 up',
      ]),
      plug(this.#run, this.management, port),
    ]);
  }

  async #addNamespaces(names: readonly string[]): Promise<void> {
    const there = existingNamespaces();
    const taken = names.find((name) => there.has(name));
    if (taken !== undefined) {
      throw new Error(
        `The namespace ${taken} exists and is not of this lab: remove it, or take another prefix.`,
      );
    }
    this.#save({ ...this.#state, namespaces: [...this.#state.namespaces, ...names] });
    const batch = names.map((name) => `netns add ${name}`).join('\n');
    await this.#run(['ip', '-batch', '-'], { input: batch });
  }

  #save(state: LabState): void {
    this.#abort.signal.throwIfAborted();
    this.#state = state;
    writeState(this.folder, state);
  }

  async #ip(namespace: string, lines: readonly string[]): Promise<void> {
    await this.#run(['ip', '-n', namespace, '-batch', '-'], { input: lines.join('\n') });
  }
}

async function agreed(sentinels: readonly Sentinel[], replicas: number): Promise<boolean> {
  const known = await Promise.all(sentinels.map((sentinel) => sentinel.knows()));
  const others = sentinels.length - 1;
  return known.every((each) => each.replicas === replicas && each.sentinels === others);
}

function checkOptions({ prefix, hypervisors }: LabOptions): void {
  if (process.getuid?.() !== 0) {
    throw new Error('The lab needs root, for network namespaces and TAP devices.');
  }
  if (!/^[a-z][a-z0-9]{0,5}$/.test(prefix)) {
    throw new Error(`"${prefix}" is no prefix for a lab: one to six lower-case letters or digits.`);
  }
  if (!Number.isInteger(hypervisors) || hypervisors < 1 || hypervisors > HYPERVISORS_MAX) {
    throw new Error(`A lab has 1 to ${HYPERVISORS_MAX} hypervisors, not ${hypervisors}.`);
  }
}

async function refuseOrSweep(prefix: string, folder: string): Promise<void> {
  const state = readState(folder);
  if (state === undefined) return;
  if (state.kept || isAlive(state.owner)) throw new LabExists(prefix, state);
  await sweep(folder);
}

/** Ends a kept lab, or what a dead one left. False: there was none. A lab whose owner lives is not touched. */
export async function endLab(prefix: string): Promise<boolean> {
  const folder = labFolder(prefix);
  const state = readState(folder);
  if (state !== undefined && !state.kept && isAlive(state.owner)) {
    throw new LabExists(prefix, state);
  }
  return sweep(folder);
}

let listening = false;

function closeOnSignals(): void {
  if (listening) return;
  listening = true;
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
  for (const [name, number] of Object.entries(numbers)) {
    process.on(name, () => {
      if (openLabs.size === 0) process.exit(128 + number);
      void Promise.allSettled([...openLabs].map((lab) => lab.close())).then(() =>
        process.exit(128 + number),
      );
    });
  }
}
