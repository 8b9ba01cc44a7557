import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import type { Verify } from '../../shared/credential/credential.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { DecidedFact, Fact, Passage } from '../../shared/fact.ts';
import type { AnswerOf, RequestOf } from '../../shared/protocol/actions.ts';
import type { KioskStatus } from '../../shared/protocol/kiosk-status.ts';
import type { Sample } from '../../shared/protocol/measurement.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { OfflineConfig } from '../config.ts';
import { deliverFacts, type FactCalls } from '../facts/delivery.ts';
import { Outbox } from '../facts/outbox.ts';
import { sealFact } from '../facts/seal.ts';
import type { ListView } from '../session/state.ts';
import { type Disk, directoryDisk } from '../storage/disk.ts';
import { ServerClock } from '../time/server-clock.ts';
import { keepBoot, type LastBoot, readBoot } from '../verdict/last-boot.ts';
import { routeVerify } from '../verdict/route.ts';
import { credentialVerifier } from '../verdict/signing-keys.ts';
import { decideOffline, listUse } from './list-decision.ts';
import { fetchList, type ListCalls } from './list-fetch.ts';
import { ListStore } from './list-store.ts';
import { ListSync, type SyncState } from './list-sync.ts';
import { hmacSha256, nodeScrypt, sha256 } from './node-crypto.ts';

export interface OfflineLog {
  info(fields: Record<string, string | number>, message: string): void;
  warn(fields: Record<string, string | number>, message: string): void;
}

export interface OfflineDeps {
  config: OfflineConfig;
  link: ListCalls & FactCalls;
  clock: Clock;
  log: OfflineLog;
}

/** An answer, and for one of the list the fact that must be kept before it is told. */
export type RoutedAnswer =
  | { from: 'server'; verdict: Verdict }
  | { from: 'list'; fact: DecidedFact };

/** See `ListHead` of the wire. */
export type NoList = (AnswerOf<'ListHead'> & { status: 'none' })['reason'];

const MINUTE_MS = 60_000;
/** Facts that could not be delivered are tried again after so long, while the link is up. */
const DELIVER_AGAIN_MS = 15_000;
const OWNER_ONLY = 0o700;

/**
 * The gate without its server: the list that it fetched while it could, what it decides from it, and the
 * facts that it owes. On disk there is nothing of a person: the list is keyed, a fact names nobody, and
 * what was answered is sealed to the server.
 */
export class Offline {
  readonly #deps: OfflineDeps;
  readonly #time: ServerClock;
  readonly #disk: Disk;
  readonly #outbox: Outbox;
  #changed: () => void = () => {};
  #boot: LastBoot | undefined;
  #verify: Verify = () => undefined;
  #store: ListStore | undefined;
  #state: 'stopped' | 'down' | 'up' = 'stopped';
  /** The last news of the list, so that each is written once. */
  #noted = '';
  #canKeep = false;
  #noList: NoList | undefined;
  #sync: ListSync | undefined;
  #delivering: Promise<void> | undefined;
  #deliverAgain = false;
  readonly #timers = new Map<'tick' | 'deliver' | 'again', () => void>();
  #opening: Promise<void> = Promise.resolve();

  constructor(deps: OfflineDeps) {
    this.#deps = deps;
    this.#time = new ServerClock(deps.clock);
    this.#disk = directoryDisk(deps.config.folder);
    this.#outbox = new Outbox(join(deps.config.folder, 'outbox.db'), deps.clock);
  }

  /**
   * Reads what an earlier run kept. Never throws: what can't be used is reported, and the gate then can't
   * decide without its server.
   *
   * @param events.changed the list, its age or the facts that wait have changed.
   * @returns the last boot, if there was one: whose codes to believe.
   */
  async start(events: { changed: () => void }): Promise<LastBoot | undefined> {
    const { config } = this.#deps;
    this.#changed = events.changed;
    this.#state = 'down';
    try {
      await mkdir(config.folder, { recursive: true, mode: OWNER_ONLY });
      this.#outbox.start();
      this.#canKeep = true;
      const boot = await readBoot(this.#disk);
      if (boot) {
        this.#time.recall(boot.serverTime);
        await this.#adopt(boot);
      }
    } catch (error) {
      this.#warn('offlineUnusable', error);
    }
    this.#tick();
    return this.#boot;
  }

  async stop(): Promise<void> {
    this.#state = 'stopped';
    for (const cancel of this.#timers.values()) {
      cancel();
    }
    await this.#opening;
    await this.#sync?.stop();
    await this.#delivering;
    await this.#outbox.stop();
    this.#canKeep = false;
  }

  linkUp(boot: LastBoot): void {
    this.#state = 'up';
    this.#time.hear(boot.serverTime);
    this.#opening = this.#opening.then(async () => {
      try {
        await this.#adopt(boot);
        await keepBoot(this.#disk, boot);
      } catch (error) {
        this.#warn('bootNotKept', error);
      }
      this.#sync?.start();
      this.#deliver();
    });
  }

  linkDown(): void {
    this.#state = this.#state === 'stopped' ? 'stopped' : 'down';
    this.#cancel('deliver');
    this.#changed();
  }

  /** One that runs may have asked too early: only the next one surely sees the news. */
  listChanged(): void {
    const sync = this.#sync;
    void sync?.now().then(() => (this.#state === 'up' ? sync.now() : undefined));
  }

  /** The list in force, and the full list below it. */
  get inForce(): { epoch: number; version: number; base: number } | undefined {
    const list = this.#store?.list;
    return list && { ...versionOf(list.header), base: list.baseVersion };
  }

  /** Why the server had no list when it was asked last. */
  get noList(): NoList | undefined {
    return this.#noList;
  }

  /** What a session is told of the list. */
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

  /** What the server is told. */
  status(): NonNullable<KioskStatus['offline']> {
    const use = this.#use();
    const { facts, quarantined } = this.#canKeep
      ? this.#outbox.status()
      : { facts: 0, quarantined: 0 };
    return {
      list: use.state === 'clockDoubtful' ? 'tooOld' : use.state,
      ...('ageMs' in use ? { listAgeMs: use.ageMs } : {}),
      ...(this.inForce ? { listVersion: versionOf(this.inForce) } : {}),
      factsWaiting: facts,
      factsQuarantined: quarantined,
    };
  }

  /**
   * Asks the server, and the list only when the link is down or too slow.
   *
   * @param options.ask asks the server; rejects with a stable code.
   * @throws what `ask` rejects with when the server can be reached and would not answer.
   */
  async verify(
    asked: RequestOf<'Verify'>,
    options: { ask: () => Promise<Verdict>; isLinkUp: boolean },
  ): Promise<RoutedAnswer> {
    const { config, clock } = this.#deps;
    const { budgetMs } = config;
    const { ask, isLinkUp } = options;
    const route = await routeVerify(ask, { isLinkUp, budgetMs, clock });
    if (route.from === 'server') {
      return route;
    }
    const canKeep = this.#canKeep && this.#boot?.factsKey !== undefined;
    const list = canKeep ? this.#store?.list : undefined;
    const at = { now: this.#time.now(), clockTrust: this.#time.trust() };
    const crypto = { scrypt: nodeScrypt, hmac: hmacSha256 };
    const answer = await decideOffline(list, asked, at, crypto);
    return {
      from: 'list',
      fact: {
        kind: 'decided',
        requestId: asked.requestId,
        policy: this.#boot?.gate.policy ?? 'unknown',
        verdict: answer.verdict,
        decidedAt: at.now,
        clockTrust: at.clockTrust,
        ...(answer.list ? { list: versionOf(answer.list) } : {}),
      },
    };
  }

  /**
   * Keeps a fact, sealed to the server: on the disk when this resolves.
   *
   * @throws VarcoError `outboxFull`, `outboxUnavailable`, `factsKeyMissing`: then the answer must not be
   * given.
   */
  async keep(fact: Fact): Promise<void> {
    const key = this.#boot?.factsKey;
    if (!key) {
      throw new VarcoError('factsKeyMissing', 'No server has said yet what to seal facts to');
    }
    this.#outbox.addFact(await sealFact(fact, key));
    this.#deliver();
  }

  /**
   * Keeps what was measured while nobody could be told, for when the link is back; while it is there the
   * status tells it. Never throws: a measurement may be lost.
   */
  keepSample(sample: Sample): void {
    if (this.#state !== 'down' || !this.#canKeep || this.#time.trust() === 'unset') {
      return;
    }
    try {
      this.#outbox.addTelemetry({ at: this.#time.now(), sample });
    } catch (error) {
      this.#warn('sampleNotKept', error);
    }
  }

  /** Keeps whether somebody went through after a request. Never rejects: nobody waits for it. */
  async keepPassage(requestId: string, passage: Passage): Promise<void> {
    const clockTrust = this.#time.trust();
    try {
      await this.keep({ kind: 'passage', requestId, passage, at: this.#time.now(), clockTrust });
      this.#changed();
    } catch (error) {
      this.#warn('passageNotKept', error);
    }
  }

  /** Takes a boot's keys and policy, and the list on disk that goes with them. */
  async #adopt(boot: LastBoot): Promise<void> {
    const { config, link, clock } = this.#deps;
    const { policy } = boot.gate;
    const keysOf = (one: LastBoot) => JSON.stringify(one.credentialKeys);
    const before = this.#boot;
    const isSame = before && before.gate.policy === policy && keysOf(before) === keysOf(boot);
    this.#boot = boot;
    this.#verify = credentialVerifier(boot.credentialKeys);
    if (isSame && this.#store) {
      return;
    }
    this.#store = undefined;
    await this.#sync?.stop();
    // A folder for each policy: the versions of one say nothing of another's. Never `..`.
    const folder = join(config.folder, `list-${encodeURIComponent(policy)}`);
    await mkdir(folder, { recursive: true, mode: OWNER_ONLY });
    const store = new ListStore({
      disk: directoryDisk(folder),
      policy,
      verify: (keyId, message, signature) => this.#verify(keyId, message, signature),
      sha256,
    });
    const loaded = await store.load();
    if (loaded.state === 'refused') {
      this.#deps.log.warn({ event: 'listRefused', code: loaded.problem }, 'offline list');
    }
    this.#store = store;
    this.#sync = new ListSync({
      store,
      fetch: (have) =>
        fetchList(store, have, {
          link,
          clock,
          told: (head) => {
            this.#noList = head.status === 'none' ? head.reason : undefined;
          },
        }),
      clock,
      random: Math.random,
      everyMs: config.pollMs,
      report: (state) => this.#noteSync(state),
    });
    this.#changed();
  }

  #noteSync(state: SyncState): void {
    const { log } = this.#deps;
    const text = JSON.stringify(state);
    if (text !== this.#noted) {
      this.#noted = text;
      if (state.state === 'failing') {
        log.warn({ event: 'listNotFetched', code: state.reason }, 'offline list');
      } else {
        const { epoch, version } = state;
        log.info({ event: 'listInForce', epoch, version }, 'offline list');
        // A full list is followed by the delta over it, if there is one.
        this.#after('again', 0, () => void this.#sync?.now());
      }
    }
    this.#changed();
  }

  #use() {
    return listUse(this.#store?.list, this.#time.now(), this.#time.trust());
  }

  /** The list's age goes on. */
  #tick(): void {
    this.#after('tick', MINUTE_MS / 4, () => this.#tick());
    this.#changed();
  }

  /** One delivery at a time; a fact that comes in between makes it run again. */
  #deliver(): void {
    this.#deliverAgain = this.#delivering !== undefined;
    if (this.#state !== 'up' || this.#delivering) {
      return;
    }
    this.#delivering = this.#drain().finally(() => {
      this.#delivering = undefined;
      this.#changed();
      if (this.#deliverAgain) {
        this.#deliver();
      }
    });
  }

  async #drain(): Promise<void> {
    const before = this.status().factsQuarantined;
    try {
      await this.#outbox.drain((batch) => deliverFacts(batch, this.#deps.link));
      const after = this.status().factsQuarantined;
      if (after > before) {
        const [{ code = 'unknown' } = {}] = this.#outbox.quarantined(after).slice(-1);
        this.#deps.log.warn({ event: 'factsRefused', code, count: after - before }, 'facts');
      }
    } catch (error) {
      this.#warn('factsNotDelivered', error);
      if (this.#state === 'up') {
        this.#after('deliver', DELIVER_AGAIN_MS, () => this.#deliver());
      }
    }
  }

  #warn(event: string, error: unknown): void {
    this.#deps.log.warn({ event, code: errorCode(error) }, 'offline');
  }

  #after(name: 'tick' | 'deliver' | 'again', ms: number, act: () => void): void {
    this.#cancel(name);
    if (this.#state !== 'stopped') {
      this.#timers.set(name, this.#deps.clock.after(ms, act));
    }
  }

  #cancel(name: 'tick' | 'deliver' | 'again'): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }
}

function versionOf({ epoch, version }: { epoch: number; version: number }) {
  return { epoch, version };
}
