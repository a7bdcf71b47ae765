/**
 * Carries a bridge plan out: its steps as the operations of one guarded transaction.
 *
 * Guards (`wait`) make the transaction fail, changing nothing, when the database has moved on since the plan was made;
 * the next plan is made from what is there then.
 */
import { type Condition, Transaction, whereUuid } from '../../protocols/ovsdb/transaction.ts';
import { type NamedUuidRef, type Uuid, UuidRef } from '../../protocols/ovsdb/values/atoms.ts';
import {
  type BridgeRow,
  type BridgeStep,
  type ControllerTarget,
  CREATED_KEY,
  type DatabaseView,
  GENERATION_KEY,
  INSTANCE_KEY,
  OWNER_KEY,
  PROTOCOLS,
} from '../reconcile/bridge-plan.ts';
import { BEFORE_KEY } from '../reconcile/take-back.ts';
import { changeTunnel } from './tunnel-transaction.ts';

/** Milliseconds between a switch's attempts to come back to a controller: its least, so that it is soon back. */
const MAX_BACKOFF_MS = 1_000;

export interface TransactionContext {
  readonly view: DatabaseView;
  readonly rootUuid: Uuid;
  readonly domain: string;
  /** Of all instances, for a new bridge. */
  readonly controllers: readonly ControllerTarget[];
  readonly author: Author;
}

/** Who writes, for the database's log (`ovsdb-tool show-log -mm`). */
export interface Author {
  readonly instance: string;
  /** With which it is master, or wants to be; undefined: it has asked for none yet. */
  readonly generation: bigint | undefined;
}

export function bridgeTransaction(
  steps: readonly BridgeStep[],
  context: TransactionContext,
): Transaction {
  const transaction = new Transaction();
  const { view, rootUuid, author } = context;
  const bridge = view.bridge;
  if (bridge === undefined) createBridge(transaction, context);
  else {
    const where = whereUuid(bridge.uuid);
    transaction.wait('Bridge', where, [{ name: view.bridgeName }], { columns: ['name'] });
    for (const step of steps) changeBridge(transaction, bridge.uuid, step, context);
  }
  // Lets the switch's own cur_cfg tell when it has taken all this.
  transaction.mutate('Open_vSwitch', whereUuid(rootUuid), [['next_cfg', '+=', 1]]);
  return transaction.comment(comment('integration bridge', author));
}

/**
 * Keeps the highest generation used on the bridge itself, for whoever is master next. Guarded by the one that it
 * replaces: what the last master wrote may be under way to us still, and ours must be above it.
 */
export function generationTransaction(
  { uuid, generation: before }: Pick<BridgeRow, 'uuid' | 'generation'>,
  instance: string,
  generation: bigint,
): Transaction {
  const transaction = new Transaction();
  if (before > 0n) {
    const seen = new Map([[GENERATION_KEY, before.toString()]]);
    const where: Condition[] = [...whereUuid(uuid), ['external_ids', 'includes', seen]];
    transaction.wait('Bridge', where, [], { columns: ['name'], until: '!=' });
  }
  setExternalIds(transaction, 'Bridge', uuid, { [GENERATION_KEY]: generation.toString() });
  return transaction.comment(comment('master role', { instance, generation }));
}

function comment(what: string, { instance, generation }: Author): string {
  const suffix = generation === undefined ? '' : `, generation ${generation}`;
  return `nva: ${instance}: ${what}${suffix}`;
}

function createBridge(transaction: Transaction, context: TransactionContext): void {
  const { view, rootUuid, domain } = context;
  const name = view.bridgeName;
  transaction.wait('Bridge', [['name', '==', name]], [], { columns: ['name'] });
  const controllers = context.controllers.map((wanted) =>
    insertController(transaction, wanted, domain),
  );
  const iface = transaction.insert('Interface', { name, type: 'internal' });
  const port = transaction.insert('Port', { name, interfaces: iface });
  const made = transaction.insert('Bridge', {
    name,
    ports: port,
    fail_mode: 'secure',
    protocols: [...PROTOCOLS],
    controller: controllers,
    other_config: new Map([['disable-in-band', 'true']]),
    external_ids: new Map([
      [OWNER_KEY, domain],
      [CREATED_KEY, 'true'],
    ]),
    ...(view.datapathType === undefined ? {} : { datapath_type: view.datapathType }),
  });
  transaction.mutate('Open_vSwitch', whereUuid(rootUuid), [['bridges', 'insert', made]]);
}

function changeBridge(
  transaction: Transaction,
  bridge: Uuid,
  step: BridgeStep,
  { domain }: TransactionContext,
): void {
  const where = whereUuid(bridge);
  switch (step.type) {
    case 'mark-bridge':
      setExternalIds(transaction, 'Bridge', bridge, { [OWNER_KEY]: domain });
      return;
    case 'keep-before':
      setExternalIds(transaction, 'Bridge', bridge, { [BEFORE_KEY]: step.text });
      return;
    case 'set-secure':
      transaction.update('Bridge', where, { fail_mode: 'secure' });
      return;
    case 'add-protocols':
      transaction.mutate('Bridge', where, [['protocols', 'insert', [...step.protocols]]]);
      return;
    case 'add-controller': {
      const controller = insertController(transaction, step, domain);
      transaction.mutate('Bridge', where, [['controller', 'insert', controller]]);
      return;
    }
    case 'mark-controller':
      setExternalIds(transaction, 'Controller', step.uuid, { [INSTANCE_KEY]: step.instance });
      return;
    case 'remove-controller':
      transaction.mutate('Bridge', where, [['controller', 'delete', new UuidRef(step.uuid)]]);
      return;
    case 'add-tunnel':
    case 'set-tunnel':
    case 'mark-tunnel':
    case 'remove-tunnel':
      changeTunnel(transaction, bridge, step, domain);
      return;
    case 'create-bridge':
      return;
  }
}

function insertController(
  transaction: Transaction,
  { target, instance }: ControllerTarget,
  domain: string,
): NamedUuidRef {
  return transaction.insert('Controller', {
    target,
    connection_mode: 'out-of-band',
    max_backoff: MAX_BACKOFF_MS,
    external_ids: new Map([
      [OWNER_KEY, domain],
      [INSTANCE_KEY, instance],
    ]),
  });
}

function setExternalIds(
  transaction: Transaction,
  table: string,
  uuid: Uuid,
  entries: Readonly<Record<string, string>>,
): void {
  const where = whereUuid(uuid);
  // A map's insert keeps a key that is there: take it out first.
  transaction.mutate(table, where, [
    ['external_ids', 'delete', Object.keys(entries)],
    ['external_ids', 'insert', new Map(Object.entries(entries))],
  ]);
}
