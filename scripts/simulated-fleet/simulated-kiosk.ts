import { type KeyObject, randomBytes, sign } from 'node:crypto';
import type { LinkEvents } from '../../device/link/kiosk-link.ts';
import { Link } from '../../device/link/link.ts';
import { ServerClock } from '../../device/time/server-clock.ts';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { CommandAnswer, KioskCommand } from '../../shared/protocol/kiosk-command.ts';
import { commandNames } from '../../shared/protocol/kiosk-command.ts';
import type {
  KioskStatus,
  OutcomeCounts,
  Peripherals,
} from '../../shared/protocol/kiosk-status.ts';
import {
  type DesiredConfig,
  type ReportedConfig,
  remoteConfigSchema,
} from '../../shared/protocol/remote-config.ts';
import { newRequestId } from '../../shared/request-id.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { machineAt, type Temper, temperOf } from './lifelike.ts';

/** Who a simulated kiosk is: enrolled, or registered with its public key. */
export interface SimulatedIdentity {
  kioskId: string;
  privateKey: KeyObject;
  /** Where its link goes, such as `wss://varco.example.it/link`. */
  url: string;
}

/** A person who comes to simulated gates. */
export interface SimulatedPerson {
  credentialId: string;
  codiceFiscale: string;
}

/** A verdict, or the code of the error in its place. */
export type SimulatedOutcome = Verdict | { outcome: 'failed'; code: string };

export interface SimulatedKioskDeps {
  identity: SimulatedIdentity;
  clock: Clock;
  random: () => number;
  /** PEM of the CA to trust instead of the public ones. */
  ca?: string | undefined;
  /** Called with the outcome of every request, and how long it took. */
  verdict?: ((outcome: SimulatedOutcome, ms: number) => void) | undefined;
  /** Called when the link goes up, or down with its reason. */
  link?: (state: 'up' | 'down', reason?: string) => void;
}

const ANSWER_MS = 5_000;
const HALF_MINUTE_MS = 30_000;

/**
 * A kiosk without hardware: the real link client (device/link/), which reports lifelike telemetry, verifies
 * the people who come, and carries out commands as a kiosk does.
 */
export class SimulatedKiosk {
  readonly kioskId: string;
  readonly #deps: SimulatedKioskDeps;
  readonly #temper: Temper;
  readonly #clock: Clock;
  readonly #beganAt: number;
  readonly #counts: OutcomeCounts = {
    granted: 0,
    denied: 0,
    unconfirmed: 0,
    otpRequired: 0,
    throttled: 0,
  };
  #parts: Peripherals;
  #service: KioskStatus['state'] = 'inService';
  #config: ReportedConfig = { version: 0, status: 'running' };
  readonly #serverClock: ServerClock;
  #link: Link;

  constructor(deps: SimulatedKioskDeps) {
    this.#deps = deps;
    this.kioskId = deps.identity.kioskId;
    this.#temper = temperOf(deps.random);
    const { skewMs } = this.#temper;
    this.#clock = { ...bound(deps.clock), now: () => deps.clock.now() + skewMs };
    this.#serverClock = new ServerClock(this.#clock);
    this.#beganAt = deps.clock.monotonic();
    const names = ['scanner', 'keypad', 'display', 'indicator', 'turnstile', 'speech'];
    const all = this.#temper.hasPrinter ? [...names, 'printer'] : names;
    this.#parts = Object.fromEntries(all.map((part) => [part, { state: 'ready' as const }]));
    this.#link = this.#newLink();
  }

  start(): void {
    this.#link.start(this.#events());
  }

  stop(): void {
    this.#link.stop();
  }

  /** Restarts the program: a new link, which boots again. */
  restart(): void {
    this.#link.stop();
    this.#link = this.#newLink();
    this.start();
  }

  /** Unplugs a part, and reports it at once. */
  unplug(part: string, reason = 'ENODEV'): void {
    this.#parts = { ...this.#parts, [part]: { state: 'lost', reason } };
    this.#link.reportSoon();
  }

  plugIn(part: string): void {
    this.#parts = { ...this.#parts, [part]: { state: 'ready' } };
    this.#link.reportSoon();
  }

  get parts(): readonly string[] {
    return Object.keys(this.#parts);
  }

  /** Verifies a person at the gate. Never rejects. */
  async ask(person: SimulatedPerson): Promise<void> {
    const startedAt = this.#deps.clock.monotonic();
    const report = (outcome: SimulatedOutcome) =>
      this.#deps.verdict?.(outcome, this.#deps.clock.monotonic() - startedAt);
    try {
      const request = { requestId: newRequestId(Date.now(), randomBytes), ...person };
      const { verdict } = await this.#link.call('Verify', request, ANSWER_MS);
      this.#counts[verdict.outcome] += 1;
      report(verdict);
    } catch (error) {
      this.#counts.unconfirmed += 1;
      report({ outcome: 'failed', code: errorCode(error) });
    }
  }

  status(): KioskStatus {
    const { clock, random } = this.#deps;
    const elapsedS = (clock.monotonic() - this.#beganAt) / 1_000;
    return {
      state: this.#service,
      peripherals: this.#parts,
      machine: machineAt(this.#temper, elapsedS, random),
      clock: { trust: 'synced', skewMs: this.#serverClock.skewMs() },
      link: this.#link.quality(),
      config: this.#config,
      software: this.#temper.software,
      verifications: { ...this.#counts },
    };
  }

  #newLink(): Link {
    const { identity, random, ca } = this.#deps;
    const { kioskId, privateKey, url } = identity;
    return new Link({
      url,
      identity: { kioskId, sign: (message) => sign(null, message, privateKey) },
      software: this.#temper.software,
      clock: this.#clock,
      random,
      serverClock: this.#serverClock,
      status: () => this.status(),
      config: () => this.#config,
      capabilities: commandNames,
      tls: { ca },
    });
  }

  #events(): LinkEvents {
    return {
      up: (boot) => {
        if (boot.desired) {
          this.#configure(boot.desired);
        } else {
          this.#config = { version: 0, status: 'running' };
        }
        this.#deps.link?.('up');
      },
      down: (reason) => this.#deps.link?.('down', reason),
      configure: (desired) => {
        this.#configure(desired);
        return { status: 'applied' };
      },
      command: (id, command) => this.#carryOut(id, command),
      renew: () => {
        this.#deps.clock.after(0, () => this.#link.renew());
        return { status: 'renewing' };
      },
    };
  }

  #configure({ version, body }: DesiredConfig): void {
    const isGood = remoteConfigSchema.safeParse(body).success;
    this.#config = isGood
      ? { version, status: 'running' }
      : { ...this.#config, status: 'refused', failed: version };
    this.#link.reportSoon();
  }

  #carryOut(id: string, command: KioskCommand): CommandAnswer {
    switch (command.name) {
      case 'outOfService':
      case 'inService':
      case 'updating':
        this.#service = command.name;
        this.#link.reportSoon();
        return { status: 'done' };
      case 'restartProgram':
      case 'restartBoard':
        this.#deps.clock.after(1_000, () => this.restart());
        return { status: 'done' };
      case 'selfTest':
        this.#sendResult(id, 'application/json', JSON.stringify(this.#parts));
        return { status: 'accepted' };
      case 'collectLogs':
        this.#sendResult(id, 'text/plain', 'a simulated kiosk has no other logs\n');
        return { status: 'accepted' };
      case 'screenshot':
        return { status: 'refused', code: 'unsupported' };
      default:
        return { status: 'done' };
    }
  }

  #sendResult(id: string, type: 'text/plain' | 'application/json', data: string): void {
    const part = { id, part: 0, last: true, outcome: 'done' as const, type, data };
    this.#link.call('CommandResult', part, HALF_MINUTE_MS).catch(() => {});
  }
}

/** A clock's methods as own properties, so that they can be spread. */
function bound(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (delayMs, callback) => clock.after(delayMs, callback),
  };
}
