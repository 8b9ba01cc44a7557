import { systemClock } from '../../../shared/clock.ts';
import { cyclic } from '../../sample/cyclic.ts';
import { simulateFleet } from '../../simulated-fleet/simulate-fleet.ts';
import {
  type SimulatedIdentity,
  SimulatedKiosk,
  type SimulatedOutcome,
} from '../../simulated-fleet/simulated-kiosk.ts';

export interface StormDeps {
  /** The first few verify all the time, the others only reconnect. */
  identities: readonly SimulatedIdentity[];
  people: readonly { credentialId: string; codiceFiscale: string }[];
  /** Kills the server as a power cut would, and starts it again on the same port and data. */
  restart: () => Promise<void>;
  /** Called with each step, as text. */
  progress: (text: string) => void;
}

export interface StormResult {
  /** Sorted latencies of answered verifications, in milliseconds. */
  quietMs: number[];
  stormMs: number[];
  /** Requests that a running server did not grant. */
  refused: number;
  /** From when the server listens again until all kiosks are back, in seconds. */
  allBackS: number;
  kiosks: number;
}

const VERIFIERS = 20;
/** Interval between the requests of each verifier. */
const ASK_EVERY_MS = 250;
const QUIET_MS = 15_000;
const UP_TIMEOUT_MS = 120_000;

type Phase = 'quiet' | 'away' | 'storm';

/** Kills the server under a fleet of kiosks, of which some keep verifying, and waits until all are back. */
export async function storm(deps: StormDeps): Promise<StormResult> {
  const up = new UpKiosks();
  const result: StormResult = { quietMs: [], stormMs: [], refused: 0, allBackS: 0, kiosks: 0 };
  let phase: Phase = 'quiet';
  const verifiers = deps.identities.slice(0, VERIFIERS).map(
    (identity) =>
      new SimulatedKiosk({
        identity,
        clock: systemClock,
        // They reconnect at once, so that they wait while all the others come back.
        random: () => 0,
        link: (state) => up.note(identity.kioskId, state),
        verdict: (outcome, ms) => count(result, phase, outcome, ms),
      }),
  );
  const rest = deps.identities.slice(VERIFIERS);
  const fleet = simulateFleet({
    identities: rest,
    rate: 0,
    seed: 1,
    clock: systemClock,
    faults: false,
    startWithinMs: rest.length * 10,
    link: (kioskId, state) => up.note(kioskId, state),
  });
  for (const kiosk of verifiers) {
    kiosk.start();
  }
  await up.until(deps.identities.length);
  const timers = verifiers.map((kiosk, index) => {
    const person = cyclic(deps.people, index);
    return setInterval(() => up.has(kiosk.kioskId) && void kiosk.ask(person), ASK_EVERY_MS);
  });
  try {
    deps.progress(`${up.size} kiosks are up`);
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    deps.progress('the server is killed');
    phase = 'away';
    await deps.restart();
    phase = 'storm';
    const startedAt = performance.now();
    await up.until(deps.identities.length);
    result.allBackS = (performance.now() - startedAt) / 1_000;
    result.kiosks = up.size;
  } finally {
    timers.forEach(clearInterval);
    fleet.stop();
    for (const kiosk of verifiers) {
      kiosk.stop();
    }
  }
  result.quietMs.sort((a, b) => a - b);
  result.stormMs.sort((a, b) => a - b);
  return result;
}

/** Records an outcome; while the server is away, none can be expected. */
function count(result: StormResult, phase: Phase, outcome: SimulatedOutcome, ms: number): void {
  if (phase === 'away') {
    return;
  }
  if (outcome.outcome === 'granted') {
    (phase === 'quiet' ? result.quietMs : result.stormMs).push(ms);
  } else if (outcome.outcome !== 'failed' || outcome.code !== 'closed') {
    result.refused += 1;
  }
}

/** The kiosks whose link is up. */
class UpKiosks {
  readonly #ids = new Set<string>();
  #onChange: () => void = () => {};

  get size(): number {
    return this.#ids.size;
  }

  has(kioskId: string): boolean {
    return this.#ids.has(kioskId);
  }

  note(kioskId: string, state: 'up' | 'down'): void {
    if (state === 'up') {
      this.#ids.add(kioskId);
    } else {
      this.#ids.delete(kioskId);
    }
    this.#onChange();
  }

  /** Resolves when this many are up. @throws Error if that takes too long. */
  until(wanted: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${this.size} of ${wanted} kiosks are up`)),
        UP_TIMEOUT_MS,
      );
      this.#onChange = () => {
        if (this.size >= wanted) {
          clearTimeout(timer);
          resolve();
        }
      };
      this.#onChange();
    });
  }
}
