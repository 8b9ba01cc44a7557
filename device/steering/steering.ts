import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { AnswerOf } from '../../shared/protocol/messages.ts';
import type {
  ConfigProblem,
  DesiredConfig,
  ReportedConfig,
} from '../../shared/protocol/steered-config.ts';
import type { OfflineConfig, SessionConfig } from '../config.ts';
import type { KioskLog } from '../kiosk-options.ts';
import type { Disk } from '../offline/disk.ts';
import { type KeptConfig, keepConfig, readKeptConfig } from './kept-config.ts';
import { type SteeredSession, steeredSession } from './steered-session.ts';

/** How long a config must do well before it is the last good one, in milliseconds. */
export const TRIAL_MS = 60_000;
/** How often the kiosk's health is looked at meanwhile. */
const LOOK_EVERY_MS = 1_000;
/** A program that started so often under a config that is still being tried is in a crash loop. */
export const TRIAL_STARTS_MAX = 3;
/** Questions in a row that got no answer although the link was up. */
export const UNANSWERED_MAX = 3;

/** The kiosk under its config, as far as its health goes. */
export interface SteeredGate {
  /** Puts a session in force: at once, or when the person at the gate is done. May throw. */
  apply(session: SteeredSession): 'applied' | 'scheduled';
  health(): GateHealth;
}

export interface GateHealth {
  isLinkUp: boolean;
  /** The parts that are lost or failing. */
  faults: readonly string[];
  /** Questions in a row that the server did not answer while the link was up. */
  unanswered: number;
}

export interface SteeringDeps {
  disk: Disk;
  /** The session of the kiosk's own file. */
  own: SessionConfig;
  offline?: OfflineConfig | undefined;
  clock: Clock;
  log: KioskLog;
  trialMs?: number;
  /** Told when what is reported has changed. */
  changed?: () => void;
}

/**
 * The config that the server wants, on the kiosk: checked, kept, tried, and taken back by itself when
 * the kiosk fails under it. A kiosk fails when applying throws, when the link is not there or a part is
 * lost at the trial's end that was well before, when questions stay unanswered, and when the program
 * does not outlive the trial {@link TRIAL_STARTS_MAX} times.
 */
export class Steering {
  readonly #deps: SteeringDeps;
  readonly #trialMs: number;
  #gate: SteeredGate | undefined;
  #kept: KeptConfig = {};
  #healthBefore: GateHealth | undefined;
  #trialEndsAt = 0;
  #cancelLook = () => {};
  #working: Promise<unknown> = Promise.resolve();

  constructor(deps: SteeringDeps) {
    this.#deps = deps;
    this.#trialMs = deps.trialMs ?? TRIAL_MS;
  }

  /**
   * Reads what was kept, counts this start, and says with which session the kiosk begins.
   *
   * @throws the disk's own error.
   */
  async start(): Promise<SteeredSession> {
    this.#kept = await readKeptConfig(this.#deps.disk);
    const { trial } = this.#kept;
    if (trial && trial.starts >= TRIAL_STARTS_MAX) {
      await this.#fallBack([{ path: '', message: 'the program did not stay up under it' }]);
    } else if (trial) {
      await this.#keep({ ...this.#kept, trial: { ...trial, starts: trial.starts + 1 } });
    }
    const session = this.#sessionOf(this.#running());
    if (session.ok) {
      return session.session;
    }
    // The file changed under it, or another version of the program knows less.
    await this.#fallBack(session.problems, { alsoGood: true });
    return this.#deps.own;
  }

  /** The gate is there: a trial that was cut short goes on. */
  attach(gate: SteeredGate): void {
    this.#gate = gate;
    if (this.#kept.trial) {
      this.#watch({ isLinkUp: true, faults: [], unanswered: 0 });
    }
  }

  stop(): void {
    this.#cancelLook();
    this.#gate = undefined;
  }

  /** The session in force, or about to be. */
  session(): SteeredSession {
    const session = this.#sessionOf(this.#running());
    return session.ok ? session.session : this.#deps.own;
  }

  /** What the server is told of it. */
  reported(): ReportedConfig {
    const { trial, failed } = this.#kept;
    const { version } = this.#running() ?? { version: 0 };
    return {
      version,
      status: trial ? 'trial' : (failed?.how ?? 'running'),
      ...(failed ? { failed: failed.version, problems: failed.problems } : {}),
    };
  }

  /** Takes a config of the server, one at a time. */
  configure(desired: DesiredConfig): Promise<AnswerOf<'Configure'>> {
    const answer = this.#working.then(() => this.#take(desired));
    this.#working = answer.catch(() => {});
    return answer.finally(() => this.#deps.changed?.());
  }

  async #take(desired: DesiredConfig): Promise<AnswerOf<'Configure'>> {
    const { version, body } = desired;
    const running = this.#running();
    if (running?.version === version && JSON.stringify(running.body) === JSON.stringify(body)) {
      // Asked back to what it runs: what failed meanwhile is history.
      const { failed: _old, ...kept } = this.#kept;
      this.#kept = kept;
      return { status: 'applied' };
    }
    const { failed } = this.#kept;
    if (failed?.version === version) {
      return { status: 'refused', problems: atLeastOne(failed.problems) };
    }
    const steered = this.#sessionOf(desired);
    if (!steered.ok) {
      return this.#refuse(version, steered.problems);
    }
    this.#cancelLook();
    const before = this.#gate?.health();
    const { failed: _old, ...kept } = this.#kept;
    try {
      // On the disk before it is in force: a config that ends the program is found at the next start.
      await this.#keep({ ...kept, trial: { version, body, starts: 1 } });
    } catch (error) {
      return this.#refuse(version, [{ path: '', message: `not kept: ${errorCode(error)}` }]);
    }
    try {
      const status = this.#gate?.apply(steered.session) ?? 'applied';
      this.#watch(before ?? { isLinkUp: true, faults: [], unanswered: 0 });
      this.#deps.log.info({ event: 'configured', version }, 'a config of the server');
      return { status };
    } catch (error) {
      const problems = [{ path: '', message: `could not be applied: ${errorCode(error)}` }];
      await this.#fallBack(problems);
      return { status: 'refused', problems };
    }
  }

  #refuse(version: number, problems: ConfigProblem[]): AnswerOf<'Configure'> {
    const told = atLeastOne(problems);
    this.#kept = { ...this.#kept, failed: { version, how: 'refused', problems: told } };
    this.#deps.log.warn({ event: 'configRefused', version }, 'a config of the server');
    return { status: 'refused', problems: told };
  }

  #watch(before: GateHealth): void {
    this.#healthBefore = before;
    this.#trialEndsAt = this.#deps.clock.monotonic() + this.#trialMs;
    this.#look();
  }

  #look(): void {
    const { clock } = this.#deps;
    const leftMs = this.#trialEndsAt - clock.monotonic();
    this.#cancelLook = clock.after(Math.min(LOOK_EVERY_MS, Math.max(0, leftMs)), () => {
      const isOver = clock.monotonic() >= this.#trialEndsAt;
      const problems = this.#problems(isOver);
      if (problems.length > 0) {
        this.#settle(() => this.#fallBack(problems));
      } else if (isOver) {
        this.#settle(() => this.#promote());
      } else {
        this.#look();
      }
    });
  }

  #settle(work: () => Promise<void>): void {
    const { log, changed } = this.#deps;
    this.#working = this.#working.then(work).then(changed, (error: unknown) => {
      log.warn({ event: 'configNotKept', code: errorCode(error) }, 'a config of the server');
    });
  }

  /** What is worse than before the trial. A part may be away for a moment: it counts at the end. */
  #problems(isOver: boolean): ConfigProblem[] {
    const health = this.#gate?.health();
    const before = this.#healthBefore;
    if (!health || !before) {
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

  async #promote(): Promise<void> {
    const { trial } = this.#kept;
    if (trial) {
      const { version, body } = trial;
      await this.#keep({ good: { version, body } });
      this.#deps.log.info({ event: 'configGood', version }, 'a config of the server did well');
    }
  }

  /** Back to the last good one, by itself; the disk's fault doesn't keep the kiosk from it. */
  async #fallBack(problems: ConfigProblem[], options = { alsoGood: false }): Promise<void> {
    const { log } = this.#deps;
    const { trial, good } = this.#kept;
    const version = (trial ?? good)?.version;
    this.#cancelLook();
    if (version === undefined) {
      return;
    }
    log.warn({ event: 'configFellBack', version }, 'back to the last good config');
    const failed = { version, how: 'fellBack' as const, problems: problems.slice(0, 16) };
    const next: KeptConfig = { ...(good && !options.alsoGood ? { good } : {}), failed };
    const session = this.#sessionOf(next.good);
    this.#gate?.apply(session.ok ? session.session : this.#deps.own);
    await this.#keep(next);
  }

  #running(): DesiredConfig | undefined {
    const { trial, good } = this.#kept;
    return trial ?? good;
  }

  #sessionOf(desired: DesiredConfig | undefined) {
    return steeredSession(this.#deps.own, desired?.body ?? {}, this.#deps.offline);
  }

  async #keep(kept: KeptConfig): Promise<void> {
    this.#kept = kept;
    await keepConfig(this.#deps.disk, kept);
  }
}

function atLeastOne(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return problems.length > 0 ? [...problems] : [{ path: '', message: 'it failed here before' }];
}
