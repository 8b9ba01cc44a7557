import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { AnswerOf } from '../../shared/protocol/actions.ts';
import { parseInvitation } from '../../shared/protocol/enrolment-messages.ts';
import type { BootAnswer, EnrolOutcome, KioskLink, LinkEvents } from '../link/kiosk-link.ts';
import type { KioskLog } from '../log.ts';
import { isResting } from '../session/rest.ts';
import type { EnrolmentStage } from '../session/state.ts';
import { type CommandedGate, Commands } from './commands/commands.ts';
import type { RecentLog } from './commands/recent-log.ts';
import type { ConfiguredGate, RemoteConfigApplier } from './config/remote-config-applier.ts';

/** The gate as its site manages it: commanded, configured and enrolled. */
export interface ManagedGate extends CommandedGate, ConfiguredGate {
  enrolment(stage: EnrolmentStage | 'enrolled'): void;
}

export interface RemoteManagementDeps {
  link: KioskLink;
  /** Absent: this kiosk takes no config from its server. */
  remoteConfig?: RemoteConfigApplier | undefined;
  clock: Clock;
  log: KioskLog;
  /** Ends the program or restarts the board; absent: a site can't. */
  restart?: ((what: 'program' | 'board') => Promise<void> | void) | undefined;
  /** What a site may collect of this kiosk's log. */
  recentLog?: RecentLog | undefined;
}

/** What a site does to a kiosk over the link: commands, config, enrolment, reconnection. */
export class RemoteManagement {
  readonly #deps: RemoteManagementDeps;
  readonly #gate: ManagedGate;
  readonly #commands: Commands;
  /** The server asked this kiosk to reconnect, and somebody is at the gate. */
  #isRenewalDue = false;
  #cancelRenewal = () => {};
  #isEnrolling = false;

  constructor(deps: RemoteManagementDeps, gate: ManagedGate) {
    this.#deps = deps;
    this.#gate = gate;
    this.#commands = new Commands({ ...deps, gate });
  }

  /** A kiosk that is not enrolled shows so; a config whose trial was cut short goes on with it. */
  start(): void {
    const { link, remoteConfig } = this.#deps;
    if (link.enrolment && !link.enrolment.isEnrolled) {
      this.#gate.enrolment('waiting');
    }
    remoteConfig?.attach(this.#gate);
  }

  stop(): void {
    this.#commands.stop();
    this.#cancelRenewal();
    this.#deps.remoteConfig?.stop();
  }

  /** The events of the link that are a site's requests. */
  events(): Pick<LinkEvents, 'command' | 'configure' | 'renew'> {
    const { remoteConfig } = this.#deps;
    return {
      command: (id, command) => this.#commands.execute(id, command),
      renew: () => this.#renew(),
      configure: remoteConfig && ((desired) => remoteConfig.configure(desired)),
    };
  }

  /** The boot brought the config that the site wants; results that wait are sent. */
  linkUp({ desired }: Pick<BootAnswer, 'desired'>): void {
    const { remoteConfig, log } = this.#deps;
    this.#commands.linkUp();
    this.#isRenewalDue = false;
    const work = desired ? remoteConfig?.configure(desired) : remoteConfig?.release();
    work?.catch((error: unknown) => {
      log.warn({ event: 'configFailed', code: errorCode(error) }, 'a config of the server');
    });
  }

  /** Nobody is at the gate any more: what waited for that is due. */
  rested(): void {
    if (this.#isRenewalDue) {
      this.#isRenewalDue = false;
      this.#deps.link.renew?.();
    }
  }

  /** A kiosk that serves nobody reconnects as soon as it has answered. */
  #renew(): AnswerOf<'Renew'> {
    const { clock, log } = this.#deps;
    this.#isRenewalDue = true;
    if (!isResting(this.#gate.phase())) {
      log.info({ event: 'renewalScheduled' }, 'the server asks this kiosk to reconnect');
      return { status: 'scheduled' };
    }
    this.#cancelRenewal();
    this.#cancelRenewal = clock.after(0, () => isResting(this.#gate.phase()) && this.rested());
    return { status: 'renewing' };
  }

  /** Takes a text that a kiosk read before it is enrolled: its enrolment code, or nothing. */
  takeInvitation(text: string): void {
    const { enrolment } = this.#deps.link;
    const invitation = parseInvitation(text);
    if (!enrolment || !invitation || this.#isEnrolling) {
      return;
    }
    this.#isEnrolling = true;
    this.#gate.enrolment('asking');
    void enrolment
      .enrol(invitation)
      .catch((): EnrolOutcome => 'unreachable')
      .then((outcome) => {
        this.#isEnrolling = false;
        this.#gate.enrolment(outcome);
      });
  }
}
