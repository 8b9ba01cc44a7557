import type { Status } from './person-status.ts';

/** What a source knows of a person. `unavailable` is never taken for a "no". */
export type SourceAnswer =
  | { kind: 'known'; status: Status }
  | { kind: 'unknown' }
  | { kind: 'unavailable' };

/**
 * Who answers for a person's status. The registry is one, and answers inside the verification's own
 * transaction; any other is asked before it, and only for people whose code and codice fiscale belong
 * together.
 */
export interface StatusSource {
  readonly name: string;
  /** Never throws: a fault is `unavailable`. */
  statusOf(codiceFiscale: string): Promise<SourceAnswer>;
}

/** Brings one-time codes and second-level answers to the citizen; what it throws counts as not sent. */
export interface Messenger {
  sendCode(to: { mobile: string; personId?: number }, code: string): Promise<void>;
  sendDetail(to: { email: string; personId?: number }, text: string): Promise<void>;
}
