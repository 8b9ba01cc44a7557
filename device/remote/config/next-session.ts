import type { Clock } from '../../../shared/clock.ts';
import type { KioskSession } from '../../session/kiosk-session.ts';

/**
 * How long a config waits for the person at the gate, in milliseconds. A session ends by itself long
 * before; only one whose keys never rest lasts so long, and then it goes on under the new config.
 */
export const SCHEDULED_MAX_MS = 600_000;

interface Waiting {
  session: KioskSession;
  settled: (error?: unknown) => void;
  cancel: () => void;
}

/** The session of a new config, which is in force at once where nobody is, and else when they are done. */
export class NextSession {
  readonly #clock: Clock;
  readonly #use: (session: KioskSession) => void;
  #waiting: Waiting | undefined;

  /** @param use puts a session in force; what it throws is passed on to whoever gave the session. */
  constructor(clock: Clock, use: (session: KioskSession) => void) {
    this.#clock = clock;
    this.#use = use;
  }

  /**
   * Takes a session; one that waited before it is forgotten.
   *
   * @param settled of one that was scheduled: it is in force now, or could not be.
   * @throws what putting it in force throws, if that is at once.
   */
  take(
    session: KioskSession,
    isResting: boolean,
    settled: (error?: unknown) => void,
  ): 'applied' | 'scheduled' {
    this.stop();
    if (isResting) {
      this.#use(session);
      return 'applied';
    }
    const cancel = this.#clock.after(SCHEDULED_MAX_MS, () => this.rested());
    this.#waiting = { session, settled, cancel };
    return 'scheduled';
  }

  /** Nobody is at the gate: what waited is in force. */
  rested(): void {
    const waiting = this.#waiting;
    if (!waiting) {
      return;
    }
    this.stop();
    try {
      this.#use(waiting.session);
    } catch (error) {
      waiting.settled(error);
      return;
    }
    waiting.settled();
  }

  /** Forgets what waits. */
  stop(): void {
    this.#waiting?.cancel();
    this.#waiting = undefined;
  }
}
