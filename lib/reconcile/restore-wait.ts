/**
 * other_config:flow-restore-wait of an NVE that asks for it (external_ids:nva-flow-restore-wait=true): when to set it,
 * when to clear it, when to take it back. Never set otherwise.
 *
 * It counts at a start of ovs-vswitchd alone: that waits then, keeps what its datapath had, and connects to no
 * controller until it is cleared. So whoever would confirm the flows first and clear it then would wait for ever: it is
 * cleared as soon as the switch runs again, and set once more when its OpenFlow session is there.
 *
 * Source: ovs-vswitchd.conf.db(5); Open vSwitch's bridge_configure_remotes.
 */

/** external_ids key of the hypervisor: the operator's word. */
export const RESTORE_WAIT_KEY = 'nva-flow-restore-wait';
/** external_ids key: it was set by us; its value is the domain. */
export const RESTORE_WAIT_MARK = 'nva-flow-restore-wait-set';
/** In other_config. */
export const RESTORE_WAIT = 'flow-restore-wait';

export interface RestoreWaitView {
  readonly isAsked: boolean;
  readonly isSet: boolean;
  readonly isOurs: boolean;
  /** The switch has an OpenFlow session with us, so it does not wait. */
  readonly hasSession: boolean;
  /** Since it has none, next_cfg was raised. */
  readonly isProbed: boolean;
  /** cur_cfg is not behind next_cfg: ovs-vswitchd runs. */
  readonly isRunning: boolean;
}

/** `probe`: raise next_cfg, so that cur_cfg tells when ovs-vswitchd runs. */
export type RestoreWaitStep = 'set' | 'probe' | 'clear' | 'take-back';

export function planRestoreWait(view: RestoreWaitView): RestoreWaitStep | undefined {
  if (!view.isAsked) return view.isOurs ? 'take-back' : undefined;
  if (view.hasSession) return view.isSet ? undefined : 'set';
  if (!view.isSet) return undefined;
  if (!view.isProbed) return 'probe';
  return view.isRunning ? 'clear' : undefined;
}
