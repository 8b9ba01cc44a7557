import type { Clock } from '../../../shared/clock.ts';
import type { ConfigProblem } from '../../../shared/protocol/remote-config.ts';

/** How often the kiosk's health is looked at. */
const LOOK_EVERY_MS = 1_000;
/** Questions in a row that got no answer although the link was up. */
const UNANSWERED_MAX = 3;

/** A kiosk's health, as far as a config may be to blame. */
export interface GateHealth {
  isLinkUp: boolean;
  /** The parts that are lost or failing. */
  faults: readonly string[];
  /** Questions in a row that the server did not answer while the link was up. */
  unanswered: number;
}

/** Looks at a kiosk for the time in which a new config is tried. */
export class TrialWatch {
  readonly #clock: Clock;
  readonly #trialMs: number;
  readonly #health: () => GateHealth | undefined;
  readonly #ended: (problems: ConfigProblem[]) => void;
  #endsAt = 0;
  #cancel = () => {};

  constructor(deps: {
    clock: Clock;
    trialMs: number;
    health: () => GateHealth | undefined;
    /** Called once. Without problems, the trial is over and all is well. */
    ended: (problems: ConfigProblem[]) => void;
  }) {
    this.#clock = deps.clock;
    this.#trialMs = deps.trialMs;
    this.#health = deps.health;
    this.#ended = deps.ended;
  }

  /** @param before the health before the config: what was wrong already is not its fault. */
  start(before: GateHealth): void {
    this.stop();
    this.#endsAt = this.#clock.monotonic() + this.#trialMs;
    this.#look(before);
  }

  stop(): void {
    this.#cancel();
  }

  #look(before: GateHealth): void {
    const leftMs = this.#endsAt - this.#clock.monotonic();
    this.#cancel = this.#clock.after(Math.min(LOOK_EVERY_MS, Math.max(0, leftMs)), () => {
      const isOver = this.#clock.monotonic() >= this.#endsAt;
      const problems = problemsOf(this.#health(), before, isOver);
      if (problems.length > 0 || isOver) {
        this.#ended(problems);
      } else {
        this.#look(before);
      }
    });
  }
}

/** What is worse than before. A part may be away for a moment: it counts at the end. */
function problemsOf(
  health: GateHealth | undefined,
  before: GateHealth,
  isOver: boolean,
): ConfigProblem[] {
  if (!health) {
    return [];
  }
  if (health.unanswered >= UNANSWERED_MAX) {
    const message = `${health.unanswered} questions in a row had no answer`;
    return [{ path: 'answerMs', message }];
  }
  if (!isOver) {
    return [];
  }
  const fresh = health.faults.filter((part) => !before.faults.includes(part));
  const link = before.isLinkUp && !health.isLinkUp ? ['link'] : [];
  return [...link, ...fresh].map((part) => ({ path: '', message: `${part} failed under it` }));
}
