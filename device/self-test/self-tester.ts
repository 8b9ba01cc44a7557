import type { ScannerName } from '../../hardware/ports.ts';
import type { Clock } from '../../shared/clock.ts';
import type { GateList } from '../list/gate-list.ts';
import type { KioskLog } from '../log.ts';
import type { KioskPorts } from '../peripherals/kiosk-ports.ts';
import type { PartHealth } from '../peripherals/part-health.ts';
import type { SelfTestResult } from '../session/tested-parts.ts';
import type { ServerClock } from '../time/server-clock.ts';
import {
  type Check,
  type CheckOutcome,
  type Checks,
  clockOutcome,
  healthOutcome,
  runSelfTest,
  SETTLE_MS,
} from './checks.ts';
import { checkList } from './list-check.ts';

/** What a self-test looks at. */
export interface SelfTesterDeps {
  ports: KioskPorts;
  health: PartHealth;
  serverClock: ServerClock;
  /** Absent: this gate decides nothing without its server. */
  list: GateList | undefined;
  clock: Clock;
  log: KioskLog;
  /** What is tried beyond the ports, such as the decoder and the disk. */
  checks: Checks;
}

/** Tries the kiosk's parts, one test at a time, and remembers what the last one found. */
export class SelfTester {
  readonly #deps: SelfTesterDeps;
  #results: readonly SelfTestResult[] = [];

  constructor(deps: SelfTesterDeps) {
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
    const { ports, health, clock, serverClock, list } = this.#deps;
    const part = (name: string, port: unknown): Check | undefined =>
      port === undefined ? undefined : () => this.#checkHealth(name);
    const scanners = new Set<ScannerName>(['scanner', ...health.scanners()]);
    return {
      ...Object.fromEntries([...scanners].map((name) => [name, () => this.#checkScanner(name)])),
      keypad: part('keypad', ports.keypad),
      display: part('display', ports.display),
      indicator: part('indicator', ports.indicator),
      turnstile: () => this.#checkTurnstile(),
      speech: part('speech', ports.speaker),
      printer: part('printer', ports.printer),
      link: () => this.#checkHealth('link'),
      list: list && (() => checkList(list, clock)),
      clock: async () => clockOutcome(clock.now(), serverClock.skewMs()),
    };
  }

  async #checkHealth(part: string): Promise<CheckOutcome> {
    return healthOutcome(await this.#deps.health.settled(part, SETTLE_MS));
  }

  /** A camera that works must also see: its lens may be covered, or the place too dark. */
  async #checkScanner(scanner: ScannerName): Promise<CheckOutcome> {
    const outcome = await this.#checkHealth(scanner);
    const view = this.#deps.health.view(scanner);
    return outcome.result === 'passed' && view !== 'clear'
      ? { result: 'failed', code: view }
      : outcome;
  }

  /** Its driver's word, and then the relay itself where it can be read back. */
  async #checkTurnstile(): Promise<CheckOutcome> {
    const outcome = await this.#checkHealth('turnstile');
    const { turnstile } = this.#deps.ports;
    const code = outcome.result === 'passed' ? turnstile.check?.() : undefined;
    return code ? { result: 'failed', code } : outcome;
  }
}
