import type {
  Display,
  Health,
  Indicator,
  Keypad,
  Reading,
  Scanner,
  Speaker,
  Turnstile,
} from '../hardware/ports.ts';
import type { Clock } from '../shared/clock.ts';
import { decodeCredential, type Verify } from '../shared/credential/credential.ts';
import { errorCode } from '../shared/errors.ts';
import type { RequestOf } from '../shared/protocol/messages.ts';
import type { Verdict } from '../shared/verdict.ts';
import { credentialVerifier } from './credential-keys.ts';
import type { BootAnswer, LinkEvents } from './link/link.ts';
import { initialState, step } from './session/machine.ts';
import { type Screen, screenOf } from './session/screen.ts';
import type { Effect, Event, SessionConfig, State } from './session/state.ts';

/** The kiosk's hands and eyes. */
export interface KioskPorts {
  scanner: Scanner;
  keypad?: Keypad;
  display: Display<Screen>;
  indicator: Indicator;
  turnstile: Turnstile;
  speaker?: Speaker;
}

/** The part of the link that a kiosk uses. */
export interface KioskLink {
  start(events: LinkEvents): void;
  stop(): void;
  verify(request: RequestOf<'Verify'>, timeoutMs: number): Promise<{ verdict: Verdict }>;
}

/** What a kiosk writes about itself: an event's name and stable codes, never anything of a person. */
export interface KioskLog {
  info(fields: Record<string, string | number>, message: string): void;
  warn(fields: Record<string, string | number>, message: string): void;
}

/** Sees what the kiosk sees, inside the same process: for the demo, tests and benches. */
export interface KioskWatcher {
  reading(reading: Reading): void;
  state(state: State): void;
}

export interface KioskOptions {
  ports: KioskPorts;
  link: KioskLink;
  session: SessionConfig;
  clock: Clock;
  /** A new request id, a random UUID. */
  newRequestId: () => string;
  log: KioskLog;
  watcher?: KioskWatcher;
}

/** Before the first boot nothing can be trusted, and no key is known. */
interface Trust {
  hosts: readonly string[];
  verify: Verify;
}

/**
 * The kiosk's mind at work: port events in, the session's step, its effects out to the ports. It holds
 * no decision of its own; those are in session/.
 */
export class Kiosk {
  readonly #options: KioskOptions;
  #state: State;
  #trust: Trust = { hosts: [], verify: () => undefined };
  #shown = '';
  #cancelTimer: (() => void) | undefined;
  readonly #health = new Map<string, Health>();
  #stopping = false;

  constructor(options: KioskOptions) {
    this.#options = options;
    this.#state = initialState(options.session);
  }

  async start(): Promise<void> {
    const { ports, link } = this.#options;
    const health = (name: string) => (value: Health) => this.#noteHealth(name, value);
    await ports.display.start({
      key: (key) => this.#dispatch({ name: 'key', key }),
      painted: () => {},
      health: health('display'),
    });
    this.#show();
    await ports.indicator.start({ health: health('indicator') });
    await ports.turnstile.start({ health: health('turnstile') });
    await ports.speaker?.start({ health: health('speaker') });
    await ports.keypad?.start({
      key: (key) => this.#dispatch({ name: 'key', key }),
      health: health('keypad'),
    });
    link.start({
      up: (boot) => this.#linkUp(boot),
      down: (reason) => this.#linkDown(reason),
    });
    await ports.scanner.start({
      reading: (reading) => this.#take(reading),
      unreadable: () => this.#dispatch({ name: 'unusable', problem: 'unreadable' }),
      health: health('scanner'),
    });
  }

  /** Ends everything that start began; the turnstile is shut first. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer?.();
    this.#options.link.stop();
    const { turnstile, indicator, scanner, keypad, speaker, display } = this.#options.ports;
    for (const port of [turnstile, indicator, scanner, keypad, speaker, display]) {
      await port?.stop();
    }
  }

  /** What the server is told of this kiosk. */
  status(): RequestOf<'Status'> {
    const { phase } = this.#state;
    const peripherals: RequestOf<'Status'>['peripherals'] = {};
    for (const [name, health] of this.#health) {
      const reason = 'reason' in health ? { reason: health.reason.slice(0, 64) } : {};
      peripherals[name] = { state: health.state, ...reason };
    }
    const resting = phase.name === 'starting' || phase.name === 'outOfService';
    return { state: resting ? phase.name : 'inService', peripherals };
  }

  #take(reading: Reading): void {
    this.#options.watcher?.reading(reading);
    if (reading.symbology === 'code39') {
      this.#dispatch({ name: 'card', text: reading.text });
      return;
    }
    const now = Math.floor(this.#options.clock.now() / 1000);
    const decoded = decodeCredential(reading.text, { ...this.#trust, now });
    this.#dispatch(
      decoded.ok
        ? {
            name: 'read',
            credentialId: decoded.credential.id,
            requestId: this.#options.newRequestId(),
          }
        : { name: 'unusable', problem: decoded.problem },
    );
  }

  #linkUp(boot: BootAnswer): void {
    this.#trust = { hosts: boot.hosts, verify: credentialVerifier(boot.credentialKeys) };
    this.#options.log.info({ event: 'linkUp', gate: boot.gate.name }, 'the link is up');
    this.#dispatch({ name: 'link', state: 'up' });
  }

  #linkDown(reason: string): void {
    this.#options.log.warn({ event: 'linkDown', code: reason }, 'the link is down');
    this.#dispatch({ name: 'link', state: 'down' });
  }

  #noteHealth(name: string, health: Health): void {
    this.#health.set(name, health);
    const code = 'reason' in health ? { code: health.reason } : {};
    const log = health.state === 'lost' || health.state === 'failing' ? 'warn' : 'info';
    this.#options.log[log]({ event: 'health', part: name, state: health.state, ...code }, 'health');
    const usable = health.state === 'failing' ? 'lost' : health.state;
    if (name === 'scanner') {
      this.#dispatch({ name: 'scanner', state: usable });
    } else if (name === 'turnstile' && usable !== 'opening') {
      this.#dispatch({ name: 'turnstile', state: usable });
    }
  }

  #dispatch(event: Event): void {
    if (this.#stopping) {
      return;
    }
    const { state, effects } = step(this.#state, event, this.#options.session);
    this.#state = state;
    for (const effect of effects) {
      this.#run(effect);
    }
    this.#show();
    this.#options.watcher?.state(state);
  }

  #run(effect: Effect): void {
    const { ports, clock } = this.#options;
    switch (effect.name) {
      case 'startTimer':
        this.#cancelTimer?.();
        this.#cancelTimer = clock.after(effect.ms, () => this.#dispatch({ name: 'timeout' }));
        return;
      case 'stopTimer':
        this.#cancelTimer?.();
        return;
      case 'verify':
        void this.#verify(effect);
        return;
      case 'openTurnstile':
        void this.#openTurnstile(effect);
        return;
      case 'signal':
        ports.indicator.show(effect.signal);
        return;
      case 'expect':
        ports.scanner.expect(effect.symbologies);
        return;
    }
  }

  async #verify(effect: Effect & { name: 'verify' }): Promise<void> {
    const { requestId, credentialId, codiceFiscale } = effect;
    const { link, session, log } = this.#options;
    try {
      const request = { requestId, credentialId, codiceFiscale };
      const { verdict } = await link.verify(request, session.answerMs);
      this.#dispatch({ name: 'verdict', requestId, verdict });
    } catch (error) {
      log.warn({ event: 'verifyFailed', code: errorCode(error) }, 'no verdict');
      const verdict = { outcome: 'unconfirmed', reason: 'unavailable' } as const;
      this.#dispatch({ name: 'verdict', requestId, verdict });
    }
  }

  async #openTurnstile(effect: Effect & { name: 'openTurnstile' }): Promise<void> {
    const { requestId, pulseMs } = effect;
    try {
      await this.#options.ports.turnstile.open(pulseMs);
      this.#dispatch({ name: 'turnstileOpened', requestId });
    } catch (error) {
      this.#options.log.warn({ event: 'turnstileFailed', code: errorCode(error) }, 'relay');
      this.#dispatch({ name: 'turnstileFailed', requestId });
    }
  }

  /** Shows the state's screen if it differs from what is shown. */
  #show(): void {
    const screen = screenOf(this.#state);
    const text = JSON.stringify(screen);
    if (text === this.#shown) {
      return;
    }
    this.#shown = text;
    const { display, speaker } = this.#options.ports;
    display.show(screen);
    if (!screen.spoken.private) {
      speaker?.say(screen.spoken.text, screen.language);
    }
  }
}
