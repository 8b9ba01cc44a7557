/** What people were sent about one subject's alerts of one kind. */
export interface NotificationState {
  /** When they were last notified that it is raised, and that it is over. */
  sentAt?: number | undefined;
  clearedSentAt?: number | undefined;
  silencedUntil?: number | undefined;
}

export interface NoticePolicy {
  /** The same thing is not sent again before this, in milliseconds. */
  repeatMs: number;
}

/** The times of an alert that decide about notices. */
export interface AlertTimes {
  raisedAt: number;
  clearedAt?: number | undefined;
  acknowledgedAt?: number | undefined;
}

export type Notice = 'raised' | 'reminder' | 'cleared';

/**
 * Which notice of an alert is due now, if any. Never the same more often than once in `repeatMs`, however
 * often it is raised and cleared; none while it is silenced; no reminder once somebody acknowledged it; an
 * end only if its beginning was sent.
 */
export function noticeDue(
  alert: AlertTimes,
  sent: NotificationState,
  { repeatMs }: NoticePolicy,
  now: number,
): Notice | undefined {
  if (sent.silencedUntil !== undefined && now < sent.silencedUntil) {
    return undefined;
  }
  const isFree = (at: number | undefined) => at === undefined || now - at >= repeatMs;
  if (alert.clearedAt !== undefined) {
    const wasSent = sent.sentAt !== undefined && sent.sentAt >= alert.raisedAt;
    const wasEnded = sent.clearedSentAt !== undefined && sent.clearedSentAt >= alert.clearedAt;
    return wasSent && !wasEnded && isFree(sent.clearedSentAt) ? 'cleared' : undefined;
  }
  if (!isFree(sent.sentAt)) {
    return undefined;
  }
  const isNew = sent.sentAt === undefined || sent.sentAt < alert.raisedAt;
  if (isNew) {
    return 'raised';
  }
  return alert.acknowledgedAt === undefined ? 'reminder' : undefined;
}
