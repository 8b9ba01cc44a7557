import { systemClock } from '../../../shared/clock.ts';
import { simulateFleet } from '../../simulated-fleet/simulate-fleet.ts';
import { type SimulatedIdentity, SimulatedKiosk } from '../../simulated-fleet/simulated-kiosk.ts';

export interface StormDeps {
  /** The first few verify all the time, the others only come back. */
  identities: readonly SimulatedIdentity[];
  people: readonly { credentialId: string; codiceFiscale: string }[];
  /** Ends the server as a power cut does, and starts it again on its port and data. */
  restart: () => Promise<void>;
  /** Told how far it is, in words. */
  progress: (text: string) => void;
}

export interface StormResult {
  /** Sorted latencies of answered verifications, in milliseconds. */
  quietMs: number[];
  stormMs: number[];
  /** Questions that a server which was there did not answer. */
  refused: number;
  /** From the moment the server listens again until all kiosks are back, in seconds. */
  allBackS: number;
  kiosks: number;
}

const VERIFIERS = 20;
/** Each verifier asks so often. */
const ASK_EVERY_MS = 250;
const QUIET_MS = 15_000;
const BACK_TIMEOUT_MS = 120_000;

/** Kiosks lose their server and come back, while some of them have people before them. */
export async function storm(deps: StormDeps): Promise<StormResult> {
  const up = new Set<string>();
  let tell = () => {};
  const waitFor = (wanted: number) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${up.size} of ${wanted} kiosks are back`)),
        BACK_TIMEOUT_MS,
      );
      tell = () => {
        if (up.size >= wanted) {
          clearTimeout(timer);
          resolve();
        }
      };
      tell();
    });
  const note = (kioskId: string, state: 'up' | 'down') => {
    if (state === 'up') {
      up.add(kioskId);
    } else {
      up.delete(kioskId);
    }
    tell();
  };
  const result: StormResult = { quietMs: [], stormMs: [], refused: 0, allBackS: 0, kiosks: 0 };
  let phase: 'quiet' | 'away' | 'storm' = 'quiet';
  const verifiers = deps.identities.slice(0, VERIFIERS).map(
    (identity) =>
      new SimulatedKiosk({
        identity,
        clock: systemClock,
        // The verifiers come back at once: they are who waits while the others come.
        random: () => 0,
        link: (state) => note(identity.kioskId, state),
        verdict(verdict, ms) {
          if (phase === 'away') {
            return;
          }
          if (verdict.outcome === 'granted') {
            (phase === 'quiet' ? result.quietMs : result.stormMs).push(ms);
          } else if (verdict.outcome !== 'failed' || verdict.code !== 'closed') {
            result.refused += 1;
          }
        },
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
    link: (kioskId, state) => note(kioskId, state),
  });
  for (const kiosk of verifiers) {
    kiosk.start();
  }
  await waitFor(deps.identities.length);
  const timers = verifiers.map((kiosk, index) => {
    const person = deps.people[index % deps.people.length];
    return setInterval(
      () => person && up.has(kiosk.kioskId) && void kiosk.ask(person),
      ASK_EVERY_MS,
    );
  });
  try {
    deps.progress(`${up.size} kiosks are up`);
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    deps.progress('the server is killed');
    phase = 'away';
    await deps.restart();
    phase = 'storm';
    const began = performance.now();
    await waitFor(deps.identities.length);
    result.allBackS = (performance.now() - began) / 1_000;
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
