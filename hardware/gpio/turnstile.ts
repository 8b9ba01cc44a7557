import type { Clock } from '../../shared/clock.ts';
import { VarcoError } from '../../shared/errors.ts';
import type { Passage, Turnstile, TurnstileEvents } from '../ports.ts';
import type { InputLine, LineSource, OutputLine } from './line.ts';
import { faultReason } from './onoff-lines.ts';
import { PassageWatch } from './passage-watch.ts';

/** The wires of a turnstile. */
export interface TurnstileLines {
  relay: OutputLine;
  /** Active while the relay's coil really is: an auxiliary contact, which follows in a moment. */
  coil?: InputLine;
  /** Active while, or as, someone goes through. */
  passage?: InputLine;
  /** Releases the relay from outside this process. */
  guard?: Guard;
  close(): void;
}

/** See `PulseGuard`; an interface so that a test can watch it. */
export interface Guard {
  start(): Promise<void>;
  arm(): void;
  renew(): Promise<void>;
  stop(): Promise<void>;
}

/** The bounds of an opening, in milliseconds. */
export interface TurnstileLimits {
  pulseMaxMs: number;
  /** How long after `open` somebody may go through. */
  passageTimeoutMs: number;
}

/** What a turnstile is handed. */
export interface TurnstileDeps {
  clock: Clock;
  /** Calls back when the process ends in any way that runs code; returns how to undo it. */
  atExit?: (release: () => void) => () => void;
}

const PULSE_MIN_MS = 50;
/** The watchdog looks this long after the pulse should have ended, in milliseconds. */
const WATCHDOG_MARGIN_MS = 250;
/** How often a relay that stays on is told again to release, in milliseconds. */
const STUCK_RETRY_MS = 1_000;
/** A relay's contact has followed its coil after so long, in milliseconds. */
const COIL_SETTLE_MS = 100;

type State =
  | { name: 'lost'; reason: string }
  | { name: 'shut'; lines: TurnstileLines }
  | { name: 'open'; lines: TurnstileLines; cancels: (() => void)[] }
  /** Told to release and reads back on: nothing opens until it reads off. */
  | { name: 'stuck'; lines: TurnstileLines; cancels: (() => void)[] };

/**
 * A turnstile's relay, over any lines. The relay is off from the first moment, and one of four ends a
 * pulse, each without the others: the pulse's timer, a watchdog that looks again and reads the coil
 * back, the end of this process, and a guard outside of it.
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
      ready: (lines) => void this.#take(lines),
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
   * Energises the relay; resolves as soon as it is on, where its coil is read back a moment later, and
   * the pulse ends by itself.
   *
   * @param pulseMs kept within 50 ms and the config's longest pulse.
   * @throws VarcoError `turnstileLost` when there is no relay, `pulseInvalid`, `guardMissing`,
   * `relayFailed` when it could not be driven or reads back off. In every case it is off afterwards.
   */
  async open(pulseMs: number, went?: (passage: Passage) => void): Promise<void> {
    if (!Number.isFinite(pulseMs) || pulseMs <= 0) {
      throw new VarcoError('pulseInvalid', 'A pulse is a positive number of milliseconds');
    }
    await this.#renewing;
    const state = this.#state;
    if (state.name === 'lost') {
      throw new VarcoError('turnstileLost', `The turnstile is not there: ${state.reason}`);
    }
    if (state.name === 'stuck') {
      throw new VarcoError('relayFailed', 'The relay does not release');
    }
    if (state.name === 'open') {
      this.#passages.expect(state.lines.passage, went);
      return;
    }
    const { lines } = state;
    const boundedMs = Math.min(Math.max(pulseMs, PULSE_MIN_MS), this.#limits.pulseMaxMs);
    this.#arm(lines);
    this.#state = { name: 'open', lines, cancels: this.#timers(boundedMs) };
    this.#energise(lines);
    await this.#untilCoil(lines);
    this.#passages.expect(lines.passage, went);
  }

  /** For the self-test: a relay at rest must read off. It is never switched on to see: that opens. */
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

  /** The coil follows in a moment; a pulse that is over before that is not looked at. */
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

  async #take(lines: TurnstileLines): Promise<void> {
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

  /** Off, and the read-back believed more than the write. */
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

  /** The way out of a dying process: no timers, no promises. */
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

/** Switches the relay off; says what is wrong when it could not or when it reads back on. */
function releaseFault(relay: OutputLine): string | undefined {
  try {
    relay.set(false);
    return relay.readBack?.() === true ? 'relayStuckOn' : undefined;
  } catch (error) {
    return faultReason(error);
  }
}
