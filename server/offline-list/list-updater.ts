import { randomBytes } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { KdfCost } from '../../shared/offline-list/entry-key.ts';
import { type EntryTable, sortEntries } from '../../shared/offline-list/entry-table.ts';
import type { Policy } from '../../shared/policy.ts';
import { romeDay } from '../../shared/rome-day.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Policies } from '../policies/policies.ts';
import type { Registry } from '../registry/registry.ts';
import { credentialsOf, readChanges, readCursors } from '../store/change-feed.ts';
import type { Store } from '../store/store.ts';
import { applyChanges } from './apply-changes.ts';
import { build } from './build-thread.ts';
import { costName, type Entries } from './entries.ts';
import { buildListFile } from './list-file-builder.ts';
import { ListStore, type PublishedList } from './list-store.ts';

/** Says "this policy has a new list": `POLICY EPOCH VERSION`. */
export const LIST_CHANNEL = 'varco_list';
/** Changes followed at once. */
const FOLLOW_BATCH = 1000;

export interface ListUpdaterDeps {
  store: Store;
  keyring: Keyring;
  registry: Registry;
  policies: Policies;
  entries: Entries;
  kdf: KdfCost;
  clock: Clock;
  log: Log;
  times: { refreshMs: number; epochMs: number };
}

/** Brings the list of one policy at a time up to date, and publishes it when that is due. */
export class ListUpdater {
  readonly #deps: ListUpdaterDeps;
  readonly #lists: ListStore;
  readonly #current = new Map<string, PublishedList>();
  #mustRunAgain = false;

  constructor(deps: ListUpdaterDeps) {
    this.#deps = deps;
    this.#lists = new ListStore(deps);
  }

  /** Whether any policy has a list. */
  get hasLists(): boolean {
    return this.#current.size > 0;
  }

  /**
   * Follows the changes since the list in force, or rebuilds it.
   *
   * @param isForced publishes a full list even if nothing changed.
   * @returns whether another run is needed: credentials lack an entry, or another node published meanwhile.
   */
  async advance(id: string, isForced: boolean): Promise<boolean> {
    this.#mustRunAgain = false;
    await this.#advance(id, isForced);
    return this.#mustRunAgain;
  }

  async #advance(id: string, isForced: boolean): Promise<void> {
    const { policies, clock, keyring } = this.#deps;
    const now = clock.now();
    const policy = policies.find(id, new Date(now));
    if (!policy || policy.level === 2) {
      this.#current.delete(id);
      await this.#lists.remove(id);
      return;
    }
    const current = await this.#readCurrent(id);
    const { keyId } = keyring.credentialSigner(now);
    // Once a day, at Rome's midnight, the passing of time itself changes entries: a birthday, an expiry.
    const terms = [policy.version, costName(this.#deps.kdf), keyId, romeDay(now)].join(' ');
    const isEpochOver = current && now - current.epochBeganAt >= this.#deps.times.epochMs;
    if (!current || current.terms !== terms || isEpochOver) {
      await this.#rebuild(
        policy,
        terms,
        isEpochOver ? undefined : current,
        current?.version,
        isForced,
      );
    } else {
      await this.#follow(policy, current, isForced);
    }
  }

  /** The list in force, from memory unless another node published since. */
  async #readCurrent(id: string): Promise<PublishedList | undefined> {
    const version = await this.#lists.versionOf(id);
    const known = this.#current.get(id);
    if (known && known.version === version) {
      return known;
    }
    const read = version === undefined ? undefined : await this.#readOrNone(id);
    if (read) {
      this.#current.set(id, read);
    }
    return read;
  }

  /** A list encrypted with a lost key is rebuilt, with the next version. */
  async #readOrNone(id: string): Promise<PublishedList | undefined> {
    try {
      return await this.#lists.read(id);
    } catch (error) {
      this.#deps.log.warn({ code: errorCode(error) }, 'rebuilding an unreadable offline list');
      return undefined;
    }
  }

  /** Computes all entries again, for a new version of the policy, cost, signing key or day. */
  async #rebuild(
    policy: Policy,
    terms: string,
    current: PublishedList | undefined,
    known: number | undefined,
    isForced: boolean,
  ): Promise<void> {
    const { clock, store } = this.#deps;
    const before = current?.version ?? known ?? (await this.#lists.versionOf(policy.id));
    const now = clock.now();
    const cursors = await readCursors(store);
    // Entry keys of different costs have nothing in common.
    const sameKeys = current !== undefined && current.terms.split(' ')[1] === terms.split(' ')[1];
    const epochKey = sameKeys ? current.epochKey : new Uint8Array(randomBytes(32));
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
      epoch: sameKeys ? current.epoch : await this.#nextEpoch(policy.id),
      epochKey,
      epochBeganAt: sameKeys ? current.epochBeganAt : now,
      version,
      issuedAt: now,
      builtAt: now,
      base: sameKeys ? current.base : { version, table, bytes: 0 },
      table,
      ...cursors,
    };
    const changed = sameKeys
      ? await build('countChanges', { before: current.table, after: table }, table.length)
      : null;
    const isSameSigner = current?.terms.split(' ')[2] === terms.split(' ')[2];
    await this.#publish(policy, next, before, changed, !sameKeys || !isSameSigner || isForced);
  }

  /** @returns undefined when two entries share a key by chance, which another epoch's keys resolve. */
  async #readAll(policy: Policy, epochKey: Uint8Array): Promise<EntryTable | undefined> {
    const { entries } = this.#deps;
    const { words, missing } = await entries.readAll({ policy, epochKey });
    if (missing > 0) {
      await entries.restartBackfill();
      this.#mustRunAgain = true;
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

  /** Applies the changes since; publishes at once if there were any, or when a refresh is due. */
  async #follow(policy: Policy, current: PublishedList, isForced: boolean): Promise<void> {
    const { store, registry, entries, clock, times } = this.#deps;
    const now = clock.now();
    let { table, statusSequence, credentialSequence } = current;
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
      const words = await entries.readFor([...ids], { policy, epochKey: current.epochKey });
      const applied = applyChanges(table, sortEntries(BigUint64Array.from(words)));
      table = applied.table;
      changed += applied.changed;
      statusSequence = events.at(-1)?.sequence ?? statusSequence;
      credentialSequence = changes.at(-1)?.sequence ?? credentialSequence;
    }
    const next = { ...current, table, statusSequence, credentialSequence };
    if (changed === 0 && !isForced && now - current.issuedAt < times.refreshMs) {
      this.#current.set(policy.id, next);
      return;
    }
    const version = current.version + 1;
    await this.#publish(
      policy,
      { ...next, version, issuedAt: now },
      current.version,
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
    const file = await buildListFile(this.#deps, policy, list, isFull);
    const base =
      file.kind === 'full'
        ? { version: list.version, table: list.table, bytes: file.bytes.length }
        : list.base;
    const next = { ...list, base };
    if (!(await this.#lists.write(next, before, { changed, file }))) {
      this.#current.delete(policy.id);
      this.#mustRunAgain = true;
      return;
    }
    this.#current.set(policy.id, next);
    const { version, epoch } = next;
    const bytes = file.bytes.length;
    log.info({ policy: policy.id, version, kind: file.kind, bytes }, 'offline list published');
    await store.notify(LIST_CHANNEL, `${policy.id} ${epoch} ${version}`);
  }
}
