import type { Health, Key, Reading, Symbology } from '../hardware/ports.ts';
import { errorCode } from '../shared/errors.ts';
import type { KioskStatus } from '../shared/protocol/kiosk-status.ts';
import type { Verdict } from '../shared/verdict.ts';
import { PassageReporter } from './facts/passage-reporter.ts';
import type { KioskOptions, KioskSession } from './kiosk-options.ts';
import type { BootAnswer } from './link/link.ts';
import { PartHealth } from './peripherals/part-health.ts';
import { Peripherals } from './peripherals/peripherals.ts';
import { NextSession } from './remote/config/next-session.ts';
import { type ManagedGate, Site } from './remote/remote-management.ts';
import { SelfTester } from './self-test/self-tester.ts';
import { initialState, step } from './session/machine.ts';
import { type Receipt, receiptNumber } from './session/receipt.ts';
import { isResting } from './session/rest.ts';
import { type Screen, screenOf } from './session/screen.ts';
import type { Effect, Event, State } from './session/state.ts';
import type { SelfTestResult } from './session/tested-parts.ts';
import { reportedState, testedPeripherals } from './status.ts';
import { CredentialVerifier } from './verdict/credential-verifier.ts';
import { type Question, VerdictClient } from './verdict/verdict-client.ts';

/**
 * The kiosk's mind at work: port events in, the session's step, its effects out to the ports. It holds
 * no decision of its own; those are in session/.
 */
export class Kiosk {
  readonly #options: KioskOptions;
  readonly #hands: Peripherals;
  readonly #health: PartHealth;
  readonly #trust: CredentialVerifier;
  readonly #asking: VerdictClient;
  readonly #tester: SelfTester;
  readonly #passages: PassageReporter;
  readonly #site: Site;
  readonly #next: NextSession;
  #state: State;
  #session: KioskSession;
  /** Questions in a row without an answer while the link was up. */
  #unanswered = 0;
  #paintedAt: number | undefined;
  #listShown = '';
  #testing: Promise<readonly SelfTestResult[]> | undefined;
  #cancelTimer: (() => void) | undefined;
  #stopping = false;

  constructor(options: KioskOptions) {
    this.#options = options;
    this.#hands = new Peripherals(options);
    this.#health = new PartHealth(options.clock);
    this.#trust = new CredentialVerifier(options.clock);
    this.#asking = new VerdictClient(
      options.link,
      options.offline,
      () => this.#session.answerMs,
      this.#trust,
    );
    this.#passages = new PassageReporter(options);
    this.#tester = new SelfTester({
      ...options,
      health: this.#health,
      trust: this.#trust,
      checks: options.checks ?? {},
    });
    this.#session = options.session;
    this.#state = initialState(options.session);
    this.#next = new NextSession(options.clock, (session) => this.#use(session));
    this.#site = new Site(options, this.#siteGate());
  }

  async start(): Promise<void> {
    const { link, offline } = this.#options;
    const events = {
      key: (key: Key) => this.#dispatch({ name: 'key', key }),
      painted: (sequence: number) => {
        this.#paintedAt = this.#options.clock.monotonic();
        this.#options.watcher?.painted?.(sequence);
      },
      health: (part: string, health: Health) => this.#noteHealth(part, health),
    };
    await this.#hands.start(events, this.#screen());
    const kept = await offline?.start({ changed: () => this.#noteOffline() });
    if (kept) {
      this.#trust.believe(kept, undefined);
    }
    link.start({
      listChanged: () => offline?.listChanged(),
      up: (boot) => this.#linkUp(boot),
      down: (reason) => this.#linkDown(reason),
      ...this.#site.events(),
    });
    this.#site.start();
    await this.#hands.startScanner({
      reading: (reading) => this.#take(reading),
      unreadable: () => this.#dispatch({ name: 'unusable', problem: 'unreadable' }),
      several: () => this.#dispatch({ name: 'unusable', problem: 'several' }),
      health: (health) => this.#noteHealth('scanner', health),
    });
    if (this.#options.session.selfTestAtStart) {
      void this.selfTest();
    }
  }

  /** Ends everything that start began; the turnstile is shut first. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer?.();
    this.#site.stop();
    this.#next.stop();
    this.#health.stop();
    this.#options.link.stop();
    await this.#options.offline?.stop();
    await this.#hands.stop();
  }

  /** What the server is told of this kiosk: its parts, and what the last self-test found wrong. */
  status(): KioskStatus {
    const peripherals = {
      ...this.#health.peripherals(),
      ...testedPeripherals(this.#tester.results),
    };
    const state = reportedState(this.#state.phase);
    const offline = this.#options.offline?.status();
    const config = this.#options.steering?.reported();
    return {
      state,
      peripherals,
      verifications: { ...this.#site.counts },
      ...(offline ? { offline } : {}),
      ...(config ? { config } : {}),
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
    // The server need not wait for the next status; one that can't be told now is told then.
    this.#options.link.reportSoon?.();
    return results;
  }

  #take(reading: Reading): void {
    this.#options.watcher?.reading(reading);
    if (reading.symbology === 'code39') {
      this.#dispatch({ name: 'card', text: reading.text });
      return;
    }
    if (this.#site.takeInvitation(reading.text)) {
      return;
    }
    this.#noteOffline();
    const decoded = this.#trust.admit(reading.text);
    if (!decoded.ok) {
      this.#dispatch({ name: 'unusable', problem: decoded.problem });
      return;
    }
    const { credential } = decoded;
    const requestId = this.#options.newRequestId();
    this.#dispatch({ name: 'read', credentialId: credential.id, requestId });
    const { phase } = this.#state;
    if (phase.name === 'entering' && phase.requestId === requestId) {
      this.#trust.begin(requestId, credential);
    }
  }

  /** Whether a text proves itself; see {@link CredentialVerifier.proves}. */
  proves(text: string, symbology: Symbology): boolean {
    return this.#trust.proves(text, symbology);
  }

  #linkUp(boot: BootAnswer): void {
    const { clock, log } = this.#options;
    this.#trust.believe(boot, clock.now() - boot.serverTime);
    this.#options.offline?.linkUp(boot);
    this.#passages.linkUp(boot);
    log.info({ event: 'linkUp', gate: boot.gate.name }, 'the link is up');
    this.#health.note('link', { state: 'ready', since: clock.now() });
    this.#dispatch({ name: 'link', state: 'up' });
    this.#site.linkUp(boot);
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
    this.#options.link.reportSoon?.();
    const code = 'reason' in health ? { code: health.reason } : {};
    const log = health.state === 'lost' || health.state === 'failing' ? 'warn' : 'info';
    this.#options.log[log]({ event: 'health', part: name, state: health.state, ...code }, 'health');
    const usable = health.state === 'failing' ? 'lost' : health.state;
    if (name === 'scanner') {
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
      this.#hands.hush();
    }
    const before = this.#state.phase.name;
    const { state, effects } = step(this.#state, event, this.#session);
    this.#state = state;
    for (const effect of effects) {
      this.#run(effect);
    }
    this.#hands.show(this.#screen(), isKey);
    this.#options.watcher?.state(state);
    if (before !== state.phase.name) {
      this.#options.link.reportSoon?.();
      if (isResting(state.phase)) {
        this.#next.rested();
        this.#site.rested();
      }
    }
  }

  #use(session: KioskSession): void {
    this.#session = session;
    this.#hands.use(session);
    this.#dispatch({ name: 'configured' });
  }

  /** This gate, as its site sees it. */
  #siteGate(): ManagedGate {
    const { ports, offline } = this.#options;
    return {
      phase: () => this.#state.phase,
      screen: () => this.#screen(),
      paintedAt: () => this.#paintedAt,
      service: (state, notice) =>
        this.#dispatch({
          name: 'service',
          state,
          notice: state === 'closed' ? (notice ?? this.#session.outOfServiceMessage) : undefined,
        }),
      selfTest: () => this.selfTest(),
      signal: (signal) => this.#hands.do({ name: 'signal', signal }),
      open: () => ports.turnstile.open(this.#session.pulseMs),
      refreshList: () => {
        offline?.listChanged();
        return offline !== undefined;
      },
      apply: (session, settled) => this.#next.take(session, isResting(this.#state.phase), settled),
      health: () => ({
        isLinkUp: this.#state.parts.link === 'up',
        faults: Object.entries(this.#health.peripherals())
          .filter(
            ([part, { state }]) => part !== 'link' && (state === 'lost' || state === 'failing'),
          )
          .map(([part]) => part),
        unanswered: this.#unanswered,
      }),
      place: (state) => this.#dispatch({ name: 'place', state }),
    };
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
        this.#hands.do(effect);
    }
  }

  async #verify(question: Question): Promise<void> {
    const { requestId } = question;
    let verdict: Verdict = { outcome: 'unconfirmed', reason: 'unavailable' };
    let source: 'list' | undefined;
    try {
      ({ verdict, source } = await this.#answer(question));
      this.#unanswered = 0;
    } catch (error) {
      this.#unanswered += this.#state.parts.link === 'up' ? 1 : 0;
      this.#options.log.warn({ event: 'verifyFailed', code: errorCode(error) }, 'no verdict');
    }
    this.#site.counts[verdict.outcome] += 1;
    const nextRequestId = this.#options.newRequestId();
    const receipt = this.#receiptOf(requestId);
    const answer = { requestId, verdict, nextRequestId, receipt };
    this.#dispatch({ name: 'verdict', ...answer, ...(source ? { source } : {}) });
  }

  async #answer(question: Question): Promise<{ verdict: Verdict; source?: 'list' | undefined }> {
    const answer = await this.#asking.answer(question, this.#state.parts.link === 'up');
    if (answer.from === 'server') {
      return answer;
    }
    const { phase } = this.#state;
    if (phase.name === 'verifying' && phase.requestId === question.requestId) {
      // Durable before anything opens; when this fails the answer is not given.
      await this.#options.offline?.keep(answer.fact);
      this.#noteOffline();
    }
    return { verdict: answer.fact.verdict, source: 'list' };
  }

  #receiptOf(requestId: string): Receipt {
    const { name: gate, policy } = this.#trust.gate;
    return { number: receiptNumber(requestId), gate, policy, at: this.#options.clock.now() };
  }

  async #openTurnstile(effect: Effect & { name: 'openTurnstile' }): Promise<void> {
    const { requestId, pulseMs } = effect;
    try {
      await this.#options.ports.turnstile.open(pulseMs, (passage) =>
        this.#passages.note(requestId, passage),
      );
      this.#dispatch({ name: 'turnstileOpened', requestId });
    } catch (error) {
      this.#options.log.warn({ event: 'turnstileFailed', code: errorCode(error) }, 'relay');
      this.#dispatch({ name: 'turnstileFailed', requestId });
    }
  }

  #screen(): Screen {
    return screenOf(this.#state, this.#session);
  }
}
