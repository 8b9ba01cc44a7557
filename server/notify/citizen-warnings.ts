import type { Tx } from '../store/store.ts';
import type { Warning, Warnings } from '../verification/messenger.ts';
import type { Notify } from './notify.ts';
import type { Channel } from './templates.ts';

const templates = { guessing: 'codeGuessed', codesLocked: 'codesLocked' } as const satisfies Record<
  Warning,
  string
>;

/** Warns citizens by SMS, which is read at once, or else by e-mail. */
export class CitizenWarnings implements Warnings {
  readonly #notify: Notify;
  /** The page that shows who asked, with the button that locks the code. */
  readonly #link: string;

  constructor(deps: { notify: Notify; portalUrl: string }) {
    this.#notify = deps.notify;
    this.#link = `${deps.portalUrl}/checks`;
  }

  async warn(tx: Tx, personId: number, warning: Warning, key: string): Promise<void> {
    const person = await tx
      .selectFrom('person')
      .select(['has_email', 'has_mobile'])
      .where('id', '=', personId)
      .executeTakeFirst();
    const kind = person && this.#channelFor(person);
    if (kind) {
      await this.#notify.queue(tx, {
        key,
        to: { kind, personId },
        template: templates[warning],
        data: { link: this.#link },
      });
    }
  }

  #channelFor(person: { has_email: number; has_mobile: number }): Channel | undefined {
    if (person.has_mobile && this.#notify.canSend('sms')) {
      return 'sms';
    }
    return person.has_email && this.#notify.canSend('email') ? 'email' : undefined;
  }
}
