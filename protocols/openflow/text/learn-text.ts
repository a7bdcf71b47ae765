/**
 * The learn action in ovs-ofctl's words.
 *
 *     learn(table=2,hard_timeout=300,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])
 *
 * Source: ovs-actions(7) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import type { Learn, LearnSource, LearnSpec, Subfield } from '../values/actions.ts';
import { findField } from '../values/fields.ts';
import { formatFieldValue, hex } from './field-text.ts';
import { formatSubfield } from './subfield-text.ts';

const DEFAULT_PRIORITY = 32768;
const SEND_FLOW_REM = 1;
const DELETE_LEARNED = 2;

export function formatLearn(learn: Learn): string {
  const { resultDestination } = learn;
  return `learn(${[
    `table=${learn.table}`,
    ...number('idle_timeout', learn.idleTimeout),
    ...number('hard_timeout', learn.hardTimeout),
    ...number('fin_idle_timeout', learn.finIdleTimeout),
    ...number('fin_hard_timeout', learn.finHardTimeout),
    ...(learn.priority === DEFAULT_PRIORITY ? [] : [`priority=${learn.priority}`]),
    ...((learn.flags & SEND_FLOW_REM) === 0 ? [] : ['send_flow_rem']),
    ...((learn.flags & DELETE_LEARNED) === 0 ? [] : ['delete_learned']),
    ...(learn.cookie === 0n ? [] : [`cookie=${hex(learn.cookie)}`]),
    ...number('limit', learn.limit),
    ...(resultDestination === undefined ? [] : [`result_dst=${formatSubfield(resultDestination)}`]),
    ...learn.specs.map(formatSpec),
  ].join(',')})`;
}

function number(name: string, value: number): string[] {
  return value === 0 ? [] : [`${name}=${value}`];
}

function formatSpec(spec: LearnSpec): string {
  if (spec.type === 'output') return `output:${formatSubfield(spec.from)}`;
  if (spec.type === 'match') return formatCriterion(spec.from, spec.to);
  const source =
    spec.from.field === undefined ? hex(spec.from.value) : formatSubfield(spec.from.field);
  return `load:${source}->${formatSubfield(spec.to)}`;
}

/** A whole field by its name, a part by its header; a field that is copied to itself once. */
function formatCriterion(from: LearnSource, to: Subfield): string {
  if (from.field !== undefined) {
    const same = from.field.field === to.field && from.field.offset === to.offset;
    return same ? formatSubfield(to) : `${formatSubfield(to)}=${formatSubfield(from.field)}`;
  }
  const row = findField(to.field);
  if (row === undefined || to.offset !== 0 || to.bits !== row.bits) {
    return `${formatSubfield(to)}=${hex(from.value)}`;
  }
  const value = row.wide ? from.value : Number(from.value);
  return `${row.ovsName}=${formatFieldValue(row, value)}`;
}
