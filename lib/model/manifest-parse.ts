/**
 * From documents (YAML or JSON, already read) to checked manifests: the border that intent crosses once.
 *
 * All problems are collected, so that a file is mended in one go. Checks here what a file shows by itself; what needs
 * the present state (does the network exist, is the VNI taken) is the authority's.
 */
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';
import type {
  Manifest,
  NetworkManifest,
  NveManifest,
  ObjectRef,
  PortManifest,
} from './manifest.ts';
import {
  type Complain,
  parseEncapsulations,
  parseNetworkName,
  parseNveName,
  parsePortIps,
  parsePortMac,
  parsePortName,
  parseVni,
  quoted,
} from './manifest-members.ts';
import { suggestion } from './nearest.ts';
import { type Problem, ProblemList } from './problem.ts';

export interface ManifestDocument {
  readonly value: unknown;
  /** For people: `document 2 (line 10)`. */
  readonly position: string;
}

type Members = Readonly<Record<string, unknown>>;

const KINDS = ['Network', 'Port', 'Nve'] as const;
/** `status` is what the API adds when it shows an object; it is ignored, so that what was shown can be applied. */
const MEMBERS = {
  Network: ['kind', 'name', 'vni', 'encapsulation', 'status'],
  Port: ['kind', 'name', 'network', 'mac', 'ips', 'status'],
  Nve: ['kind', 'name', 'status'],
} as const;

export function parseManifests(
  documents: readonly ManifestDocument[],
): Result<Manifest[], Problem[]> {
  const problems = new ProblemList();
  const twins = new Twins(problems);
  const manifests: Manifest[] = [];
  for (const { value, position } of documents) {
    const manifest = parseDocument(value, position, problems);
    if (manifest === undefined) continue;
    twins.check(manifest, position);
    manifests.push(manifest);
  }
  return problems.count === 0 ? ok(manifests) : failed(problems.toArray());
}

const REF_KINDS = [...KINDS, 'Instance'] as const;

/** For a deletion: kind and name count, whatever else the documents hold. */
export function parseObjectRefs(
  documents: readonly ManifestDocument[],
): Result<ObjectRef[], Problem[]> {
  const problems = new ProblemList();
  const refs: ObjectRef[] = [];
  for (const { value, position } of documents) {
    const { kind, name } = (typeof value === 'object' && value !== null ? value : {}) as Members;
    const known = REF_KINDS.find((candidate) => candidate === kind);
    if (known === undefined) problems.add(`${position}, kind`, kindProblem(kind, REF_KINDS));
    else if (typeof name === 'string' && name !== '') refs.push({ kind: known, name });
    else problems.add(`${position}, ${known}, name`, 'is missing; give the name of the object.');
  }
  return problems.count === 0 ? ok(refs) : failed(problems.toArray());
}

function parseDocument(
  value: unknown,
  position: string,
  problems: ProblemList,
): Manifest | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add(position, `must be an object with kind and name and is ${quoted(value)}.`);
    return undefined;
  }
  const members = value as Members;
  const kind = KINDS.find((known) => known === members.kind);
  if (kind === undefined) {
    problems.add(`${position}, kind`, kindProblem(members.kind));
    return undefined;
  }
  const before = problems.count;
  const where = `${position}, ${kind}${typeof members.name === 'string' ? ` ${shortName(members.name)}` : ''}`;
  checkMembers(members, kind, where, problems);
  const about = (member: string): Complain => {
    return (message) => {
      problems.add(`${where}, ${member}`, message);
      return undefined;
    };
  };
  const manifest = PARSERS[kind](members, about);
  return problems.count === before ? manifest : undefined;
}

function kindProblem(kind: unknown, kinds: readonly string[] = KINDS): string {
  if (kind === undefined) return `is missing; give ${kinds.join(' or ')}.`;
  if (typeof kind !== 'string') return `must be ${kinds.join(' or ')} and is ${quoted(kind)}.`;
  return sentence(`${quoted(kind)} is no kind of object`, suggestion(kind, kinds));
}

function sentence(statement: string, remedy: string): string {
  return `${statement}; ${remedy}${remedy.endsWith('?') ? '' : '.'}`;
}

function shortName(name: string): string {
  return name.length > 60 ? `${name.slice(0, 57)}…` : name;
}

function checkMembers(
  members: Members,
  kind: (typeof KINDS)[number],
  where: string,
  problems: ProblemList,
): void {
  const known: readonly string[] = MEMBERS[kind];
  for (const name of Object.keys(members)) {
    if (known.includes(name)) continue;
    const offered = known.filter((member) => member !== 'status');
    problems.add(
      where,
      sentence(`${quoted(name)} is no member of a ${kind}`, suggestion(name, offered)),
    );
  }
}

type About = (member: string) => Complain;

const PARSERS: Readonly<
  Record<(typeof KINDS)[number], (members: Members, about: About) => Manifest | undefined>
> = { Network: parseNetwork, Port: parsePort, Nve: parseNve };

function parseNetwork(members: Members, about: About): NetworkManifest | undefined {
  const name = parseNetworkName(members.name, 'the name of the network', about('name'));
  const vni = parseVni(members.vni, about('vni'));
  const encapsulation = parseEncapsulations(members.encapsulation, about('encapsulation'));
  if (name === undefined) return undefined;
  return {
    kind: 'Network',
    name,
    ...(vni === undefined ? {} : { vni }),
    ...(encapsulation === undefined ? {} : { encapsulation }),
  };
}

function parsePort(members: Members, about: About): PortManifest | undefined {
  const name = parsePortName(members.name, about('name'));
  const network = parseNetworkName(members.network, 'the name of its network', about('network'));
  const mac = parsePortMac(members.mac, about('mac'));
  const ips = parsePortIps(members.ips, about('ips'));
  if (name === undefined || network === undefined || mac === undefined || ips === undefined) {
    return undefined;
  }
  return { kind: 'Port', name, network, mac, ips };
}

function parseNve(members: Members, about: About): NveManifest | undefined {
  const name = parseNveName(members.name, about('name'));
  return name === undefined ? undefined : { kind: 'Nve', name };
}

/** Finds what one file may hold only once. */
class Twins {
  readonly #problems: ProblemList;
  readonly #first = new Map<string, string>();

  constructor(problems: ProblemList) {
    this.#problems = problems;
  }

  check(manifest: Manifest, position: string): void {
    const { kind, name } = manifest;
    const where = `${position}, ${kind} ${shortName(name)}`;
    const fresh = this.#claim(`${kind}/${name}`, position, (first) => {
      this.#problems.add(where, `is already in ${first}; keep one of the two.`);
    });
    if (!fresh || manifest.kind !== 'Port') return;
    const owner = `Port ${shortName(name)} in ${position}`;
    for (const [member, address] of addressesOf(manifest)) {
      this.#claim(`${manifest.network}/${address}`, owner, (first) => {
        this.#problems.add(
          `${where}, ${member}`,
          `${address} is already that of ${first}; give each port of network ${manifest.network} its own.`,
        );
      });
    }
  }

  #claim(key: string, owner: string, taken: (first: string) => void): boolean {
    const first = this.#first.get(key);
    if (first === undefined) this.#first.set(key, owner);
    else taken(first);
    return first === undefined;
  }
}

function addressesOf(port: PortManifest): [member: string, address: string][] {
  return [['mac', port.mac], ...port.ips.map((ip): [string, string] => ['ips', ip])];
}
