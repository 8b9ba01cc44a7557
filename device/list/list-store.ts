import { z } from 'zod';
import type { Verify } from '../../shared/credential/credential.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import {
  type ListHeader,
  OfflineListError,
  openList,
  type Sha256,
} from '../../shared/offline-list/list-file.ts';
import { isNewer, OfflineList } from '../../shared/offline-list/offline-list.ts';
import type { Disk } from '../storage/disk.ts';

/** What a store is handed. */
export interface ListStoreDeps {
  disk: Disk;
  /** The policy of this gate: a list for another is refused. */
  policy: string;
  verify: Verify;
  sha256: Sha256;
}

/** What the kiosk has, so that the server can send the difference. */
export interface Have {
  epoch: number;
  version: number;
  /** The full list below, which a delta must start from. */
  base: number;
}

/** What loading found: `problem` is a stable code, for the dashboard. */
export type Loaded =
  | { state: 'loaded' }
  | { state: 'none' }
  | { state: 'refused'; problem: string };

const FULL = 'offline-list.full';
const DELTA = 'offline-list.delta';
const MARK = 'offline-list.mark.json';

const markSchema = z.strictObject({
  epoch: z.number().int().nonnegative(),
  version: z.number().int().nonnegative(),
});
type Mark = z.infer<typeof markSchema>;

/**
 * The kiosk's offline list on disk: one full list, at most one delta over it, and the newest version
 * that was ever in force, below which nothing is accepted again. Every file is replaced whole, in an
 * order such that a power cut between any two writes leaves a list that loads.
 */
export class ListStore {
  readonly #deps: ListStoreDeps;
  #list: OfflineList | undefined;
  #mark: Mark | undefined;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(deps: ListStoreDeps) {
    this.#deps = deps;
  }

  /** The list in force, if there is one. */
  get list(): OfflineList | undefined {
    return this.#list;
  }

  /** What is in force, as the server is asked for a difference to it. */
  get have(): Have | undefined {
    const list = this.#list;
    return list && { ...versionOf(list.header), base: list.baseVersion };
  }

  /** The newest version that was ever in force here: nothing below it is accepted again. */
  get newest(): { epoch: number; version: number } | undefined {
    return this.#mark;
  }

  /** Reads what is on disk. Never throws: a list that can't be used is no list, and its code says why. */
  load(): Promise<Loaded> {
    return this.#oneAtATime(() => this.#load());
  }

  /**
   * Takes a list that came over the link, full or delta, and makes it durable before it is in force.
   *
   * @throws OfflineListError when it is refused; then the list in force stays. After `listDiverged`
   * or `listForOther` of a delta a full list is due.
   * @throws VarcoError `listNotStored` when the disk is full or broken; the list in force stays.
   */
  accept(file: Uint8Array): Promise<ListHeader> {
    return this.#oneAtATime(() => this.#accept(file));
  }

  async #load(): Promise<Loaded> {
    try {
      this.#mark = await this.#readMark();
      const full = await this.#deps.disk.read(FULL);
      if (!full) {
        return { state: 'none' };
      }
      const list = await this.#withStoredDelta(OfflineList.fromFull(this.#open(full)));
      if (this.#mark && isNewer(this.#mark, list.header)) {
        throw new OfflineListError(
          'listRollback',
          'The list on disk is older than one already used',
        );
      }
      this.#list = list;
      this.#mark = versionOf(list.header);
      return { state: 'loaded' };
    } catch (error) {
      this.#list = undefined;
      return { state: 'refused', problem: errorCode(error) };
    }
  }

  async #withStoredDelta(full: OfflineList): Promise<OfflineList> {
    const delta = await this.#deps.disk.read(DELTA);
    if (!delta) {
      return full;
    }
    try {
      return full.withDelta(this.#open(delta));
    } catch (error) {
      // A delta of the full list before this one, left by a power cut, or a damaged one: without it
      // the full list stands only if nothing newer was ever in force, which the caller checks.
      if (error instanceof OfflineListError) {
        return full;
      }
      throw error;
    }
  }

  async #accept(file: Uint8Array): Promise<ListHeader> {
    const opened = this.#open(file);
    const { header } = opened;
    if (this.#mark && isNewer(this.#mark, header)) {
      throw new OfflineListError('listRollback', 'The list is older than one already used');
    }
    if (header.kind === 'full') {
      if (this.#list && !isNewer(header, this.#list.header)) {
        throw new OfflineListError('listRollback', 'The list is not newer than the one in force');
      }
      const list = OfflineList.fromFull(opened);
      await this.#store(FULL, file);
      await this.#forget(DELTA);
      return this.#enforce(list);
    }
    if (!this.#list) {
      throw new OfflineListError('listForOther', 'There is no full list for this delta');
    }
    const list = this.#list.withDelta(opened);
    await this.#store(DELTA, file);
    return this.#enforce(list);
  }

  #open(file: Uint8Array) {
    const opened = openList(file, this.#deps);
    if (opened.header.policy !== this.#deps.policy) {
      throw new OfflineListError('listForOther', 'The list is for another policy');
    }
    return opened;
  }

  async #enforce(list: OfflineList): Promise<ListHeader> {
    const { header } = list;
    this.#list = list;
    this.#mark = versionOf(header);
    await this.#store(MARK, new TextEncoder().encode(JSON.stringify(this.#mark)));
    return header;
  }

  async #store(name: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.#deps.disk.replace(name, bytes);
    } catch (cause) {
      throw new VarcoError('listNotStored', 'The list could not be written to disk', { cause });
    }
  }

  /** A stale delta is recognised when it is read; that it could not be removed is no reason to fail. */
  async #forget(name: string): Promise<void> {
    await this.#deps.disk.remove(name).catch(() => undefined);
  }

  /** A mark that can't be read is none: the list's own version, which is signed, still stands. */
  async #readMark(): Promise<Mark | undefined> {
    const bytes = await this.#deps.disk.read(MARK);
    if (!bytes) {
      return undefined;
    }
    try {
      return markSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    } catch {
      return undefined;
    }
  }

  #oneAtATime<Result>(act: () => Promise<Result>): Promise<Result> {
    const next = this.#busy.then(act);
    this.#busy = next.catch(() => undefined);
    return next;
  }
}

/** Which list this is, and nothing else of it. */
export function versionOf({ epoch, version }: Mark): Mark {
  return { epoch, version };
}
