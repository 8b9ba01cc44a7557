import { answerOf } from '../audit/body.ts';
import type { Tx } from '../store/store.ts';

/**
 * The answer that an earlier request with the same idempotency key got, read from its audit row.
 *
 * @throws VarcoError `storeCorrupt` when the row was altered.
 */
export async function earlierAnswer<Answer extends { outcome: string }>(
  tx: Tx,
  requestKey: string,
): Promise<{ answer: Answer; decidedAt: number } | undefined> {
  const row = await tx
    .selectFrom('audit')
    .select(['at', 'body'])
    .where('request', '=', requestKey)
    .executeTakeFirst();
  return row && { answer: answerOf<Answer>(row.body), decidedAt: row.at };
}
