/**
 * What is told of monitored tunnels: one sentence for all that an NVE sees at a time, and one for each address that is
 * dead, or is not any more.
 */
import type { Compiler } from '../desired/compiler.ts';
import type { Domain } from '../model/domain.ts';
import { type NveName, recordKey } from '../model/records.ts';
import type { TunnelChange } from './inputs.ts';
import { deadAddressText, listText, type Notices, unreachableText } from './notices.ts';

export class TunnelNotices {
  readonly #domain: Domain;
  readonly #compiler: Compiler;
  readonly #notices: Notices;
  /** By NVE: what was told of its dead addresses. */
  readonly #deadTold = new Map<NveName, string>();

  constructor(domain: Domain, compiler: Compiler, notices: Notices) {
    this.#domain = domain;
    this.#compiler = compiler;
    this.#notices = notices;
  }

  /** What the NVE sees has changed; `monitors`: whether it monitors this one. */
  tell(
    nve: NveName,
    before: ReadonlyMap<string, TunnelChange['verdict']>,
    changes: readonly TunnelChange[],
    monitors: (remote: NveName) => boolean,
  ): void {
    const went = (verdict: 'up' | 'down', former: 'up' | 'down'): TunnelChange[] =>
      changes.filter((now) => now.verdict === verdict && before.get(now.ip) === former);
    const [down, up] = [went('down', 'up'), went('up', 'down')];
    const notices = this.#notices;
    const object = recordKey('nve', nve);
    const since = (list: readonly TunnelChange[]): string => list[0]?.since ?? 'now';
    if (down.length > 0) {
      const text = `${nve} has had no tunnel since ${since(down)} to ${this.#list(down, monitors)}`;
      notices.tell('warning', 'tunnel-down', object, text);
    }
    if (up.length > 0) {
      const text = `${nve} has a tunnel again since ${since(up)} to ${this.#list(up, monitors)}`;
      notices.tell('info', 'tunnel-up', object, text);
    }
  }

  #list(changes: readonly TunnelChange[], monitors: (remote: NveName) => boolean): string {
    return listText(
      changes.map(({ ip, diagnostic }) => {
        const remote = [...this.#domain.nvesAt(ip)].find(monitors) ?? 'an NVE';
        return `${remote} at ${ip}${diagnostic === undefined ? '' : ` (${diagnostic})`}`;
      }),
    );
  }

  /** Other addresses of the NVE count. */
  tellDead(name: NveName): void {
    const notices = this.#notices;
    const { reach } = this.#compiler;
    const nve = this.#domain.nve(name);
    const dead = [...reach.shape(name).dead];
    const isCutOff = nve !== undefined && reach.endpoints(nve).length === 0;
    const text = isCutOff ? unreachableText(name, dead) : deadAddressText(name, dead);
    const object = recordKey('nve', name);
    const before = this.#deadTold.get(name);
    if (nve === undefined || dead.length === 0) {
      if (before !== undefined) {
        notices.tell('info', 'nve-reachable', object, `${name} is reached at all its addresses`);
      }
      this.#deadTold.delete(name);
      return;
    }
    if (text === before) return;
    this.#deadTold.set(name, text);
    notices.tell('error', isCutOff ? 'nve-unreachable' : 'address-unreachable', object, text);
  }
}
