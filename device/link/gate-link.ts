import type { ActionName, AnswerOf, RequestOf } from '../../shared/protocol/actions.ts';
import { CallError } from '../../shared/protocol/call-error.ts';
import type { EnrolInvitation } from '../../shared/protocol/enrolment-messages.ts';
import type { KioskStatus } from '../../shared/protocol/kiosk-status.ts';
import type { KioskLog } from '../log.ts';
import type { Disk } from '../storage/disk.ts';
import { type EnrolDeps, enrol } from './enrol.ts';
import { type EnrolledIdentity, keepIdentity, newKey } from './identity.ts';
import type { EnrolOutcome, KioskEnrolment, KioskLink, LinkEvents } from './kiosk-link.ts';
import type { Link } from './link.ts';

export interface GateLinkDeps extends EnrolDeps {
  /** Who this kiosk is; absent: it is not enrolled yet. */
  identity: EnrolledIdentity | undefined;
  /** Where its identity is kept once it is enrolled; absent: its config file says who it is. */
  disk: Disk | undefined;
  open: (identity: EnrolledIdentity) => Link;
  log: KioskLog;
}

/** After these a code is never accepted; after another failure the same one may be shown again. */
const final: readonly string[] = ['codeRefused', 'requestInvalid'];

/** The link of a kiosk that may not be enrolled yet: there is one from its enrolment on. */
export class GateLink implements KioskLink {
  readonly #deps: GateLinkDeps;
  readonly enrolment: KioskEnrolment | undefined;
  #link: Link | undefined;
  #events: LinkEvents | undefined;
  /** One key for one code: a try whose answer was lost is repeated with the same. */
  #asked: { code: string; key: ReturnType<typeof newKey> } | undefined;

  constructor(deps: GateLinkDeps) {
    this.#deps = deps;
    this.#link = deps.identity && deps.open(deps.identity);
    const { disk } = deps;
    const isEnrolled = () => this.#link !== undefined;
    this.enrolment = disk && {
      get isEnrolled() {
        return isEnrolled();
      },
      enrol: (invitation) => this.#enrol(invitation, disk),
    };
  }

  start(events: LinkEvents): void {
    this.#events = events;
    this.#link?.start(events);
  }

  stop(): void {
    this.#events = undefined;
    this.#link?.stop();
  }

  async call<Name extends ActionName>(
    name: Name,
    request: RequestOf<Name>,
    timeoutMs: number,
  ): Promise<AnswerOf<Name>> {
    if (!this.#link) {
      throw new CallError('closed', `${name}: this kiosk is not enrolled yet`);
    }
    return await this.#link.call(name, request, timeoutMs);
  }

  reportSoon(): void {
    this.#link?.reportSoon();
  }

  renew(): void {
    this.#link?.renew();
  }

  quality(): KioskStatus['link'] {
    return this.#link?.quality();
  }

  async #enrol(invitation: EnrolInvitation, disk: Disk): Promise<EnrolOutcome> {
    const { log, open } = this.#deps;
    const { code } = invitation;
    const key = this.#asked?.code === code ? this.#asked.key : newKey();
    this.#asked = { code, key };
    const result = await enrol(invitation, key, this.#deps);
    if (!result.ok) {
      log.warn({ event: 'enrolmentFailed', code: result.code }, 'not enrolled');
      return final.includes(result.code) ? 'refused' : 'unreachable';
    }
    const { kioskId } = result.answer;
    const { privateKey } = key;
    const identity = await keepIdentity(disk, { kioskId, url: result.url, privateKey });
    this.#asked = undefined;
    log.info({ event: 'enrolled', kiosk: kioskId }, 'this kiosk is enrolled');
    this.#link = open(identity);
    if (this.#events) {
      this.#link.start(this.#events);
    }
    return 'enrolled';
  }
}
