/**
 * Schemas that sessions share: 200 servers of one version have one schema, which is kept once.
 *
 * The key is the whole text: whatever a server calls its schema, it cannot give others a wrong one. What is too large
 * to be a schema is refused, because it is read in one turn.
 */
import { failed, ok, type Result } from '../base/protocol-error.ts';
import { expectedColumn } from './schemas/known-schemas.ts';
import { type AgreedSchema, agreeOnSchema, type WantedColumns } from './values/database-schema.ts';
import type { Json } from './values/json.ts';
import { type OvsdbError, ovsdbError } from './values/protocol-errors.ts';
import { parseServerSchema, type ServerSchema } from './values/server-schema.ts';

/** Open_vSwitch has 25 KB, the largest of Open vSwitch's and OVN's 40. A few milliseconds of reading. */
export const SCHEMA_SIZE_MAX_BYTES = 512 * 1024;

/** Releases of Open vSwitch in one network, times two databases. The one not asked for longest goes. */
const SCHEMAS_MAX = 16;

const byText = new Map<string, ServerSchema>();
const agreed = new WeakMap<ServerSchema, WeakMap<WantedColumns, AgreedSchema>>();

/** `sizeBytes`: of the message that brought it. */
export function readServerSchema(wire: Json, sizeBytes: number): Result<ServerSchema, OvsdbError> {
  if (sizeBytes > SCHEMA_SIZE_MAX_BYTES) {
    const detail = `a schema has at most ${SCHEMA_SIZE_MAX_BYTES} bytes, not ${sizeBytes}`;
    return failed(ovsdbError('bad-schema', detail));
  }
  const text = JSON.stringify(wire);
  const known = byText.get(text);
  byText.delete(text);
  const parsed = known === undefined ? parseServerSchema(wire) : ok(known);
  if (!parsed.ok) return parsed;
  const [oldest] = byText.keys();
  if (byText.size >= SCHEMAS_MAX && oldest !== undefined) byText.delete(oldest);
  byText.set(text, parsed.value);
  return parsed;
}

/** What of it is wanted and as we know it. */
export function readAgreedSchema(
  server: ServerSchema,
  database: string,
  wanted: WantedColumns,
): AgreedSchema {
  const known = agreed.get(server)?.get(wanted);
  if (known !== undefined) return known;
  const fresh = agreeOnSchema(server, wanted, (table, column) =>
    expectedColumn(database, table, column),
  );
  const byWanted = agreed.get(server) ?? new WeakMap<WantedColumns, AgreedSchema>();
  agreed.set(server, byWanted.set(wanted, fresh));
  return fresh;
}
