import type { Clock } from '../../shared/clock.ts';
import { pickOne, seededRandom } from '../sample/seeded-random.ts';
import {
  type SimulatedIdentity,
  SimulatedKiosk,
  type SimulatedKioskDeps,
  type SimulatedPerson,
} from './simulated-kiosk.ts';

export interface SimulateOptions {
  identities: readonly SimulatedIdentity[];
  /** People per hour at each gate, on average; they come at random times. */
  rate: number;
  seed: number;
  clock: Clock;
  /** The people who come; none by default. */
  people?: readonly SimulatedPerson[];
  /** Whether parts fail, cables are pulled and programs end now and then; by default they do. */
  faults?: boolean;
  /** All of them start at random times within this time, in milliseconds. */
  startWithinMs?: number;
  /** PEM of the CA to trust instead of the public ones. */
  ca?: string | undefined;
  verdict?: SimulatedKioskDeps['verdict'];
  link?: (kioskId: string, state: 'up' | 'down', reason?: string) => void;
}

/** A fleet that runs until it is stopped. */
export interface SimulatedFleet {
  kiosks: readonly SimulatedKiosk[];
  stop(): void;
}

/** Average time between two faults of a kiosk. */
const FAULT_EVERY_MS = 15 * 60_000;
const FAULT_MIN_MS = 8_000;
const FAULT_MAX_MS = 90_000;
const HOUR_MS = 3_600_000;

/**
 * Runs real link clients, one per kiosk, with lifelike telemetry and faults. The same seed gives the same
 * kiosks with the same behaviour, apart from what the network does.
 */
export function simulateFleet(options: SimulateOptions): SimulatedFleet {
  const { clock, identities, seed, rate, people = [], faults = true, ca } = options;
  const timers = new Timers(clock);
  const kiosks = identities.map((identity, index) => {
    const random = seededRandom(seed * 7_919 + index);
    const kiosk = new SimulatedKiosk({
      identity,
      clock,
      random,
      ca,
      verdict: options.verdict,
      link: (state, reason) => options.link?.(identity.kioskId, state, reason),
    });
    // Everybody goes to a gate of their own, or one person would appear at many gates at once.
    const near = people.filter((_person, at) => at % identities.length === index);
    const own = near.length > 0 ? near : people.slice(index % (people.length || 1)).slice(0, 1);
    const come = () => void kiosk.ask(pickOne(own, random));
    timers.after(random() * (options.startWithinMs ?? 0), () => {
      kiosk.start();
      if (rate > 0 && own.length > 0) {
        timers.again(() => exponential(HOUR_MS / rate, random), come);
      }
      if (faults) {
        const fail = () => haveFault(kiosk, timers, random);
        timers.again(() => exponential(FAULT_EVERY_MS, random), fail);
      }
    });
    return kiosk;
  });
  return {
    kiosks,
    stop() {
      timers.stop();
      for (const kiosk of kiosks) {
        kiosk.stop();
      }
    },
  };
}

/** Unplugs a part or cuts the network for a while, or restarts the program. */
function haveFault(kiosk: SimulatedKiosk, timers: Timers, random: () => number): void {
  const lastsMs = FAULT_MIN_MS + random() * (FAULT_MAX_MS - FAULT_MIN_MS);
  const kind = random();
  if (kind < 0.6) {
    const { parts } = kiosk;
    const part = parts[Math.floor(random() * parts.length)] ?? 'scanner';
    kiosk.unplug(part);
    timers.after(lastsMs, () => kiosk.plugIn(part));
  } else if (kind < 0.9) {
    kiosk.stop();
    timers.after(lastsMs, () => kiosk.restart());
  } else {
    kiosk.restart();
  }
}

/** Time between two events of a Poisson process. */
function exponential(meanMs: number, random: () => number): number {
  return -Math.log(1 - random()) * meanMs;
}

/** Timers that are cancelled together. */
class Timers {
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  after(delayMs: number, callback: () => void): void {
    if (this.#stopped) {
      return;
    }
    const cancel = this.#clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      callback();
    });
    this.#cancels.add(cancel);
  }

  /** Calls back repeatedly, after a new delay each time. */
  again(delayMs: () => number, callback: () => void): void {
    this.after(delayMs(), () => {
      callback();
      this.again(delayMs, callback);
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels) {
      cancel();
    }
    this.#cancels.clear();
  }
}
