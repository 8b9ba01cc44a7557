import type { Health, Key, Reading, ScannerEvents } from '../hardware/ports.ts';
import { errorCode } from '../shared/errors.ts';
import type { KioskStatus } from '../shared/protocol/kiosk-status.ts';
import { PassageReporter } from './facts/passage-reporter.ts';
import type { KioskOptions } from './kiosk-options.ts';
import type { BootAnswer } from './link/kiosk-link.ts';
import { managedGate } from './managed-gate.ts';
import { isScanner, PartHealth } from './peripherals/part-health.ts';
import { Peripherals } from './peripherals/peripherals.ts';
import { NextSession } from './remote/config/next-session.ts';
import { type ManagedGate, RemoteManagement } from './remote/remote-management.ts';
import { SelfTester } from './self-test/self-tester.ts';
import type { KioskSession } from './session/kiosk-session.ts';
import { type Receipt, receiptNumber } from './session/receipt.ts';
import { isResting } from './session/rest.ts';
import type { Screen } from './session/screen.ts';
import { screenOf } from './session/screen-of.ts';
import { initialState, step } from './session/session-step.ts';
import type { Effect, Event, State } from './session/state.ts';
import type { SelfTestResult } from './session/tested-parts.ts';
import { reportedState, testedPeripherals } from './status.ts';
import { type Question, VerdictClient } from './verdict/verdict-client.ts';

/**
 * The kiosk at work: events of its parts in, the session's step, its effects out to the parts. It holds
 * no decision of its own; those are in session/.
 */
export class Kiosk {
  readonly #options: KioskOptions;
  readonly #peripherals: Peripherals;
  readonly #health: PartHealth;
  readonly #verdicts: VerdictClient;
  readonly #tester: SelfTester;
  readonly #passages: PassageReporter;
  readonly #remote: RemoteManagement;
  readonly #next: NextSession;
  #state: State;
  #session: KioskSession;
  #listShown = '';
  #testing: Promise<readonly SelfTestResult[]> | undefined;
  #cancelTimer: (() => void) | undefined;
  #stopping = false;

  constructor(options: KioskOptions) {
    const { clock, checks = {}, session } = options;
    const { list, facts, budgetMs, serverClock } = options.sources;
    this.#options = options;
    this.#session = session;
    this.#state = initialState(session);
    this.#peripherals = new Peripherals(options);
    this.#health = new PartHealth(clock);
    this.#verdicts = new VerdictClient({
      ...options,
      list,
      facts,
      budgetMs,
      answerMs: () => this.#session.answerMs,
      isLinkUp: () => this.#state.parts.link === 'up',
    });
    this.#passages = new PassageReporter({ ...options, facts, serverClock });
    this.#tester = new SelfTester({
      ...options,
      health: this.#health,
      list,
      serverClock,
      checks,
    });
    this.#next = new NextSession(clock, (next) => this.#use(next));
    this.#remote = new RemoteManagement(options, this.#managedGate());
  }

  async start(): Promise<void> {
    const { link, session, sources } = this.#options;
    const events = {
      key: (key: Key) => this.#dispatch({ name: 'key', key }),
      painted: (sequence: number) => this.#options.watcher?.painted?.(sequence),
      health: (part: string, health: Health) => this.#noteHealth(part, health),
    };
    await this.#peripherals.start(events, this.#screen());
    await sources.start(() => this.#noteList());
    link.start({
      listChanged: () => sources.list?.listChanged(),
      up: (boot) => this.#linkUp(boot),
      down: (reason) => this.#linkDown(reason),
      ...this.#remote.events(),
    });
    this.#remote.start();
    await this.#peripherals.startScanner(this.#scannerEvents());
    if (session.selfTestAtStart) {
      void this.selfTest();
    }
  }

  /** Ends everything that start began; the turnstile is shut first. */
  async stop(): Promise<void> {
    const { link, sources } = this.#options;
    this.#stopping = true;
    this.#cancelTimer?.();
    this.#remote.stop();
    this.#next.stop();
    this.#health.stop();
    link.stop();
    await sources.stop();
    await this.#peripherals.stop();
  }

  /** What is reported of this kiosk: its parts, and what the last self-test found wrong. */
  status(): KioskStatus {
    const { sources, remoteConfig } = this.#options;
    return {
      state: reportedState(this.#state.phase),
      peripherals: { ...this.#health.peripherals(), ...testedPeripherals(this.#tester.results) },
      verifications: { ...this.#verdicts.counts },
      offline: sources.status(),
      config: remoteConfig?.reported(),
    };
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
    this.#dispatch({ name: 'selfTestStarted' });
    const results = await this.#tester.run();
    this.#dispatch({ name: 'selfTestDone', results });
    this.#options.link.reportSoon?.();
    return results;
  }

  #linkUp(boot: BootAnswer): void {
    const { clock, log, sources } = this.#options;
    sources.linkUp(boot);
    log.info({ event: 'linkUp', gate: boot.gate.name }, 'the link is up');
    this.#health.note('link', { state: 'ready', since: clock.now() });
    this.#dispatch({ name: 'link', state: 'up' });
    this.#remote.linkUp(boot);
  }

  #linkDown(reason: string): void {
    const { clock, log, sources } = this.#options;
    sources.linkDown();
    log.warn({ event: 'linkDown', code: reason }, 'the link is down');
    this.#health.note('link', { state: 'lost', since: clock.now(), reason });
    this.#dispatch({ name: 'link', state: 'down' });
  }

  #scannerEvents(): ScannerEvents {
    return {
      reading: (reading) => this.#take(reading),
      unreadable: () => this.#dispatch({ name: 'unusable', problem: 'unreadable' }),
      several: () => this.#dispatch({ name: 'unusable', problem: 'several' }),
      health: (health, scanner = 'scanner') => this.#noteHealth(scanner, health),
      view: (view, scanner = 'scanner') => {
        this.#health.noteView(scanner, view);
        this.#options.log.info({ event: 'cameraView', part: scanner, view }, 'camera');
        this.#options.link.reportSoon?.();
      },
    };
  }

  #take(reading: Reading): void {
    const { watcher, newRequestId, sources } = this.#options;
    const { verifier } = sources;
    watcher?.reading(reading);
    if (reading.symbology === 'code39') {
      this.#dispatch({ name: 'card', text: reading.text });
      return;
    }
    const { parts } = this.#state;
    if (parts.enrolment) {
      this.#remote.takeInvitation(reading.text);
      return;
    }
    if (parts.link !== 'up') {
      // Without the link it is the list that decides whether a code is taken at all.
      this.#noteList();
    }
    const admission = verifier.admit(reading);
    if (!admission.ok) {
      this.#dispatch({ name: 'unusable', problem: admission.problem });
      return;
    }
    const { credential } = admission;
    const requestId = newRequestId();
    const liveIssuedAt = credential.live && credential.issuedAt;
    this.#dispatch({ name: 'read', credentialId: credential.id, requestId, liveIssuedAt });
    const { phase } = this.#state;
    if (phase.name === 'entering' && phase.requestId === requestId) {
      verifier.markUsed(credential);
    }
  }

  /** The list, its age or the facts that wait have changed. */
  #noteList(): void {
    const { sources, watcher } = this.#options;
    if (!sources.list) {
      return;
    }
    watcher?.facts?.(sources.facts.counts().waiting);
    const list = sources.list.view();
    const text = JSON.stringify(list);
    if (text !== this.#listShown) {
      this.#listShown = text;
      this.#dispatch({ name: 'list', list });
    }
  }

  #noteHealth(name: string, health: Health): void {
    const { link, log } = this.#options;
    this.#health.note(name, health);
    link.reportSoon?.();
    const { state } = health;
    const fields = { event: 'health', part: name, state };
    if (state === 'lost' || state === 'failing') {
      log.warn({ ...fields, code: health.reason }, 'health');
    } else {
      log.info(fields, 'health');
    }
    const usable = isScanner(name) ? usableState(this.#health.scannerState()) : usableState(state);
    if (isScanner(name)) {
      this.#dispatch({ name: 'scanner', state: usable });
    } else if (name === 'turnstile' && usable !== 'opening') {
      this.#dispatch({ name: 'turnstile', state: usable });
    } else if (name === 'keypad' && usable !== 'opening' && !this.#session.touch) {
      this.#dispatch({ name: 'keypad', state: usable });
    }
  }

  #dispatch(event: Event): void {
    if (this.#stopping) {
      return;
    }
    const isKey = event.name === 'key';
    if (isKey) {
      this.#peripherals.hush();
    }
    const before = this.#state.phase.name;
    const { state, effects } = step(this.#state, event, this.#session);
    this.#state = state;
    for (const effect of effects) {
      this.#run(effect);
    }
    this.#peripherals.show(this.#screen(), isKey);
    this.#options.watcher?.state(state);
    if (before !== state.phase.name) {
      this.#options.link.reportSoon?.();
      if (isResting(state.phase)) {
        this.#next.rested();
        this.#remote.rested();
      }
    }
  }

  #run(effect: Effect): void {
    const { clock } = this.#options;
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
      default:
        this.#peripherals.run(effect);
    }
  }

  async #verify(question: Question): Promise<void> {
    const { requestId } = question;
    const { verdict, source } = await this.#verdicts.answer(question, () => {
      const { phase } = this.#state;
      return phase.name === 'verifying' && phase.requestId === requestId;
    });
    const nextRequestId = this.#options.newRequestId();
    const receipt = this.#receiptOf(requestId);
    this.#dispatch({ name: 'verdict', requestId, verdict, source, nextRequestId, receipt });
  }

  #receiptOf(requestId: string): Receipt {
    const { name: gate, policy } = this.#options.sources.gate;
    return { number: receiptNumber(requestId), gate, policy, at: this.#options.clock.now() };
  }

  async #openTurnstile(effect: Effect & { name: 'openTurnstile' }): Promise<void> {
    const { requestId, pulseMs } = effect;
    const { log, ports } = this.#options;
    try {
      await ports.turnstile.open(
        pulseMs,
        (passage) => void this.#passages.report(requestId, passage),
      );
      this.#dispatch({ name: 'turnstileOpened', requestId });
    } catch (error) {
      log.warn({ event: 'turnstileFailed', code: errorCode(error) }, 'relay');
      this.#dispatch({ name: 'turnstileFailed', requestId });
    }
  }

  #use(session: KioskSession): void {
    this.#session = session;
    this.#peripherals.use(session);
    this.#dispatch({ name: 'configured' });
  }

  #screen(): Screen {
    return screenOf(this.#state, this.#session);
  }

  #managedGate(): ManagedGate {
    const { ports, sources } = this.#options;
    return managedGate({
      state: () => this.#state,
      session: () => this.#session,
      screen: () => this.#screen(),
      dispatch: (event) => this.#dispatch(event),
      selfTest: () => this.selfTest(),
      turnstile: ports.turnstile,
      peripherals: this.#peripherals,
      health: this.#health,
      verdicts: this.#verdicts,
      next: this.#next,
      list: sources.list,
    });
  }
}

/** A part that fails serves nobody, as if it were lost. */
function usableState(state: Health['state']): 'opening' | 'ready' | 'lost' {
  return state === 'failing' ? 'lost' : state;
}
