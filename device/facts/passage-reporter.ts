import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Passage, PassageFact } from '../../shared/fact.ts';
import { FACTS_MAX } from '../../shared/protocol/actions.ts';
import type { KioskLink, KioskLog } from '../kiosk-options.ts';
import type { Offline } from '../list/gate-list.ts';
import { type FactsKey, sealFact } from './seal.ts';

export interface PassageReporterDeps {
  link: KioskLink;
  /** Keeps facts over a restart; without it they are kept in memory, and told while the link is up. */
  offline?: Offline;
  clock: Clock;
  log: KioskLog;
}

/** PassageReporter that wait in memory at most; the oldest gives way. */
const WAITING_MAX = 256;
const CALL_TIMEOUT_MS = 10_000;

/** Brings to the server whether somebody went through after each "granted". */
export class PassageReporter {
  readonly #deps: PassageReporterDeps;
  #waiting: PassageFact[] = [];
  #key: FactsKey | undefined;
  /** This machine's clock less the server's; unknown before the first boot. */
  #skewMs: number | undefined;
  #sending: Promise<void> | undefined;

  constructor(deps: PassageReporterDeps) {
    this.#deps = deps;
  }

  linkUp(boot: { serverTime: number; factsKey?: FactsKey | undefined }): void {
    this.#key = boot.factsKey;
    this.#skewMs = this.#deps.clock.now() - boot.serverTime;
    this.#send();
  }

  note(requestId: string, passage: Passage): void {
    const { offline, clock, log } = this.#deps;
    if (offline) {
      void offline.keepPassage(requestId, passage);
      return;
    }
    if (this.#waiting.length >= WAITING_MAX) {
      this.#waiting.shift();
      log.warn({ event: 'passageDropped' }, 'passages');
    }
    this.#waiting.push({
      kind: 'passage',
      requestId,
      passage,
      at: Math.max(0, clock.now() - (this.#skewMs ?? 0)),
      clockTrust: this.#skewMs === undefined ? 'unset' : 'synced',
    });
    this.#send();
  }

  /** One sending at a time; what fails waits for the next passage or the next link. */
  #send(): void {
    const key = this.#key;
    if (!key || this.#waiting.length === 0) {
      return;
    }
    this.#sending ??= this.#sendAll(key).then(
      () => {
        this.#sending = undefined;
        // One may have come between the last look and now.
        this.#send();
      },
      (error: unknown) => {
        this.#sending = undefined;
        this.#deps.log.warn({ event: 'passagesNotDelivered', code: errorCode(error) }, 'passages');
      },
    );
  }

  async #sendAll(key: FactsKey): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, FACTS_MAX);
      const sealed = await Promise.all(batch.map((fact) => sealFact(fact, key)));
      const boxes = sealed.map(({ box }) => box);
      await this.#deps.link.call('Facts', { boxes }, CALL_TIMEOUT_MS);
      this.#waiting = this.#waiting.filter((fact) => !batch.includes(fact));
    }
  }
}
