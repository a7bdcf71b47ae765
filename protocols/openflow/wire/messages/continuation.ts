/**
 * What Open vSwitch 3.1 puts into a continuation. It is opaque to controllers, so this is looked at by strict judges alone; others
 * keep the bytes.
 *
 *     BRIDGE 0x8000 | STACK | MIRRORS | CONNTRACKED | TABLE_ID | COOKIE | ACTIONS | ACTION_SET | ODP_PORT 0x8008
 *
 * The properties are laid out as those around them (packet-in2.ts). Traps: a table and a cookie hold for all the actions behind them
 * until the next ones. The bridge's identifier is four words in the byte order of the switch's own machine: little-endian here, as on
 * every machine that Open vSwitch is commonly run on.
 *
 * Source: what ovs-vswitchd of Open vSwitch 3.1 sends; judged by `ovs-ofctl ofp-print`.
 */
import type { Action } from '../../values/actions.ts';
import type {
  Continuation,
  ContinuationActions,
  ContinuationParts,
} from '../../values/packet-messages.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import { readActionList } from '../action-list.ts';
import { copyIntoSlab } from '../byte-slab.ts';
import type { Cursor } from '../cursor.ts';
import { expectSize, type Property, readProperty } from '../property.ts';

const PROPERTY = {
  bridge: 0x8000,
  stack: 0x8001,
  mirrors: 0x8002,
  conntracked: 0x8003,
  table_id: 0x8004,
  cookie: 0x8005,
  actions: 0x8006,
  action_set: 0x8007,
  odp_port: 0x8008,
} as const;

const BRIDGE_SIZE = 20;
const WORD_SIZE = 8;
const COOKIE_SIZE = 16;
const PADDING_BYTES = 4;
/** The widest value that a stack can hold. */
const STACK_BYTES_MAX = 128;

interface Seen {
  bridge: string | undefined;
  readonly stack: bigint[];
  mirrors: number;
  conntracked: boolean;
  table: number;
  cookie: bigint;
  readonly actions: ContinuationActions[];
  readonly actionSet: Action[];
  datapathPort: number;
}

/** All that is left of `cursor`. */
export function readContinuation(cursor: Cursor, version: OpenFlowVersion): Continuation {
  const bytes = copyIntoSlab(cursor.bytes, cursor.position, cursor.left);
  return cursor.strict ? { bytes, parts: readParts(cursor, version) } : { bytes };
}

function readParts(cursor: Cursor, version: OpenFlowVersion): ContinuationParts {
  const seen: Seen = {
    ...{ bridge: undefined, stack: [], mirrors: 0, conntracked: false, table: 0, cookie: 0n },
    ...{ actions: [], actionSet: [], datapathPort: 0 },
  };
  while (cursor.left > 0) {
    const property = readProperty(cursor);
    if (cursor.error === undefined && property.experimenter === 0) {
      readPart(cursor, property, seen, version);
    }
  }
  const { bridge, stack, mirrors, conntracked, actions, actionSet, datapathPort } = seen;
  return {
    ...(bridge === undefined ? {} : { bridge }),
    ...{ stack, mirrors, conntracked, actions, actionSet, datapathPort },
  };
}

function readPart(cursor: Cursor, property: Property, seen: Seen, version: OpenFlowVersion): void {
  const value = property.body;
  switch (property.type) {
    case PROPERTY.bridge:
      expectSize(cursor, property, BRIDGE_SIZE, 'a bridge');
      seen.bridge = readIdentifier(value);
      return;
    case PROPERTY.stack:
      seen.stack.push(readStackValue(value));
      return;
    case PROPERTY.mirrors:
      expectSize(cursor, property, WORD_SIZE, 'mirrors');
      seen.mirrors = value.u32('mirrors');
      return;
    case PROPERTY.conntracked:
      seen.conntracked = true;
      return;
    case PROPERTY.table_id:
      seen.table = value.u8('a table');
      return;
    case PROPERTY.cookie:
      expectSize(cursor, property, COOKIE_SIZE, 'a cookie');
      value.skip(PADDING_BYTES, 'a cookie');
      seen.cookie = value.u64('a cookie');
      return;
    case PROPERTY.actions: {
      const { table, cookie } = seen;
      const actions = readPaddedActions(value, version);
      // Beside it stands what Open vSwitch puts before the actions: whose order they are.
      if (actions.some(({ type }) => type === 'conjunction')) {
        cursor.fail('NXBAC_BAD_CONJUNCTION', 'a conjunction in a continuation');
      }
      seen.actions.push({ table, cookie, actions });
      return;
    }
    case PROPERTY.action_set:
      seen.actionSet.push(...readPaddedActions(value, version));
      return;
    case PROPERTY.odp_port:
      expectSize(cursor, property, WORD_SIZE, 'a port');
      seen.datapathPort = value.u32('a port');
      return;
    default:
  }
}

function readPaddedActions(value: Cursor, version: OpenFlowVersion): Action[] {
  value.skip(PADDING_BYTES, 'actions');
  return readActionList(value, value.left, version);
}

function readStackValue(value: Cursor): bigint {
  if (value.left > STACK_BYTES_MAX) {
    value.fail('OFPBPC_BAD_LEN', `a value of ${value.left} bytes on the stack`);
  }
  let bits = 0n;
  while (value.left > 0) bits = (bits << 8n) | BigInt(value.u8('a value on the stack'));
  return bits;
}

function readIdentifier(value: Cursor): string | undefined {
  if (!value.has(16, 'a bridge')) return undefined;
  let digits = '';
  for (let word = 0; word < 16; word += 4) {
    digits += value.view
      .getUint32(value.position + word, true)
      .toString(16)
      .padStart(8, '0');
  }
  if (/^0*$/.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
