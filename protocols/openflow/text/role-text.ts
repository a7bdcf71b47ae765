/**
 * Roles, and which asynchronous messages they get, in ofp-print's words.
 *
 *     role=primary generation_id=3 reason=configuration_changed
 *
 * Source: ovs-ofctl(8) of Open vSwitch 3.1; judged by `ovs-ofctl ofp-print`.
 */
import {
  ASYNC_MESSAGES,
  ASYNC_REASONS,
  type AsyncConfig,
  type AsyncMessage,
} from '../values/async-config.ts';
import type { Role, RoleStatus } from '../values/messages.ts';
import type { OpenFlowVersion } from '../values/version.ts';
import type { MessageFormatters, PrintContext } from './formatter.ts';

const ROLES: Readonly<Record<Role, string>> = {
  nochange: 'nochange',
  equal: 'equal',
  master: 'primary',
  slave: 'secondary',
};

/** A role reply without a generation. */
const NO_GENERATION = 0xffffffffffffffffn;

const STATUS_REASONS: Readonly<Record<string, string>> = {
  master_request: 'primary_request',
  config: 'configuration_changed',
  experimenter: 'experimenter_data_changed',
};

/** By bit; what has no name is said by its number. */
const REASON_NAMES: Readonly<Record<AsyncMessage, readonly (string | undefined)[]>> = {
  packet_in: ['no_match', 'action', 'invalid_ttl', 'action_set', 'group', 'packet_out'],
  port_status: ['add', 'delete', 'modify'],
  flow_removed: ['idle', 'hard', 'delete', 'group_delete', 'meter_delete', 'eviction'],
  role_status: ['primary_request', 'configuration_changed', 'experimenter_data_changed'],
  table_status: [undefined, undefined, undefined, 'vacancy_down', 'vacancy_up'],
  requestforward: ['group_mod_request', 'meter_mod_request'],
};
const LABEL_CHARACTERS = 16;

export function flowRemovedReason(reason: number): string {
  return REASON_NAMES.flow_removed[reason] ?? String(reason);
}

function formatRole(role: Role, generationId: bigint): string {
  const generation = generationId === NO_GENERATION ? '' : ` generation_id=${generationId}`;
  return ` role=${ROLES[role]}${generation}`;
}

function formatRoleStatus({ role, generationId, reason }: RoleStatus): string {
  const why = typeof reason === 'number' ? '(unknown)' : STATUS_REASONS[reason];
  return `${formatRole(role, generationId)} reason=${why}`;
}

function formatAsyncConfig(config: AsyncConfig, { version }: PrintContext): string {
  return (['master', 'slave'] as const)
    .map((role) => {
      const lines = ASYNC_MESSAGES.map((message) => {
        const last = config.masks.findLast(
          (mask) => mask.role === role && mask.message === message,
        );
        return formatMask(message, version, last?.reasons ?? 0);
      });
      return `\n ${ROLES[role]}:\n${lines.join('')}`;
    })
    .join('');
}

function formatMask(message: AsyncMessage, version: OpenFlowVersion, reasons: number): string {
  const { legacy, current } = ASYNC_REASONS[message];
  const known = reasons & (version < 5 ? legacy : current);
  const names = REASON_NAMES[message].filter((_name, bit) => (known >>> bit) & 1);
  const words = known === 0 ? ' (off)' : names.map((name) => ` ${name}`).join('');
  return `${message.toUpperCase().padStart(LABEL_CHARACTERS)}:${words}\n`;
}

export const ROLE_TEXT: MessageFormatters = {
  role_request: ({ role, generationId }) =>
    formatRole(role, role === 'nochange' ? NO_GENERATION : generationId),
  role_reply: ({ role, generationId }) => formatRole(role, generationId),
  nx_role_request: ({ role }) => formatRole(role, NO_GENERATION),
  nx_role_reply: ({ role }) => formatRole(role, NO_GENERATION),
  role_status: formatRoleStatus,
  get_async_reply: formatAsyncConfig,
  set_async: formatAsyncConfig,
  nx_set_async_config: formatAsyncConfig,
  nx_set_async_config2: formatAsyncConfig,
};
