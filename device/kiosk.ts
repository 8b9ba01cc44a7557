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
import type { KeptBoot } from './offline/kept-boot.ts';
import type { Offline } from './offline/offline.ts';
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
  /** How many facts wait for the server. */
  facts?(waiting: number): void;
}

export interface KioskOptions {
  ports: KioskPorts;
  link: KioskLink;
  /** Absent: without its link the gate can check nobody. */
  offline?: Offline;
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
  #listShown = '';
  #said = '';
  #cancelTimer: (() => void) | undefined;
  readonly #health = new Map<string, Health>();
  #stopping = false;

  constructor(options: KioskOptions) {
    this.#options = options;
    this.#state = initialState(options.session);
  }

  async start(): Promise<void> {
    const { ports, link, offline } = this.#options;
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
    const kept = await offline?.start({ changed: () => this.#noteOffline() });
    if (kept) {
      this.#believe(kept);
    }
    link.start({
      listChanged: () => offline?.listChanged(),
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
    await this.#options.offline?.stop();
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
    const offline = this.#options.offline?.status();
    const state = resting ? phase.name : 'inService';
    return { state, peripherals, ...(offline ? { offline } : {}) };
  }

  #take(reading: Reading): void {
    this.#options.watcher?.reading(reading);
    if (reading.symbology === 'code39') {
      this.#dispatch({ name: 'card', text: reading.text });
      return;
    }
    const now = Math.floor(this.#options.clock.now() / 1000);
    this.#noteOffline();
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
    this.#believe(boot);
    this.#options.offline?.linkUp(boot);
    this.#options.log.info({ event: 'linkUp', gate: boot.gate.name }, 'the link is up');
    this.#dispatch({ name: 'link', state: 'up' });
  }

  #believe({ hosts, credentialKeys }: Pick<KeptBoot, 'hosts' | 'credentialKeys'>): void {
    this.#trust = { hosts, verify: credentialVerifier(credentialKeys) };
  }

  /** The list, its age or the facts that wait have changed. */
  #noteOffline(): void {
    const { offline, watcher } = this.#options;
    if (!offline) {
      return;
    }
    watcher?.facts?.(offline.status().factsWaiting);
    const list = offline.view();
    const text = JSON.stringify(list);
    if (text !== this.#listShown) {
      this.#listShown = text;
      this.#dispatch({ name: 'list', list });
    }
  }

  #linkDown(reason: string): void {
    this.#options.offline?.linkDown();
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
    const { link, offline, session, log } = this.#options;
    const request = { requestId, credentialId, codiceFiscale };
    const ask = async () => (await link.verify(request, session.answerMs)).verdict;
    try {
      if (!offline) {
        this.#dispatch({ name: 'verdict', requestId, verdict: await ask() });
        return;
      }
      const isLinkUp = this.#state.parts.link === 'up';
      const answer = await offline.verify(request, { ask, isLinkUp });
      if (answer.from === 'server') {
        this.#dispatch({ name: 'verdict', requestId, verdict: answer.verdict });
      } else if (this.#isVerifying(requestId)) {
        // Durable before anything opens; what fails here is an answer that was never given.
        offline.keep(answer.fact);
        this.#noteOffline();
        const { verdict } = answer.fact;
        this.#dispatch({ name: 'verdict', requestId, verdict, source: 'list' });
      }
    } catch (error) {
      log.warn({ event: 'verifyFailed', code: errorCode(error) }, 'no verdict');
      const verdict = { outcome: 'unconfirmed', reason: 'unavailable' } as const;
      this.#dispatch({ name: 'verdict', requestId, verdict });
    }
  }

  #isVerifying(requestId: string): boolean {
    const { phase } = this.#state;
    return phase.name === 'verifying' && phase.requestId === requestId;
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
    // The staff line is not for the person: that it changed is no reason to speak.
    const { staff: _staff, staffLine: _line, ...rest } = screen;
    const said = JSON.stringify(rest);
    if (said !== this.#said && !screen.spoken.private) {
      speaker?.say(screen.spoken.text, screen.language);
    }
    this.#said = said;
  }
}
