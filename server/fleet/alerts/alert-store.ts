import type { Store, Tx } from '../../store/store.ts';
import type { AlertKind, Severity } from './kinds.ts';
import type { NotificationState } from './notices.ts';

/** An alert, open or over, with what people said about it. */
export interface Alert {
  id: string;
  /** `gate:ID`, `site:ID` or `server`. */
  subject: string;
  kind: AlertKind;
  /** Absent: it is about the server itself. */
  site?: string | undefined;
  gate?: string | undefined;
  severity: Severity;
  raisedAt: number;
  clearedAt?: number | undefined;
  /** What was measured. */
  detail: Record<string, unknown>;
  acknowledged?: { at: number; by: string; reason: string } | undefined;
  silenced?: { until: number; by: string; reason: string } | undefined;
}

/** An alert with what people were sent about it. */
export interface TrackedAlert extends Alert {
  notified: NotificationState;
}

/** People may still be notified that an alert is over which was cleared this long ago. */
const RECENT_MS = 86_400_000;

/** The alerts that are open or were cleared lately. */
export async function trackedAlerts(store: Store, now: number): Promise<TrackedAlert[]> {
  const rows = await select(store)
    .where((eb) =>
      eb.or([eb('alert.cleared_at', 'is', null), eb('alert.cleared_at', '>', now - RECENT_MS)]),
    )
    .execute();
  return rows.map(fromRow);
}

/** @param query.open only open ones, or only cleared ones. */
export async function listAlerts(
  store: Store,
  query: {
    sites: 'all' | readonly string[];
    open: boolean;
    gate?: string | undefined;
    before?: number | undefined;
    limit: number;
  },
): Promise<Alert[]> {
  let rows = select(store)
    .where('alert.cleared_at', query.open ? 'is' : 'is not', null)
    .orderBy('alert.raised_at', 'desc')
    .orderBy('alert.id')
    .limit(query.limit);
  if (query.sites !== 'all') {
    rows = rows.where('alert.site', 'in', query.sites.length > 0 ? query.sites : ['\0']);
  }
  rows = query.gate === undefined ? rows : rows.where('alert.gate', '=', query.gate);
  rows = query.before === undefined ? rows : rows.where('alert.raised_at', '<', query.before);
  return (await rows.execute()).map(fromRow).map(({ notified: _, ...alert }) => alert);
}

export async function findAlert(store: Store, id: string): Promise<Alert | undefined> {
  const row = await select(store).where('alert.id', '=', id).executeTakeFirst();
  return row && fromRow(row);
}

/** Stores what was sent about a subject's alerts of one kind, or a silence. */
export async function saveNotificationState(
  tx: Tx,
  { subject, kind }: Pick<Alert, 'subject' | 'kind'>,
  change: {
    sent_at?: number;
    cleared_sent_at?: number;
    silenced_until?: number | null;
    silenced_by?: string | null;
    silenced_reason?: string | null;
  },
): Promise<void> {
  await tx
    .insertInto('alert_quiet')
    .values({ subject, kind, ...change })
    .onConflict((conflict) => conflict.columns(['subject', 'kind']).doUpdateSet(change))
    .execute();
}

function select(store: Store) {
  return store.db
    .selectFrom('alert')
    .leftJoin('alert_quiet', (join) =>
      join
        .onRef('alert_quiet.subject', '=', 'alert.subject')
        .onRef('alert_quiet.kind', '=', 'alert.kind'),
    )
    .selectAll('alert')
    .select([
      'alert_quiet.sent_at',
      'alert_quiet.cleared_sent_at',
      'alert_quiet.silenced_until',
      'alert_quiet.silenced_by',
      'alert_quiet.silenced_reason',
    ]);
}

type Row = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>;

function fromRow(row: Row): TrackedAlert {
  const { acknowledged_at: at, acknowledged_by: by, acknowledged_reason: reason } = row;
  const { silenced_until: until, silenced_by, silenced_reason } = row;
  return {
    id: row.id,
    subject: row.subject,
    kind: row.kind as AlertKind,
    severity: row.severity,
    raisedAt: row.raised_at,
    detail: JSON.parse(row.detail),
    site: row.site || undefined,
    gate: row.gate ?? undefined,
    clearedAt: row.cleared_at ?? undefined,
    acknowledged: at === null ? undefined : { at, by: by ?? '', reason: reason ?? '' },
    silenced:
      until === null ? undefined : { until, by: silenced_by ?? '', reason: silenced_reason ?? '' },
    notified: {
      sentAt: row.sent_at ?? undefined,
      clearedSentAt: row.cleared_sent_at ?? undefined,
      silencedUntil: until ?? undefined,
    },
  };
}
