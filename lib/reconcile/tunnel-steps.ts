/**
 * Tunnel ports as a database has them, and what may be done about them.
 */
import type { Uuid } from '../../protocols/ovsdb/values/atoms.ts';
import type { Encapsulation } from '../model/encapsulation.ts';

/** A port whose name is one that we use for tunnels. */
export interface TunnelRow {
  /** The bridge that has it, when that is not the one in question. */
  readonly strayOn?: Uuid;
  readonly name: string;
  /** Of the Interface. */
  readonly uuid: Uuid;
  readonly portUuid: Uuid;
  /** Absent: as its name says. */
  readonly type?: string;
  readonly options: ReadonlyMap<string, string>;
  readonly owner: string | undefined;
  readonly ofport: number | undefined;
  readonly error: string | undefined;
}

export type TunnelStep =
  | {
      readonly type: 'add-tunnel';
      readonly encapsulation: Encapsulation;
      readonly name: string;
      readonly options: ReadonlyMap<string, string>;
      /** Of a monitored tunnel; absent: the flow-based port. */
      readonly bfd?: ReadonlyMap<string, string>;
    }
  /** The port stays, and its OpenFlow number with it. */
  | {
      readonly type: 'set-tunnel';
      readonly name: string;
      readonly uuid: Uuid;
      /** Absent: its type is right. */
      readonly encapsulation?: Encapsulation;
      readonly options: ReadonlyMap<string, string>;
      readonly bfd?: ReadonlyMap<string, string>;
    }
  /** It is ours in everything but its marks: somebody took them away. */
  | { readonly type: 'mark-tunnel'; readonly uuid: Uuid; readonly portUuid: Uuid }
  | {
      readonly type: 'remove-tunnel';
      readonly portUuid: Uuid;
      readonly name: string;
      /** Absent: the bridge itself. */
      readonly strayOn?: Uuid;
    };

/** A working tunnel port of somebody else, on whichever bridge of the switch. */
export interface OtherTunnel {
  readonly name: string;
  readonly type: Encapsulation;
  readonly options: ReadonlyMap<string, string>;
}
