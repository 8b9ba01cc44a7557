import { sql } from 'kysely';
import { isNewer } from '../../shared/offline-list/offline-list.ts';
import { type AnswerOf, LIST_CHUNK_BYTES, type RequestOf } from '../../shared/protocol/actions.ts';
import { CallError } from '../../shared/protocol/call-error.ts';
import type { Policies } from '../policies/policies.ts';
import type { Store } from '../store/store.ts';
import { REBASE_CHANNEL } from './publisher.ts';

/** Bound on files kept in memory for kiosks that are downloading them. */
const FILES_MAX = 16;

type ListFile = RequestOf<'ListChunk'>;

/**
 * Serves kiosks the list of their own gate's policy: what to fetch, and the file in chunks. A kiosk names
 * no policy, so it can't ask for another gate's list.
 */
export class ListServer {
  readonly #store: Store;
  readonly #policies: Policies;
  readonly #now: () => number;
  readonly #files = new Map<string, Promise<Buffer | undefined>>();

  constructor(deps: { store: Store; policies: Policies; now: () => number }) {
    this.#store = deps.store;
    this.#policies = deps.policies;
    this.#now = deps.now;
  }

  /** The version in force. */
  async version(policy: string): Promise<number | undefined> {
    const row = await this.#store.db
      .selectFrom('offline_list')
      .select('version')
      .where('policy', '=', policy)
      .executeTakeFirst();
    return row?.version;
  }

  /** What a kiosk that has this list must fetch. */
  async head(policy: string, asked: RequestOf<'ListHead'>): Promise<AnswerOf<'ListHead'>> {
    // Nor does a list answer for a policy that is not in force any more.
    if (this.#policies.find(policy, new Date(this.#now()))?.level !== 1) {
      return { status: 'none', reason: 'level' };
    }
    const row = await this.#store.db
      .selectFrom('offline_list as l')
      .innerJoin('offline_base as b', (join) =>
        join.onRef('b.policy', '=', 'l.policy').onRef('b.version', '=', 'l.base'),
      )
      .select(['l.epoch', 'l.version', 'l.base'])
      .select([
        sql<number>`length(b.file)`.as('full_bytes'),
        sql<number | null>`length(l.delta)`.as('delta_bytes'),
      ])
      .where('l.policy', '=', policy)
      .executeTakeFirst();
    if (!row) {
      return { status: 'none', reason: 'soon' };
    }
    const { have, newest } = asked;
    const fits = have?.epoch === row.epoch && have.base === row.base && have.version <= row.version;
    if (!fits) {
      const base = { epoch: row.epoch, version: row.base };
      if (newest && !isNewer(base, newest)) {
        // The kiosk rightly refuses an older list, so it needs a newer full one.
        await this.#store.notify(REBASE_CHANNEL, policy);
        return { status: 'none', reason: 'soon' };
      }
      return { status: 'fetch', kind: 'full', version: row.base, bytes: Number(row.full_bytes) };
    }
    if (have.version === row.version || row.delta_bytes === null) {
      return { status: 'current' };
    }
    const bytes = Number(row.delta_bytes);
    return { status: 'fetch', kind: 'delta', version: row.version, bytes };
  }

  /**
   * A chunk of a file; shorter than the chunk size only at its end.
   *
   * @throws CallError `unavailable` when there is no such version any more, or nothing at the offset.
   */
  async chunk(policy: string, asked: ListFile): Promise<AnswerOf<'ListChunk'>> {
    const file = await this.#file(policy, asked);
    if (!file || asked.offset >= file.length) {
      throw new CallError('unavailable', 'There is no such part of an offline list');
    }
    const part = file.subarray(asked.offset, asked.offset + LIST_CHUNK_BYTES);
    return { data: part.toString('base64url') };
  }

  #file(policy: string, { kind, version }: ListFile): Promise<Buffer | undefined> {
    const name = `${policy} ${kind} ${version}`;
    const known = this.#files.get(name);
    if (known) {
      return known;
    }
    const read = this.#read(policy, kind, version).then(
      (file) => {
        if (!file) {
          this.#files.delete(name);
        }
        return file;
      },
      (error: unknown) => {
        this.#files.delete(name);
        throw error;
      },
    );
    if (this.#files.size >= FILES_MAX) {
      const [oldest = ''] = this.#files.keys();
      this.#files.delete(oldest);
    }
    this.#files.set(name, read);
    return read;
  }

  async #read(
    policy: string,
    kind: ListFile['kind'],
    version: number,
  ): Promise<Buffer | undefined> {
    const { db } = this.#store;
    if (kind === 'full') {
      const row = await db
        .selectFrom('offline_base')
        .select('file')
        .where('policy', '=', policy)
        .where('version', '=', version)
        .executeTakeFirst();
      return row?.file;
    }
    const row = await db
      .selectFrom('offline_list')
      .select('delta')
      .where('policy', '=', policy)
      .where('version', '=', version)
      .executeTakeFirst();
    return row?.delta ?? undefined;
  }
}
