/**
 * Random histories of a small domain: few names, so that records meet, clash, vanish and come back.
 */
import fc from 'fast-check';
import type { RecordChange } from '../../../lib/desired/compiler.ts';
import type { Encapsulation, Endpoint } from '../../../lib/model/encapsulation.ts';
import { ENCAPSULATIONS } from '../../../lib/model/encapsulation.ts';
import { type DomainRecord, keyOf, recordKey } from '../../../lib/model/records.ts';
import {
  type IpAddress,
  ipv4FromNumber,
  ipv6FromBigInt,
  macFromNumber,
} from '../../../protocols/base/addresses.ts';

const NETWORKS = ['blue', 'red', 'green'];
const PORTS = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'];
const NVES = ['hv1', 'hv2', 'hv3', 'hv4'];

const encapsulations = fc.subarray([...ENCAPSULATIONS] as Encapsulation[], { minLength: 1 });

const network = fc.record({ index: fc.nat(2), shift: fc.nat(1), types: fc.option(encapsulations) });
const endpointSets = fc.record({
  types: encapsulations,
  families: fc.constantFrom('4', '6', '46', '44', '46', '44'),
  port: fc.constantFrom(undefined, undefined, 8472),
});

const IPV4 = 0x0a090001;
const SECOND_IPV4 = 0x0a0a0001;
const IPV6 = (0xfd09n << 112n) + 1n;

function addressesOf(index: number): IpAddress[] {
  const v4 = [IPV4, SECOND_IPV4].map((first) => ipv4FromNumber(first + index));
  return [...v4, ipv6FromBigInt(IPV6 + BigInt(index))];
}

function endpointsOf(
  index: number,
  types: Encapsulation[],
  families: string,
  port: number | undefined,
): Endpoint[] {
  const [first, second, third] = addressesOf(index);
  const has = [families.includes('4'), families === '44', families.includes('6')];
  const ips = [first, second, third].filter((_, position) => has[position]);
  return types.flatMap((type) =>
    ips.flatMap((ip) =>
      ip === undefined ? [] : [{ type, ip, ...(port && type === 'vxlan' ? { port } : {}) }],
    ),
  );
}

/** Of the addresses of all NVEs, its own too: what somebody says is no reason to fall. */
const someAddresses = fc.subarray([0, 1, 2, 3].flatMap(addressesOf), { maxLength: 6 });
const POSITIONS: readonly (readonly number[])[] = [[], [0], [1], [0, 2]];

/** What all say: else hardly anything would ever be dead. */
const usualAddresses = fc
  .constantFrom(...POSITIONS)
  .map((positions) =>
    [0, 1].flatMap((index) =>
      addressesOf(index).filter((_, position) => positions.includes(position)),
    ),
  );

const put = fc.oneof(
  network.map(
    ({ index, shift, types }): DomainRecord => ({
      kind: 'network',
      name: NETWORKS[index] ?? 'blue',
      vni: 100 + index * 10 + shift,
      vniAllocated: false,
      ...(types === null ? {} : { encapsulation: types }),
    }),
  ),
  fc.record({ port: fc.nat(6), network: fc.nat(2) }).map(
    ({ port, network: index }): DomainRecord => ({
      kind: 'port',
      name: PORTS[port] ?? 'p1',
      network: NETWORKS[index] ?? 'blue',
      mac: macFromNumber(0x020000000001 + port),
      ips: [],
    }),
  ),
  fc.record({ index: fc.nat(3), set: endpointSets }).map(
    ({ index, set }): DomainRecord => ({
      kind: 'nve',
      name: NVES[index] ?? 'hv1',
      index: index + 1,
      endpoints: endpointsOf(index, set.types, set.families, set.port),
    }),
  ),
  fc
    .record({
      nve: fc.nat(3),
      down: fc.oneof(usualAddresses, someAddresses),
      unheard: someAddresses,
    })
    .map(({ nve, down, unheard }): DomainRecord => {
      const isUnheard = (ip: IpAddress): boolean => unheard.length < 3 && unheard.includes(ip);
      return {
        kind: 'liveness',
        nve: NVES[nve] ?? 'hv1',
        down: down.filter((ip) => !isUnheard(ip)),
        unheard: unheard.filter(isUnheard),
      };
    }),
  fc.record({ port: fc.nat(6), nve: fc.nat(3), sequence: fc.nat(3) }).map(
    ({ port, nve, sequence }): DomainRecord => ({
      kind: 'attachment',
      port: PORTS[port] ?? 'p1',
      nve: NVES[nve] ?? 'hv1',
      sequence,
    }),
  ),
);

const keys = [
  ...NETWORKS.map((name) => recordKey('network', name)),
  ...PORTS.map((name) => recordKey('port', name)),
  ...NVES.map((name) => recordKey('nve', name)),
  ...PORTS.map((name) => recordKey('attachment', name)),
  ...NVES.map((name) => recordKey('liveness', name)),
];

const change: fc.Arbitrary<RecordChange> = fc.oneof(
  { weight: 4, arbitrary: put.map((record) => ({ key: keyOf(record), record })) },
  { weight: 1, arbitrary: fc.constantFrom(...keys).map((key) => ({ key, record: undefined })) },
);

/** Batches of changes, as the store's feed would give them. */
export const history = fc.array(fc.array(change, { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 25,
});

export const nveNames = NVES;
