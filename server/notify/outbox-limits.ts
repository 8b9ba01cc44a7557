/** How many messages of one kind a person, or an address, may be sent within a period. */
export interface SendQuota {
  count: number;
  withinMs: number;
}

export interface OutboxLimits {
  /** Of one-time codes: one more is refused. */
  urgent: SendQuota;
  /** Of all other messages: one more waits until the quota allows it. */
  ordinary: SendQuota;
  /** How long a claim is valid: longer than an attempt can take, shorter than people wait patiently. */
  claimMs: number;
  /** Attempts that the server deferred before a message is dead. */
  attemptsMax: number;
  /** Age at which a message that could not be delivered is dead. */
  ageMaxMs: number;
  /** How long a settled message's key, and a dead one's body, are kept. */
  keepMs: number;
}

export const defaultOutboxLimits: OutboxLimits = {
  urgent: { count: 5, withinMs: 900_000 },
  ordinary: { count: 20, withinMs: 3_600_000 },
  claimMs: 120_000,
  attemptsMax: 12,
  ageMaxMs: 3 * 86_400_000,
  keepMs: 30 * 86_400_000,
};
