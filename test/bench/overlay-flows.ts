/**
 * The 100,000 overlay flows of P1: as records for our store, as the very bytes that we send, as text for ovs-ofctl.
 *
 * All three are made by the product's own compiler, so that every contestant installs the same flows.
 */
import { writeFileSync } from 'node:fs';
import { remoteFragment } from '../../lib/desired/templates.ts';
import { recordToJson } from '../../lib/model/record-parse.ts';
import {
  type DomainRecord,
  keyOf,
  type NetworkRecord,
  type NveRecord,
  type PortRecord,
} from '../../lib/model/records.ts';
import { encodeOperation } from '../../lib/southbound/operation-encoder.ts';
import { openLmdbStore } from '../../lib/store/lmdb-store.ts';
import { parseIp, parseMac } from '../../protocols/base/addresses.ts';
import { formatFlow } from '../../protocols/openflow/text/flow-text.ts';
import { OPENFLOW_15 } from '../../protocols/openflow/values/version.ts';
import { type TenantPort, tenantPorts } from './tenant-port.ts';

const NETWORK: NetworkRecord = { kind: 'network', name: 'blue', vni: 5001, vniAllocated: false };
const FAR: NveRecord = {
  kind: 'nve',
  name: 'far',
  index: 1,
  endpoints: [{ type: 'geneve', ip: address('10.9.9.9') }],
};
const WRITES_AT_ONCE = 50_000;

/** Ports 1 to `count` attached to the NVE `far`, which never connects; port `count` + 1 declared and attached nowhere. */
export function domainRecords(count: number): DomainRecord[] {
  return [
    NETWORK,
    { kind: 'vni', vni: NETWORK.vni, network: NETWORK.name },
    FAR,
    { kind: 'index', index: FAR.index, nve: FAR.name },
    ...tenantPorts(1, count + 1).map(recordOf),
    ...tenantPorts(1, count).map(
      ({ name }): DomainRecord => ({ kind: 'attachment', port: name, nve: FAR.name, sequence: 0 }),
    ),
  ];
}

/** Through the store's public contract. */
export async function seedStore(directory: string, count: number): Promise<void> {
  const records = domainRecords(count);
  const store = await openLmdbStore({ directory });
  for (let at = 0; at < records.length; at += WRITES_AT_ONCE) {
    const writes = records.slice(at, at + WRITES_AT_ONCE).map((record) => {
      return { op: 'put', key: keyOf(record), value: recordToJson(record) } as const;
    });
    await store.apply({ writes });
  }
  await store.close();
}

/** Writes both files; returns the size of the bytes. */
export function writeFlows(bytesFile: string, textFile: string, count: number): number {
  const messages: Uint8Array[] = [];
  const lines: string[] = [];
  const [endpoint] = FAR.endpoints;
  if (endpoint === undefined) throw new Error('the far NVE has no endpoint');
  for (const port of tenantPorts(1, count)) {
    for (const flow of remoteFragment(NETWORK, recordOf(port), endpoint).flows) {
      messages.push(encodeOperation(OPENFLOW_15, { type: 'flow-add', flow }));
      lines.push(formatFlow(flow));
    }
  }
  const bytes = Buffer.concat(messages);
  writeFileSync(bytesFile, bytes);
  writeFileSync(textFile, `${lines.join('\n')}\n`);
  return bytes.length;
}

function recordOf({ name, mac, ip }: TenantPort): PortRecord {
  const parsed = parseMac(mac);
  if (parsed === undefined) throw new Error(`${mac} is no address`);
  return { kind: 'port', name, network: NETWORK.name, mac: parsed, ips: [address(ip)] };
}

function address(text: string): NonNullable<ReturnType<typeof parseIp>> {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`${text} is no address`);
  return ip;
}
