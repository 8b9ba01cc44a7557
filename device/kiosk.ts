import type { Health, Reading, Symbology } from '../hardware/ports.ts';
import { fromCard } from '../shared/codice-fiscale/card.ts';
import {
  type DecodedCredential,
  decodeCredential,
  type Verify,
} from '../shared/credential/credential.ts';
import { errorCode } from '../shared/errors.ts';
import type { CommandAnswer, KioskCommand } from '../shared/protocol/command.ts';
import type { KioskStatus } from '../shared/protocol/status.ts';
import type { Verdict } from '../shared/verdict.ts';
import { credentialVerifier } from './credential-keys.ts';
import type { KioskOptions } from './kiosk-options.ts';
import type { BootAnswer } from './link/link.ts';
import type { KeptBoot } from './offline/kept-boot.ts';
import { PartHealth } from './part-health.ts';
import { type Checks, clockOutcome, runSelfTest } from './self-test/self-test.ts';
import { initialState, step } from './session/machine.ts';
import { printedReceipt } from './session/printed-receipt.ts';
import { type Receipt, receiptNumber } from './session/receipt.ts';
import { type Screen, screenOf } from './session/screen.ts';
import type { SelfTestResult } from './session/self-test.ts';
import type { Effect, Event, State } from './session/state.ts';
import { Voice } from './voice.ts';

/** Before the first boot nothing can be trusted, and no key is known. */
interface Trust {
  hosts: readonly string[];
  verify: Verify;
  gate: { name: string; policy: string };
  /** This machine's clock less the server's, in milliseconds. */
  skewMs: number | undefined;
}

/**
 * The kiosk's mind at work: port events in, the session's step, its effects out to the ports. It holds
 * no decision of its own; those are in session/.
 */
export class Kiosk {
  readonly #options: KioskOptions;
  readonly #voice: Voice | undefined;
  readonly #health: PartHealth;
  #state: State;
  #trust: Trust = {
    hosts: [],
    verify: () => undefined,
    gate: { name: '', policy: '' },
    skewMs: undefined,
  };
  #screen: Screen;
  #shown = '';
  #listShown = '';
  #tested: readonly SelfTestResult[] = [];
  #testing: Promise<readonly SelfTestResult[]> | undefined;
  #cancelTimer: (() => void) | undefined;
  #stopping = false;

  constructor(options: KioskOptions) {
    const { speaker } = options.ports;
    this.#options = options;
    this.#voice = speaker ? new Voice(speaker, options.session.voice) : undefined;
    this.#health = new PartHealth(options.clock);
    this.#state = initialState(options.session);
    this.#screen = screenOf(this.#state, options.session);
  }

  async start(): Promise<void> {
    const { ports, link, offline } = this.#options;
    const health = (name: string) => (value: Health) => this.#noteHealth(name, value);
    await ports.display.start({
      key: (key) => this.#dispatch({ name: 'key', key }),
      painted: (sequence) => this.#options.watcher?.painted?.(sequence),
      health: health('display'),
    });
    this.#show(false);
    await ports.indicator.start({ health: health('indicator') });
    await ports.sounds?.start({ health: health('sounds') });
    await ports.turnstile.start({ health: health('turnstile') });
    await ports.speaker?.start({ health: health('speech') });
    await ports.headset?.start({
      plugged: (plugged) => this.#voice?.plug(plugged, this.#screen),
      health: health('headset'),
    });
    await ports.printer?.start({ health: health('printer') });
    await ports.keypad?.start({
      key: (key) => this.#dispatch({ name: 'key', key }),
      health: health('keypad'),
    });
    const kept = await offline?.start({ changed: () => this.#noteOffline() });
    if (kept) {
      this.#believe(kept, undefined);
    }
    link.start({
      listChanged: () => offline?.listChanged(),
      up: (boot) => this.#linkUp(boot),
      down: (reason) => this.#linkDown(reason),
      command: (_id, command) => this.#obey(command),
    });
    await ports.scanner.start({
      reading: (reading) => this.#take(reading),
      unreadable: () => this.#dispatch({ name: 'unusable', problem: 'unreadable' }),
      several: () => this.#dispatch({ name: 'unusable', problem: 'several' }),
      health: health('scanner'),
    });
    if (this.#options.session.selfTestAtStart) {
      void this.selfTest();
    }
  }

  /** Ends everything that start began; the turnstile is shut first. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer?.();
    this.#health.stop();
    this.#options.link.stop();
    await this.#options.offline?.stop();
    const { turnstile, indicator, sounds, scanner, keypad, speaker, headset, printer, display } =
      this.#options.ports;
    const all = [turnstile, indicator, sounds, scanner, keypad, speaker, headset, printer, display];
    for (const port of all) {
      await port?.stop();
    }
  }

  /** What the server is told of this kiosk: its parts, and what the last self-test found wrong. */
  status(): KioskStatus {
    const { phase } = this.#state;
    const peripherals = this.#health.peripherals();
    for (const one of this.#tested) {
      if (one.result !== 'absent') {
        const state = one.result === 'passed' ? 'ready' : 'failing';
        const reason = 'code' in one ? { reason: one.code.slice(0, 64) } : {};
        peripherals[`selfTest.${one.part}`] = { state, ...reason };
      }
    }
    const state = reportedStates[phase.name as keyof typeof reportedStates] ?? 'inService';
    const offline = this.#options.offline?.status();
    return { state, peripherals, ...(offline ? { offline } : {}) };
  }

  /**
   * Tries every part, shows what failed, and reports it with the next status. While somebody is at the
   * gate the parts are tried all the same, and the screen stays theirs.
   */
  selfTest(): Promise<readonly SelfTestResult[]> {
    this.#testing ??= this.#runSelfTest().finally(() => {
      this.#testing = undefined;
    });
    return this.#testing;
  }

  async #runSelfTest(): Promise<readonly SelfTestResult[]> {
    const { clock, log, checks } = this.#options;
    this.#dispatch({ name: 'selfTestStarted' });
    const results = await runSelfTest({ ...this.#checks(), ...checks }, clock);
    this.#tested = results;
    for (const one of results) {
      if (one.result === 'failed') {
        log.warn({ event: 'selfTest', part: one.part, code: one.code }, 'self-test');
      }
    }
    this.#dispatch({ name: 'selfTestDone', results });
    return results;
  }

  #checks(): Checks {
    const { ports, clock } = this.#options;
    const part = (name: string, port: unknown) =>
      port ? { [name]: () => this.#health.settled(name) } : {};
    return {
      ...part('scanner', ports.scanner),
      ...part('keypad', ports.keypad),
      ...part('display', ports.display),
      ...part('indicator', ports.indicator),
      ...part('turnstile', ports.turnstile),
      ...part('speech', ports.speaker),
      ...part('printer', ports.printer),
      ...part('link', this.#options.link),
      clock: async () => clockOutcome(clock.now(), this.#trust.skewMs),
    };
  }

  /** What the site commands. A self-test waits for nobody, so it is refused while somebody is served. */
  #obey({ name }: KioskCommand): CommandAnswer {
    switch (name) {
      case 'outOfService':
      case 'inService':
      case 'updating':
        this.#dispatch({ name: 'service', state: services[name] });
        return { status: 'done' };
      case 'selfTest':
        if (!['idle', 'outOfService', 'starting', 'updating'].includes(this.#state.phase.name)) {
          return { status: 'busy' };
        }
        void this.selfTest();
        return { status: 'accepted' };
      default:
        return { status: 'refused', code: 'unsupported' };
    }
  }

  #take(reading: Reading): void {
    this.#options.watcher?.reading(reading);
    if (reading.symbology === 'code39') {
      this.#dispatch({ name: 'card', text: reading.text });
      return;
    }
    this.#noteOffline();
    const decoded = this.#decode(reading.text);
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

  /**
   * Whether a text proves itself, by its signature or its check character: then one decoder's word is
   * enough, and nobody holds the code up longer than needed.
   */
  proves(text: string, symbology: Symbology): boolean {
    return symbology === 'code39' ? fromCard(text) !== undefined : this.#decode(text).ok;
  }

  #decode(text: string): DecodedCredential {
    const now = Math.floor(this.#options.clock.now() / 1000);
    return decodeCredential(text, { ...this.#trust, now });
  }

  #linkUp(boot: BootAnswer): void {
    const { clock, log } = this.#options;
    this.#believe(boot, clock.now() - boot.serverTime);
    this.#options.offline?.linkUp(boot);
    log.info({ event: 'linkUp', gate: boot.gate.name }, 'the link is up');
    this.#health.note('link', { state: 'ready', since: clock.now() });
    this.#dispatch({ name: 'link', state: 'up' });
  }

  #believe({ hosts, credentialKeys, gate }: KeptBoot, skewMs: number | undefined): void {
    this.#trust = { hosts, verify: credentialVerifier(credentialKeys), gate, skewMs };
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
    this.#health.note('link', { state: 'lost', since: this.#options.clock.now(), reason });
    this.#dispatch({ name: 'link', state: 'down' });
  }

  #noteHealth(name: string, health: Health): void {
    this.#health.note(name, health);
    const code = 'reason' in health ? { code: health.reason } : {};
    const log = health.state === 'lost' || health.state === 'failing' ? 'warn' : 'info';
    this.#options.log[log]({ event: 'health', part: name, state: health.state, ...code }, 'health');
    const usable = health.state === 'failing' ? 'lost' : health.state;
    if (name === 'scanner') {
      this.#dispatch({ name: 'scanner', state: usable });
    } else if (name === 'turnstile' && usable !== 'opening') {
      this.#dispatch({ name: 'turnstile', state: usable });
    } else if (name === 'keypad' && usable !== 'opening' && !this.#options.session.touch) {
      this.#dispatch({ name: 'keypad', state: usable });
    }
  }

  #dispatch(event: Event): void {
    if (this.#stopping) {
      return;
    }
    const isKey = event.name === 'key';
    if (isKey) {
      this.#voice?.hush();
    }
    const { state, effects } = step(this.#state, event, this.#options.session);
    this.#state = state;
    for (const effect of effects) {
      this.#run(effect);
    }
    this.#show(isKey);
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
      case 'verifyCode':
        void this.#verify(effect);
        return;
      case 'openTurnstile':
        void this.#openTurnstile(effect);
        return;
      case 'print':
        void this.#print(effect);
        return;
      case 'signal':
        ports.indicator.show(effect.signal);
        ports.sounds?.show(effect.signal);
        return;
      case 'expect':
        ports.scanner.expect(effect.symbologies);
        return;
      case 'turnVolume':
        ports.speaker?.turnVolume();
        return;
      case 'resetVolume':
        ports.speaker?.resetVolume();
        return;
    }
  }

  async #verify(effect: Effect & { name: 'verify' | 'verifyCode' }): Promise<void> {
    const { requestId } = effect;
    let verdict: Verdict = { outcome: 'unconfirmed', reason: 'unavailable' };
    let source: 'list' | undefined;
    try {
      ({ verdict, source } = await this.#route(effect));
    } catch (error) {
      this.#options.log.warn({ event: 'verifyFailed', code: errorCode(error) }, 'no verdict');
    }
    const nextRequestId = this.#options.newRequestId();
    const receipt = this.#receiptOf(requestId);
    const answer = { requestId, verdict, nextRequestId, receipt };
    this.#dispatch({ name: 'verdict', ...answer, ...(source ? { source } : {}) });
  }

  /** The server's answer or, where a list may give it, the list's; a one-time code is the server's alone. */
  async #route(
    effect: Effect & { name: 'verify' | 'verifyCode' },
  ): Promise<{ verdict: Verdict; source?: 'list' | undefined }> {
    const { offline } = this.#options;
    if (!offline || effect.name === 'verifyCode') {
      return { verdict: await this.#ask(effect) };
    }
    const { requestId, credentialId, codiceFiscale } = effect;
    const request = { requestId, credentialId, codiceFiscale };
    const isLinkUp = this.#state.parts.link === 'up';
    const ask = () => this.#ask(effect);
    const answer = await offline.verify(request, { ask, isLinkUp });
    if (answer.from === 'server') {
      return answer;
    }
    const { phase } = this.#state;
    if (phase.name === 'verifying' && phase.requestId === requestId) {
      // Durable before anything opens; when this fails the answer is not given.
      offline.keep(answer.fact);
      this.#noteOffline();
    }
    return { verdict: answer.fact.verdict, source: 'list' };
  }

  async #ask(effect: Effect & { name: 'verify' | 'verifyCode' }): Promise<Verdict> {
    const { link, session } = this.#options;
    const { requestId, credentialId } = effect;
    const { verdict } =
      effect.name === 'verify'
        ? await link.verify(
            { requestId, credentialId, codiceFiscale: effect.codiceFiscale },
            session.answerMs,
          )
        : await link.call(
            'VerifyCode',
            { requestId, credentialId, code: effect.code },
            session.answerMs,
          );
    return verdict;
  }

  #receiptOf(requestId: string): Receipt {
    const { name: gate, policy } = this.#trust.gate;
    return { number: receiptNumber(requestId), gate, policy, at: this.#options.clock.now() };
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

  /** A receipt that can't be printed is still on the screen: it keeps nobody from passing. */
  async #print({ receipt, companion, language }: Effect & { name: 'print' }): Promise<void> {
    try {
      await this.#options.ports.printer?.print(
        printedReceipt(receipt, { companion, language, mode: this.#options.session.mode }),
      );
    } catch (error) {
      this.#options.log.warn({ event: 'printFailed', code: errorCode(error) }, 'receipt');
    }
  }

  /** Shows the state's screen if it differs from what is shown, and says it. */
  #show(isAnswer: boolean): void {
    const screen = screenOf(this.#state, this.#options.session);
    this.#screen = screen;
    const text = JSON.stringify(screen);
    if (text !== this.#shown) {
      this.#shown = text;
      this.#options.ports.display.show(screen);
    }
    this.#voice?.tell(screen, isAnswer);
  }
}

const reportedStates = {
  starting: 'starting',
  selfTest: 'starting',
  outOfService: 'outOfService',
  updating: 'updating',
} as const;

const services = { outOfService: 'closed', inService: 'open', updating: 'updating' } as const;
