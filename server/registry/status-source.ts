import type { Status } from './person-status.ts';

/** What a source knows about a person. `unavailable` is never treated as a "no". */
export type SourceAnswer =
  | { kind: 'known'; status: Status }
  | { kind: 'unknown' }
  | { kind: 'unavailable' };

/**
 * A source of statuses other than the registry, which answers inside the verification's own transaction.
 * A source is asked before that transaction, and only when the code and the codice fiscale match.
 */
export interface StatusSource {
  readonly name: string;
  /** Never throws: any failure is `unavailable`. */
  statusOf(codiceFiscale: string): Promise<SourceAnswer>;
}
