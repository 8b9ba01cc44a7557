import { errorCode } from '../../shared/errors.ts';
import type { AnswerOf } from '../../shared/protocol/actions.ts';
import { parseInvitation } from '../../shared/protocol/enrolment-messages.ts';
import type { OutcomeCounts } from '../../shared/protocol/kiosk-status.ts';
import type { KioskOptions } from '../kiosk-options.ts';
import type { BootAnswer, LinkEvents } from '../link/link.ts';
import { isResting } from '../session/rest.ts';
import type { PlaceStage } from '../session/state.ts';
import { type CommandedGate, Commands } from './commands/commands.ts';
import type { ConfiguredGate } from './config/remote-config-applier.ts';

/** The gate as its site sees it: commanded, configured, and given its place. */
export interface ManagedGate extends CommandedGate, ConfiguredGate {
  place(stage: PlaceStage | 'given'): void;
}

const stages = { given: 'given', refused: 'refused', unreachable: 'unreachable' } as const;

/** What the site wants of a kiosk, and what it counts for it. */
export class Site {
  readonly #options: KioskOptions;
  readonly #gate: ManagedGate;
  readonly #commands: Commands;
  /** The server wants this kiosk to come anew, and somebody is at the gate. */
  #isRenewalDue = false;
  #cancelRenewal = () => {};
  readonly counts: OutcomeCounts = {
    granted: 0,
    denied: 0,
    unconfirmed: 0,
    otpRequired: 0,
    throttled: 0,
  };
  #isAsking = false;

  constructor(options: KioskOptions, gate: ManagedGate) {
    this.#options = options;
    this.#gate = gate;
    this.#commands = new Commands({ ...options, gate });
  }

  /** A kiosk without a place says so; a config that was being tried goes on. */
  start(): void {
    const { link, steering } = this.#options;
    if (link.enrolment && !link.enrolment.isPlaced) {
      this.#gate.place('waiting');
    }
    steering?.attach(this.#gate);
  }

  stop(): void {
    this.#commands.stop();
    this.#cancelRenewal();
    this.#options.steering?.stop();
  }

  /** What the link hands on to the site's side. */
  events(): Pick<LinkEvents, 'command' | 'configure' | 'renew'> {
    const { steering } = this.#options;
    return {
      command: (id, command) => this.#commands.obey(id, command),
      renew: () => this.#renew(),
      ...(steering ? { configure: (desired) => steering.configure(desired) } : {}),
    };
  }

  /** What the boot brought: the config that the site wants. What the site was not told, it is told now. */
  linkUp({ desired }: BootAnswer): void {
    const { steering, log } = this.#options;
    this.#commands.linkUp();
    this.#isRenewalDue = false;
    const work = desired ? steering?.configure(desired) : steering?.release();
    work?.catch((error: unknown) => {
      log.warn({ event: 'configFailed', code: errorCode(error) }, 'a config of the server');
    });
  }

  /** Nobody is at the gate any more: what waited for that is due. */
  rested(): void {
    if (this.#isRenewalDue) {
      this.#isRenewalDue = false;
      this.#options.link.renew?.();
    }
  }

  /** A kiosk that serves nobody comes anew as soon as it has answered. */
  #renew(): AnswerOf<'Renew'> {
    const { clock, log } = this.#options;
    this.#isRenewalDue = true;
    if (!isResting(this.#gate.phase())) {
      log.info({ event: 'renewalScheduled' }, 'the server wants this kiosk to come anew');
      return { status: 'scheduled' };
    }
    this.#cancelRenewal();
    this.#cancelRenewal = clock.after(0, () => isResting(this.#gate.phase()) && this.rested());
    return { status: 'renewing' };
  }

  /**
   * Takes a text that was read, if this kiosk has no place yet: an enrolment code, or nothing.
   *
   * @returns whether the text is dealt with; a kiosk that has its place deals with none here.
   */
  takeInvitation(text: string): boolean {
    const { enrolment } = this.#options.link;
    if (!enrolment || enrolment.isPlaced) {
      return false;
    }
    const invitation = parseInvitation(text);
    if (invitation && !this.#isAsking) {
      this.#isAsking = true;
      this.#gate.place('asking');
      void enrolment
        .enrol(invitation)
        .catch(() => 'unreachable' as const)
        .then((outcome) => {
          this.#isAsking = false;
          this.#gate.place(stages[outcome]);
        });
    }
    return true;
  }
}
