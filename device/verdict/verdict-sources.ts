import type { Clock } from '../../shared/clock.ts';
import type { KioskStatus } from '../../shared/protocol/kiosk-status.ts';
import type { OfflineConfig } from '../config.ts';
import { DiskFacts } from '../facts/disk-facts.ts';
import { FactQueue } from '../facts/fact-queue.ts';
import { MemoryFacts } from '../facts/memory-facts.ts';
import type { ServerCalls } from '../link/kiosk-link.ts';
import { GateList } from '../list/gate-list.ts';
import type { KioskLog } from '../log.ts';
import type { ServerClock } from '../time/server-clock.ts';
import { CredentialVerifier } from './credential-verifier.ts';
import { type LastBoot, LastBootFile } from './last-boot.ts';

export interface VerdictSourcesDeps {
  /** Absent: the gate keeps no list and no facts on disk, and can check nobody without its server. */
  offline: OfflineConfig | undefined;
  link: ServerCalls;
  serverClock: ServerClock;
  clock: Clock;
  log: KioskLog;
}

/**
 * What verdicts are made from: the server's time, one key set, the offline list and the facts that are
 * owed. Each boot of the server renews them, and the last one is kept for a start without the server.
 */
export class VerdictSources {
  readonly serverClock: ServerClock;
  readonly verifier: CredentialVerifier;
  readonly facts: FactQueue;
  readonly list: GateList | undefined;
  /** How long a person waits for the server before the list is asked, in milliseconds. */
  readonly budgetMs: number;
  readonly #lastBoot: LastBootFile | undefined;
  #gate: LastBoot['gate'] = { name: '', policy: '' };

  constructor({ offline, link, serverClock, clock, log }: VerdictSourcesDeps) {
    const store = offline ? new DiskFacts(offline.folder, clock) : new MemoryFacts(log);
    const verifier = new CredentialVerifier(serverClock);
    const { verify } = verifier;
    const random = Math.random;
    this.serverClock = serverClock;
    this.verifier = verifier;
    this.facts = new FactQueue({ store, link, serverClock, clock, log });
    this.list =
      offline && new GateList({ config: offline, link, verify, serverClock, clock, random, log });
    this.budgetMs = offline?.budgetMs ?? 0;
    this.#lastBoot = offline && new LastBootFile(offline.folder, log);
  }

  /** The gate's name and policy, as the last boot said. */
  get gate(): LastBoot['gate'] {
    return this.#gate;
  }

  /**
   * Opens what an earlier run kept, so that a gate serves people before its server is there. Never
   * throws: what can't be used is logged and reported.
   *
   * @param changed called when the list, its age or the number of facts has changed.
   */
  async start(changed: () => void): Promise<void> {
    await this.facts.start(changed);
    const boot = await this.#lastBoot?.read();
    if (boot) {
      this.serverClock.recall(boot.serverTime);
      this.#use(boot);
    }
    await this.list?.start(boot && basisOf(boot), changed);
  }

  async stop(): Promise<void> {
    await this.list?.stop();
    await this.#lastBoot?.stop();
    await this.facts.stop();
  }

  linkUp(boot: LastBoot): void {
    this.serverClock.sync(boot.serverTime);
    this.#use(boot);
    void this.#lastBoot?.write(boot);
    this.list?.linkUp(basisOf(boot));
    this.facts.linkUp();
  }

  linkDown(): void {
    this.facts.linkDown();
    this.list?.linkDown();
  }

  /** What is reported of it; nothing for a gate without a list. */
  status(): KioskStatus['offline'] {
    const { waiting, quarantined } = this.facts.counts();
    const facts = { factsWaiting: waiting, factsQuarantined: quarantined };
    return this.list && { ...this.list.status(), ...facts };
  }

  #use(boot: LastBoot): void {
    this.#gate = boot.gate;
    this.verifier.use(boot);
    this.facts.useKey(boot.factsKey);
  }
}

function basisOf({ gate, credentialKeys }: LastBoot) {
  return { policy: gate.policy, credentialKeys };
}
