import type { Clock } from '../../shared/clock.ts';
import type { KioskLog, KioskPorts } from '../kiosk-options.ts';
import type { Offline } from '../list/gate-list.ts';
import type { PartHealth } from '../peripherals/part-health.ts';
import type { SelfTestResult } from '../session/tested-parts.ts';
import type { CredentialVerifier } from '../verdict/credential-verifier.ts';
import { type CheckOutcome, type Checks, clockOutcome, runSelfTest } from './checks.ts';
import { checkList } from './list-check.ts';

/** What a self-test looks at. */
export interface TesterDeps {
  ports: KioskPorts;
  health: PartHealth;
  trust: CredentialVerifier;
  /** Absent: this gate decides nothing without its server. */
  offline?: Offline;
  clock: Clock;
  log: KioskLog;
  /** What is tried beyond the ports, such as the decoder and the disk. */
  checks: Checks;
}

/** Tries the kiosk's parts, one test at a time, and remembers what the last one found. */
export class SelfTester {
  readonly #deps: TesterDeps;
  #results: readonly SelfTestResult[] = [];

  constructor(deps: TesterDeps) {
    this.#deps = deps;
  }

  /** What the last test found; nothing before the first. */
  get results(): readonly SelfTestResult[] {
    return this.#results;
  }

  async run(): Promise<readonly SelfTestResult[]> {
    const { clock, log, checks } = this.#deps;
    const results = await runSelfTest({ ...this.#ownChecks(), ...checks }, clock);
    this.#results = results;
    for (const one of results) {
      if (one.result === 'failed') {
        log.warn({ event: 'selfTest', part: one.part, code: one.code }, 'self-test');
      }
    }
    return results;
  }

  #ownChecks(): Checks {
    const { ports, health, clock, trust, offline } = this.#deps;
    const part = (name: string, port: unknown) =>
      port ? { [name]: () => health.settled(name) } : {};
    return {
      ...part('scanner', ports.scanner),
      ...part('keypad', ports.keypad),
      ...part('display', ports.display),
      ...part('indicator', ports.indicator),
      turnstile: () => this.#checkTurnstile(),
      ...part('speech', ports.speaker),
      ...part('printer', ports.printer),
      link: () => health.settled('link'),
      ...(offline ? { list: () => checkList(offline, clock) } : {}),
      clock: async () => clockOutcome(clock.now(), trust.skewMs),
    };
  }

  /** Its driver's word, and then the relay itself where it can be read back. */
  async #checkTurnstile(): Promise<CheckOutcome> {
    const { ports, health } = this.#deps;
    const outcome = await health.settled('turnstile');
    const code = outcome.result === 'passed' ? ports.turnstile.check?.() : undefined;
    return code ? { result: 'failed', code } : outcome;
  }
}
