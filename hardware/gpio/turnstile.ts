import type { Clock } from '../../shared/clock.ts';
import { VarcoError } from '../../shared/errors.ts';
import type { Passage, Turnstile, TurnstileEvents } from '../ports.ts';
import type { InputLine, LineSource, OutputLine } from './line.ts';
import { faultReason } from './onoff-lines.ts';
import { PassageWatch } from './passage-watch.ts';

/** The wires of a turnstile. */
export interface TurnstileLines {
  relay: OutputLine;
  /** An auxiliary contact, active while the relay's coil is; it follows with a short delay. */
  coil?: InputLine | undefined;
  /** Active while somebody walks through, or pulsed once. */
  passage?: InputLine | undefined;
  /** Releases the relay from outside this process. */
  guard?: Guard | undefined;
  close(): void;
}

/** What a `PulseGuard` does; a test has its own. */
export interface Guard {
  start(): Promise<void>;
  arm(): void;
  renew(): Promise<void>;
  stop(): Promise<void>;
}

/** The bounds of an opening, in milliseconds. */
export interface TurnstileLimits {
  pulseMaxMs: number;
  /** How long after `open` somebody may walk through. */
  passageTimeoutMs: number;
}

/** What a turnstile needs from outside. */
export interface TurnstileDeps {
  clock: Clock;
  /** Calls `release` when the process ends in any way that still runs code; what it returns undoes it. */
  atExit?: (release: () => void) => () => void;
}

const PULSE_MIN_MS = 50;
/** How long after the end of the pulse its watchdog ends it once more, in milliseconds. */
const WATCHDOG_MARGIN_MS = 250;
/** How often a relay that stays on is switched off again, in milliseconds. */
const STUCK_RETRY_MS = 1_000;
/** An auxiliary contact follows the relay's coil within this time, in milliseconds. */
const COIL_SETTLE_MS = 100;

type State =
  | { name: 'lost'; reason: string }
  | { name: 'shut'; lines: TurnstileLines }
  | { name: 'open'; lines: TurnstileLines; cancels: (() => void)[] }
  /** Switched off and reads back on: nothing opens until it reads off. */
  | { name: 'stuck'; lines: TurnstileLines; cancels: (() => void)[] };

/**
 * A turnstile's relay, over any lines: off from the first moment on, and pulsed. Four things end a pulse,
 * each of them alone: its timer; a watchdog timer a moment later; the end of this process; and a guard
 * process outside (`PulseGuard`), for when this one hangs or is killed.
 */
export class RelayTurnstile implements Turnstile {
  readonly #source: LineSource<TurnstileLines>;
  readonly #limits: TurnstileLimits;
  readonly #deps: TurnstileDeps;
  #events: TurnstileEvents | undefined;
  #state: State = { name: 'lost', reason: 'notStarted' };
  #forgetExit: (() => void) | undefined;
  readonly #passages: PassageWatch;
  #cancelCoil: () => void = () => {};
  #renewing: Promise<void> = Promise.resolve();

  constructor(source: LineSource<TurnstileLines>, limits: TurnstileLimits, deps: TurnstileDeps) {
    this.#source = source;
    this.#limits = limits;
    this.#deps = deps;
    this.#passages = new PassageWatch(limits.passageTimeoutMs, deps.clock);
  }

  async start(events: TurnstileEvents): Promise<void> {
    this.#events = events;
    events.health({ state: 'opening', since: this.#deps.clock.now() });
    this.#forgetExit = this.#deps.atExit?.(() => this.#releaseNow());
    await this.#source.start({
      ready: (lines) => void this.#use(lines),
      lost: (reason) => this.#lose(reason),
    });
    await this.#renewing;
  }

  async stop(): Promise<void> {
    this.#releaseNow();
    this.#passages.stop();
    this.#cancelCoil();
    const lines = this.#state.name === 'lost' ? undefined : this.#state.lines;
    this.#state = { name: 'lost', reason: 'stopped' };
    this.#events = undefined;
    await this.#renewing;
    await lines?.guard?.stop();
    await this.#source.stop();
    this.#forgetExit?.();
  }

  /**
   * Energises the relay for a pulse. Resolves when the relay is on or, with a coil contact, when the
   * contact has confirmed it.
   *
   * @param pulseMs clamped to 50 ms and the config's longest pulse.
   * @throws VarcoError `turnstileLost` when there is no relay, `pulseInvalid`, `guardMissing`,
   * `relayFailed` when it could not be driven or reads back off. In every case it is off afterwards.
   */
  async open(pulseMs: number, onPassage?: (passage: Passage) => void): Promise<void> {
    if (!Number.isFinite(pulseMs) || pulseMs <= 0) {
      throw new VarcoError('pulseInvalid', 'A pulse is a positive number of milliseconds');
    }
    await this.#renewing;
    const state = this.#state;
    if (state.name === 'lost') {
      throw new VarcoError('turnstileLost', `The turnstile is not available: ${state.reason}`);
    }
    if (state.name === 'stuck') {
      throw new VarcoError('relayFailed', 'The relay does not release');
    }
    if (state.name === 'open') {
      this.#passages.expect(state.lines.passage, onPassage);
      return;
    }
    const { lines } = state;
    const boundedMs = Math.min(Math.max(pulseMs, PULSE_MIN_MS), this.#limits.pulseMaxMs);
    this.#arm(lines);
    this.#state = { name: 'open', lines, cancels: this.#timers(boundedMs) };
    this.#energise(lines);
    await this.#untilCoil(lines);
    this.#passages.expect(lines.passage, onPassage);
  }

  /** For the self-test: a relay at rest must read off. Switching it on to test it would open the gate. */
  check(): string | undefined {
    const state = this.#state;
    switch (state.name) {
      case 'lost':
        return state.reason;
      case 'stuck':
        return 'relayStuckOn';
      case 'open':
        return undefined;
      case 'shut': {
        const { relay, coil } = state.lines;
        return coil?.read() === true || relay.readBack?.() === true ? 'relayStuckOn' : undefined;
      }
    }
  }

  #arm(lines: TurnstileLines): void {
    try {
      lines.guard?.arm();
    } catch (error) {
      this.#fail(faultReason(error));
      throw error;
    }
  }

  #energise(lines: TurnstileLines): void {
    try {
      lines.relay.set(true);
      if (lines.relay.readBack?.() === false) {
        throw new VarcoError('relayReadsOff', 'The relay was switched on and reads back off');
      }
    } catch (cause) {
      throw this.#relayFailed(cause);
    }
  }

  #relayFailed(cause: unknown): VarcoError {
    this.#endPulse();
    this.#fail(faultReason(cause));
    return new VarcoError('relayFailed', 'The relay could not be driven', { cause });
  }

  /** Waits for the coil contact to follow; a pulse that ends sooner counts as confirmed. */
  #untilCoil({ coil }: TurnstileLines): Promise<void> {
    this.#cancelCoil();
    if (!coil) {
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.#cancelCoil = this.#deps.clock.after(COIL_SETTLE_MS, () => {
        if (this.#state.name === 'open' && !coil.read()) {
          const message = 'The relay was switched on and its coil is off';
          reject(this.#relayFailed(new VarcoError('relayReadsOff', message)));
        } else {
          resolve();
        }
      });
    });
  }

  #timers(pulseMs: number): (() => void)[] {
    const { clock } = this.#deps;
    return [
      clock.after(pulseMs, () => this.#endPulse()),
      clock.after(pulseMs + WATCHDOG_MARGIN_MS, () => this.#endPulse()),
    ];
  }

  async #use(lines: TurnstileLines): Promise<void> {
    try {
      lines.relay.set(false);
      this.#renewing = lines.guard?.start() ?? Promise.resolve();
      await this.#renewing;
    } catch (error) {
      this.#renewing = Promise.resolve();
      this.#lose(faultReason(error));
      return;
    }
    if (this.#events) {
      this.#state = { name: 'shut', lines };
      this.#events.health({ state: 'ready', since: this.#deps.clock.now() });
    }
  }

  #lose(reason: string): void {
    this.#releaseNow();
    this.#state = { name: 'lost', reason };
    this.#events?.health({ state: 'lost', since: this.#deps.clock.now(), reason });
  }

  #fail(reason: string): void {
    this.#events?.health({ state: 'failing', since: this.#deps.clock.now(), reason });
  }

  /** Switches the relay off. What it reads back counts, not that the write succeeded. */
  #endPulse(): void {
    const state = this.#state;
    if (state.name !== 'open' && state.name !== 'stuck') {
      return;
    }
    for (const cancel of state.cancels) {
      cancel();
    }
    const { lines } = state;
    const isCoilOn = state.name === 'stuck' && lines.coil?.read() === true;
    const fault = releaseFault(lines.relay) ?? (isCoilOn ? 'relayStuckOn' : undefined);
    if (fault) {
      this.#stick(lines, fault);
      return;
    }
    this.#state = { name: 'shut', lines };
    this.#awaitCoilOff(lines);
    if (state.name === 'stuck') {
      this.#events?.health({ state: 'ready', since: this.#deps.clock.now() });
    }
    this.#renewing = (lines.guard?.renew() ?? Promise.resolve()).catch((error: unknown) =>
      this.#lose(faultReason(error)),
    );
  }

  #stick(lines: TurnstileLines, fault: string): void {
    const again = this.#deps.clock.after(STUCK_RETRY_MS, () => this.#endPulse());
    this.#state = { name: 'stuck', lines, cancels: [again] };
    this.#fail(fault);
  }

  #awaitCoilOff(lines: TurnstileLines): void {
    this.#cancelCoil();
    const { coil } = lines;
    if (coil) {
      this.#cancelCoil = this.#deps.clock.after(COIL_SETTLE_MS, () => {
        if (this.#state.name === 'shut' && coil.read()) {
          this.#stick(lines, 'relayStuckOn');
        }
      });
    }
  }

  /** For a process that ends: synchronous, without timers. */
  #releaseNow(): void {
    if (this.#state.name === 'open' || this.#state.name === 'stuck') {
      const { lines, cancels } = this.#state;
      for (const cancel of cancels) {
        cancel();
      }
      releaseFault(lines.relay);
      this.#state = { name: 'shut', lines };
    }
  }
}

/** Switches the relay off; returns the reason when that failed or when it reads back on. */
function releaseFault(relay: OutputLine): string | undefined {
  try {
    relay.set(false);
    return relay.readBack?.() === true ? 'relayStuckOn' : undefined;
  } catch (error) {
    return faultReason(error);
  }
}
