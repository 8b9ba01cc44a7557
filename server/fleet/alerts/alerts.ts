import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { errorCode, VarcoError } from '../../../shared/errors.ts';
import { defaultLanguage, type Language, languages } from '../../../shared/language.ts';
import type { Log } from '../../log.ts';
import type { Store, Tx } from '../../store/store.ts';
import type { ActivityLog } from '../access/activity-log.ts';
import { demand, type FleetActor } from '../access/actor.ts';
import type { Expiry } from '../access/expiry.ts';
import { parseInput } from '../access/parse-input.ts';
import { visibleSites } from '../access/permissions.ts';
import type { FleetEvents } from '../nodes/page-events.ts';
import type { Roster } from '../state/roster.ts';
import {
  type Alert,
  findAlert,
  keepQuiet,
  listAlerts,
  type TrackedAlert,
  trackedAlerts,
} from './alert-store.ts';
import { type Due, digest } from './digest.ts';
import { HourCounts } from './hour-counts.ts';
import { type Severity, severities } from './kinds.ts';
import { noticeDue } from './notices.ts';
import { type Thresholds, thresholdsSchema } from './rules.ts';
import { AlertWatch, type Turn, type WaitingMessages } from './watch.ts';
import { type Webhook, Webhooks, webhookSchema } from './webhook.ts';

const ALERT_CHANNEL = 'varco_alert';
/** Everything is looked at this often. */
const LOOK_EVERY_MS = 2_000;
/** Between two e-mails, at least: what comes meanwhile is in the next. */
const DIGEST_EVERY_MS = 30_000;
const PAGE_MAX = 500;
const SILENCE_MAX_MS = 90 * 86_400_000;
/** Alerts that are over go after this. */
const KEPT_MS = 396 * 86_400_000;

export const alertsConfigSchema = z.strictObject({
  /** Who is told, each in one language; a bare address in Italian. */
  email: z
    .array(
      z.union([
        z.email().transform((address) => ({ address, language: defaultLanguage })),
        z.strictObject({ address: z.email(), language: z.enum(languages) }),
      ]),
    )
    .max(20)
    .default([]),
  webhooks: z.array(webhookSchema).max(8).default([]),
  /** The same alert is not told again before this, in minutes. */
  repeatMinutes: z.number().min(1).max(10_080).default(60),
  thresholds: thresholdsSchema.prefault({}),
});
/** What the alerts go by, with the hooks' secrets read. */
export type AlertsConfig = Omit<z.infer<typeof alertsConfigSchema>, 'webhooks'> & {
  webhooks: readonly Webhook[];
};

/** Writes an e-mail to the outbox in the caller's transaction. */
export type QueueMail = (
  tx: Tx,
  mail: {
    key: string;
    address: string;
    language: Language;
    title: string;
    lines: string[];
    link: string;
  },
) => Promise<void>;

const reasonSchema = z.string().trim().min(1).max(300);

interface AlertsDeps {
  store: Store;
  activity: ActivityLog;
  roster: Roster;
  events: FleetEvents;
  config: AlertsConfig;
  /** Absent: nobody is told by e-mail. */
  queueMail?: QueueMail | undefined;
  expiries: () => Promise<Expiry[]>;
  /** What the outbox of messages to people holds; absent: nobody knows. */
  messages?: (() => Promise<WaitingMessages>) | undefined;
  /** The origin of the pages, for links in messages. */
  server: string;
  log: Log;
  now: () => number;
}

/** What is wrong in the fleet, who knows of it, and who is told. */
export class Alerts {
  readonly #deps: AlertsDeps;
  readonly #watch: AlertWatch;
  readonly #webhooks: Webhooks;
  readonly #hours: HourCounts;
  readonly #openOf = new Map<string, { count: number; worst: Severity | null }>();
  readonly #openByKind = new Map<string, number>();
  /** Of no gate, by site; `null`: of the whole fleet, such as a key that ends. */
  readonly #openOfSites = new Map<string | null, number>();
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #lookedAt: number | undefined;
  #toldAt: number | undefined;
  #expiries: Expiry[] = [];
  #messages: WaitingMessages | undefined;

  constructor(deps: AlertsDeps) {
    this.#deps = deps;
    const { store, config, log, now } = deps;
    const limits: Thresholds = config.thresholds;
    this.#watch = new AlertWatch(limits);
    this.#webhooks = new Webhooks({ store, hooks: config.webhooks, log, now });
    this.#hours = new HourCounts({ store, refusalsMin: limits.refusalsMin });
  }

  async start(): Promise<void> {
    await this.#readOpen();
    this.#stopListening = await this.#deps.store.listen(ALERT_CHANNEL, () => {
      this.#readOpen().catch((error: unknown) => {
        this.#deps.log.warn({ code: errorCode(error) }, 'the alerts were not read');
      });
    });
  }

  async stop(): Promise<void> {
    await this.#stopListening();
  }

  /** How many alerts of a gate are open. */
  countOf(gate: string): { count: number; worst: Severity | null } {
    return this.#openOf.get(gate) ?? { count: 0, worst: null };
  }

  /** Open ones that are about no gate, of these sites; of the whole fleet too for who sees all. */
  openBesideGates(sites: 'all' | readonly string[]): number {
    let count = 0;
    for (const [site, open] of this.#openOfSites) {
      count += sites === 'all' || (site !== null && sites.includes(site)) ? open : 0;
    }
    return count;
  }

  openByKind(): ReadonlyMap<string, number> {
    return this.#openByKind;
  }

  /** Open ones, or those that are over, the newest first, of the sites that this actor may see. */
  async list(
    who: FleetActor,
    query: {
      open: boolean;
      gate?: string | undefined;
      before?: number | undefined;
      limit?: number | undefined;
    },
  ): Promise<Alert[]> {
    const sites = visibleSites(who);
    const limit = Math.min(query.limit ?? 100, PAGE_MAX);
    return sites ? listAlerts(this.#deps.store, { ...query, sites, limit }) : [];
  }

  /** Somebody knows of it: no more reminders. @throws VarcoError `alertUnknown`, `alertOver`, `forbidden`. */
  async acknowledge(who: FleetActor, id: string, givenReason: string): Promise<void> {
    const reason = parseInput(reasonSchema, givenReason, 'reasonInvalid');
    const alert = await this.#find(id);
    demand(who, 'alert.acknowledge', { site: alert.site });
    if (alert.clearedAt !== undefined) {
      throw new VarcoError('alertOver', 'This alert is over');
    }
    await this.#deps.store.transaction(async (tx) => {
      await tx
        .updateTable('alert')
        .set({
          acknowledged_at: this.#deps.now(),
          acknowledged_by: who.id,
          acknowledged_reason: reason,
        })
        .where('id', '=', id)
        .execute();
      await this.#note(tx, alert, 'alert.acknowledged', { id, kind: alert.kind, reason }, who.id);
    });
    await this.#changed();
  }

  /**
   * Nothing is told of this subject's alerts of this kind until then; they are raised, and end, all the
   * same. A time that is past ends a silence.
   *
   * @throws VarcoError `alertUnknown`, `forbidden`, `reasonInvalid`, `silenceTooLong`.
   */
  async silence(
    who: FleetActor,
    id: string,
    given: { until: number; reason: string },
  ): Promise<void> {
    const reason = parseInput(reasonSchema, given.reason, 'reasonInvalid');
    const alert = await this.#find(id);
    demand(who, 'alert.silence', { site: alert.site });
    const { until } = given;
    if (!Number.isSafeInteger(until) || until > this.#deps.now() + SILENCE_MAX_MS) {
      throw new VarcoError('silenceTooLong', 'A silence ends within 90 days');
    }
    await this.#deps.store.transaction(async (tx) => {
      await keepQuiet(tx, alert, {
        silenced_until: until,
        silenced_by: who.id,
        silenced_reason: reason,
      });
      const body = { id, kind: alert.kind, until, reason };
      await this.#note(tx, alert, 'alert.silenced', body, who.id);
    });
    await this.#changed();
  }

  /** One round of the node that holds the lease. @param resumed whether it has just taken it. */
  async step(resumed: boolean): Promise<void> {
    const now = this.#deps.now();
    if (resumed) {
      const tracked = await trackedAlerts(this.#deps.store, now);
      this.#watch.resume(tracked.filter(({ clearedAt }) => clearedAt === undefined));
    }
    if (this.#lookedAt === undefined || now - this.#lookedAt >= LOOK_EVERY_MS) {
      this.#lookedAt = now;
      const gates = this.#deps.roster.gates();
      const hours = this.#hours.current();
      const turns = this.#watch.look(
        { gates, hours, expiries: this.#expiries, messages: this.#messages },
        now,
      );
      if (turns.length > 0) {
        await this.#take(turns, now);
      }
      await this.#tell(now);
    }
    await this.#webhooks.send();
  }

  /** What is counted by the hour, read once a minute. */
  async refresh(): Promise<void> {
    const now = this.#deps.now();
    await this.#hours.refresh(now);
    this.#expiries = await this.#deps.expiries();
    this.#messages = await this.#deps.messages?.();
    await this.#webhooks.prune();
    await this.#deps.store.db
      .deleteFrom('alert')
      .where('cleared_at', '<', now - KEPT_MS)
      .execute();
  }

  async #take(turns: readonly Turn[], now: number): Promise<void> {
    await this.#deps.store.transaction(async (tx) => {
      for (const turn of turns) {
        await (turn.raised ? this.#raise(tx, turn, now) : this.#clear(tx, turn, now));
      }
    });
    await this.#changed();
  }

  async #raise(tx: Tx, { subject, kind, detail }: Turn, now: number): Promise<void> {
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('alert')
      .values({
        id: randomUUID(),
        subject: subject.name,
        kind,
        site: subject.site,
        gate: subject.gate ?? null,
        severity: severities[kind],
        raised_at: now,
        detail: JSON.stringify(detail),
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows) {
      await this.#note(tx, subject, 'alert.raised', { kind, ...detail });
    }
  }

  async #clear(tx: Tx, { subject, kind }: Turn, now: number): Promise<void> {
    const row = await tx
      .updateTable('alert')
      .set({ cleared_at: now })
      .where('subject', '=', subject.name)
      .where('kind', '=', kind)
      .where('cleared_at', 'is', null)
      .returning(['site', 'raised_at'])
      .executeTakeFirst();
    if (row) {
      const about = { ...subject, site: row.site };
      await this.#note(tx, about, 'alert.cleared', { kind, openMs: now - row.raised_at });
    }
  }

  /** Tells people what is due, in one message for all of it. */
  async #tell(now: number): Promise<void> {
    const { config, queueMail, store } = this.#deps;
    const hasChannel = (queueMail && config.email.length > 0) || config.webhooks.length > 0;
    if (!hasChannel || (this.#toldAt !== undefined && now - this.#toldAt < DIGEST_EVERY_MS)) {
      return;
    }
    const policy = { repeatMs: config.repeatMinutes * 60_000 };
    const due = (await trackedAlerts(store, now)).flatMap((alert) => {
      const notable = { ...alert, acknowledgedAt: alert.acknowledged?.at };
      const notice = noticeDue(notable, alert.told, policy, now);
      return notice ? [{ alert, notice }] : [];
    });
    if (due.length === 0) {
      return;
    }
    await store.transaction((tx) => this.#tellAll(tx, due, now));
    this.#toldAt = now;
  }

  async #tellAll(
    tx: Tx,
    due: readonly (Omit<Due, 'place'> & { alert: TrackedAlert })[],
    now: number,
  ): Promise<void> {
    const { config, queueMail, server } = this.#deps;
    for (const { alert, notice } of due) {
      await keepQuiet(
        tx,
        alert,
        notice === 'cleared' ? { cleared_sent_at: now } : { sent_at: now },
      );
    }
    const link = `${server}/fleet/alerts`;
    const placed = due.map(({ alert, notice }) => ({ alert, notice, place: this.#place(alert) }));
    for (const { address, language } of queueMail ? config.email : []) {
      const key = `alerts:${randomUUID()}`;
      await queueMail?.(tx, { key, address, language, ...digest(placed, language, now), link });
    }
    await this.#webhooks.queue(tx, {
      type: 'varco.alerts',
      timestamp: new Date(now).toISOString(),
      data: {
        alerts: due.slice(0, PAGE_MAX).map(({ alert: { told: _, ...alert }, notice }) => ({
          notice,
          ...alert,
        })),
      },
    });
  }

  #place({ site, gate }: Alert): string | undefined {
    const title =
      gate === undefined ? undefined : (this.#deps.roster.get(gate)?.gate.title ?? gate);
    const at = site === undefined ? undefined : (this.#deps.roster.site(site)?.title ?? site);
    return title === undefined ? at : `${title} (${at})`;
  }

  async #find(id: string): Promise<Alert> {
    const alert = await findAlert(this.#deps.store, id);
    if (!alert) {
      throw new VarcoError('alertUnknown', `There is no alert ${id}`);
    }
    return alert;
  }

  #note(
    tx: Tx,
    { site, gate }: { site?: string; gate?: string },
    kind: string,
    body: Record<string, unknown>,
    actor?: string,
  ): Promise<void> {
    const about = { ...(site ? { site } : {}), ...(gate ? { gate } : {}) };
    return this.#deps.activity.note(tx, [{ kind, ...about, ...(actor ? { actor } : {}), body }]);
  }

  async #changed(): Promise<void> {
    await this.#deps.store.notify(ALERT_CHANNEL, '');
    await this.#readOpen();
  }

  async #readOpen(): Promise<void> {
    const { store, events } = this.#deps;
    const rows = await store.db
      .selectFrom('alert')
      .select(['site', 'gate', 'kind', 'severity'])
      .where('cleared_at', 'is', null)
      .execute();
    const touched = new Set(this.#openOf.keys());
    this.#openOf.clear();
    this.#openByKind.clear();
    this.#openOfSites.clear();
    for (const { site, gate, kind, severity } of rows) {
      this.#openByKind.set(kind, (this.#openByKind.get(kind) ?? 0) + 1);
      if (gate !== null) {
        const { count, worst } = this.countOf(gate);
        const isWorse = worst === null || severity === 'critical';
        this.#openOf.set(gate, {
          count: count + 1,
          worst: isWorse ? (severity as Severity) : worst,
        });
        touched.add(gate);
      } else {
        this.#openOfSites.set(site, (this.#openOfSites.get(site) ?? 0) + 1);
      }
    }
    events.touch([...touched], ['alerts', 'activity']);
  }
}
