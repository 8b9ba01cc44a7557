import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { errorCode, VarcoError } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { Store, Tx } from '../../store/store.ts';
import type { ActivityLog } from '../access/activity-log.ts';
import { demandFound, type FleetActor } from '../access/actor.ts';
import { parseInput } from '../access/parse-input.ts';
import { type FleetAction, visibleSites } from '../access/permissions.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import type { Roster } from '../state/roster.ts';
import { AlertNotifier } from './alert-notifier.ts';
import {
  type Alert,
  findAlert,
  listAlerts,
  saveNotificationState,
  trackedAlerts,
} from './alert-store.ts';
import type { AlertsConfig, QueueMail } from './alerts-config.ts';
import { type ConditionDeps, ConditionReader } from './conditions.ts';
import { severities } from './kinds.ts';
import { OpenAlerts } from './open-alerts.ts';
import { type AlertChange, AlertWatch } from './watch.ts';
import { Webhooks } from './webhook.ts';

/** Every condition is checked this often. */
const CHECK_EVERY_MS = 2_000;
const PAGE_MAX = 500;
const SILENCE_MAX_MS = 90 * 86_400_000;
/** Changes that wait for the store, at most. */
const CHANGES_MAX = 10_000;
/** Cleared alerts are deleted after this. */
const KEPT_MS = 396 * 86_400_000;

const reasonSchema = z.string().trim().min(1).max(300);

export interface AlertsDeps extends ConditionDeps {
  store: Store;
  activity: ActivityLog;
  roster: Roster;
  bus: FleetBus;
  config: AlertsConfig;
  /** Absent: no e-mails. */
  queueMail?: QueueMail | undefined;
  /** The origin of the pages, for links in messages. */
  server: string;
  log: Log;
  now: () => number;
}

/** What is wrong in the fleet, who knows of it, and who is notified. */
export class Alerts {
  readonly open: OpenAlerts;
  readonly #deps: AlertsDeps;
  readonly #watch: AlertWatch;
  readonly #notifier: AlertNotifier;
  readonly #webhooks: Webhooks;
  readonly #conditions: ConditionReader;
  #checkedAt: number | undefined;
  /** Changes that are not in the store yet. */
  #changes: readonly AlertChange[] = [];
  #sending: Promise<void> | undefined;

  constructor(deps: AlertsDeps) {
    this.#deps = deps;
    const { store, bus, config, log, now } = deps;
    this.open = new OpenAlerts({ store, bus, log });
    this.#watch = new AlertWatch(config.thresholds);
    this.#webhooks = new Webhooks({ store, hooks: config.webhooks, log, now });
    this.#notifier = new AlertNotifier({ ...deps, webhooks: this.#webhooks });
    this.#conditions = new ConditionReader(deps, config.thresholds);
  }

  async start(): Promise<void> {
    await this.open.start();
  }

  async stop(): Promise<void> {
    await this.delivered();
    await this.open.stop();
  }

  /** Open or cleared alerts of the sites that this actor may see, the newest first. */
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

  /** Somebody takes care of it: no more reminders. @throws VarcoError `alertUnknown`, `alertOver`, `forbidden`. */
  async acknowledge(who: FleetActor, id: string, why: string): Promise<void> {
    const reason = parseInput(reasonSchema, why, 'reasonInvalid');
    const alert = await this.#find(who, 'alert.acknowledge', id);
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
    await this.open.changed();
  }

  /**
   * Sends nobody anything about this subject's alerts of this kind until then; they are raised and cleared
   * all the same. A time in the past ends a silence.
   *
   * @throws VarcoError `alertUnknown`, `forbidden`, `reasonInvalid`, `silenceTooLong`.
   */
  async silence(
    who: FleetActor,
    id: string,
    input: { until: number; reason: string },
  ): Promise<void> {
    const reason = parseInput(reasonSchema, input.reason, 'reasonInvalid');
    const alert = await this.#find(who, 'alert.silence', id);
    const { until } = input;
    if (!Number.isSafeInteger(until) || until > this.#deps.now() + SILENCE_MAX_MS) {
      throw new VarcoError('silenceTooLong', 'A silence ends within 90 days');
    }
    await this.#deps.store.transaction(async (tx) => {
      await saveNotificationState(tx, alert, {
        silenced_until: until,
        silenced_by: who.id,
        silenced_reason: reason,
      });
      const body = { id, kind: alert.kind, until, reason };
      await this.#note(tx, alert, 'alert.silenced', body, who.id);
    });
    await this.open.changed();
  }

  /** One round of the node with the lease. @param resumed whether it has just taken it. */
  async step(resumed: boolean): Promise<void> {
    const { store, roster, now: clockNow } = this.#deps;
    const now = clockNow();
    if (resumed) {
      const tracked = await trackedAlerts(store, now);
      this.#watch.resume(tracked.filter(({ clearedAt }) => clearedAt === undefined));
    }
    if (this.#checkedAt === undefined || now - this.#checkedAt >= CHECK_EVERY_MS) {
      this.#checkedAt = now;
      const conditions = { gates: roster.gates(), ...this.#conditions.current() };
      const changes = this.#watch.check(conditions, now);
      this.#changes = [...this.#changes, ...changes].slice(-CHANGES_MAX);
      await this.#apply(now);
      await this.#notifier.step(now);
    }
    // Nobody waits for a hook that does not answer.
    this.#sending ??= this.#send();
  }

  /** Resolves when the deliveries under way have ended. */
  async delivered(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    try {
      await this.#webhooks.send();
    } catch (error) {
      this.#deps.log.warn({ code: errorCode(error) }, 'webhooks wait');
    } finally {
      this.#sending = undefined;
    }
  }

  /** Reads what is counted by the hour, once a minute, and deletes what is old. */
  async refresh(): Promise<void> {
    const now = this.#deps.now();
    await this.#conditions.refresh(now);
    await this.#webhooks.prune();
    await this.#deps.store.db
      .deleteFrom('alert')
      .where('cleared_at', '<', now - KEPT_MS)
      .execute();
  }

  /** What can't be written while the store is away is written later: the watch says it only once. */
  async #apply(now: number): Promise<void> {
    if (this.#changes.length === 0) {
      return;
    }
    const { store, setAside } = this.#deps;
    const idOf = ({ subject, kind }: AlertChange) => `${subject.name} ${kind}`;
    await setAside.all('alerts', this.#changes, idOf, (changes) =>
      store.transaction(async (tx) => {
        for (const change of changes) {
          await (change.raised ? this.#raise(tx, change, now) : this.#clear(tx, change, now));
        }
      }),
    );
    this.#changes = [];
    await this.open.changed();
  }

  async #raise(tx: Tx, { subject, kind, detail }: AlertChange, now: number): Promise<void> {
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

  async #clear(tx: Tx, { subject, kind }: AlertChange, now: number): Promise<void> {
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

  async #find(who: FleetActor, action: FleetAction, id: string): Promise<Alert> {
    const alert = await findAlert(this.#deps.store, id);
    return demandFound(who, action, alert, () => {
      return new VarcoError('alertUnknown', `There is no alert ${id}`);
    });
  }

  /** The server's own alerts have an empty site. */
  #note(
    tx: Tx,
    { site, gate }: { site?: string | undefined; gate?: string | undefined },
    kind: string,
    body: Record<string, unknown>,
    actor?: string,
  ): Promise<void> {
    return this.#deps.activity.note(tx, [{ kind, site: site || undefined, gate, actor, body }]);
  }
}
