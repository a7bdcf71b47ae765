/**
 * What the core tells people, in whole sentences; each standing matter once, until it changes or ends.
 */
import { type NveName, type PortName, recordKey } from '../model/records.ts';
import type { GroupShortage } from '../reconcile/groups.ts';
import type { Effect, NoticeLevel } from './inputs.ts';

export class Notices {
  #effects: Effect[] = [];
  readonly #standing = new Map<string, string>();

  take(): Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  tell(level: NoticeLevel, code: string, object: string, message: string): void {
    this.#effects.push({ type: 'notice', level, code, object, message });
  }

  /** A matter that stands: told when it begins or its words change. Undefined: it is over. */
  stand(
    level: NoticeLevel,
    code: string,
    object: string,
    message: string | undefined,
    about = object,
  ): void {
    const key = `${code} ${about}`;
    if (message === undefined) this.#standing.delete(key);
    else if (this.#standing.get(key) !== message) {
      this.#standing.set(key, message);
      this.tell(level, code, object, message);
    }
  }

  moved(port: PortName, from: NveName | undefined, to: NveName | undefined): void {
    const object = recordKey('port', port);
    if (from === undefined) {
      this.tell('info', 'port-attached', object, `${port} is attached to ${to}`);
    } else if (to === undefined) {
      this.tell('info', 'port-detached', object, `${port} left ${from}`);
    } else this.tell('info', 'port-moved', object, `${port} moved from ${from} to ${to}`);
  }
}

export function conflictText(
  port: PortName,
  holder: NveName | undefined,
  claimants: readonly NveName[],
): string {
  const others = claimants.filter((nve) => nve !== holder).sort();
  return `${port} is attached to ${holder}, and ${others.join(', ')} names it too: ${holder} keeps it until its interface goes`;
}

export function unknownPortText(port: string, nve: NveName, iface: string): string {
  return `interface ${iface} on ${nve} names port ${port}, which is not declared: apply a Port of that name, or correct external_ids:iface-id`;
}

/** Who gets no copy, and what to do. */
export function shortageText(nve: NveName, { kept, left }: GroupShortage): string {
  const named = left.slice(0, 3).join(', ');
  const more = left.length > 3 ? ` and ${left.length - 3} more` : '';
  return `broadcast from ${nve} reaches ${kept} members and not ${named}${more}: one packet of Open vSwitch cannot carry more copies; spread the network over fewer NVEs`;
}

export function unreachableText(nve: NveName, ips: readonly string[]): string {
  return `${nve} is left out of every network: every NVE that monitors ${listText(ips)} sees it down; look at its underlay`;
}

export function deadAddressText(nve: NveName, ips: readonly string[]): string {
  return `${nve} is not reached at ${listText(ips)}: every NVE that monitors it sees it down, and another address of ${nve} is used`;
}

/** At most three, and how many more. */
export function listText(words: readonly string[]): string {
  const named = words.slice(0, 3).join(', ');
  return words.length > 3 ? `${named} and ${words.length - 3} more` : named;
}
