/**
 * The OpenFlow connections that have said which datapath they are, found by it.
 *
 * Several may name one datapath: who shows another certificate cannot take the place of who came first, and which of
 * them is the NVE's is told by its database, later (certificate-rule).
 */
import type { IpAddress } from '../../protocols/base/addresses.ts';
import { isSameHolder, type ShownNames } from './certificate-rule.ts';

export interface KnownSwitch {
  readonly datapathId: string;
  readonly certificateNames: ShownNames;
  /** Absent: a local socket. */
  readonly address?: IpAddress | undefined;
}

export class KnownSwitches<Switch extends KnownSwitch> {
  /** Newest first. */
  readonly #byDatapath = new Map<string, Switch[]>();

  of(datapathId: string): readonly Switch[] {
    return this.#byDatapath.get(datapathId) ?? [];
  }

  /** The one that says to be the same switch, and may be: at its own address, if there is one. */
  rivalOf(device: Switch): Switch | undefined {
    const rivals = this.of(device.datapathId).filter((other) =>
      isSameHolder(other.certificateNames, device.certificateNames),
    );
    return rivals.find(({ address }) => address === device.address) ?? rivals[0];
  }

  add(device: Switch): void {
    this.#byDatapath.set(device.datapathId, [device, ...this.of(device.datapathId)]);
  }

  remove(device: Switch): void {
    const rest = this.of(device.datapathId).filter((other) => other !== device);
    if (rest.length > 0) this.#byDatapath.set(device.datapathId, rest);
    else this.#byDatapath.delete(device.datapathId);
  }
}
