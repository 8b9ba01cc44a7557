import { errorCode } from '../../shared/errors.ts';
import type { Passage } from '../../shared/fact.ts';
import type { KioskLog } from '../log.ts';
import type { ServerClock } from '../time/server-clock.ts';
import type { FactQueue } from './fact-queue.ts';

/** Reports to the server whether somebody went through after each "granted". */
export class PassageReporter {
  readonly #facts: Pick<FactQueue, 'add'>;
  readonly #serverClock: ServerClock;
  readonly #log: KioskLog;

  constructor(deps: { facts: Pick<FactQueue, 'add'>; serverClock: ServerClock; log: KioskLog }) {
    this.#facts = deps.facts;
    this.#serverClock = deps.serverClock;
    this.#log = deps.log;
  }

  /** Never rejects: nobody waits for it, and a passage that can't be kept is logged. */
  async report(requestId: string, passage: Passage): Promise<void> {
    const at = this.#serverClock.now();
    const clockTrust = this.#serverClock.trust();
    try {
      await this.#facts.add({ kind: 'passage', requestId, passage, at, clockTrust });
    } catch (error) {
      this.#log.warn({ event: 'passageNotKept', code: errorCode(error) }, 'facts');
    }
  }
}
