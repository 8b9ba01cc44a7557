import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import type { Verify } from '../../shared/credential/credential.ts';
import { errorCode } from '../../shared/errors.ts';
import type { DecidedFact } from '../../shared/fact.ts';
import type { AnswerOf } from '../../shared/protocol/actions.ts';
import type { KioskStatus } from '../../shared/protocol/kiosk-status.ts';
import type { OfflineConfig } from '../config.ts';
import type { KioskLog } from '../log.ts';
import type { ListView } from '../session/state.ts';
import { directoryDisk, OWNER_ONLY } from '../storage/disk.ts';
import type { ServerClock } from '../time/server-clock.ts';
import { Timers } from '../time/timers.ts';
import { decideOffline, type ListUse, listUse } from './list-decision.ts';
import { fetchList, type ListCalls } from './list-fetch.ts';
import { type Have, ListStore, versionOf } from './list-store.ts';
import { ListSync, type SyncState } from './list-sync.ts';
import { hmacSha256, nodeScrypt, sha256 } from './node-crypto.ts';

export interface GateListDeps {
  config: Pick<OfflineConfig, 'folder' | 'pollMs'>;
  link: ListCalls;
  /** Checks a list's signature, with the keys of the last boot. */
  verify: Verify;
  serverClock: ServerClock;
  clock: Clock;
  random: () => number;
  log: KioskLog;
}

/** What the list depends on: the gate's policy, and the keys that lists are signed with. */
export interface ListBasis {
  policy: string;
  credentialKeys: readonly unknown[];
}

/** Why the server has no list for this gate; see `ListHead` of the wire. */
export type NoList = (AnswerOf<'ListHead'> & { status: 'none' })['reason'];

/** What is asked of the list. */
export interface ListQuestion {
  requestId: string;
  credentialId: string;
  codiceFiscale: string;
}

type OfflineStatus = NonNullable<KioskStatus['offline']>;
type ListStatus = Omit<OfflineStatus, 'factsWaiting' | 'factsQuarantined'>;

const MINUTE_MS = 60_000;

/**
 * The offline list of this gate's policy: fetched while the server is there, decided from while it is
 * not. There is nothing of a person in it: every entry is keyed.
 */
export class GateList {
  readonly #deps: GateListDeps;
  readonly #timers: Timers<'tick' | 'again'>;
  #changed: () => void = () => {};
  #state: 'stopped' | 'down' | 'up' = 'stopped';
  #basis: string | undefined;
  #policy = 'unknown';
  #store: ListStore | undefined;
  #sync: ListSync | undefined;
  #noList: NoList | undefined;
  /** The last state of the sync, so that each is logged once. */
  #logged = '';
  #opening: Promise<void> = Promise.resolve();

  constructor(deps: GateListDeps) {
    this.#deps = deps;
    this.#timers = new Timers(deps.clock);
  }

  /**
   * Opens the list on disk. Never throws: a list that can't be used is none.
   *
   * @param basis what the last boot of an earlier run said, if there was one.
   * @param changed called when the list or its age has changed.
   */
  async start(basis: ListBasis | undefined, changed: () => void): Promise<void> {
    this.#changed = changed;
    this.#state = 'down';
    if (basis) {
      await this.#open(basis);
    }
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#timers.stop();
    await this.#opening;
    await this.#sync?.stop();
  }

  linkUp(basis: ListBasis): void {
    this.#state = 'up';
    this.#opening = this.#opening.then(async () => {
      await this.#open(basis);
      this.#sync?.start();
    });
  }

  linkDown(): void {
    this.#state = this.#state === 'stopped' ? 'stopped' : 'down';
    this.#changed();
  }

  /** The server has a newer list. A fetch that runs may have asked too early, so one more follows it. */
  listChanged(): void {
    const sync = this.#sync;
    void sync?.now().then(() => (this.#state === 'up' ? sync.now() : undefined));
  }

  /** The list in force, and the full list below it. */
  get inForce(): Have | undefined {
    return this.#store?.have;
  }

  /** Why the server had no list when it was asked last. */
  get noList(): NoList | undefined {
    return this.#noList;
  }

  /** None where the server has said that no list may answer, however fresh the one on disk is. */
  get #list() {
    return this.#noList === 'level' ? undefined : this.#store?.list;
  }

  /** The list as a session sees it. */
  view(): ListView {
    const use = this.#use();
    switch (use.state) {
      case 'none':
        return { state: 'none' };
      case 'usable':
        return { state: 'usable', ageMinutes: Math.floor(use.ageMs / MINUTE_MS) };
      case 'tooOld':
      case 'clockDoubtful':
        return { state: 'tooOld' };
    }
  }

  /** The list as it is reported to the server. */
  status(): ListStatus {
    const use = this.#use();
    const { inForce } = this;
    return {
      list: use.state === 'clockDoubtful' ? 'tooOld' : use.state,
      listAgeMs: 'ageMs' in use ? use.ageMs : undefined,
      listVersion: inForce && versionOf(inForce),
    };
  }

  /** Decides from the list, whatever its age; the answer is a fact, to be kept before it is given. */
  async decide({ requestId, credentialId, codiceFiscale }: ListQuestion): Promise<DecidedFact> {
    const { serverClock } = this.#deps;
    const at = { now: serverClock.now(), clockTrust: serverClock.trust() };
    const crypto = { scrypt: nodeScrypt, hmac: hmacSha256 };
    const asked = { codiceFiscale, credentialId };
    const answer = await decideOffline(this.#list, asked, at, crypto);
    return {
      kind: 'decided',
      requestId,
      policy: this.#policy,
      verdict: answer.verdict,
      decidedAt: at.now,
      clockTrust: at.clockTrust,
      list: answer.list && versionOf(answer.list),
    };
  }

  /** Another policy or other keys: the list on disk is read again, and checked with them. */
  async #open(basis: ListBasis): Promise<void> {
    const text = JSON.stringify([basis.policy, basis.credentialKeys]);
    if (text === this.#basis && this.#store) {
      return;
    }
    this.#basis = text;
    this.#policy = basis.policy;
    this.#store = undefined;
    await this.#sync?.stop();
    this.#sync = undefined;
    try {
      const store = await this.#load(basis.policy);
      this.#store = store;
      this.#sync = this.#syncOf(store);
    } catch (error) {
      this.#deps.log.warn({ event: 'listUnavailable', code: errorCode(error) }, 'offline list');
    }
    this.#changed();
  }

  /** A folder for each policy: the versions of one say nothing of another's. Its name is never `..`. */
  async #load(policy: string): Promise<ListStore> {
    const { config, verify, log } = this.#deps;
    const folder = join(config.folder, `list-${encodeURIComponent(policy)}`);
    await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
    const store = new ListStore({ disk: directoryDisk(folder), policy, verify, sha256 });
    const loaded = await store.load();
    if (loaded.state === 'refused') {
      log.warn({ event: 'listRefused', code: loaded.problem }, 'offline list');
    }
    return store;
  }

  #syncOf(store: ListStore): ListSync {
    const { config, link, clock, random } = this.#deps;
    const onHead = (head: AnswerOf<'ListHead'>) => {
      this.#noList = head.status === 'none' ? head.reason : undefined;
    };
    return new ListSync({
      store,
      fetch: (have) => fetchList(store, have, { link, clock, onHead }),
      clock,
      random,
      everyMs: config.pollMs,
      report: (state) => this.#noteSync(state),
    });
  }

  #noteSync(state: SyncState): void {
    const { log } = this.#deps;
    const text = JSON.stringify(state);
    if (text !== this.#logged) {
      this.#logged = text;
      if (state.state === 'failing') {
        log.warn({ event: 'listNotFetched', code: state.reason }, 'offline list');
      } else {
        const { epoch, version } = state;
        log.info({ event: 'listInForce', epoch, version }, 'offline list');
        // A full list is followed by the delta over it, if there is one.
        if (this.#state !== 'stopped') {
          this.#timers.set('again', 0, () => void this.#sync?.now());
        }
      }
    }
    this.#changed();
  }

  #use(): ListUse {
    const { serverClock } = this.#deps;
    return listUse(this.#list, serverClock.now(), serverClock.trust());
  }

  /** The list grows older without any event. */
  #tick(): void {
    this.#timers.set('tick', MINUTE_MS / 4, () => this.#tick());
    this.#changed();
  }
}
