/**
 * A request's idempotency key: its id is unique only within who asks. The id comes first, since new ids
 * begin with the time: the keys of one moment stand together in the index (see `shared/request-id.ts`).
 */
export function requestKey(askerId: string, requestId: string): string {
  return `${requestId} ${askerId}`;
}
