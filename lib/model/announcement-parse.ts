/**
 * Announcements as the store carries them: to JSON and back.
 *
 * The head changes with every word and is small; the body holds the rest and is sent on only when it has changed.
 * NVEs are grouped by their controllers and sorted, so that the body of 1000 NVEs stays small and the same state has
 * the same text:
 *
 *   head {confirmed}
 *   body {version, startedAt, groups: [{controllers, owned: [{name, why?, flows?: [desired, installed]}], seen: [name],
 *        noSwitch?: [name]}]}
 *
 * Reading trusts nothing, for controllers end up on bridges. Members that are not known here are passed over: two
 * releases stand side by side during an upgrade.
 */
import { parseIp } from '../../protocols/base/addresses.ts';
import { failed, ok, type Result } from '../../protocols/base/protocol-error.ts';
import type { AnnouncedNve, Announcement, Member } from './announcement.ts';
import { isNetworkName, isNveName } from './names.ts';
import type { RecordJson } from './record-parse.ts';

export interface AnnouncementJson {
  readonly head: RecordJson;
  readonly body: RecordJson;
}

/** What the store gave of one member. */
export interface UncheckedWord {
  readonly name: string;
  readonly run: string;
  readonly beat: number;
  readonly head: unknown;
  readonly body: unknown;
}

/** An instance listens on a few addresses. */
const CONTROLLERS_MAX = 64;
const TEXT_LENGTH_MAX = 500;
const PLAIN_TEXT = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const CONTROLLER = /^(?:tcp|ssl):(?:\[([0-9a-f:.]*:[0-9a-f:.]*)\]|([0-9.]+)):(\d{1,5})$/;

export function announcementToJson(announcement: Announcement): AnnouncementJson {
  const { confirmed, version, startedAt, nves } = announcement;
  const groups = new Map<string, AnnouncedNve[]>();
  for (const nve of [...nves].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const key = JSON.stringify(nve.controllers);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [nve]);
    else group.push(nve);
  }
  const inOrder = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  const body = { version, startedAt, groups: inOrder.map(([, group]) => groupToJson(group)) };
  return { head: { confirmed }, body };
}

function groupToJson(nves: readonly AnnouncedNve[]): RecordJson {
  const owned = nves.filter((nve) => nve.owner).map(ownedToJson);
  const seen = nves.filter((nve) => !nve.owner).map((nve) => nve.name);
  const noSwitch = nves.filter((nve) => nve.noSwitch).map((nve) => nve.name);
  const controllers = nves[0]?.controllers ?? [];
  return { controllers, owned, seen, ...(noSwitch.length === 0 ? {} : { noSwitch }) };
}

function ownedToJson({ name, why, flows, database }: AnnouncedNve): RecordJson {
  return {
    name,
    ...(database === undefined ? {} : { database }),
    ...(why === undefined ? {} : { why }),
    ...(flows === undefined ? {} : { flows: [flows.desired, flows.installed] }),
  };
}

export function parseMember(word: UncheckedWord): Result<Member, string> {
  const { name, run, beat } = word;
  if (!isNetworkName(name)) return unreadable(name, 'its name is none');
  if (!isText(run) || run === '') return unreadable(name, 'its run is wrong');
  if (!isCount(beat)) return unreadable(name, 'its beat is wrong');
  const announcement = parseAnnouncement(word.head, word.body);
  return typeof announcement === 'string'
    ? unreadable(name, announcement)
    : ok({ name, run, beat, announcement });
}

/** Text: what is wrong. */
function parseAnnouncement(head: unknown, body: unknown): Announcement | string {
  if (!isObject(head) || !isCount(head.confirmed)) return 'its confirmed revision is wrong';
  if (!isObject(body)) return 'its body is no object';
  const { version, startedAt, groups } = body;
  if (!isText(version)) return 'its version is wrong';
  if (typeof startedAt !== 'string' || !TIME.test(startedAt)) return 'its start is no time';
  if (!Array.isArray(groups)) return 'its groups are no list';
  const nves: AnnouncedNve[] = [];
  for (const group of groups as unknown[]) {
    const parsed = parseGroup(group);
    if (typeof parsed === 'string') return parsed;
    for (const nve of parsed) nves.push(nve);
  }
  if (new Set(nves.map((nve) => nve.name)).size < nves.length) return 'it names an NVE twice';
  return { version, startedAt, confirmed: head.confirmed, nves };
}

function parseGroup(group: unknown): AnnouncedNve[] | string {
  if (!isObject(group)) return 'one of its groups is no object';
  const { owned, seen, noSwitch = [] } = group;
  const controllers = group.controllers;
  if (!isControllers(controllers)) return 'its controllers are wrong';
  if (![owned, seen, noSwitch].every(Array.isArray)) return 'its NVEs are no list';
  const nves: AnnouncedNve[] = [];
  for (const one of owned as unknown[]) {
    const nve = parseOwned(one, controllers);
    if (nve === undefined) return 'one of the NVEs that it owns is wrong';
    nves.push(nve);
  }
  for (const name of seen as unknown[]) {
    if (typeof name !== 'string' || !isNveName(name))
      return 'one of the NVEs that it sees is wrong';
    nves.push({ name, owner: false, controllers });
  }
  const without = new Set(noSwitch as unknown[]);
  return nves.map((nve) => (without.has(nve.name) ? { ...nve, noSwitch: true } : nve));
}

function parseOwned(nve: unknown, controllers: readonly string[]): AnnouncedNve | undefined {
  if (!isObject(nve) || typeof nve.name !== 'string' || !isNveName(nve.name)) return undefined;
  const { name, why, flows, database } = nve;
  if (why !== undefined && !isText(why)) return undefined;
  if (database !== undefined && !isText(database)) return undefined;
  const counts = flows === undefined ? undefined : parseFlows(flows);
  if (flows !== undefined && counts === undefined) return undefined;
  return {
    name,
    owner: true,
    ...(why === undefined ? {} : { why }),
    controllers,
    ...(counts === undefined ? {} : { flows: counts }),
    ...(database === undefined ? {} : { database }),
  };
}

function parseFlows(flows: unknown): AnnouncedNve['flows'] {
  const [desired, installed] = Array.isArray(flows) ? (flows as unknown[]) : [];
  return isCount(desired) && isCount(installed) ? { desired, installed } : undefined;
}

function isControllers(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= CONTROLLERS_MAX && value.every(isController);
}

function isController(value: unknown): boolean {
  const [, six, four, port] = (typeof value === 'string' && CONTROLLER.exec(value)) || [];
  const ip = six ?? four;
  return (
    ip !== undefined && parseIp(ip) !== undefined && Number(port) >= 1 && Number(port) <= 65_535
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_LENGTH_MAX && PLAIN_TEXT.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function unreadable(name: string, what: string): Result<never, string> {
  return failed(
    `What the instance ${JSON.stringify(name.slice(0, 80))} says of itself cannot be read: ${what}; let all instances of the domain run one release, or stop whoever writes there.`,
  );
}
