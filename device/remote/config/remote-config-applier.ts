import type { Clock } from '../../../shared/clock.ts';
import { errorCode } from '../../../shared/errors.ts';
import type { AnswerOf } from '../../../shared/protocol/actions.ts';
import type {
  ConfigProblem,
  DesiredConfig,
  ReportedConfig,
} from '../../../shared/protocol/remote-config.ts';
import type { OfflineConfig, SessionConfig } from '../../config.ts';
import type { KioskLog } from '../../log.ts';
import type { Disk } from '../../storage/disk.ts';
import { readStoredConfig, type StoredConfig, storeConfig } from './config-store.ts';
import { type LayeredSession, layeredSession } from './layered-session.ts';
import { type GateHealth, TrialWatch } from './trial-watch.ts';

/** How long a config must run well before it counts as good, in milliseconds. */
export const TRIAL_MS = 60_000;
/** A program that started so often under a config that is still being tried is in a crash loop. */
export const TRIAL_STARTS_MAX = 3;

/** The gate that a config is applied to. */
export interface ConfiguredGate {
  /**
   * Puts a session in force: at once, or when the person at the gate is done. May throw.
   *
   * @param settled of one that is `scheduled`, unless another takes its place: it is in force, or why not.
   */
  apply(session: LayeredSession, settled: (error?: unknown) => void): 'applied' | 'scheduled';
  health(): GateHealth;
}

export interface RemoteConfigApplierDeps {
  disk: Disk;
  /** The session of the kiosk's own file. */
  own: SessionConfig;
  offline?: OfflineConfig | undefined;
  clock: Clock;
  log: KioskLog;
  trialMs?: number;
  /** Called when what is reported has changed. */
  changed?: (() => void) | undefined;
}

/**
 * Applies the server's config on the kiosk: checks it, keeps it, tries it, and goes back to the last
 * good one by itself when the kiosk fails under it. A kiosk fails when applying throws, when the link is not there or a part is
 * lost at the trial's end that was well before, when questions stay unanswered, and when the program
 * does not outlive the trial {@link TRIAL_STARTS_MAX} times.
 */
export class RemoteConfigApplier {
  readonly #deps: RemoteConfigApplierDeps;
  readonly #trial: TrialWatch;
  #gate: ConfiguredGate | undefined;
  #kept: StoredConfig = {};
  /** The trial waits for the person at the gate to be done; the one before is in force. */
  #isPending = false;
  #working: Promise<unknown> = Promise.resolve();

  constructor(deps: RemoteConfigApplierDeps) {
    this.#deps = deps;
    this.#trial = new TrialWatch({
      clock: deps.clock,
      trialMs: deps.trialMs ?? TRIAL_MS,
      health: () => this.#gate?.health(),
      ended: (problems) =>
        this.#settle(() => (problems.length > 0 ? this.#fallBack(problems) : this.#promote())),
    });
  }

  /**
   * Reads what was kept, counts this start, and says with which session the kiosk begins.
   *
   * @throws the disk's own error.
   */
  async start(): Promise<LayeredSession> {
    this.#kept = await readStoredConfig(this.#deps.disk);
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
  attach(gate: ConfiguredGate): void {
    this.#gate = gate;
    if (this.#kept.trial) {
      this.#trial.start({ isLinkUp: true, faults: [], unanswered: 0 });
    }
  }

  stop(): void {
    this.#trial.stop();
    this.#gate = undefined;
  }

  /** The session in force, or about to be. */
  session(): LayeredSession {
    const session = this.#sessionOf(this.#running());
    return session.ok ? session.session : this.#deps.own;
  }

  /** The config's version and trial, as they are reported to the server. */
  reported(): ReportedConfig {
    const { trial, failed } = this.#kept;
    const isTrying = trial && !this.#isPending;
    return {
      version: this.#inForce()?.version ?? 0,
      status: isTrying ? 'trial' : (failed?.how ?? 'running'),
      failed: failed?.version,
      problems: failed?.problems,
      pending: this.#isPending ? trial?.version : undefined,
    };
  }

  /** The site wants no config here any more: once nobody is at the gate, the kiosk's own file holds. */
  release(): Promise<void> {
    const released = this.#working.then(() => this.#release());
    this.#working = released.catch(() => {});
    return released.finally(() => this.#deps.changed?.());
  }

  async #release(): Promise<void> {
    if (!this.#running() && !this.#kept.failed) {
      return;
    }
    const isManaged = this.#running() !== undefined;
    this.#trial.stop();
    this.#isPending = false;
    await this.#keep({});
    if (isManaged) {
      this.#gate?.apply(this.#deps.own, () => {});
      this.#deps.log.info({ event: 'configReleased' }, "the kiosk's own file is all");
    }
  }

  /** Takes a config of the server, one at a time. */
  configure(desired: DesiredConfig): Promise<AnswerOf<'Configure'>> {
    const answer = this.#working.then(() => this.#take(desired));
    this.#working = answer.catch(() => {});
    return answer.finally(() => this.#deps.changed?.());
  }

  async #take(desired: DesiredConfig): Promise<AnswerOf<'Configure'>> {
    const { version, body } = desired;
    const same = (other: DesiredConfig | undefined) =>
      other?.version === version && JSON.stringify(other.body) === JSON.stringify(body);
    if (same(this.#running()) || same(this.#inForce())) {
      return this.#stay(version);
    }
    const { failed } = this.#kept;
    if (failed?.version === version) {
      return { status: 'refused', problems: atLeastOne(failed.problems) };
    }
    const layered = this.#sessionOf(desired);
    if (!layered.ok) {
      return this.#refuse(version, layered.problems);
    }
    this.#trial.stop();
    try {
      // On the disk before it is in force: a config that ends the program is found at the next start.
      const { good } = this.#kept;
      await this.#keep({ good, trial: { version, body, starts: 1 } });
    } catch (error) {
      return this.#refuse(version, [{ path: '', message: `not kept: ${errorCode(error)}` }]);
    }
    try {
      return { status: this.#apply(version, layered.session) };
    } catch (error) {
      const problems = notApplied(error);
      await this.#fallBack(problems);
      return { status: 'refused', problems };
    }
  }

  /** The server wants what already runs, or is about to: a failed or waiting config is forgotten. */
  async #stay(version: number): Promise<AnswerOf<'Configure'>> {
    const { trial, good } = this.#kept;
    const isWithdrawn = this.#isPending && trial?.version !== version;
    if (isWithdrawn) {
      this.#isPending = false;
      const session = this.#sessionOf(good);
      this.#gate?.apply(session.ok ? session.session : this.#deps.own, () => {});
      await this.#keep({ good });
    } else {
      this.#kept = { good, trial };
    }
    return { status: this.#isPending ? 'scheduled' : 'applied' };
  }

  /** Puts the trial in force: its time begins only then. @throws what the gate throws. */
  #apply(version: number, session: LayeredSession): 'applied' | 'scheduled' {
    const gate = this.#gate;
    const before = () => gate?.health() ?? { isLinkUp: true, faults: [], unanswered: 0 };
    const was = before();
    const status =
      gate?.apply(session, (error) => {
        this.#isPending = false;
        if (error === undefined) {
          this.#begun(version, before());
          this.#deps.changed?.();
        } else {
          this.#settle(() => this.#fallBack(notApplied(error)));
        }
      }) ?? 'applied';
    this.#isPending = status === 'scheduled';
    if (status === 'applied') {
      this.#begun(version, was);
    } else {
      this.#deps.log.info({ event: 'configScheduled', version }, 'a config of the server');
    }
    return status;
  }

  #begun(version: number, before: GateHealth): void {
    this.#deps.log.info({ event: 'configured', version }, 'a config of the server');
    this.#trial.start(before);
  }

  #refuse(version: number, problems: ConfigProblem[]): AnswerOf<'Configure'> {
    const reasons = atLeastOne(problems);
    this.#kept = { ...this.#kept, failed: { version, how: 'refused', problems: reasons } };
    this.#deps.log.warn({ event: 'configRefused', version }, 'a config of the server');
    return { status: 'refused', problems: reasons };
  }

  #settle(work: () => Promise<void>): void {
    const { log, changed } = this.#deps;
    this.#working = this.#working.then(work).then(changed, (error: unknown) => {
      log.warn({ event: 'configNotKept', code: errorCode(error) }, 'a config of the server');
    });
  }

  async #promote(): Promise<void> {
    const { trial } = this.#kept;
    if (trial) {
      const { version, body } = trial;
      await this.#keep({ good: { version, body } });
      this.#deps.log.info({ event: 'configGood', version }, 'a config of the server did well');
    }
  }

  /** Goes back to the last good config, even if the disk fails. */
  async #fallBack(problems: ConfigProblem[], options = { alsoGood: false }): Promise<void> {
    const { log } = this.#deps;
    const { trial, good } = this.#kept;
    const version = (trial ?? good)?.version;
    this.#trial.stop();
    this.#isPending = false;
    if (version === undefined) {
      return;
    }
    log.warn({ event: 'configFellBack', version }, 'back to the last good config');
    const failed = { version, how: 'fellBack' as const, problems: problems.slice(0, 16) };
    const next: StoredConfig = { good: options.alsoGood ? undefined : good, failed };
    const session = this.#sessionOf(next.good);
    this.#gate?.apply(session.ok ? session.session : this.#deps.own, () => {});
    await this.#keep(next);
  }

  #running(): DesiredConfig | undefined {
    const { trial, good } = this.#kept;
    return trial ?? good;
  }

  /** What the gate serves people by at this moment. */
  #inForce(): DesiredConfig | undefined {
    const { trial, good } = this.#kept;
    return this.#isPending ? good : (trial ?? good);
  }

  #sessionOf(desired: DesiredConfig | undefined) {
    return layeredSession(this.#deps.own, desired?.body ?? {}, this.#deps.offline);
  }

  async #keep(kept: StoredConfig): Promise<void> {
    this.#kept = kept;
    await storeConfig(this.#deps.disk, kept);
  }
}

function notApplied(error: unknown): ConfigProblem[] {
  return [{ path: '', message: `could not be applied: ${errorCode(error)}` }];
}

function atLeastOne(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return problems.length > 0 ? [...problems] : [{ path: '', message: 'it failed here before' }];
}
