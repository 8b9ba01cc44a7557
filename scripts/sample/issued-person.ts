import type { Verdict } from '../../shared/verdict.ts';

/** A sample person with the code in hand. */
export interface IssuedPerson {
  label: string;
  codiceFiscale: string;
  /** The text of the QR code. */
  credential: string;
  expected: Verdict;
}
