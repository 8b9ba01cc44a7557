import { randomBytes } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import { type ListTerms, shouldRebase } from '../../shared/offline-list/build-list.ts';
import type { KdfCost } from '../../shared/offline-list/entry-key.ts';
import { type EntryTable, sortEntries } from '../../shared/offline-list/entry-table.ts';
import { signList } from '../../shared/offline-list/list-file.ts';
import type { Policy } from '../../shared/policy.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Policies } from '../policies/policies.ts';
import type { Registry } from '../registry/registry.ts';
import { STATUS_CHANNEL } from '../registry/status-events.ts';
import {
  CREDENTIAL_CHANNEL,
  credentialsOf,
  readChanges,
  readCursors,
} from '../store/change-feed.ts';
import type { Store } from '../store/store.ts';
import { applyChanges } from './apply-changes.ts';
import { build } from './build-thread.ts';
import { costName, type Entries } from './entries.ts';
import { ListStore, type PublishedList } from './list-store.ts';

/** Says "this policy has a new list": `POLICY EPOCH VERSION`. */
export const LIST_CHANNEL = 'varco_list';
/** Asks for a new full list of a policy, for a kiosk that can't go back to the one there is. */
export const REBASE_CHANNEL = 'varco_list_rebase';

/** When lists are made anew. */
export interface PublisherTimes {
  /** How often changes are looked for that no notification told of (another process wrote them). */
  pollMs: number;
  /** A list is issued again after so long, changed or not, so that its age says how fresh it is. */
  refreshMs: number;
  /** Full lists on demand, at most one in so long for each policy. */
  rebaseMs: number;
  /** Keys are made anew after so long: what a stolen list is worth ends here. */
  epochMs: number;
}

export const defaultPublisherTimes: PublisherTimes = {
  pollMs: 5_000,
  refreshMs: 600_000,
  rebaseMs: 60_000,
  epochMs: 90 * 86_400_000,
};

/** How old a list may be where the policy does not say. */
export const MAX_AGE_MS = 86_400_000;
/** Backfilled credentials are published at least this often. */
const BACKFILL_MS = 10_000;
/** Changes followed at once. */
const FOLLOW_BATCH = 1000;

export interface PublisherDeps {
  store: Store;
  keyring: Keyring;
  registry: Registry;
  policies: Policies;
  entries: Entries;
  kdf: KdfCost;
  clock: Clock;
  log: Log;
  times: PublisherTimes;
}

/**
 * Keeps the offline list of every policy that a gate asks: follows status and credential changes, and
 * publishes deltas, or full lists when a delta has grown. Any number of nodes may run one: a version is
 * published once, and who lost reads what was published.
 */
export class ListPublisher {
  readonly #deps: PublisherDeps;
  readonly #lists: ListStore;
  readonly #held = new Map<string, PublishedList>();
  readonly #wanted = new Set<string>();
  readonly #rebasedAt = new Map<string, number>();
  #working: Promise<void> | undefined;
  #again = false;
  #isBackfilling = false;
  #state: 'stopped' | 'running' = 'stopped';
  #cancelPoll: () => void = () => {};
  #unlisten: (() => Promise<void>)[] = [];

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
    this.#lists = new ListStore(deps);
  }

  async start(): Promise<void> {
    this.#state = 'running';
    const { store } = this.#deps;
    for (const channel of [STATUS_CHANNEL, CREDENTIAL_CHANNEL]) {
      this.#unlisten.push(await store.listen(channel, () => this.#wake()));
    }
    this.#unlisten.push(await store.listen(REBASE_CHANNEL, (policy) => this.#askRebase(policy)));
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#cancelPoll();
    for (const unlisten of this.#unlisten.splice(0)) {
      await unlisten();
    }
    await this.#working;
  }

  /** Resolves when every change until now is followed and what came of it is published. */
  async flush(): Promise<void> {
    this.#wake();
    await this.#working;
  }

  async #advanceAll(): Promise<void> {
    const rows = await this.#deps.store.db
      .selectFrom('kiosk')
      .innerJoin('gate', 'gate.id', 'kiosk.gate')
      .select('gate.policy')
      .distinct()
      .where('kiosk.state', '=', 'accepted')
      .execute();
    for (const { policy } of rows) {
      await this.#advance(policy);
    }
  }

  #wake(): void {
    this.#again = true;
    if (this.#state === 'running') {
      this.#working ??= this.#work().finally(() => {
        this.#working = undefined;
      });
    }
  }

  /** One run at a time; what comes in between makes it run again. */
  async #work(): Promise<void> {
    const { clock, times, log, entries } = this.#deps;
    this.#cancelPoll();
    while (this.#again && this.#state === 'running') {
      this.#again = false;
      try {
        await this.#advanceAll();
        // The backfill's own changes are published together; a revocation breaks in at once.
        const began = clock.monotonic();
        let isMore = this.#held.size > 0;
        while (isMore && !this.#again && clock.monotonic() - began < BACKFILL_MS) {
          isMore = await entries.backfill();
          this.#again ||= !isMore && this.#isBackfilling;
          this.#isBackfilling = isMore;
        }
        this.#again ||= isMore;
      } catch (error) {
        log.error({ code: errorCode(error) }, 'an offline list was not published');
      }
    }
    if (this.#state === 'running') {
      this.#cancelPoll = clock.after(times.pollMs, () => this.#wake());
    }
  }

  #askRebase(policy: string): void {
    const { clock, times } = this.#deps;
    const last = this.#rebasedAt.get(policy);
    if (last === undefined || clock.now() - last >= times.rebaseMs) {
      this.#rebasedAt.set(policy, clock.now());
      this.#wanted.add(policy);
      this.#wake();
    }
  }

  async #advance(id: string): Promise<void> {
    const { policies, clock, keyring } = this.#deps;
    const now = clock.now();
    const policy = policies.find(id, new Date(now));
    if (!policy || policy.level === 2) {
      this.#held.delete(id);
      await this.#lists.remove(id);
      return;
    }
    const held = await this.#hold(id);
    const isForced = this.#wanted.delete(id);
    const { keyId } = keyring.credentialSigner(now);
    const terms = [policy.version, costName(this.#deps.kdf), keyId, dayOf(now)].join(' ');
    const isEpochOver = held && now - held.epochBeganAt >= this.#deps.times.epochMs;
    if (!held || held.terms !== terms || isEpochOver) {
      await this.#rebuild(policy, terms, isEpochOver ? undefined : held, held?.version, isForced);
    } else {
      await this.#follow(policy, held, isForced);
    }
  }

  /** What is in force, from memory when no other node published since. */
  async #hold(id: string): Promise<PublishedList | undefined> {
    const version = await this.#lists.versionOf(id);
    const known = this.#held.get(id);
    if (known && known.version === version) {
      return known;
    }
    const read = version === undefined ? undefined : await this.#readOrNone(id);
    if (read) {
      this.#held.set(id, read);
    }
    return read;
  }

  /** A list of keys that are no more is built anew, and its version still counts. */
  async #readOrNone(id: string): Promise<PublishedList | undefined> {
    try {
      return await this.#lists.read(id);
    } catch (error) {
      this.#deps.log.warn({ code: errorCode(error) }, 'the offline list is built anew');
      return undefined;
    }
  }

  /** Works every entry out anew: a new policy, cost, key or day. */
  async #rebuild(
    policy: Policy,
    terms: string,
    held: PublishedList | undefined,
    known: number | undefined,
    isForced: boolean,
  ): Promise<void> {
    const { clock, store } = this.#deps;
    const before = held?.version ?? known ?? (await this.#lists.versionOf(policy.id));
    const now = clock.now();
    const cursors = await readCursors(store);
    // Keys of another cost have nothing in common with these.
    const sameKeys = held !== undefined && held.terms.split(' ')[1] === terms.split(' ')[1];
    const epochKey = sameKeys ? held.epochKey : new Uint8Array(randomBytes(32));
    const table = await this.#readAll(policy, epochKey);
    if (!table && sameKeys) {
      return this.#rebuild(policy, terms, undefined, before, isForced);
    }
    if (!table) {
      throw new VarcoError('entriesRepeat', 'Two entries of the list have the same key');
    }
    const version = (before ?? 0) + 1;
    const next: PublishedList = {
      policy: policy.id,
      terms,
      epoch: sameKeys ? held.epoch : await this.#nextEpoch(policy.id),
      epochKey,
      epochBeganAt: sameKeys ? held.epochBeganAt : now,
      version,
      issuedAt: now,
      builtAt: now,
      base: sameKeys ? held.base : { version, table, bytes: 0 },
      table,
      ...cursors,
    };
    const changed = sameKeys
      ? await build('countChanges', { before: held.table, after: table }, table.length)
      : null;
    const isSameSigner = held?.terms.split(' ')[2] === terms.split(' ')[2];
    await this.#publish(policy, next, before, changed, !sameKeys || !isSameSigner || isForced);
  }

  /** @returns undefined when two entries have the same key by chance: another epoch's keys won't. */
  async #readAll(policy: Policy, epochKey: Uint8Array): Promise<EntryTable | undefined> {
    const { entries } = this.#deps;
    const { words, missing } = await entries.readAll({ policy, epochKey });
    if (missing > 0) {
      await entries.restartBackfill();
      this.#again = true;
    }
    try {
      return await build('sort', { words }, words.length);
    } catch (error) {
      if (errorCode(error) === 'entriesRepeat') {
        return undefined;
      }
      throw error;
    }
  }

  async #nextEpoch(policy: string): Promise<number> {
    const row = await this.#deps.store.db
      .selectFrom('offline_list')
      .select('epoch')
      .where('policy', '=', policy)
      .executeTakeFirst();
    return (row?.epoch ?? 0) + 1;
  }

  /** Takes in what changed since; publishes at once, or when a refresh is due. */
  async #follow(policy: Policy, held: PublishedList, isForced: boolean): Promise<void> {
    const { store, registry, entries, clock, times } = this.#deps;
    const now = clock.now();
    let { table, statusSequence, credentialSequence } = held;
    let changed = 0;
    for (;;) {
      const events = await registry.statusEvents(statusSequence, FOLLOW_BATCH);
      const changes = await readChanges(store, credentialSequence, FOLLOW_BATCH);
      if (events.length === 0 && changes.length === 0) {
        break;
      }
      const persons = events.map(({ personId }) => personId);
      const ids = new Set(changes.map(({ credential_id }) => credential_id));
      for (const id of await credentialsOf(store, persons)) {
        ids.add(id);
      }
      const words = await entries.readFor([...ids], { policy, epochKey: held.epochKey });
      const applied = applyChanges(table, sortEntries(BigUint64Array.from(words)));
      table = applied.table;
      changed += applied.changed;
      statusSequence = events.at(-1)?.sequence ?? statusSequence;
      credentialSequence = changes.at(-1)?.sequence ?? credentialSequence;
    }
    const next = { ...held, table, statusSequence, credentialSequence };
    if (changed === 0 && !isForced && now - held.issuedAt < times.refreshMs) {
      this.#held.set(policy.id, next);
      return;
    }
    const version = held.version + 1;
    await this.#publish(
      policy,
      { ...next, version, issuedAt: now },
      held.version,
      changed,
      isForced,
    );
  }

  async #publish(
    policy: Policy,
    list: PublishedList,
    before: number | undefined,
    changed: number | null,
    isFull: boolean,
  ): Promise<void> {
    const { store, log } = this.#deps;
    const file = await this.#build(policy, list, isFull);
    const base =
      file.kind === 'full'
        ? { version: list.version, table: list.table, bytes: file.bytes.length }
        : list.base;
    const next = { ...list, base };
    if (!(await this.#lists.write(next, before, { changed, file }))) {
      this.#held.delete(policy.id);
      this.#again = true;
      return;
    }
    this.#held.set(policy.id, next);
    const { version, epoch } = next;
    const bytes = file.bytes.length;
    log.info({ policy: policy.id, version, kind: file.kind, bytes }, 'offline list published');
    await store.notify(LIST_CHANNEL, `${policy.id} ${epoch} ${version}`);
  }

  async #build(
    policy: Policy,
    list: PublishedList,
    isFull: boolean,
  ): Promise<{ kind: 'full' | 'delta'; bytes: Uint8Array }> {
    const { keyId, sign } = this.#deps.keyring.credentialSigner(list.issuedAt);
    const { base, table } = list;
    const seed = randomBytes(4).readUInt32BE();
    const terms: ListTerms = {
      keyId,
      policy: policy.id,
      epoch: list.epoch,
      version: list.version,
      issuedAt: list.issuedAt,
      maxAgeMs: policy.offlineMaxAgeMs ?? MAX_AGE_MS,
      kdf: this.#deps.kdf,
      epochKey: list.epochKey,
    };
    const full = async () => {
      const bytes = await build('full', { table, terms, seed }, table.length);
      return { kind: 'full' as const, bytes: signList(bytes, sign) };
    };
    if (isFull) {
      return full();
    }
    const delta = await build('delta', { base, table, terms, seed }, table.length);
    return shouldRebase(base.bytes, delta.length)
      ? full()
      : { kind: 'delta', bytes: signList(delta, sign) };
  }
}

/** UTC: once a day the passing of time itself (a birthday, an expiry) is looked at. */
function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
