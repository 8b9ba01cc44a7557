import { type ExpressionBuilder, sql } from 'kysely';
import type { Tables } from '../store/schema.ts';
import type { Store, Tx } from '../store/store.ts';
import type { SendQuota } from './outbox-limits.ts';

/** Milliseconds until one more message may be sent to this person or address; 0 when it may be sent now. */
export async function quotaWaitMs(
  tx: Tx,
  one: { personId: number | null; addressMac: string | null; urgent: boolean },
  { count, withinMs }: SendQuota,
  now: number,
): Promise<number> {
  const { personId, addressMac } = one;
  // A deferred message counts at the time it will be sent, so that the next one waits behind it.
  const times = await tx
    .selectFrom('message')
    .select('next_at')
    .where((row) => {
      const byPerson = personId === null ? [] : [row('person_id', '=', personId)];
      const byAddress = addressMac === null ? [] : [row('address_mac', '=', addressMac)];
      return row.or([...byPerson, ...byAddress]);
    })
    .where('urgent', '=', Number(one.urgent))
    .where('next_at', '>', now - withinMs)
    .orderBy('next_at', 'desc')
    .limit(count)
    .execute();
  const oldest = times[count - 1]?.next_at;
  return oldest === undefined ? 0 : oldest + withinMs - now;
}

/** Serializes writers for one recipient: two nodes counting at once would both let the last one through. */
export async function lockRecipient(store: Store, tx: Tx, recipient: string): Promise<void> {
  if (store.engine === 'postgres') {
    const name = `varco message ${recipient}`;
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx);
  }
}

/** Rows to be sent now. */
export function isDue(now: number) {
  return (row: ExpressionBuilder<Tables, 'message'>) =>
    row.or([
      row.and([row('state', '=', 'waiting'), row('next_at', '<=', now)]),
      // Its node died while sending. Whether it was sent is unknown, so it is sent again.
      row.and([row('state', '=', 'sending'), row('claimed_until', '<=', now)]),
    ]);
}
