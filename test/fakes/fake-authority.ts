/**
 * An authority in memory: what the API and the CLI are tested against.
 *
 * Declares at once, attaches when told, confirms unless told not to. Every change counts a revision and calls
 * the listeners once a turn, as the contract says.
 */
import { isDeepStrictEqual } from 'node:util';
import type {
  Manifest,
  NetworkManifest,
  ObjectRef,
  PortManifest,
} from '../../lib/model/manifest.ts';
import type {
  EventView,
  InstanceView,
  MappingView,
  NetworkView,
  NveView,
  PortView,
  TunnelView,
  ViewKind,
  ViewsByKind,
} from '../../lib/model/views.ts';
import {
  type Applied,
  type AppliedObject,
  type Authority,
  AuthorityError,
  type Backup,
  type FlowReport,
  type Problem,
  type ReadinessReport,
  type StatusReport,
  type WaitResult,
} from '../../lib/northbound/authority.ts';

const FIRST_VNI = 5001;
const EVENTS_MAX = 1000;

interface FakeNve {
  readonly name: string;
  readonly ip: string;
  connected: boolean;
  confirmed: boolean;
}

interface Attachment {
  readonly nve: string;
  readonly ofport: number;
  readonly sequence: number;
}

export class FakeAuthority implements Authority {
  readonly networks = new Map<string, NetworkManifest & { readonly vni: number }>();
  readonly ports = new Map<string, PortManifest>();
  readonly nves = new Map<string, FakeNve>();
  readonly attachments = new Map<string, Attachment>();
  readonly deadInstances = new Map<string, InstanceView>();
  readonly flowReports = new Map<string, FlowReport>();
  readonly #events: EventView[] = [];
  readonly #eventListeners = new Set<(event: EventView) => void>();
  readonly #changeListeners = new Set<() => void>();
  #changeAnnounced = false;
  revision = 0;
  ready = true;
  problems: string[] = [];
  /** Thrown by the next change. */
  failure: Error | undefined;
  storeAwaySince: string | undefined;
  /** Why this instance serves an NVE. */
  why: Readonly<Record<string, string>> = {};
  /** The clock of events; a test that shows times sets it. */
  now = () => new Date().toISOString();

  async apply(manifests: readonly Manifest[]): Promise<Applied> {
    this.#failIfAsked();
    this.#check(manifests);
    const objects = manifests.map((manifest) => this.#put(manifest));
    return this.#applied(objects);
  }

  async delete(objects: readonly ObjectRef[]): Promise<Applied> {
    this.#failIfAsked();
    const done = objects.map(({ kind, name }): AppliedObject => {
      const there = this.#mapOf(kind).delete(name);
      if (there)
        this.emit(
          'info',
          `${kind.toLowerCase()}-deleted`,
          `${kind.toLowerCase()}/${name}`,
          `${kind} ${name} deleted.`,
        );
      return { kind, name, result: there ? 'deleted' : 'absent' };
    });
    return this.#applied(done);
  }

  list<Kind extends ViewKind>(kind: Kind, network?: string): readonly ViewsByKind[Kind][] {
    return this.#views()[kind].filter((view) => inNetwork(view, network)) as ViewsByKind[Kind][];
  }

  tunnels(network?: string, from?: string): readonly TunnelView[] {
    const tunnels = this.list('tunnels', network);
    return tunnels.filter(({ nve }) => from === undefined || nve === from);
  }

  get<Kind extends ViewKind>(kind: Kind, name: string): ViewsByKind[Kind] | undefined {
    return this.list(kind).find((view) => view.name === name);
  }

  async wait(
    timeoutMs: number,
    revision = this.revision,
    signal?: AbortSignal,
  ): Promise<WaitResult> {
    const begunMs = performance.now();
    const behind = () => [...this.nves.values()].filter((nve) => nve.connected && !nve.confirmed);
    const isOver = () => signal?.aborted === true || performance.now() - begunMs >= timeoutMs;
    while (behind().length > 0 && !isOver()) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const nves = [...this.nves.values()].filter((nve) => nve.connected);
    return {
      revision,
      confirmed: behind().length === 0,
      elapsedMs: performance.now() - begunMs,
      nves: nves.map(({ name, confirmed }) =>
        confirmed
          ? { nve: name, confirmed }
          : { nve: name, confirmed, reason: 'its switch has not answered the last barrier' },
      ),
    };
  }

  async backup(): Promise<Backup> {
    this.#failIfAsked();
    const records = [...this.networks.values()].map((network) => ({
      key: `network/${network.name}`,
      revision: this.revision,
      value: { v: 1, ...network, kind: 'network', vniAllocated: false },
    }));
    return { domain: 'default', revision: this.revision, records };
  }

  async flows(nve: string): Promise<FlowReport> {
    const known = this.nves.get(nve);
    if (known === undefined) throw new AuthorityError('not-found', `There is no Nve named ${nve}.`);
    if (!known.connected) throw new AuthorityError('nve-away', `Nve ${nve} is not connected.`);
    return (
      this.flowReports.get(nve) ?? { nve, installed: [], missing: [], surplus: [], groups: [] }
    );
  }

  events(after: number): readonly EventView[] {
    return this.#events.filter((event) => event.id > after);
  }

  onEvent(listener: (event: EventView) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => this.#changeListeners.delete(listener);
  }

  status(): StatusReport {
    const nves = [...this.nves.values()];
    return {
      instance: 'nva1',
      domain: 'default',
      version: '0.1.0',
      store: 'lmdb:/var/lib/nva',
      ...(this.storeAwaySince === undefined ? {} : { storeAwaySince: this.storeAwaySince }),
      revision: this.revision,
      ready: this.ready,
      uptimeSeconds: 93_784,
      counts: {
        networks: this.networks.size,
        ports: this.ports.size,
        portsActive: this.attachments.size,
        nves: nves.length,
        nvesConnected: nves.filter((nve) => nve.connected).length,
        nvesConfirmed: nves.filter((nve) => nve.connected && nve.confirmed).length,
        instances: 1 + this.deadInstances.size,
        instancesAlive: 1,
      },
      process: {
        ...{ residentBytes: 120_000_000, heapUsedBytes: 60_000_000 },
        ...{ cpuSeconds: 12.5, longestTurnMs: 4.2 },
      },
      listeners: ['ovsdb ptcp:6640', 'openflow ptcp:6653', 'api unix:/run/nva/nva.sock'],
      problems: this.problems,
    };
  }

  readiness(): ReadinessReport {
    return { instance: 'nva1', ready: this.ready, problems: this.problems };
  }

  // What tests do to the world.

  addNve(name: string, ip: string, state: { connected?: boolean; confirmed?: boolean } = {}): void {
    this.nves.set(name, { name, ip, connected: true, confirmed: true, ...state });
    this.emit('info', 'nve-connected', `nve/${name}`, `Nve ${name} connected from ${ip}.`);
    this.changed();
  }

  addDeadInstance(name: string): void {
    const { status } = this.#instance();
    const message = `${name} has said nothing for 65 s: start it again, or forget it.`;
    const conditions = [{ code: 'instance-silent', message }];
    this.deadInstances.set(name, {
      ...{ kind: 'Instance', name },
      status: {
        ...status,
        alive: false,
        nves: [],
        why: {},
        silentMs: 65_000,
        share: 0,
        conditions,
      },
    });
    this.changed();
  }

  attach(port: string, nve: string, ofport: number): void {
    const sequence = (this.attachments.get(port)?.sequence ?? 0) + 1;
    this.attachments.set(port, { nve, ofport, sequence });
    this.emit('info', 'port-attached', `port/${port}`, `Port ${port} attached on ${nve}.`);
    this.changed();
  }

  emit(level: EventView['level'], code: string, object: string, message: string): void {
    const id = (this.#events.at(-1)?.id ?? 0) + 1;
    const event: EventView = { id, time: this.now(), level, code, object, message };
    this.#events.push(event);
    if (this.#events.length > EVENTS_MAX) this.#events.shift();
    for (const listener of [...this.#eventListeners]) listener(event);
  }

  changed(): void {
    if (this.#changeAnnounced) return;
    this.#changeAnnounced = true;
    setImmediate(() => {
      this.#changeAnnounced = false;
      for (const listener of [...this.#changeListeners]) listener();
    });
  }

  /** Watches and followed events that are open. */
  get listeners(): number {
    return this.#eventListeners.size + this.#changeListeners.size;
  }

  #failIfAsked(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }

  #check(manifests: readonly Manifest[]): void {
    const names = new Set(this.networks.keys());
    for (const manifest of manifests) if (manifest.kind === 'Network') names.add(manifest.name);
    const problems = manifests.flatMap((manifest): Problem[] =>
      manifest.kind === 'Port' && !names.has(manifest.network)
        ? [
            {
              where: `Port ${manifest.name}, network`,
              message: `There is no network ${manifest.network}; declare it too.`,
            },
          ]
        : [],
    );
    if (problems.length > 0) {
      throw new AuthorityError(
        'rejected',
        'The manifest was refused; nothing was changed.',
        problems,
      );
    }
  }

  #put(manifest: Manifest): AppliedObject {
    const { kind, name } = manifest;
    if (manifest.kind === 'Nve') return { kind, name, result: 'unchanged' };
    const object = kind.toLowerCase();
    const before: Manifest | undefined =
      kind === 'Network' ? this.networks.get(name) : this.ports.get(name);
    const after = manifest.kind === 'Network' ? this.#withVni(manifest) : manifest;
    if (isDeepStrictEqual(before, after)) return { kind, name, result: 'unchanged' };
    if (after.kind === 'Network') this.networks.set(name, after);
    else this.ports.set(name, after);
    const result = before === undefined ? 'created' : 'changed';
    this.emit('info', `${object}-${result}`, `${object}/${name}`, `${kind} ${name} ${result}.`);
    return { kind, name, result };
  }

  #withVni(manifest: NetworkManifest): NetworkManifest & { readonly vni: number } {
    const vni =
      manifest.vni ?? this.networks.get(manifest.name)?.vni ?? FIRST_VNI + this.networks.size;
    return { ...manifest, vni };
  }

  #applied(objects: readonly AppliedObject[]): Applied {
    if (objects.some((one) => one.result !== 'unchanged' && one.result !== 'absent')) {
      this.revision += 1;
      this.changed();
    }
    return { objects, revision: this.revision };
  }

  #mapOf(kind: ObjectRef['kind']): Map<string, unknown> {
    if (kind === 'Network') return this.networks;
    if (kind === 'Instance') return this.deadInstances;
    return kind === 'Port' ? this.ports : this.nves;
  }

  #views(): { readonly [Kind in ViewKind]: readonly ViewsByKind[Kind][] } {
    const ports = [...this.ports.values()];
    return {
      networks: [...this.networks.values()].map((network) => this.#network(network)),
      ports: ports.map((port) => this.#port(port)),
      nves: [...this.nves.values()].map((nve) => this.#nve(nve)),
      mappings: ports.flatMap((port) => this.#mapping(port)),
      tunnels: this.#tunnels(),
      instances: [this.#instance(), ...this.deadInstances.values()],
    };
  }

  #network(network: NetworkManifest & { readonly vni: number }): NetworkView {
    const ports = [...this.ports.values()].filter((port) => port.network === network.name);
    const attached = ports.flatMap((port) => this.attachments.get(port.name) ?? []);
    return {
      ...network,
      status: {
        vniAllocated: false,
        ports: ports.length,
        active: attached.length,
        nves: [...new Set(attached.map((attachment) => attachment.nve))].sort(),
        conditions: [],
      },
    };
  }

  #port(port: PortManifest): PortView {
    const attachment = this.attachments.get(port.name);
    const status: PortView['status'] =
      attachment === undefined
        ? { phase: 'waiting', reason: 'no NVE has an interface with this iface-id' }
        : {
            phase: 'active',
            nve: attachment.nve,
            ofport: attachment.ofport,
            interface: `tap-${port.name}`,
          };
    return { ...port, status };
  }

  #nve({ name, ip, connected }: FakeNve): NveView {
    const ports = [...this.attachments.values()].filter((attachment) => attachment.nve === name);
    const flows = 12 + 3 * this.attachments.size;
    return {
      kind: 'Nve',
      name,
      status: {
        connected,
        ...(connected ? { owner: 'nva1', openflow: '1.5', ovsVersion: '3.1.0' } : {}),
        endpoints: [{ type: 'geneve', ip }] as unknown as NveView['status']['endpoints'],
        flows: { desired: flows, installed: connected ? flows : 0 },
        ports: ports.length,
        bridge: 'br-int',
        datapathId: '0000aabbccddeeff',
        conditions: connected ? [] : [{ code: 'disconnected', message: 'Its connection ended.' }],
      },
    };
  }

  #mapping(port: PortManifest): MappingView[] {
    const attachment = this.attachments.get(port.name);
    const nve = this.nves.get(attachment?.nve ?? '');
    if (attachment === undefined || nve === undefined) return [];
    const { network, mac, ips, name } = port;
    const endpoints = this.#nve(nve).status.endpoints;
    const { sequence } = attachment;
    return [
      {
        kind: 'Mapping',
        name,
        network,
        mac,
        ips,
        nve: nve.name,
        endpoints,
        sequence,
        source: 'ovsdb',
      },
    ];
  }

  #tunnels(): TunnelView[] {
    const networks = [...this.networks.values()].map((network) => this.#network(network));
    return [...this.nves.values()].flatMap((near) =>
      [...this.nves.values()].flatMap((far): TunnelView[] => {
        const both = networks.filter(
          ({ status }) => status.nves.includes(near.name) && status.nves.includes(far.name),
        );
        if (near === far || both.length === 0) return [];
        return [
          {
            kind: 'Tunnel',
            name: `${near.name}->${far.name}/geneve`,
            nve: near.name,
            remote: far.name,
            type: 'geneve',
            remoteIp: far.ip,
            networks: both.map((network) => network.name),
            status: { state: 'unmonitored' },
          },
        ];
      }),
    );
  }

  #instance(): InstanceView {
    const nves = [...this.nves.values()].filter((nve) => nve.connected).map((nve) => nve.name);
    return {
      kind: 'Instance',
      name: 'nva1',
      status: {
        alive: true,
        nves,
        connected: nves.length,
        share: 100,
        version: '0.1.0',
        startedAt: '2025-01-01T00:00:00.000Z',
        confirmed: this.revision,
        why: this.why,
        missing: [],
        conditions: [],
      },
    };
  }
}

function inNetwork(view: ViewsByKind[ViewKind], network: string | undefined): boolean {
  if (network === undefined) return true;
  switch (view.kind) {
    case 'Network':
      return view.name === network;
    case 'Port':
    case 'Mapping':
      return view.network === network;
    case 'Tunnel':
      return view.networks.includes(network);
    default:
      return true;
  }
}
