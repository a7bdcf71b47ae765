/**
 * The floor of a join, as a program of its own: accepts edges, makes the rows in their databases that nva makes, and
 * sends each switch, ready-made, the flows and the group that nva sends, with a barrier behind.
 *
 * No lock, no role, no reading back, no store, and everything encoded before the first edge came.
 *
 * Usage: join-floor-controller OVSDB_PORT OPENFLOW_PORT EDGES FOLDER (the last is only there to be seen in the process list).
 * Sources: RFC 7047 §4.1.3, §4.1.5; OpenFlow 1.5.1 §7.3.1 (features), §7.5.1 (hello).
 */
import { createServer, type Socket } from 'node:net';
import { compileFull } from '../../lib/desired/full.ts';
import { TRANSLATION_BYTES_MAX } from '../../lib/desired/replication.ts';
import { Domain } from '../../lib/model/domain.ts';
import { ENCAPSULATIONS } from '../../lib/model/encapsulation.ts';
import type { Installed } from '../../lib/reconcile/diff.ts';
import { planDiff } from '../../lib/reconcile/diff.ts';
import { Linker } from '../../lib/reconcile/link.ts';
import { encodeOperation, keyOfFlow } from '../../lib/southbound/operation-encoder.ts';
import { OPENFLOW_15 } from '../../protocols/openflow/values/version.ts';
import { JsonStream } from './json-stream.ts';
import { tenantPort } from './tenant-port.ts';

const HELLO = Buffer.from('06000010000000010001000800000040', 'hex');
const FEATURES_REQUEST = Buffer.from('0605000800000002', 'hex');
const BARRIER_REQUEST = Buffer.from('0614000800000003', 'hex');
const TYPE = { echoRequest: 2, echoReply: 3, featuresReply: 6, barrierReply: 21 };
/** Of the edge's one port: it was there before it joined, and is the bridge's first. */
const TENANT_NUMBER = 1;
const FIRST_TUNNEL_PORT = 65001;
const TUNNELS = ['geneve', 'vxlan', 'gre'] as const;

const [ovsdbPort = '', openflowPort = '', edgeCount = ''] = process.argv.slice(2);
const ready = readyMade(Number(edgeCount));
const nameOf = new Map<string, string>();
const switches = new Map<string, Socket>();
let confirmed = 0;

/** By edge: all that it is to have. */
function readyMade(edges: number): Map<string, Buffer> {
  const domain = new Domain();
  domain.put({ kind: 'network', name: 'blue', vni: 5001, vniAllocated: false });
  for (let index = 1; index <= edges; index++) {
    const { name, mac, ip } = tenantPort(index);
    const nve = `e${index}`;
    const address = `10.9.${index >> 8}.${index & 0xff}` as never;
    const endpoints = ENCAPSULATIONS.map((type) => ({ type, ip: address }));
    domain.put({ kind: 'nve', name: nve, index, endpoints });
    domain.put({ kind: 'port', name, network: 'blue', mac: mac as never, ips: [ip as never] });
    domain.put({ kind: 'attachment', port: name, nve, sequence: 0 });
  }
  const all = compileFull(domain);
  return new Map([...all].map(([nve, fragments]) => [nve, encoded(nve, fragments)]));
}

type Fragments = ReturnType<typeof compileFull> extends Map<string, infer List> ? List : never;

function encoded(nve: string, fragments: Fragments): Buffer {
  const linker = new Linker();
  linker.renumber(tenantPort(Number(nve.slice(1))).name, TENANT_NUMBER);
  const linked = fragments.flatMap((fragment) => linker.linked(fragment) ?? []);
  const nothing: Installed = {
    version: OPENFLOW_15,
    flows: {
      count: 0,
      key: () => 0,
      cookieHigh: () => 0,
      cookieLow: () => 0,
      flow: () => {
        throw new Error('there is none');
      },
    },
    groups: new Map(),
  };
  const { operations } = planDiff(linked, nothing, keyOfFlow, TRANSLATION_BYTES_MAX);
  const messages = operations.map((operation) => encodeOperation(OPENFLOW_15, operation));
  return Buffer.concat([...messages, BARRIER_REQUEST]);
}

/** Both channels are there: the switch gets all that it is to have. */
function serve(datapathId: string): void {
  const [socket, name] = [switches.get(datapathId), nameOf.get(datapathId)];
  const bytes = name === undefined ? undefined : ready.get(name);
  if (socket !== undefined && bytes !== undefined) socket.write(bytes);
}

function serveSwitch(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.write(Buffer.concat([HELLO, FEATURES_REQUEST]));
  socket.on('data', (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; bytes.length - at >= 8; at += bytes.readUInt16BE(at + 2)) {
      const size = bytes.readUInt16BE(at + 2);
      if (bytes.length - at < size) break;
      takeMessage(socket, Buffer.from(bytes.subarray(at, at + size)));
    }
    rest = bytes.subarray(at);
  });
}

function takeMessage(socket: Socket, message: Buffer): void {
  const type = message.readUInt8(1);
  if (type === TYPE.echoRequest) {
    message.writeUInt8(TYPE.echoReply, 1);
    socket.write(message);
  } else if (type === TYPE.featuresReply) {
    const datapathId = message.toString('hex', 8, 16);
    switches.set(datapathId, socket);
    serve(datapathId);
  } else if (type === TYPE.barrierReply) {
    process.stdout.write(`${++confirmed} confirmed\n`);
  }
}

interface Row {
  readonly datapath_id?: unknown;
  readonly name?: unknown;
  readonly external_ids?: readonly [string, readonly (readonly [string, string])[]];
}
type Tables = Readonly<
  Record<string, Readonly<Record<string, { readonly new?: Row }>> | undefined>
>;

const MONITOR = JSON.stringify({
  method: 'monitor',
  id: 1,
  params: [
    'Open_vSwitch',
    null,
    {
      Open_vSwitch: [{ columns: ['external_ids'] }],
      Bridge: [{ columns: ['name', 'datapath_id'] }],
    },
  ],
});

function joinRequest(bridge: string): string {
  const named = (name: string) => ['named-uuid', name];
  const tunnels = TUNNELS.flatMap((type, place) => [
    {
      ...{ op: 'insert', table: 'Interface', 'uuid-name': `i${type}` },
      row: {
        ...{ name: `nva-${type}`, type, ofport_request: FIRST_TUNNEL_PORT + place },
        options: ['map', Object.entries({ remote_ip: 'flow', key: 'flow' })],
      },
    },
    {
      ...{ op: 'insert', table: 'Port', 'uuid-name': `p${type}` },
      row: { name: `nva-${type}`, interfaces: named(`i${type}`) },
    },
  ]);
  const target = `tcp:127.0.0.1:${openflowPort}`;
  const controller = { target, connection_mode: 'out-of-band', max_backoff: 1_000 };
  const mutations = [
    ['controller', 'insert', named('c')],
    ['ports', 'insert', ['set', TUNNELS.map((type) => named(`p${type}`))]],
  ];
  return JSON.stringify({
    ...{ method: 'transact', id: 2 },
    params: [
      'Open_vSwitch',
      ...tunnels,
      { op: 'insert', table: 'Controller', 'uuid-name': 'c', row: controller },
      { op: 'mutate', table: 'Bridge', where: [['_uuid', '==', ['uuid', bridge]]], mutations },
      { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['next_cfg', '+=', 1]] },
    ],
  });
}

function serveDatabase(socket: Socket): void {
  const stream = new JsonStream();
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.write(MONITOR);
  const take = (tables: Tables) => {
    const [root] = Object.values(tables.Open_vSwitch ?? {});
    const name = root?.new?.external_ids?.[1].find(([key]) => key === 'system-id')?.[1];
    for (const [uuid, { new: row }] of Object.entries(tables.Bridge ?? {})) {
      if (row?.name !== 'br-int' || typeof row.datapath_id !== 'string') continue;
      if (name !== undefined) nameOf.set(row.datapath_id, name);
      socket.write(joinRequest(uuid));
      serve(row.datapath_id);
    }
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
      else if (id === 1 && result !== undefined) take(result);
    }
  });
}

createServer(serveSwitch).listen(Number(openflowPort), '127.0.0.1');
createServer(serveDatabase).listen(Number(ovsdbPort), '127.0.0.1');
