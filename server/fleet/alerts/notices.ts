/** What is known about telling people of one subject's alerts of one kind. */
export interface Quiet {
  /** When it was last told that it is raised, and that it is over. */
  sentAt?: number | undefined;
  clearedSentAt?: number | undefined;
  silencedUntil?: number | undefined;
}

export interface NoticePolicy {
  /** The same thing is not told again before this, in milliseconds. */
  repeatMs: number;
}

/** An alert, as far as telling of it goes. */
export interface Notable {
  raisedAt: number;
  clearedAt?: number | undefined;
  acknowledgedAt?: number | undefined;
}

export type Notice = 'raised' | 'reminder' | 'cleared';

/**
 * Whether people are told something of an alert now. Never the same more often than once in
 * `repeatMs`, however often it comes and goes; nothing while it is silenced; no reminder once somebody
 * said that they know; an end only of what was told.
 */
export function noticeDue(
  alert: Notable,
  told: Quiet,
  { repeatMs }: NoticePolicy,
  now: number,
): Notice | undefined {
  if (told.silencedUntil !== undefined && now < told.silencedUntil) {
    return undefined;
  }
  const isFree = (at: number | undefined) => at === undefined || now - at >= repeatMs;
  if (alert.clearedAt !== undefined) {
    const wasTold = told.sentAt !== undefined && told.sentAt >= alert.raisedAt;
    const wasEnded = told.clearedSentAt !== undefined && told.clearedSentAt >= alert.clearedAt;
    return wasTold && !wasEnded && isFree(told.clearedSentAt) ? 'cleared' : undefined;
  }
  if (!isFree(told.sentAt)) {
    return undefined;
  }
  const isNew = told.sentAt === undefined || told.sentAt < alert.raisedAt;
  if (isNew) {
    return 'raised';
  }
  return alert.acknowledgedAt === undefined ? 'reminder' : undefined;
}
