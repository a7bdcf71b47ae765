/**
 * The role of one OpenFlow session: master with a generation while the NVE's lock is ours, slave otherwise.
 *
 * What is wanted may change while requests are under way, so an answer counts only for the wish that it was asked for:
 * a late one never makes a master. The switch arbitrates between instances that disagree, by the higher generation.
 *
 * Source: OpenFlow 1.3.5 §6.3.5 and §7.3.9.
 */
import type { OpenFlowEvent, RequestFailure } from '../../protocols/openflow/session/events.ts';
import type { Message } from '../../protocols/openflow/values/messages.ts';
import { isStaleGeneration } from './openflow-faults.ts';

export interface WantedRole {
  readonly role: 'master' | 'slave';
  readonly generation: bigint;
}

export type RoleRequest = Extract<Message, { type: 'role_request' }>;
export type RoleAnswer = Extract<OpenFlowEvent, { type: 'reply' | 'request-failed' }>;

export interface RoleHost {
  /** Sends it; `answered` is called within the turn in which the answer comes. */
  ask(request: RoleRequest, answered: (answer: RoleAnswer) => void): void;
  /** We are the master now, maybe again. */
  gained(): void;
  /** We were the master. */
  lost(reason: string): void;
  /** The generation that the master role was asked with is behind this one, which the switch has seen. */
  stale(seen: bigint): void;
  refused(role: RoleRequest['role'], failure: RequestFailure): void;
}

/** Another controller took the master role: asked for again after 1 s, 2 s … 60 s, so that two do not fight without end. */
const REGAIN_FIRST_MS = 1_000;
const REGAIN_MAX_MS = 60_000;
/** What a switch tells that has seen no generation yet: all ones (Open vSwitch's handle_role_request). */
const NO_GENERATION = 0xffff_ffff_ffff_ffffn;

export class SwitchRole {
  readonly #host: RoleHost;
  #wanted: WantedRole | undefined;
  #isMaster = false;
  #demotions = 0;
  #regain: NodeJS.Timeout | undefined;

  constructor(host: RoleHost) {
    this.#host = host;
  }

  /** The switch has told us that we are, and nobody that we are not any more. */
  get isMaster(): boolean {
    return this.#isMaster;
  }

  /** From now on; `reason`: why it is not master any more. Asks nothing that was asked already. */
  want(wanted: WantedRole, reason: string): void {
    const { role, generation } = wanted;
    const isAsked = this.#wanted?.role === role;
    // A slave stays one, whatever generation the master has now.
    if (isAsked && (role === 'slave' || this.#wanted?.generation === generation)) return;
    if (role === 'slave') this.drop(reason);
    clearTimeout(this.#regain);
    this.#wanted = wanted;
    this.#request(wanted, generation);
  }

  /** Wants nothing any more: what is under way does not count. */
  drop(reason: string): void {
    clearTimeout(this.#regain);
    this.#wanted = undefined;
    this.#demotions = 0;
    this.#lose(reason);
  }

  /** The switch says that another controller is the master. */
  demoted(): void {
    const wanted = this.#wanted;
    if (!this.#isMaster || wanted === undefined) return;
    this.#lose('another controller took the master role');
    const delayMs = Math.min(REGAIN_FIRST_MS * 2 ** this.#demotions++, REGAIN_MAX_MS);
    this.#regain = setTimeout(() => this.#learn(wanted), delayMs);
  }

  #lose(reason: string): void {
    if (!this.#isMaster) return;
    this.#isMaster = false;
    this.#host.lost(reason);
  }

  #request(wanted: WantedRole, generationId: bigint): void {
    const request = { type: 'role_request', role: wanted.role, generationId } as const;
    this.#host.ask(request, (answer) => {
      if (this.#wanted !== wanted) return;
      if (answer.type === 'request-failed') {
        if (isStaleGeneration(answer.error)) this.#learn(wanted);
        else this.#host.refused(wanted.role, answer.error);
      } else if (wanted.role === 'master') {
        this.#isMaster = true;
        this.#host.gained();
      }
    });
  }

  /** A request that changes nothing tells the highest generation. */
  #learn(wanted: WantedRole): void {
    const request = { type: 'role_request', role: 'nochange', generationId: 0n } as const;
    this.#host.ask(request, (answer) => {
      if (this.#wanted !== wanted) return;
      if (answer.type === 'request-failed') this.#host.refused('nochange', answer.error);
      if (answer.type !== 'reply' || answer.message?.type !== 'role_reply') return;
      const { generationId } = answer.message;
      const seen = generationId === NO_GENERATION ? 0n : generationId;
      if (wanted.role === 'slave') this.#request(wanted, seen);
      else this.#host.stale(seen);
    });
  }
}
