import { errorCode } from '../../../shared/errors.ts';
import type { AnswerOf } from '../../../shared/protocol/actions.ts';
import type { DesiredConfig, ReportedConfig } from '../../../shared/protocol/remote-config.ts';
import type { Log } from '../../log.ts';
import type { Roster, RosterGate } from '../state/roster.ts';

const CONFIGURE_TIMEOUT_MS = 10_000;
/** Kiosks told at once. */
const AT_ONCE_MAX = 32;

/** What a node can do to a kiosk that is connected to it. */
export interface ConfigLine {
  configure(
    kiosk: string,
    desired: DesiredConfig,
    options: { timeoutMs: number },
  ): Promise<AnswerOf<'Configure'>>;
  /** Makes it come anew: its boot is answered with what is so now. */
  renew(kiosk: string): void;
}

/** Tells this node's kiosks what they are to run, whenever that differs from what they run. */
export class ConfigPush {
  readonly #roster: Roster;
  readonly #node: string;
  readonly #log: Log;
  readonly #desiredOf: (gate: string) => Promise<DesiredConfig | undefined>;
  readonly #reported: (gate: RosterGate, reported: ReportedConfig) => void;
  /** What each kiosk was told last, so that a refusal is not argued with. */
  readonly #toldOf = new Map<string, number>();
  #line: ConfigLine | undefined;
  #working = false;
  #again = false;

  constructor(deps: {
    roster: Roster;
    node: string;
    log: Log;
    desiredOf: (gate: string) => Promise<DesiredConfig | undefined>;
    reported: (gate: RosterGate, reported: ReportedConfig) => void;
  }) {
    this.#roster = deps.roster;
    this.#node = deps.node;
    this.#log = deps.log;
    this.#desiredOf = deps.desiredOf;
    this.#reported = deps.reported;
  }

  attach(line: ConfigLine): void {
    this.#line = line;
  }

  /** A boot was answered with this version. */
  answered(kiosk: string, version: number): void {
    this.#toldOf.set(kiosk, version);
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
          await Promise.all(portion.map((entry) => this.#tell(entry)));
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
      this.#toldOf.get(kiosk.id) !== desired
    );
  }

  async #tell(entry: RosterGate): Promise<void> {
    const kiosk = entry.kiosk?.id ?? '';
    this.#toldOf.set(kiosk, entry.desired);
    if (entry.desired === 0) {
      this.#line?.renew(kiosk);
      return;
    }
    try {
      const desired = await this.#desiredOf(entry.gate.id);
      const answer =
        desired &&
        (await this.#line?.configure(kiosk, desired, { timeoutMs: CONFIGURE_TIMEOUT_MS }));
      if (desired && answer?.status === 'refused') {
        const version = entry.lastReport?.config?.version ?? 0;
        const { problems } = answer;
        this.#reported(entry, { version, status: 'refused', failed: desired.version, problems });
      }
    } catch (error) {
      // Its next boot is answered with it.
      this.#toldOf.delete(kiosk);
      this.#log.warn({ kiosk, code: errorCode(error) }, 'a kiosk was not told its config');
    }
  }
}
