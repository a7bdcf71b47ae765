/**
 * The floor: the least that any controller can do for an attached port, as a program of its own.
 *
 * Answers a numbered interface of one edge with one ready-made flow to every other edge; no store, no plan, no groups,
 * no confirmation, no reading back. What a controller takes longer than this is its own doing.
 *
 * Usage: floor-controller OVSDB_PORT OPENFLOW_PORT FOLDER (the folder is only there to be seen in the process list).
 * Sources: RFC 7047 §4.1.5 (monitor); OpenFlow 1.5.1 §7.5.1 (hello), §7.3.1 (features).
 */
import { createServer, type Socket } from 'node:net';
import { remoteFragment } from '../../lib/desired/templates.ts';
import { parseMac } from '../../protocols/base/addresses.ts';
import { OPENFLOW_15 } from '../../protocols/openflow/values/version.ts';
import { encodeFlowMod } from '../../protocols/openflow/wire/encode.ts';
import { JsonStream } from './json-stream.ts';
import { macDigitsOf } from './tenant-port.ts';

const HELLO = Buffer.from('06000010000000010001000800000040', 'hex');
const FEATURES_REQUEST = Buffer.from('0605000800000002', 'hex');
const TYPE = { echoRequest: 2, echoReply: 3, featuresReply: 6 };

const switches = new Map<string, Socket>();
const databases = new Set<string>();
const { template, macAt } = readyMadeFlow();

/** The very flow that nva installs for a remote port, and where its address stands. */
function readyMadeFlow(): { template: Buffer; macAt: number } {
  const address = 'aabbccddeeff';
  const mac = parseMac('aa:bb:cc:dd:ee:ff');
  if (mac === undefined) throw new Error('the template has no address');
  const network = { kind: 'network', name: 'blue', vni: 5001, vniAllocated: false } as const;
  const port = { kind: 'port', name: 'any', network: 'blue', mac, ips: [] } as const;
  const [flow] = remoteFragment(network, port, { type: 'geneve', ip: '10.9.0.1' as never }).flows;
  if (flow === undefined) throw new Error('a remote port has no flow');
  const bytes = Buffer.from(encodeFlowMod(OPENFLOW_15, 'add', flow, 7));
  return { template: bytes, macAt: bytes.toString('hex').indexOf(address) / 2 };
}

/** For the bench, which waits for all. */
function sayWhoIsHere(): void {
  process.stdout.write(`${databases.size} databases and ${switches.size} switches\n`);
}

function flowFor(index: number): Buffer {
  const bytes = Buffer.from(template);
  bytes.write(macDigitsOf(index), macAt, 'hex');
  return bytes;
}

function serveSwitch(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.write(HELLO);
  socket.write(FEATURES_REQUEST);
  socket.on('data', (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; bytes.length - at >= 8; at += bytes.readUInt16BE(at + 2)) {
      const size = bytes.readUInt16BE(at + 2);
      if (bytes.length - at < size) break;
      const type = bytes.readUInt8(at + 1);
      if (type === TYPE.echoRequest) {
        const reply = Buffer.from(bytes.subarray(at, at + size));
        reply.writeUInt8(TYPE.echoReply, 1);
        socket.write(reply);
      }
      if (type === TYPE.featuresReply) {
        switches.set(bytes.toString('hex', at + 8, at + 16), socket);
        sayWhoIsHere();
      }
    }
    rest = bytes.subarray(at);
  });
}

interface Row {
  readonly datapath_id?: unknown;
  readonly ofport?: unknown;
  readonly external_ids?: readonly [string, readonly (readonly [string, string])[]];
}
interface RowUpdate {
  readonly old?: Row;
  readonly new?: Row;
}
type Tables = Readonly<Record<string, Readonly<Record<string, RowUpdate>> | undefined>>;

const MONITOR = JSON.stringify({
  method: 'monitor',
  id: 1,
  params: [
    'Open_vSwitch',
    null,
    {
      Interface: [{ columns: ['name', 'ofport', 'external_ids'] }],
      Bridge: [{ columns: ['name', 'datapath_id'] }],
    },
  ],
});

function serveDatabase(socket: Socket): void {
  const stream = new JsonStream();
  let datapathId: string | undefined;
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.write(MONITOR);
  const take = (tables: Tables) => {
    datapathId = datapathIn(tables) ?? datapathId;
    if (datapathId !== undefined && !databases.has(datapathId)) {
      databases.add(datapathId);
      sayWhoIsHere();
    }
    const flows = Object.values(tables.Interface ?? {}).flatMap(answer);
    if (flows.length === 0) return;
    const bytes = Buffer.concat(flows);
    for (const [other, peer] of switches) if (other !== datapathId) peer.write(bytes);
  };
  socket.setEncoding('utf8').on('data', (text) => {
    for (const message of stream.take(String(text))) {
      const { method, id, params, result } = message as {
        method?: string;
        id?: unknown;
        params?: readonly unknown[];
        result?: Tables;
      };
      if (method === 'echo') socket.write(JSON.stringify({ id, result: params, error: null }));
      else if (method === 'update') take((params?.[1] ?? {}) as Tables);
      else if (id === 1 && result !== undefined) take(result);
    }
  });
}

function datapathIn(tables: Tables): string | undefined {
  for (const { new: row } of Object.values(tables.Bridge ?? {})) {
    if (typeof row?.datapath_id === 'string') return row.datapath_id;
  }
  return undefined;
}

function answer({ old, new: row }: RowUpdate): Buffer[] {
  if (typeof row?.ofport !== 'number' || row.ofport < 1) return [];
  if (typeof old?.ofport === 'number') return [];
  const ifaceId = row.external_ids?.[1].find(([key]) => key === 'iface-id')?.[1];
  return ifaceId === undefined ? [] : [flowFor(Number(ifaceId.slice(1)))];
}

const [ovsdbPort = '', openflowPort = ''] = process.argv.slice(2);
createServer(serveSwitch).listen(Number(openflowPort), '127.0.0.1');
createServer(serveDatabase).listen(Number(ovsdbPort), '127.0.0.1');
