/**
 * A client that sends what it is told, unchecked: shows what a real ovsdb-server itself says of it.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Json } from '../../../protocols/ovsdb/values/json.ts';
import { JsonSplitter } from '../../../protocols/ovsdb/wire/json-splitter.ts';

export async function rawClient(path: string) {
  const socket = connect(path);
  await once(socket, 'connect');
  const splitter = new JsonSplitter();
  let lastId = 0;
  return {
    async ask(method: string, params: readonly Json[]): Promise<{ result: Json; error: Json }> {
      const id = ++lastId;
      socket.write(JSON.stringify({ method, params, id }));
      for (;;) {
        for (let next = splitter.next(); next !== undefined; next = splitter.next()) {
          if (!next.message.ok) throw new Error(next.message.error.detail);
          const { value } = next.message;
          if (value.id === id) return { result: value.result ?? null, error: value.error ?? null };
        }
        const [chunk] = (await once(socket, 'data')) as [Uint8Array];
        splitter.push(chunk);
      }
    },
    close: () => socket.destroy(),
  };
}

/** The error in the answer to a transaction, in the server's words; undefined: all was done. */
export function refusalOf({ result, error }: { result: Json; error: Json }): string | undefined {
  if (error !== null) return JSON.stringify(error);
  const results = Array.isArray(result) ? (result as Json[]) : [];
  const failed = results.find((one) => typeof one === 'object' && one !== null && 'error' in one);
  return failed === undefined ? undefined : JSON.stringify(failed);
}
