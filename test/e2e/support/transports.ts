/**
 * UDP and TCP between tenants, by Node itself in both namespaces, and listening for what must not be heard.
 */
import type { Tenant } from '../../../scripts/lab/tenant.ts';

/** Larger than one segment, so that TCP has to send several. */
const PAYLOAD_BYTES = 20_000;

const UDP_SERVER = `
  const [ip, port] = process.argv.slice(1);
  const server = require('node:dgram').createSocket(ip.includes(':') ? 'udp6' : 'udp4');
  server.on('message', (text, peer) => server.send(text, peer.port, peer.address, () => process.exit(0)));
  server.bind(Number(port), ip);
  setTimeout(() => process.exit(1), 8000);
`;

/** Repeats until an answer comes: the server may not listen yet. */
const UDP_CLIENT = `
  const [ip, port] = process.argv.slice(1);
  const client = require('node:dgram').createSocket(ip.includes(':') ? 'udp6' : 'udp4');
  client.on('message', () => process.exit(0)).on('error', () => {});
  setInterval(() => client.send('question', Number(port), ip), 50);
  setTimeout(() => process.exit(1), 5000);
`;

const TCP_SERVER = `
  const [ip, port] = process.argv.slice(1);
  const server = require('node:net').createServer((socket) => {
    socket.pipe(socket).on('error', () => {}).on('close', () => process.exit(0));
  });
  server.listen(Number(port), ip);
  setTimeout(() => process.exit(1), 8000);
`;

const TCP_CLIENT = `
  const [ip, port] = process.argv.slice(1);
  const attempt = () => {
    let got = 0;
    const socket = require('node:net').connect(Number(port), ip, () => socket.write(Buffer.alloc(${PAYLOAD_BYTES})));
    socket.on('data', (bytes) => {
      got += bytes.length;
      if (got === ${PAYLOAD_BYTES}) socket.end(() => process.exit(0));
    });
    socket.on('error', () => setTimeout(attempt, 50));
  };
  attempt();
  setTimeout(() => process.exit(1), 5000);
`;

/** True: a datagram and its answer have passed. */
export function exchangeUdp(from: Tenant, to: Tenant, ip: string, port: number): Promise<boolean> {
  return exchange(from, UDP_CLIENT, to, UDP_SERVER, ip, port);
}

/** True: 20 kB have passed, and come back. */
export function exchangeTcp(from: Tenant, to: Tenant, ip: string, port: number): Promise<boolean> {
  return exchange(from, TCP_CLIENT, to, TCP_SERVER, ip, port);
}

async function exchange(
  from: Tenant,
  client: string,
  to: Tenant,
  server: string,
  ip: string,
  port: number,
): Promise<boolean> {
  const words = [ip, String(port)];
  const [served, asked] = await Promise.all([
    to.exec([process.execPath, '-e', server, ...words]),
    from.exec([process.execPath, '-e', client, ...words]),
  ]);
  return served.code === 0 && asked.code === 0;
}

/** What of `filter` the listeners get while `work` goes on, in tcpdump's words. */
export async function unheard(
  listeners: readonly Tenant[],
  filter: string,
  work: () => Promise<void>,
): Promise<readonly string[]> {
  const captures = await Promise.all(listeners.map((tenant) => tenant.capture(filter)));
  try {
    await work();
    await Promise.all(captures.map((capture) => capture.quiet()));
    return captures.flatMap((capture) => capture.lines);
  } finally {
    await Promise.all(captures.map((capture) => capture.stop()));
  }
}
