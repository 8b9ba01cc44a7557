import type { State } from '../../device/session/state.ts';
import { parse } from '../../shared/codice-fiscale/parse.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { IssuedPerson } from '../sample/issued-person.ts';
import type { World, WorldWatcher } from './world.ts';

/** One line of `npm run demo -- --once`. */
export interface Outcome {
  presented: string;
  /** Camera frames from when the code appeared until it was read. */
  frames: number;
  /** What the kiosk answered: a verdict, or the problem of the code. */
  verdict: string;
  expected: string;
  /** From the last key to the verdict, in milliseconds; null if nothing was verified. */
  ms: number | null;
  opened: boolean;
  ok: boolean;
}

interface Scenario {
  presented: string;
  credential: string;
  /** Typed when the kiosk asks for it; absent where the code itself is to be refused. */
  codiceFiscale?: string;
  expected: string;
  before?: (world: World) => Promise<void>;
}

const WAIT_MS = 20_000;
const FRAMES_BETWEEN = 5;

/** Follows a kiosk's relay and states, and waits for a state with a bound in time. */
export class Follower implements WorldWatcher {
  opened = false;
  #relay: 'open' | 'shut' = 'shut';
  #state: State | undefined;
  #waiting: { accept: (state: State) => boolean; resolve: (state: State) => void }[] = [];

  reading(): void {}

  state(state: State): void {
    this.#state = state;
    this.#wake(state);
  }

  #wake(state: State): void {
    for (const waiter of this.#waiting.filter(({ accept }) => accept(state))) {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      waiter.resolve(state);
    }
  }

  signal(): void {}

  relay(relay: 'open' | 'shut'): void {
    this.#relay = relay;
    this.opened ||= relay === 'open';
    if (this.#state) {
      this.#wake(this.#state);
    }
  }

  /** Resolves when the kiosk waits for the next person and the turnstile is shut behind the last. */
  async untilReady(): Promise<void> {
    await this.until('idle', ({ phase }) => phase.name === 'idle' && this.#relay === 'shut');
  }

  /** Resolves with the first state that is accepted; at once if the present one is. */
  until(what: string, accept: (state: State) => boolean): Promise<State> {
    if (this.#state && accept(this.#state)) {
      return Promise.resolve(this.#state);
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what}: not in ${WAIT_MS} ms`)), WAIT_MS);
      this.#waiting.push({
        accept,
        resolve: (state) => {
          clearTimeout(timer);
          resolve(state);
        },
      });
    });
  }
}

/** Eight walks from a picture to the relay: the five people, and what goes wrong at gates. */
export function scenariosOf(people: readonly IssuedPerson[]): Scenario[] {
  const [first, second] = people;
  if (!first || !second) {
    throw new RangeError('The demo needs its sample people');
  }
  return [
    ...people.map((person) => ({
      presented: person.label,
      credential: person.credential,
      codiceFiscale: person.codiceFiscale,
      expected: wordsOfVerdict(person.expected),
    })),
    {
      presented: 'entitled, with the codice fiscale of somebody else',
      credential: first.credential,
      codiceFiscale: second.codiceFiscale,
      expected: 'denied notRecognised',
    },
    {
      presented: 'a QR code of another host',
      credential: first.credential.replace(/^HTTPS:\/\/[^/]+/, 'HTTPS://ALTROVE.EXAMPLE'),
      expected: 'refused foreignHost',
    },
    {
      presented: 'entitled with a companion, with the server stopped in mid-walk',
      credential: second.credential,
      codiceFiscale: second.codiceFiscale,
      expected: 'unconfirmed unavailable',
      before: (world) => world.service.stop(),
    },
  ];
}

/** Walks one scenario and clears the kiosk after it. */
async function walk(world: World, follower: Follower, scenario: Scenario): Promise<Outcome> {
  await follower.untilReady();
  follower.opened = false;
  await world.stage.present(scenario.credential);
  const read = await follower.until('a code was read', ({ phase }) => phase.name !== 'idle');
  const frames = world.stage.framesShown;
  world.stage.clear();
  let ms: number | null = null;
  let last = read;
  if (read.phase.name === 'entering' && scenario.codiceFiscale) {
    await scenario.before?.(world);
    for (const character of scenario.codiceFiscale) {
      world.press({ kind: 'character', character });
    }
    const pressed = performance.now();
    const shown = follower.until('a verdict', ({ phase }) => phase.name === 'showing');
    world.press({ kind: 'confirm' });
    last = await shown;
    ms = Math.round((performance.now() - pressed) * 10) / 10;
  }
  const verdict = wordsOf(last);
  const opened = follower.opened;
  const shouldOpen = scenario.expected.startsWith('granted');
  const ok = verdict === scenario.expected && opened === shouldOpen;
  // Frames with this code may still be on their way to the decoder: wait for them to pass.
  await world.stage.untilFramesShown(FRAMES_BETWEEN);
  world.press({ kind: 'end' });
  const { presented, expected } = scenario;
  return { presented, frames, verdict, expected, ms, opened, ok };
}

function wordsOf({ phase }: State): string {
  switch (phase.name) {
    case 'refusing':
      return `refused ${phase.problem}`;
    case 'showing':
      return wordsOfVerdict(phase.verdict);
    default:
      return phase.name;
  }
}

function wordsOfVerdict(verdict: Verdict): string {
  if (verdict.outcome === 'granted') {
    return verdict.companion ? 'granted companion' : 'granted';
  }
  return 'reason' in verdict ? `${verdict.outcome} ${verdict.reason}` : verdict.outcome;
}

/** Runs every scenario in turn, and reports each outcome. @returns whether all are as expected. */
export async function runOnce(
  world: World,
  follower: Follower,
  onOutcome: (outcome: Outcome) => void,
): Promise<boolean> {
  let isAllGood = true;
  for (const scenario of scenariosOf(world.people)) {
    if (scenario.codiceFiscale && !parse(scenario.codiceFiscale).ok) {
      throw new RangeError(`${scenario.presented}: the sample's codice fiscale is not one`);
    }
    const outcome = await walk(world, follower, scenario);
    isAllGood &&= outcome.ok;
    onOutcome(outcome);
  }
  return isAllGood;
}
