import { randomBytes } from 'node:crypto';
import { type OfflineConfig, sessionConfigSchema } from '../../../device/config.ts';
import { Kiosk } from '../../../device/kiosk.ts';
import type { KioskLink } from '../../../device/link/kiosk-link.ts';
import type { Screen } from '../../../device/session/screen.ts';
import { ServerClock } from '../../../device/time/server-clock.ts';
import { VerdictSources } from '../../../device/verdict/verdict-sources.ts';
import type { Display, Key, Scanner, ScannerEvents } from '../../../hardware/ports.ts';
import { SimulatedKeypad } from '../../../hardware/simulated/keypad.ts';
import {
  SimulatedIndicator,
  SimulatedTurnstile,
} from '../../../hardware/simulated/simulated-gate.ts';
import { systemClock } from '../../../shared/clock.ts';
import { newRequestId } from '../../../shared/request-id.ts';
import { Follower } from '../../demo/once.ts';

/** A kiosk with a scanner and a keypad that the bench operates. */
export class BenchGate {
  readonly #keypad = new SimulatedKeypad(systemClock);
  readonly #follower = new Follower();
  #scanner: ScannerEvents | undefined;
  readonly #kiosk: Kiosk;
  relay: () => void = () => {};
  painted: (sequence: number) => void = () => {};

  constructor(link: KioskLink, display: Display<Screen>, offline?: OfflineConfig) {
    const clock = systemClock;
    const log = { info: () => {}, warn: () => {} };
    const serverClock = new ServerClock(clock);
    const scanner: Scanner = {
      start: async (events) => {
        this.#scanner = events;
        events.health({ state: 'ready', since: 0 });
      },
      stop: async () => {},
      expect: () => {},
    };
    this.#kiosk = new Kiosk({
      ports: {
        scanner,
        keypad: this.#keypad,
        display,
        indicator: new SimulatedIndicator(systemClock),
        turnstile: new SimulatedTurnstile(systemClock, (state) => {
          this.#follower.relay(state);
          if (state === 'open') {
            this.relay();
          }
        }),
      },
      link,
      sources: new VerdictSources({ offline, link, serverClock, clock, log }),
      session: { ...sessionConfigSchema.parse({ pulseMs: 50 }), selfTestAtStart: false },
      clock,
      newRequestId: () => newRequestId(Date.now(), randomBytes),
      log,
      watcher: {
        reading: () => {},
        state: (state) => this.#follower.state(state),
        painted: (sequence) => this.painted(sequence),
      },
    });
  }

  start(): Promise<void> {
    return this.#kiosk.start();
  }

  stop(): Promise<void> {
    return this.#kiosk.stop();
  }

  press(key: Key): void {
    this.#keypad.press(key);
  }

  untilLink(link: 'up' | 'down'): Promise<unknown> {
    return this.#follower.until(`link ${link}`, ({ parts }) => parts.link === link);
  }

  untilList(): Promise<unknown> {
    return this.#follower.until('list', ({ parts }) => parts.list?.state === 'usable');
  }

  untilShown(): Promise<unknown> {
    return this.#follower.until('shown', ({ phase }) => phase.name === 'showing');
  }

  /** Presents a code and types the codice fiscale, without the final confirmation. */
  async prepare(credential: string, code: string): Promise<void> {
    await this.#follower.untilReady();
    this.#scanner?.reading({ text: credential, symbology: 'qr', source: 'bench', at: 0 });
    this.#keypad.type(code);
  }
}
