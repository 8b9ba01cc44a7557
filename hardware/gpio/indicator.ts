import type { Clock } from '../../shared/clock.ts';
import type { Health, Indicator, Signal } from '../ports.ts';
import type { LineSource, OutputLine, ToneLine } from './line.ts';
import { faultReason } from './onoff-lines.ts';
import { flashesOf, type LampName, lampOf, notesOf } from './signal-pattern.ts';

/** The lamps and the sounder of a gate; any may be missing. */
export interface IndicatorLines {
  /** One lamp per signal; signals without a lamp of their own share `lamp`. */
  lamps: Partial<Record<LampName | 'lamp', OutputLine>>;
  sounder?: ToneLine | undefined;
  close(): void;
}

/** Lamps and sounder over any lines: plays a signal's pattern once, then goes dark and silent. */
export class LampSounder implements Indicator {
  readonly #source: LineSource<IndicatorLines>;
  readonly #clock: Clock;
  #lines: IndicatorLines | undefined;
  #report: ((health: Health) => void) | undefined;
  #cancels = new Set<() => void>();

  constructor(source: LineSource<IndicatorLines>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  async start(events: { health(health: Health): void }): Promise<void> {
    this.#report = (health) => events.health(health);
    this.#report({ state: 'opening', since: this.#clock.now() });
    await this.#source.start({
      ready: (lines) => {
        this.#lines = lines;
        this.#report?.({ state: 'ready', since: this.#clock.now() });
      },
      lost: (reason) => this.#lose('lost', reason),
    });
  }

  async stop(): Promise<void> {
    this.show('off');
    this.#report = undefined;
    this.#lines = undefined;
    await this.#source.stop();
  }

  show(signal: Signal): void {
    for (const cancel of this.#cancels) {
      cancel();
    }
    this.#cancels.clear();
    const lines = this.#lines;
    if (!lines) {
      return;
    }
    try {
      for (const lamp of Object.values(lines.lamps)) {
        lamp.set(false);
      }
      lines.sounder?.tone(0, 0);
      const name = lampOf(signal);
      const lamp = name === undefined ? undefined : (lines.lamps[name] ?? lines.lamps.lamp);
      if (lamp) {
        this.#play(
          flashesOf[signal],
          ({ on }) => lamp.set(on),
          () => lamp.set(false),
        );
      }
      const { sounder } = lines;
      if (sounder) {
        this.#play(
          notesOf[signal],
          ({ hertz, ms }) => sounder.tone(hertz, ms),
          () => sounder.tone(0, 0),
        );
      }
    } catch (error) {
      this.#lose('failing', faultReason(error));
    }
  }

  /** Runs the steps in sequence, the first at once. */
  #play<Step extends { ms: number }>(
    steps: readonly Step[],
    act: (step: Step) => void,
    end: () => void,
    index = 0,
  ): void {
    const step = steps[index];
    if (!step) {
      end();
      return;
    }
    act(step);
    const cancel = this.#clock.after(step.ms, () => {
      this.#cancels.delete(cancel);
      try {
        this.#play(steps, act, end, index + 1);
      } catch (error) {
        this.#lose('failing', faultReason(error));
      }
    });
    this.#cancels.add(cancel);
  }

  #lose(state: 'lost' | 'failing', reason: string): void {
    for (const cancel of this.#cancels) {
      cancel();
    }
    this.#cancels.clear();
    if (state === 'lost') {
      this.#lines = undefined;
    }
    this.#report?.({ state, since: this.#clock.now(), reason });
  }
}
