/**
 * Processes that freeze and die, and the connections between them and NVEs: in order, late, cut, and dead long before
 * both ends know it.
 *
 * As TCP and the kernels do: what was sent before a cut arrives after it if the connection is still there; a frozen
 * process's connections are accepted and what comes is kept for it; a killed one's are ended by its kernel, those of
 * a machine without power by the other end's probes alone.
 */
import type { Dice, Timeline } from './timeline.ts';

/** Between 5 s (OVSDB, OpenFlow: probe interval) and twice that, silence is noticed. */
const PROBE_MIN_MS = 5_000;
const PROBE_MAX_MS = 10_000;

/** What happens at one instant of a process, in the order of coming. */
export class Process {
  state: 'running' | 'frozen' | 'dead' = 'running';
  readonly #afterwards: () => void;
  #inbox: { readonly isTimer: boolean; readonly action: () => void }[] = [];

  /** `afterwards` follows each action that ran. */
  constructor(afterwards: () => void) {
    this.#afterwards = afterwards;
  }

  run(action: () => void, isTimer = false): void {
    if (this.state === 'dead') return;
    if (this.state === 'frozen') {
      this.#inbox.push({ isTimer, action });
      return;
    }
    action();
    this.#afterwards();
  }

  wake(timersFirst: boolean): void {
    if (this.state !== 'frozen') return;
    this.state = 'running';
    const waiting = this.#inbox;
    this.#inbox = [];
    const ordered = timersFirst
      ? [...waiting.filter(({ isTimer }) => isTimer), ...waiting.filter(({ isTimer }) => !isTimer)]
      : waiting;
    for (const { action, isTimer } of ordered) this.run(action, isTimer);
  }
}

/** The way between one instance's machine and one NVE. */
export class Path {
  isCut = false;
  readonly links = new Set<Link>();
  #held: (() => void)[] = [];

  /** Now, or when the cut is over. */
  pass(action: () => void): void {
    if (this.isCut) this.#held.push(action);
    else action();
  }

  cut(): void {
    this.isCut = true;
    for (const link of this.links) link.doubt(() => this.isCut);
  }

  heal(): void {
    this.isCut = false;
    const held = this.#held;
    this.#held = [];
    for (const action of held) action();
  }
}

export type Side = 'instance' | 'nve';

/** One TCP connection; its two ends learn of its end each in their own time. */
export class Link {
  readonly #path: Path;
  readonly #process: Process;
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  readonly #open = { instance: true, nve: true };
  readonly #arrival = { instance: 0, nve: 0 };
  readonly #closed: Record<Side, (() => void)[]> = { instance: [], nve: [] };

  constructor(path: Path, process: Process, timeline: Timeline, dice: Dice) {
    this.#path = path;
    this.#process = process;
    this.#timeline = timeline;
    this.#dice = dice;
    path.links.add(this);
  }

  onClosed(side: Side, listener: () => void): void {
    this.#closed[side].push(listener);
  }

  isOpen(side: Side): boolean {
    return this.#open[side];
  }

  /** In order with what was sent to this side before. */
  send(to: Side, action: () => void): void {
    if (!this.#open[other(to)]) return;
    this.#carry(to, () => {
      if (this.#open[to]) action();
    });
  }

  /** This end is closed now; the other learns of it when the news arrives. */
  close(side: Side): void {
    if (!this.#open[side]) return;
    this.#end(side);
    const peer = other(side);
    this.#carry(peer, () => this.#end(peer));
  }

  /** Each end closes by its own probe, if the cause of the silence still stands then. */
  doubt(isSilent: () => boolean): void {
    for (const side of ['instance', 'nve'] as const) {
      this.#timeline.after(this.#dice.between(PROBE_MIN_MS, PROBE_MAX_MS), () => {
        if (!isSilent() || !this.#open[side]) return;
        if (side === 'nve') this.close(side);
        else this.#process.run(() => this.close(side), true);
      });
    }
  }

  #carry(to: Side, action: () => void): void {
    const at = Math.max(this.#timeline.now + this.#delay(), this.#arrival[to]);
    this.#arrival[to] = at;
    this.#timeline.after(at - this.#timeline.now, () => {
      this.#path.pass(() => {
        if (to === 'nve') action();
        else this.#process.run(action);
      });
    });
  }

  #delay(): number {
    return this.#dice.chance(0.03) ? this.#dice.between(50, 400) : this.#dice.between(1, 4);
  }

  #end(side: Side): void {
    if (!this.#open[side]) return;
    this.#open[side] = false;
    if (!this.#open[other(side)]) this.#path.links.delete(this);
    for (const listener of this.#closed[side]) listener();
  }
}

function other(side: Side): Side {
  return side === 'nve' ? 'instance' : 'nve';
}
