import { errorCode } from '../../../shared/errors.ts';
import type { AnswerOf } from '../../../shared/protocol/actions.ts';
import type { DesiredConfig, ReportedConfig } from '../../../shared/protocol/remote-config.ts';
import type { Log } from '../../log.ts';
import type { Roster, RosterGate } from '../state/roster.ts';

const CONFIGURE_TIMEOUT_MS = 10_000;
/** Kiosks configured at once. */
const AT_ONCE_MAX = 32;

/** How a kiosk of this node gets its config. */
export interface ConfigChannel {
  configure(
    kiosk: string,
    desired: DesiredConfig,
    options: { timeoutMs: number },
  ): Promise<AnswerOf<'Configure'>>;
  /** Asks it to reconnect: its boot is answered with its config. */
  renew(kiosk: string): void;
}

/** Sends this node's kiosks the config that they are to run, whenever they run another one. */
export class ConfigPush {
  readonly #roster: Roster;
  readonly #node: string;
  readonly #log: Log;
  readonly #desiredOf: (gate: string) => Promise<DesiredConfig | undefined>;
  readonly #reported: (kiosk: string, reported: ReportedConfig) => void;
  /** The version that each kiosk was sent last: one that it refused is not sent again. */
  readonly #sentTo = new Map<string, number>();
  readonly #channel: ConfigChannel;
  #working = false;
  #again = false;

  constructor(deps: {
    roster: Roster;
    channel: ConfigChannel;
    node: string;
    log: Log;
    desiredOf: (gate: string) => Promise<DesiredConfig | undefined>;
    /** A kiosk refused its config. */
    reported: (kiosk: string, reported: ReportedConfig) => void;
  }) {
    this.#roster = deps.roster;
    this.#channel = deps.channel;
    this.#node = deps.node;
    this.#log = deps.log;
    this.#desiredOf = deps.desiredOf;
    this.#reported = deps.reported;
  }

  /** A boot was answered with this version. */
  sent(kiosk: string, version: number): void {
    this.#sentTo.set(kiosk, version);
  }

  /** Looks at all of this node's kiosks. */
  async run(): Promise<void> {
    if (this.#working) {
      this.#again = true;
      return;
    }
    this.#working = true;
    try {
      do {
        this.#again = false;
        const due = [...this.#roster.gates()].filter((entry) => this.#isDue(entry));
        for (let first = 0; first < due.length; first += AT_ONCE_MAX) {
          const portion = due.slice(first, first + AT_ONCE_MAX);
          await Promise.all(portion.map((entry) => this.#send(entry)));
        }
      } while (this.#again);
    } finally {
      this.#working = false;
    }
  }

  #isDue({ node, kiosk, lastReport, desired }: RosterGate): boolean {
    return (
      node === this.#node &&
      kiosk !== undefined &&
      lastReport !== undefined &&
      (lastReport.config?.version ?? 0) !== desired &&
      this.#sentTo.get(kiosk.id) !== desired
    );
  }

  async #send(entry: RosterGate): Promise<void> {
    const kiosk = entry.kiosk?.id ?? '';
    this.#sentTo.set(kiosk, entry.desired);
    if (entry.desired === 0) {
      this.#channel.renew(kiosk);
      return;
    }
    try {
      const desired = await this.#desiredOf(entry.gate.id);
      const answer =
        desired &&
        (await this.#channel.configure(kiosk, desired, { timeoutMs: CONFIGURE_TIMEOUT_MS }));
      if (desired && answer?.status === 'refused') {
        const version = entry.lastReport?.config?.version ?? 0;
        const { problems } = answer;
        this.#reported(kiosk, { version, status: 'refused', failed: desired.version, problems });
      }
    } catch (error) {
      // Its next boot is answered with it.
      this.#sentTo.delete(kiosk);
      this.#log.warn({ kiosk, code: errorCode(error) }, 'a config was not sent');
    }
  }
}
