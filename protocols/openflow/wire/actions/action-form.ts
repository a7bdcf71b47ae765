/**
 * The forms in which actions travel: number, sizes, versions and reader of each; and what readers and writers are given.
 *
 *     standard: type:16 | length:16 | …             extension: 0xffff | length:16 | experimenter:32 | subtype:16 | …
 *
 * The length of every action is a multiple of eight. A reader begins behind this header, its cursor ends with the action, and the
 * sizes are proven. A reader answers undefined for what Open vSwitch refuses: the action is then kept byte for byte, unless we judge
 * strictly (`refuse` notes the fault).
 *
 * Sources: OpenFlow 1.3.5 §7.2.5, OpenFlow 1.5.1 §7.2.6; ovs-actions(7), nicira-ext.h of Open vSwitch 3.1.
 */
import type { Action, ActionOf } from '../../values/actions.ts';
import type { OpenFlowErrorName } from '../../values/error-codes.ts';
import type { OpenFlowVersion } from '../../values/version.ts';
import type { ByteWriter } from '../byte-writer.ts';
import type { Cursor } from '../cursor.ts';

export const OFPAT_EXPERIMENTER = 0xffff;
/** Experimenter (vendor) number of Nicira, whose extensions Open vSwitch speaks. */
export const NICIRA = 0x00002320;
export const ONF = 0x4f4e4600;

/** The greatest length that is a multiple of eight. */
const SIZE_MAX_BYTES = 65528;

export interface ReadContext {
  readonly version: OpenFlowVersion;
  /** The actions in this one, up to the cursor's end; `within` says in whose place. */
  readonly actions: (cursor: Cursor, within: 'clone' | 'ct') => Action[];
}

export type ReadAction = (cursor: Cursor, context: ReadContext) => Action | undefined;

export interface ActionForm {
  /** 0: the standard's own. */
  readonly experimenter: number;
  readonly number: number;
  /** Bytes, both included. */
  readonly least: number;
  readonly most: number;
  /** Wire versions, both included. */
  readonly since: OpenFlowVersion;
  readonly until: OpenFlowVersion;
  /** In the specification, and not in Open vSwitch: nobody's when judged strictly. */
  readonly unsupported: boolean;
  readonly read: ReadAction;
}

type Options = Partial<Pick<ActionForm, 'since' | 'until'>> & {
  /** It may be longer than its fixed part. */
  readonly longer?: true;
  readonly unsupported?: true;
};

export function standard(
  number: number,
  size: number,
  read: ReadAction,
  options: Options = {},
): ActionForm {
  return form(0, number, size, read, options);
}

export function nicira(
  number: number,
  size: number,
  read: ReadAction,
  options: Options = {},
): ActionForm {
  return form(NICIRA, number, size, read, options);
}

export function onf(
  number: number,
  size: number,
  read: ReadAction,
  options: Options = {},
): ActionForm {
  return form(ONF, number, size, read, options);
}

function form(
  experimenter: number,
  number: number,
  least: number,
  read: ReadAction,
  { since = 4, until = 6, longer, unsupported }: Options,
): ActionForm {
  const most = longer === true ? SIZE_MAX_BYTES : least;
  return {
    ...{ experimenter, number, least, most, since, until, read },
    unsupported: unsupported === true,
  };
}

export interface PutContext {
  readonly version: OpenFlowVersion;
  readonly actions: (writer: ByteWriter, actions: readonly Action[]) => void;
}

export type PutAction<Type> = (
  writer: ByteWriter,
  action: ActionOf<Type>,
  context: PutContext,
) => void;

export type ActionWriters<Types extends Action['type']> = {
  readonly [Type in Types]: PutAction<Type>;
};

/** Begins a standard action of `size` zeros; answers where it begins. */
export function putStandard(writer: ByteWriter, type: number, size: number): number {
  const at = writer.reserve(size);
  writer.view.setUint16(at, type);
  writer.view.setUint16(at + 2, size);
  return at;
}

/** Begins one of Nicira's. */
export function putNicira(writer: ByteWriter, subtype: number, size: number): number {
  const at = putStandard(writer, OFPAT_EXPERIMENTER, size);
  writer.view.setUint32(at + 4, NICIRA);
  writer.view.setUint16(at + 8, subtype);
  return at;
}

/** One that nobody here knows. Of another size than it says it would make others of what follows. */
export function putKept(writer: ByteWriter, { bytes }: { readonly bytes: Uint8Array }): void {
  const said = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  if (said !== bytes.length || said < 8 || said % 8 !== 0) {
    throw new RangeError(`unknown bytes say ${said} bytes and are ${bytes.length}`);
  }
  writer.put(bytes);
}

/** Ends an action that grew behind its fixed part: padding, then its length. */
export function endAction(writer: ByteWriter, mark: number): void {
  writer.padTo8(mark);
  writer.patchSize(mark, 2);
}

/** Notes what Open vSwitch refuses. */
export function refuse(cursor: Cursor, code: OpenFlowErrorName, detail: string): undefined {
  cursor.unknown(code, detail);
  return undefined;
}

export function badArgument(cursor: Cursor, detail: string): undefined {
  return refuse(cursor, 'OFPBAC_BAD_ARGUMENT', detail);
}

export function mustBeZero(cursor: Cursor, what: string): undefined {
  return refuse(cursor, 'NXBRC_MUST_BE_ZERO', `the padding of ${what} is not zero`);
}

/** Whether the next `size` bytes are zeros; moves behind them. */
export function passZeros(cursor: Cursor, size: number): boolean {
  const from = cursor.position;
  cursor.skip(size, 'padding');
  for (let at = from; at < from + size; at++) if (cursor.bytes[at] !== 0) return false;
  return true;
}
