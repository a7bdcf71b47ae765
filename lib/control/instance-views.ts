/**
 * The instances of the domain as the API shows them: who serves whom and why, who is silent, and which NVEs an
 * instance could not serve because they are not connected to it. Pure.
 */
import type { Announcement } from '../model/announcement.ts';
import type { NveName } from '../model/records.ts';
import type { Condition, InstanceView } from '../model/views.ts';
import type { Core } from './core.ts';
import type { MemberState, MembersView } from './members-view.ts';

/** What an instance says of itself without its switches. */
export interface Self {
  readonly name: string;
  readonly version: string;
  /** RFC 3339, UTC. */
  readonly startedAt: string;
}

const NAMED_MAX = 10;
const OVSDB_PORT = 6640;

export function instanceViews(core: Core, self: Self): InstanceView[] {
  const own = ownState(core, self);
  const others = (core.members?.all() ?? []).filter((member) => member.name !== self.name);
  const everybody = [own, ...others];
  const owners = ownersOf(core, own, core.members);
  return everybody.map((member) => instanceView(member, everybody, owners));
}

/** From what is known now: our own word in the store may be half a second old. */
function ownState(core: Core, self: Self): MemberState {
  const states = [...core.nves()].filter((state) => state.connected);
  const said = core.members?.all().find((member) => member.name === self.name)?.announcement;
  const controllers = said?.nves.find((nve) => nve.controllers.length > 0)?.controllers ?? [];
  const unreached = new Set(said?.nves.filter((nve) => nve.noSwitch).map(({ name }) => name));
  const nves = states.map(({ name, owner, ownerWhy }) => ({
    name,
    owner,
    controllers,
    ...(ownerWhy === undefined ? {} : { why: ownerWhy }),
    ...(unreached.has(name) ? ({ noSwitch: true } as const) : {}),
  }));
  const { version, startedAt } = self;
  const announcement = { version, startedAt, confirmed: core.confirmed, nves };
  return { name: self.name, alive: true, silentMs: 0, announcement };
}

/** One owner for each NVE: two may say so for a moment, while a lock changes hands. */
function ownersOf(
  core: Core,
  own: MemberState,
  members: MembersView | undefined,
): ReadonlyMap<NveName, string> {
  const owners = new Map<NveName, string>();
  for (const { alive, announcement } of members?.all() ?? []) {
    if (!alive) continue;
    for (const nve of announcement.nves) {
      const owner = members?.ownerOf(nve.name)?.instance;
      if (owner !== undefined && owner !== own.name) owners.set(nve.name, owner);
    }
  }
  for (const state of core.nves()) if (state.owner) owners.set(state.name, own.name);
  return owners;
}

function instanceView(
  member: MemberState,
  everybody: readonly MemberState[],
  owners: ReadonlyMap<NveName, string>,
): InstanceView {
  const { name, alive, silentMs, announcement } = member;
  const served = announcement.nves.filter((nve) => alive && owners.get(nve.name) === name);
  const missing = alive ? missingNves(announcement, everybody) : [];
  return {
    kind: 'Instance',
    name,
    status: {
      alive,
      nves: served.map((nve) => nve.name).sort(),
      connected: alive ? announcement.nves.length : 0,
      share: owners.size === 0 ? 0 : Math.round((100 * served.length) / owners.size),
      version: announcement.version,
      startedAt: announcement.startedAt,
      confirmed: announcement.confirmed,
      ...(alive ? {} : { silentMs: Math.round(silentMs) }),
      why: Object.fromEntries(
        served.flatMap((nve) => (nve.why === undefined ? [] : [[nve.name, nve.why]])),
      ),
      missing,
      conditions: conditionsOf(member, missing, everybody),
    },
  };
}

/** NVEs that other living instances see and this one does not. */
function missingNves(announcement: Announcement, everybody: readonly MemberState[]): NveName[] {
  const connected = new Set(announcement.nves.map((nve) => nve.name));
  const missing = new Set<NveName>();
  for (const other of everybody) {
    if (!other.alive) continue;
    for (const { name } of other.announcement.nves) if (!connected.has(name)) missing.add(name);
  }
  return [...missing].sort();
}

function conditionsOf(
  { name, alive, silentMs, announcement }: MemberState,
  missing: readonly NveName[],
  everybody: readonly MemberState[],
): Condition[] {
  if (!alive) {
    const seconds = Math.round(silentMs / 1000);
    const message = `${name} has said nothing for ${seconds} s: start it again, or forget it with "nva delete instance ${name}"`;
    return [{ code: 'instance-silent', message }];
  }
  const conditions: Condition[] = [];
  if (missing.length > 0) {
    const targets = everybody.filter((member) => member.alive).map(managerTarget);
    const message = `${someOf(missing)} cannot be served by ${name}, for others see what is not connected to it: name every instance there, with "ovs-vsctl set-manager ${targets.join(' ')}"`;
    conditions.push({ code: 'nve-missing', message });
  }
  const unreached = announcement.nves.filter((nve) => nve.noSwitch).map((nve) => nve.name);
  if (unreached.length > 0) {
    const message = `${someOf(unreached)} cannot be served by ${name}, for the database is connected to it and the switch is not: see that ${name} can be reached at what it advertises (--advertise, --openflow)`;
    conditions.push({ code: 'switch-missing', message });
  }
  return conditions;
}

function someOf(nves: readonly NveName[]): string {
  const some = nves.slice(0, NAMED_MAX).join(', ');
  return nves.length > NAMED_MAX ? `${some} and ${nves.length - NAMED_MAX} more` : some;
}

/** By the address that its NVEs reach it at, and the port of RFC 7047. */
function managerTarget({ name, announcement }: MemberState): string {
  const controller = announcement.nves.find((nve) => nve.controllers.length > 0)?.controllers[0];
  const host = controller?.replace(/^[a-z]+:/, '').replace(/:\d+$/, '');
  return `tcp:${host ?? `ADDRESS-OF-${name}`}:${OVSDB_PORT}`;
}
