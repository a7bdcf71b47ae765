/**
 * A proxy before a real ovsdb-server that cuts the connection after some bytes, in the middle of whatever they are.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { RealServer } from './real-server.ts';

export async function cuttingProxy(server: RealServer) {
  const path = join(server.folder, 'cutting.sock');
  const sockets = new Set<Socket>();
  const state = { left: Number.POSITIVE_INFINITY };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    state.left = Number.POSITIVE_INFINITY;
  };
  const listener = createServer((client) => {
    const upstream = connect(server.socket);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('close', () => upstream.destroy());
    client.pipe(upstream);
    upstream.on('data', (chunk: Uint8Array) => {
      client.write(chunk.subarray(0, Math.min(chunk.length, state.left)));
      state.left -= chunk.length;
      if (state.left <= 0) client.end(cut);
    });
  }).listen(path);
  await once(listener, 'listening');
  return {
    path,
    /** This many bytes more of the server get through. */
    cutAfter(bytes: number): void {
      state.left = bytes;
      if (bytes === 0) cut();
    },
    close: async () => {
      cut();
      listener.close();
      await once(listener, 'close');
    },
  };
}
