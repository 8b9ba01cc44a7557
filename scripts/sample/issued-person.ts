import type { Verdict } from '../../shared/verdict.ts';

/** A sample person with their code. */
export interface IssuedPerson {
  label: string;
  codiceFiscale: string;
  /** The text of the QR code. */
  credential: string;
  expected: Verdict;
}
