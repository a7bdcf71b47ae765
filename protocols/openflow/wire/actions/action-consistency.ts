/**
 * Whether a flow's actions fit its match, as Open vSwitch judges it: a field can be written, read or counted down only where the
 * match, or an action before, says that the packet has it.
 *
 * Only who judges strictly asks: a session takes what a switch has. What a packet may be between the actions is in flow-state.ts.
 * Sources: OpenFlow 1.3.5 §7.2.5 (OFPBAC_MATCH_INCONSISTENT); ovs-actions(7) of Open vSwitch 3.1 (prerequisites of each action).
 */
import type {
  Action,
  ActionOf,
  Instruction,
  Learn,
  LearnSpec,
  Subfield,
} from '../../values/actions.ts';
import type { OpenFlowErrorName } from '../../values/error-codes.ts';
import { type FieldName, findField } from '../../values/fields.ts';
import type { FieldValue, Match } from '../../values/match.ts';
import { OFPTT_ALL } from '../../values/ports.ts';
import type { Cursor } from '../cursor.ts';
import { FlowState } from './flow-state.ts';
import { isOutputPort } from './output-ports.ts';

const METER_MAX = 0xffff0000;
const FTP = 21;
const TFTP = 69;
const TCP = 6;
const UDP = 17;
const CT_INVALID = 0x10;
const VLAN_PRESENT = 0x1000;
const MPLS_ETHERTYPES: readonly number[] = [0x8847, 0x8848];
const NSH = 0x894f;
const NSH_PACKET = 0x1894f;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;

/** What a check gives: an error, or 'inconsistent', which in an action set is forgiven. */
type Finding = OpenFlowErrorName | 'inconsistent' | undefined;

const INCONSISTENT = 'OFPBAC_MATCH_INCONSISTENT';

/** Notes the first error that Open vSwitch would give for this flow. */
export function checkFlow(
  cursor: Cursor,
  flow: {
    readonly table: number;
    readonly match: Match;
    readonly instructions: readonly Instruction[];
  },
): void {
  if (cursor.error !== undefined) return;
  const state = FlowState.of(flow.match);
  let soft = false;
  for (const instruction of inOrder(flow.instructions)) {
    const finding = checkInstruction(instruction, flow.table, state);
    if (finding === 'inconsistent') soft = true;
    else if (finding !== undefined) {
      cursor.unknown(finding, `${instruction.type} does not fit the flow`);
      return;
    }
  }
  if (soft) cursor.unknown(INCONSISTENT, 'an action on what the match does not have');
}

/** The packet's state passes from apply_actions to the instructions behind. */
function inOrder(instructions: readonly Instruction[]): Instruction[] {
  const order = ['meter', 'apply_actions', 'write_actions', 'goto_table'];
  return [...instructions].sort(
    (left, right) => order.indexOf(left.type) - order.indexOf(right.type),
  );
}

function checkInstruction(instruction: Instruction, table: number, state: FlowState): Finding {
  switch (instruction.type) {
    case 'meter':
      return checkMeter(instruction.meterId);
    case 'apply_actions':
      return checkEach(instruction.actions, state);
    case 'write_actions': {
      const finding = checkNested(instruction.actions, state);
      return finding === 'inconsistent' ? undefined : finding;
    }
    case 'goto_table':
      return table !== OFPTT_ALL && instruction.table <= table ? 'OFPBIC_BAD_TABLE_ID' : undefined;
    default:
      return undefined;
  }
}

function checkMeter(meterId: number): Finding {
  return meterId === 0 || meterId > METER_MAX ? 'OFPMMFC_INVALID_METER' : undefined;
}

function checkEach(actions: readonly Action[], state: FlowState): Finding {
  let soft: Finding;
  for (const action of actions) {
    const finding = checkAction(action, state);
    if (finding === 'inconsistent') soft = finding;
    else if (finding !== undefined) return finding;
  }
  return soft;
}

/** What actions within do to the packet ends with them. */
function checkNested(actions: readonly Action[], state: FlowState): Finding {
  return checkEach(actions, state.copy());
}

type Check = (action: never, state: FlowState) => Finding;

const unless = (fits: boolean): Finding => (fits ? undefined : 'inconsistent');
const onIp = (_action: Action, state: FlowState): Finding => unless(state.isIp);
const onIpv4 = (_action: Action, state: FlowState): Finding => unless(state.ethertype === IPV4);
const onMpls = (_action: Action, state: FlowState): Finding => unless(isMpls(state));
const onTransport = (_action: Action, state: FlowState): Finding => unless(state.hasPorts);

const CHECKS: Readonly<Partial<Record<Action['type'], Check>>> = {
  output_trunc: ({ port }: ActionOf<'output_trunc'>) =>
    isOutputPort(port) ? undefined : 'OFPBAC_BAD_OUT_PORT',
  output_reg: ({ from }: ActionOf<'output_reg'>, state) => checkField(from.field, state),
  bundle: ({ to }: ActionOf<'bundle'>, state) =>
    to === undefined ? undefined : checkField(to.field, state),
  multipath: ({ to }: ActionOf<'multipath'>, state) => checkField(to.field, state),
  push: ({ field }: ActionOf<'push'>, state) => checkField(field.field, state),
  pop: ({ field }: ActionOf<'pop'>, state) => checkField(field.field, state),
  move: ({ from, to }: ActionOf<'move'>, state) =>
    checkField(from.field, state) ?? checkField(to.field, state),
  set_field: ({ field, value }: ActionOf<'set_field'>, state) => checkSet(field, value, state),
  load: ({ value, to }: ActionOf<'load'>, state) =>
    checkSet(to.field, value << BigInt(to.offset), state),
  delete_field: ({ field }: ActionOf<'delete_field'>) =>
    field.startsWith('tun_metadata') ? undefined : 'OFPBAC_BAD_ARGUMENT',
  set_vlan_vid: setVlan,
  set_vlan_pcp: setVlan,
  pop_vlan: (_action: Action, state) => {
    const finding = unless(state.hasVlan);
    state.popVlan();
    return finding;
  },
  push_vlan: (_action: Action, state) => (state.pushVlan() ? undefined : 'OFPBAC_BAD_TAG'),
  ...{ mod_nw_src: onIpv4, mod_nw_dst: onIpv4, mod_nw_tos: onIp, mod_nw_ecn: onIp },
  ...{ set_ttl: onIp, dec_ttl: onIp, dec_ttl_cnt_ids: onIp },
  ...{ mod_tp_src: onTransport, mod_tp_dst: onTransport },
  ...{ set_mpls_label: onMpls, set_mpls_tc: onMpls, set_mpls_ttl: onMpls, dec_mpls_ttl: onMpls },
  push_mpls: ({ ethertype }: ActionOf<'push_mpls'>, state) => {
    const finding = unless(state.isEthernet);
    state.dlType = ethertype;
    // What is inside of MPLS is not known.
    state.protocol = 0;
    return finding;
  },
  pop_mpls: ({ ethertype }: ActionOf<'pop_mpls'>, state) => {
    const finding = unless(state.isEthernet && isMpls(state));
    state.dlType = ethertype;
    return finding;
  },
  fin_timeout: (_action: Action, state) => unless(state.protocol === TCP),
  encap: ({ packetType }: ActionOf<'encap'>, state) => {
    state.encapsulate(packetType);
    return undefined;
  },
  decap: (_action: Action, state) => {
    state.decapsulate();
    return undefined;
  },
  dec_nsh_ttl: (_action: Action, state) =>
    unless(state.packetType === NSH_PACKET || state.dlType === NSH),
  resubmit: ({ ct }: ActionOf<'resubmit'>, state) =>
    ct !== true || state.matchesTracked ? undefined : INCONSISTENT,
  learn: checkLearn,
  clone: ({ actions }: ActionOf<'clone'>, state) => checkNested(actions, state),
  meter: ({ meterId }: ActionOf<'meter'>) => checkMeter(meterId),
  ct: checkCt,
  nat: checkNat,
};

function checkAction(action: Action, state: FlowState): Finding {
  // Each check takes the action of its own type: the record's keys say so, TypeScript cannot follow it here.
  const check = CHECKS[action.type] as ((action: Action, state: FlowState) => Finding) | undefined;
  return check?.(action, state);
}

function isMpls({ ethertype }: FlowState): boolean {
  return MPLS_ETHERTYPES.includes(ethertype);
}

function checkField(field: FieldName, state: FlowState): Finding {
  return state.has(field, true) ? undefined : INCONSISTENT;
}

function checkSet(field: FieldName, value: FieldValue, state: FlowState): Finding {
  if (!state.has(field, false)) return INCONSISTENT;
  if (field === 'vlan_vid' && !state.hasVlan) return INCONSISTENT;
  if (field === 'vlan_tci') state.hasVlan = (Number(value) & VLAN_PRESENT) !== 0;
  return undefined;
}

function setVlan(_action: Action, state: FlowState): Finding {
  const finding = unless(state.hasVlan);
  state.hasVlan = true;
  return finding;
}

function checkCt(action: ActionOf<'ct'>, state: FlowState): Finding {
  const { alg, zone, commit } = action;
  const fits =
    state.isIp &&
    !(commit === true && (state.ctState & CT_INVALID) !== 0) &&
    !(alg === FTP && state.protocol !== TCP) &&
    !(alg === TFTP && state.protocol !== UDP);
  if (!fits) return INCONSISTENT;
  if (typeof zone === 'object') return checkField(zone.field, state);
  return checkNested(action.actions, state);
}

function checkNat({ ipv4Min, ipv6Min }: ActionOf<'nat'>, state: FlowState): Finding {
  const fits =
    state.isIp &&
    (ipv4Min === undefined || state.ethertype === IPV4) &&
    (ipv6Min === undefined || state.ethertype === IPV6);
  return fits ? undefined : INCONSISTENT;
}

/** The learned flow's match grows spec by spec: a field may follow what says that it is there. */
function checkLearn({ specs }: Learn, state: FlowState): Finding {
  const learned = FlowState.of([]);
  for (const spec of specs) {
    const finding = checkSource(spec, state) ?? checkTarget(spec, learned);
    if (finding !== undefined) return finding;
    if (spec.type === 'match' && spec.from.value !== undefined) {
      const { field, offset, bits } = spec.to;
      const mask = ((1n << BigInt(bits)) - 1n) << BigInt(offset);
      learned.add({ field, value: spec.from.value << BigInt(offset), mask });
    }
  }
  return undefined;
}

function checkSource(spec: LearnSpec, state: FlowState): Finding {
  const source = spec.type === 'output' ? spec.from : spec.from.field;
  return source === undefined ? undefined : checkSubfield(source, state);
}

function checkTarget(spec: LearnSpec, state: FlowState): Finding {
  if (spec.type === 'output') return undefined;
  const finding = checkSubfield(spec.to, state);
  if (finding !== undefined || spec.type === 'match') return finding;
  return findField(spec.to.field)?.writable === true ? undefined : 'OFPBAC_BAD_SET_ARGUMENT';
}

function checkSubfield({ field: name, offset, bits }: Subfield, state: FlowState): Finding {
  const field = findField(name);
  if (field === undefined) return 'OFPBAC_BAD_SET_TYPE';
  if (bits === 0 || offset + bits > field.bits) return 'OFPBAC_BAD_SET_LEN';
  return checkField(name, state);
}
