import type { ActionName, AnswerOf, RequestOf } from '../../shared/protocol/actions.ts';
import type { EnrolInvitation } from '../../shared/protocol/enrolment-messages.ts';
import type { CommandAnswer, KioskCommand } from '../../shared/protocol/kiosk-command.ts';
import type { DesiredConfig } from '../../shared/protocol/remote-config.ts';

/** The server's answer to the boot of a kiosk that it accepts. */
export type BootAnswer = AnswerOf<'Boot'> & { status: 'accepted' };

/** What the link reports; `reason` is a stable code. */
export interface LinkEvents {
  up(boot: BootAnswer): void;
  down(reason: string): void;
  /** The server has a newer offline list for this gate. */
  listChanged?(): void;
  /** The site commands the kiosk; the answer says what becomes of it. */
  command?(id: string, command: KioskCommand): CommandAnswer | Promise<CommandAnswer>;
  /** The server asks this kiosk to reconnect, by {@link KioskLink.renew}, once it serves nobody. */
  renew?(): AnswerOf<'Renew'>;
  /** The config that the site wants from now on. */
  configure?:
    | ((desired: DesiredConfig) => AnswerOf<'Configure'> | Promise<AnswerOf<'Configure'>>)
    | undefined;
}

/** Calls to the server. */
export interface ServerCalls {
  /** @throws CallError `closed` when the link is down, or any other code of a call. */
  call<Name extends ActionName>(
    name: Name,
    request: RequestOf<Name>,
    timeoutMs: number,
  ): Promise<AnswerOf<Name>>;
}

/** The part of the link that a kiosk uses. */
export interface KioskLink extends ServerCalls {
  start(events: LinkEvents): void;
  stop(): void;
  /** Something changed that the site should know before the next report is due. */
  reportSoon?(): void;
  /** Ends the connection and comes back at once. */
  renew?(): void;
  /** How this kiosk is enrolled; absent: its config file says which gate it is. */
  enrolment?: KioskEnrolment | undefined;
}

/** The enrolment of a kiosk that gets its gate from the server. */
export interface KioskEnrolment {
  /** Before it is enrolled a kiosk reads enrolment codes only. */
  readonly isEnrolled: boolean;
  /** Asks with a code that was read. */
  enrol(invitation: EnrolInvitation): Promise<EnrolOutcome>;
}

/** `refused`: this code will never be accepted; `unreachable`: it may be shown again. */
export type EnrolOutcome = 'enrolled' | 'refused' | 'unreachable';
