/**
 * Facts: what NVEs show, against what the store says, and who is to say it.
 *
 * The one writer of the core's domain. A fact of an NVE that this instance speaks for takes effect at once and goes to
 * the outbox; the store's word is taken in where it is news, and everything that it concerns is looked at anew.
 */
import type { Compiler, RecordChange } from '../desired/compiler.ts';
import type { FragmentDelta } from '../desired/network-plan.ts';
import type { Domain } from '../model/domain.ts';
import {
  type AttachmentRecord,
  type DomainRecord,
  type IndexClaim,
  type LivenessRecord,
  type NveName,
  type PortName,
  type RecordKey,
  recordKey,
} from '../model/records.ts';
import { decideAttachment } from './attachments.ts';
import type { Federation } from './federation.ts';
import type { PublishedWrite } from './inputs.ts';
import type { Interfaces } from './interfaces.ts';
import { conflictText, type Notices, unknownPortText } from './notices.ts';
import { NveRecords } from './nve-records.ts';
import type { NveState } from './nve-state.ts';
import { Outbox, type StoreWord } from './outbox.ts';
import { Presences } from './presence.ts';

export interface FactsContext {
  readonly domain: Domain;
  readonly compiler: Compiler;
  readonly interfaces: Interfaces;
  readonly federation: Federation;
  readonly notices: Notices;
  readonly nves: ReadonlyMap<NveName, NveState>;
  /** Fragments of this NVE have changed. */
  changed(nve: NveName, delta: FragmentDelta): void;
  /** The NVE's record was deleted by somebody. */
  nveDeleted(nve: NveName): void;
}

export class Facts {
  readonly #context: FactsContext;
  readonly #outbox = new Outbox();
  readonly #revisions = new Map<RecordKey, number>();
  /** The store's last word where ours is another. */
  readonly #stored = new Map<RecordKey, DomainRecord | undefined>();
  /** Declared ports that are attached nowhere now and were before: a move counts up, however it went. */
  readonly #former = new Map<PortName, AttachmentRecord>();
  /** What is seen of these ports calls for a change that another instance is to decide. */
  readonly #leftToOthers = new Set<PortName>();
  /** Written by us since the others were last heard. */
  readonly #spoken = new Set<RecordKey>();
  readonly #nveRecords: NveRecords;
  readonly #presences: Presences;
  /** The revision to which the feed has come. */
  #fedTo = 0;
  #staged: RecordChange[] = [];

  constructor(context: FactsContext) {
    this.#context = context;
    this.#presences = new Presences(context);
    this.#nveRecords = new NveRecords({
      domain: context.domain,
      federation: context.federation,
      nves: context.nves,
      notices: context.notices,
      identity: this.#presences,
      isOnItsWay: (key) => this.#outbox.has(key),
      isInStore: (key) => this.#revisions.has(key),
      stage: (change) => this.#stage(change),
    });
  }

  /** The store's revision of every record whose word was taken in. */
  get revisions(): ReadonlyMap<RecordKey, number> {
    return this.#revisions;
  }

  /** As the store last told it. */
  stored(key: RecordKey): DomainRecord | undefined {
    return this.#stored.has(key) ? this.#stored.get(key) : this.#context.domain.record(key);
  }

  /** NVEs that are up and have a working interface for the port. */
  claimants(port: PortName): NveName[] {
    const { interfaces, nves } = this.#context;
    return interfaces.claimants(port).filter((nve) => {
      return nves.get(nve)?.alive === true && this.#presences.isLetIn(nve);
    });
  }

  /** NVEs that were connected before this instance started have had the time to come back. */
  arrivalsOver(): void {
    this.#presences.arrivalsOver = true;
    for (const { port, nve } of this.#context.domain.attachments()) {
      if (this.#context.nves.get(nve)?.lastFacts === undefined) this.decide(port);
    }
    this.settle();
    this.reconsider();
  }

  /** An NVE has come, gone or changed: those that are not let in because of others are looked at anew. */
  reconsider(): void {
    for (const nve of [...this.#nveRecords.unsettled()]) {
      const isLetIn = this.#presences.isLetIn(nve);
      this.assertNve(nve);
      this.settle();
      if (isLetIn !== this.#presences.isLetIn(nve)) this.decidePortsOf(nve);
    }
  }

  /** The NVE has gone. */
  nveGone(nve: NveName): void {
    this.#nveRecords.dropIdle(nve);
    this.settle();
    this.reconsider();
  }

  /** Nobody can be asked any more: what we left to others counts by what we see. */
  decideAlone(): void {
    for (const nve of this.#context.nves.keys()) this.assertNve(nve);
    this.decideLeft();
  }

  /** What we left to others may be ours now. */
  decideLeft(): void {
    this.#spoken.clear();
    for (const port of [...this.#leftToOthers]) this.decide(port);
    this.settle();
  }

  /** Decides every port anew that the NVE shows or has. */
  decidePortsOf(nve: NveName): void {
    const { domain, interfaces } = this.#context;
    const ports = new Set([...interfaces.of(nve)].map(({ ifaceId }) => ifaceId));
    for (const port of domain.attachedTo(nve)) ports.add(port);
    for (const port of ports) this.decide(port);
    this.settle();
  }

  /**
   * The NVE is away, and keeps what nobody else claims: only the rest is decided anew. Where others share the store,
   * every port is, since it may be theirs to say.
   */
  decideContestedPortsOf(nve: NveName): void {
    const { domain, interfaces, federation } = this.#context;
    if (federation.isShared) {
      this.decidePortsOf(nve);
      return;
    }
    const ports = new Set<PortName>();
    for (const { ifaceId } of interfaces.of(nve)) {
      const holder = domain.attachment(ifaceId)?.nve;
      const isKept = holder === undefined || (holder === nve && domain.port(ifaceId) !== undefined);
      if (!isKept || interfaces.isNamedBeside(ifaceId, nve)) ports.add(ifaceId);
    }
    for (const port of domain.attachedTo(nve)) {
      if (interfaces.isNamedBeside(port, nve)) ports.add(port);
    }
    for (const port of ports) this.decide(port);
    this.settle();
  }

  /** The NVE's record is what its database shows, if that is ours to say; taken in by `settle`. */
  assertNve(nve: NveName): void {
    this.#nveRecords.assert(nve);
  }

  /** What the NVE sees of its remotes; taken in by `settle`. */
  assertLiveness(nve: NveName, record: LivenessRecord | undefined): void {
    this.#stage({ key: recordKey('liveness', nve), record });
  }

  /** Decides anew which NVE has the port, and what its number is on `seenOn` (and where it was). */
  decide(port: PortName, seenOn?: NveName): void {
    const current = this.#context.domain.attachment(port);
    const declared = this.#context.domain.port(port) !== undefined;
    const claimants = this.claimants(port);
    const decided = this.#decided(port, current, claimants);
    if (decided !== current) {
      this.#context.notices.moved(port, current?.nve, decided?.nve);
      this.#stage({ key: recordKey('attachment', port), record: decided });
    }
    if (decided !== undefined || !declared) this.#former.delete(port);
    else if (current !== undefined) this.#former.set(port, current);
    const rivals = declared && claimants.length > 1;
    this.#context.notices.stand(
      'warning',
      'port-conflict',
      recordKey('port', port),
      rivals ? conflictText(port, decided?.nve, claimants) : undefined,
    );
    if (seenOn !== undefined) this.#noticeUnknown(port, seenOn, declared);
    for (const nve of new Set([
      ...this.#context.interfaces.naming(port),
      ...(seenOn === undefined ? [] : [seenOn]),
    ])) {
      const state = this.#context.nves.get(nve);
      state?.collect(
        state.linker.renumber(port, this.#context.interfaces.working(port, nve)?.ofport),
      );
    }
  }

  /** One compile for all, so that a thousand ports that come at once cost their network one visit. */
  settle(): void {
    this.#nveRecords.settled();
    if (this.#staged.length === 0) return;
    const changes = this.#staged;
    this.#staged = [];
    for (const { key } of changes) {
      if (!this.#stored.has(key)) this.#stored.set(key, this.#context.domain.record(key));
    }
    this.#change(changes);
    for (const change of changes) this.#outbox.add(change);
    // Whoever is let in again has its ports again.
    for (const { key } of changes) {
      const [kind, nve] = splitKey(key);
      if (kind === 'departure') this.decidePortsOf(nve);
    }
  }

  /** What is to be written now, if anything. */
  publish(): PublishedWrite[] | undefined {
    const writes = this.#outbox.take(this.#revisions);
    if (this.#context.federation.isShared) {
      for (const { key } of writes ?? []) if (key.startsWith('attachment/')) this.#spoken.add(key);
    }
    return writes;
  }

  /** Keys of facts that are on their way to the store. */
  pending(): Set<RecordKey> {
    return new Set(this.#outbox.keys());
  }

  published(revision: number): void {
    this.#hear(this.#outbox.taken(revision));
    // The feed may have been faster than the answer.
    this.#outbox.passed(this.#fedTo);
  }

  publishFailed(): void {
    this.#hear(this.#outbox.failed());
  }

  /** The store's words up to this revision, or all that it has. */
  records(words: readonly StoreWord[], revision: number, isSnapshot: boolean): void {
    if (isSnapshot) this.#outbox.restart();
    this.#hear(words, isSnapshot);
    this.#fedTo = isSnapshot ? revision : Math.max(this.#fedTo, revision);
    this.#outbox.passed(revision);
  }

  publishRefused(key: RecordKey): void {
    this.#spoken.clear();
    const { given, words } = this.#outbox.refused(key);
    this.#hear(words);
    if (given?.kind !== 'index') return;
    // Somebody else has claimed the number, perhaps for the same NVE, whether his word has come yet or not.
    const claim = this.#context.domain.record(key);
    const isOurs = claim?.kind === 'index' && claim.nve === given.nve && !this.#revisions.has(key);
    if (isOurs) this.#change([{ key, record: undefined }]);
    this.#nveRecords.assertOurs(given.nve);
    this.settle();
  }

  /** Takes the store's words in where they are news, and looks anew at all that they concern. */
  #hear(words: readonly StoreWord[], isSnapshot = false): void {
    const news = words.filter((word) => this.#isNews(word));
    if (news.length > 0) this.#hearNews(news, isSnapshot);
    for (const { key } of words)
      if (key.startsWith('nve/')) this.#nveRecords.sweep(splitKey(key)[1]);
    this.settle();
  }

  #hearNews(news: readonly StoreWord[], isSnapshot: boolean): void {
    const freed = news.flatMap((word) => this.#replaces(word, isSnapshot) ?? []);
    this.#change(news);
    this.#nveRecords.noteClaims(news);
    for (const claim of freed) this.#nveRecords.giveBack(claim);
    const ports = new Set<PortName>();
    for (const word of news) for (const port of this.#concerned(word)) ports.add(port);
    this.#nveRecords.claimed(news);
    for (const port of ports) this.#decideWhenHeard(port);
    this.settle();
    if (news.some(({ key }) => key.startsWith('nve/'))) this.reconsider();
  }

  /** Ports that are to be looked at anew. */
  #concerned({ key, record }: StoreWord): readonly PortName[] {
    const [kind, name] = splitKey(key);
    if (kind === 'nve') {
      this.#nveRecord(name, record !== undefined);
      for (const nve of this.#nveRecords.neighbours(name)) this.assertNve(nve);
      // What it shows counts since another instance has let it in.
      return this.#context.federation.mayLetIn(name) ? [] : this.#shownBy(name);
    }
    if (kind === 'departure') return this.#departed(name);
    const isOpen = kind === 'port' || kind === 'attachment';
    return isOpen && this.#mayChange(name) ? [name] : [];
  }

  /** What an NVE shows that was let go, or is not any more. */
  #departed(nve: NveName): PortName[] {
    this.assertNve(nve);
    return this.#shownBy(nve);
  }

  #shownBy(nve: NveName): PortName[] {
    return [...this.#context.interfaces.of(nve)].map(({ ifaceId }) => ifaceId);
  }

  /** Before any NVE was seen nothing is known of declared ports that the store does not know. */
  #mayChange(port: PortName): boolean {
    const { nves, domain } = this.#context;
    return nves.size > 0 || domain.port(port) === undefined;
  }

  /** Who was contradicted waits for what the others say: two who see different things would never end. */
  #decideWhenHeard(port: PortName): void {
    if (this.#spoken.has(recordKey('attachment', port))) this.#leftToOthers.add(port);
    else this.decide(port);
  }

  #isNews(word: StoreWord): boolean {
    const belief = this.#outbox.hear(word);
    if (belief === 'held') return false;
    if (this.#outbox.has(word.key)) this.#stored.set(word.key, word.record);
    else this.#stored.delete(word.key);
    if (word.record === undefined) this.#revisions.delete(word.key);
    else this.#revisions.set(word.key, word.revision);
    return belief === 'believed';
  }

  #nveRecord(nve: NveName, isThere: boolean): void {
    if (!isThere) this.#context.nveDeleted(nve);
    this.assertNve(nve);
  }

  /** Before the word replaces what is there. Gives the claim that may have become idle by it. */
  #replaces({ key, record }: StoreWord, isSnapshot: boolean): IndexClaim | undefined {
    const present = this.#context.domain.record(key);
    if (present?.kind === 'attachment' && record === undefined) {
      this.#former.set(present.port, present);
    }
    if (this.#context.federation.isShared && !isSnapshot) this.#noticeMoved(key, present, record);
    if (present?.kind !== 'nve' || record?.kind !== 'nve') return undefined;
    return { kind: 'index', index: present.index, nve: present.name };
  }

  #noticeMoved(key: RecordKey, from: DomainRecord | undefined, to: DomainRecord | undefined): void {
    const [kind, port] = splitKey(key);
    if (kind !== 'attachment') return;
    const old = from?.kind === 'attachment' ? from.nve : undefined;
    const present = to?.kind === 'attachment' ? to.nve : undefined;
    if (old !== present) this.#context.notices.moved(port, old, present);
  }

  /** As it should be, by what we see; as it is, where that is for another instance to say. */
  #decided(
    port: PortName,
    current: AttachmentRecord | undefined,
    claimants: readonly NveName[],
  ): AttachmentRecord | undefined {
    if (this.#context.domain.port(port) === undefined) {
      this.#leftToOthers.delete(port);
      const isOurs =
        current !== undefined &&
        (this.#context.federation.speaksFor(current.nve) ||
          this.#context.federation.isOrphan(current.nve));
      return isOurs ? undefined : current;
    }
    // Else two owners who see different things would take the port from each other without end.
    if (current !== undefined && this.#isForOther(current.nve, claimants)) {
      this.#leftToOthers.add(port);
      return current;
    }
    const decided = decideAttachment(port, current, {
      claimants,
      connected: (nve) => this.#context.nves.get(nve)?.connected === true,
      awaited: (nve) => this.#isAwaited(nve),
      former: this.#former.get(port),
    });
    const isOurs = [current?.nve, decided?.nve].some(
      (nve) => nve !== undefined && this.#context.federation.speaksFor(nve),
    );
    if (decided === current || isOurs) {
      this.#leftToOthers.delete(port);
      return decided;
    }
    this.#leftToOthers.add(port);
    return current;
  }

  /** Whoever serves the NVE says when a port has left it. */
  #isForOther(nve: NveName, claimants: readonly NveName[]): boolean {
    return !claimants.includes(nve) && this.#context.federation.isServedByOther(nve);
  }

  /**
   * After our start NVEs come back one by one: who is first must not take what another had. And what is not connected
   * to us may be to another instance, whose word on it will come.
   */
  #isAwaited(nve: NveName): boolean {
    const state = this.#context.nves.get(nve);
    if (this.#context.domain.departure(nve) !== undefined) return false;
    if (!this.#presences.arrivalsOver && state?.lastFacts === undefined) return true;
    if (state?.connected === true) return !state.interfacesKnown;
    return state?.alive !== true && this.#context.federation.isSeenByOthers(nve);
  }

  #noticeUnknown(port: PortName, nve: NveName, declared: boolean): void {
    const iface = declared ? undefined : this.#context.interfaces.any(port, nve)[0]?.name;
    const text = iface === undefined ? undefined : unknownPortText(port, nve, iface);
    this.#context.notices.stand(
      'warning',
      'port-unknown',
      recordKey('nve', nve),
      text,
      `${nve} ${port}`,
    );
  }

  /** A fact of ours, to be taken in by `settle` together with the others of its input. */
  #stage(change: RecordChange): void {
    const { key, record } = change;
    const isNews =
      record === undefined
        ? this.#context.domain.record(key) !== undefined
        : !this.#context.domain.holds(record);
    if (isNews) this.#staged.push(change);
  }

  #change(changes: readonly RecordChange[]): void {
    for (const [name, delta] of this.#context.compiler.apply(changes))
      this.#context.changed(name, delta);
  }
}

function splitKey(key: string): [string, string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
