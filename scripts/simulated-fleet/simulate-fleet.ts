import type { Clock } from '../../shared/clock.ts';
import { seededRandom } from '../sample/seeded-random.ts';
import {
  type SimulatedIdentity,
  SimulatedKiosk,
  type SimulatedKioskDeps,
  type SimulatedPerson,
} from './simulated-kiosk.ts';

export interface SimulateOptions {
  identities: readonly SimulatedIdentity[];
  /** People an hour at each gate, on average; they come as people do, not evenly. */
  rate: number;
  seed: number;
  clock: Clock;
  /** Who comes; without anybody nobody comes. */
  people?: readonly SimulatedPerson[];
  /** Whether parts fail, cables are pulled and programs end; they do, now and then, by default. */
  faults?: boolean;
  /** Within this time all of them are started, evenly spread, in milliseconds. */
  startWithinMs?: number;
  ca?: string;
  verdict?: SimulatedKioskDeps['verdict'];
  link?: (kioskId: string, state: 'up' | 'down', reason?: string) => void;
}

/** A fleet that lives until it is stopped. */
export interface SimulatedFleet {
  kiosks: readonly SimulatedKiosk[];
  stop(): void;
}

/** One kiosk has a fault this often, on average, in milliseconds. */
const FAULT_EVERY_MS = 15 * 60_000;
const FAULT_MIN_MS = 8_000;
const FAULT_MAX_MS = 90_000;
const HOUR_MS = 3_600_000;

/**
 * Runs real link clients, one a kiosk, with lifelike telemetry and faults. The same seed gives the same
 * kiosks with the same habits; what the network does with them is its own.
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
      ...(options.verdict ? { verdict: options.verdict } : {}),
      link: (state, reason) => options.link?.(identity.kioskId, state, reason),
    });
    // Everybody goes to one gate of their own, or a fleet would see one person everywhere at once.
    const near = people.filter((_person, at) => at % identities.length === index);
    const own = near.length > 0 ? near : people.slice(index % (people.length || 1)).slice(0, 1);
    const come = () => void kiosk.ask(own[Math.floor(random() * own.length)] as SimulatedPerson);
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

/** A plug is pulled, a cable is cut for a while, or the program ends and starts again. */
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

/** Time between two of what comes at random and independently. */
function exponential(meanMs: number, random: () => number): number {
  return -Math.log(1 - random()) * meanMs;
}

/** Timers that end together. */
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

  /** Calls back again and again, each time after another delay. */
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
