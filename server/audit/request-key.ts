/**
 * A request's idempotency key: an id is unique only within its asker. It comes first, since new ids begin
 * with the time: keys of the same moment stand together in the index (see `shared/request-id.ts`).
 */
export function requestKey(askerId: string, requestId: string): string {
  return `${requestId} ${askerId}`;
}
