import { randomUUID } from 'node:crypto';
import { withoutPersons } from '../../notify/person-shape.ts';
import type { SetAside } from '../../set-aside.ts';
import type { Store, Tx } from '../../store/store.ts';
import type { Roster } from '../state/roster.ts';
import {
  type Alert,
  saveNotificationState,
  type TrackedAlert,
  trackedAlerts,
} from './alert-store.ts';
import type { AlertsConfig, QueueMail } from './alerts-config.ts';
import { type DueNotice, digest } from './digest.ts';
import { type Notice, noticeDue } from './notices.ts';
import type { Webhooks } from './webhook.ts';

/** Between two messages, at least: what comes meanwhile is in the next. */
const DIGEST_EVERY_MS = 30_000;
const ALERTS_PER_DELIVERY_MAX = 500;

type Due = { alert: TrackedAlert; notice: Notice };

export interface AlertNotifierDeps {
  store: Store;
  setAside: SetAside;
  roster: Roster;
  webhooks: Webhooks;
  config: AlertsConfig;
  /** Absent: no e-mails. */
  queueMail?: QueueMail | undefined;
  /** The origin of the pages, for links in messages. */
  server: string;
}

/** Sends people what is new about alerts, by e-mail and webhooks. */
export class AlertNotifier {
  readonly #deps: AlertNotifierDeps;
  #sentAt: number | undefined;

  constructor(deps: AlertNotifierDeps) {
    this.#deps = deps;
  }

  /** Queues everything that is due now, in one message for each recipient. */
  async step(now: number): Promise<void> {
    const { config, queueMail, store, setAside } = this.#deps;
    const hasRecipient = (queueMail && config.email.length > 0) || config.webhooks.length > 0;
    if (!hasRecipient || (this.#sentAt !== undefined && now - this.#sentAt < DIGEST_EVERY_MS)) {
      return;
    }
    const policy = { repeatMs: config.repeatMinutes * 60_000 };
    const due = (await trackedAlerts(store, now)).flatMap((alert) => {
      const times = { ...alert, acknowledgedAt: alert.acknowledged?.at };
      const notice = noticeDue(times, alert.notified, policy, now);
      return notice ? [{ alert, notice }] : [];
    });
    if (due.length > 0) {
      await setAside.all(
        'alertNotices',
        due,
        ({ alert }) => alert.id,
        (some) => store.transaction((tx) => this.#queue(tx, some, now)),
      );
      this.#sentAt = now;
    }
  }

  async #queue(tx: Tx, due: readonly Due[], now: number): Promise<void> {
    const { config, queueMail, server, webhooks } = this.#deps;
    for (const { alert, notice } of due) {
      const sent = notice === 'cleared' ? { cleared_sent_at: now } : { sent_at: now };
      await saveNotificationState(tx, alert, sent);
    }
    const notices = due.map(
      ({ alert, notice }): DueNotice => ({ alert, notice, place: this.#placeOf(alert) }),
    );
    for (const { address, language } of queueMail ? config.email : []) {
      const text = digest(notices, language, now);
      const link = `${server}/fleet/alerts`;
      await queueMail?.(tx, { key: `alerts:${randomUUID()}`, address, language, ...text, link });
    }
    const alerts = due
      .slice(0, ALERTS_PER_DELIVERY_MAX)
      .map(({ alert: { notified: _, ...alert }, notice }) => ({
        notice,
        ...alert,
        detail: withoutPersons(alert.detail),
      }));
    const timestamp = new Date(now).toISOString();
    await webhooks.queue(tx, { type: 'varco.alerts', timestamp, data: { alerts } });
  }

  #placeOf({ site, gate }: Alert): string | undefined {
    const { roster } = this.#deps;
    const siteTitle = site === undefined ? undefined : (roster.site(site)?.title ?? site);
    return gate === undefined
      ? siteTitle
      : `${roster.get(gate)?.gate.title ?? gate} (${siteTitle})`;
  }
}
