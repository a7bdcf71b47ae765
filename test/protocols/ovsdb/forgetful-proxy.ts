/**
 * A proxy before a real ovsdb-server that claims not to know some methods, as older servers do.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { JsonSplitter } from '../../../protocols/ovsdb/wire/json-splitter.ts';
import type { RealServer } from './real-server.ts';

export async function forgetfulProxy(server: RealServer, forgotten: readonly string[]) {
  const path = join(server.folder, 'proxy.sock');
  const sockets: Socket[] = [];
  const listener = createServer((client) => {
    const upstream = connect(server.socket);
    sockets.push(client, upstream);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    upstream.pipe(client);
    const splitter = new JsonSplitter();
    client.on('data', (chunk) => {
      splitter.push(chunk);
      for (let next = splitter.next(); next !== undefined; next = splitter.next()) {
        if (!next.message.ok) break;
        const { method, id } = next.message.value;
        const known = !forgotten.includes(String(method));
        if (known) upstream.write(JSON.stringify(next.message.value));
        else
          client.write(JSON.stringify({ result: null, error: 'unknown method', id: id ?? null }));
      }
    });
  }).listen(path);
  await once(listener, 'listening');
  return {
    path,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
