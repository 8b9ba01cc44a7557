import { type CardRecord, cardStanding } from '../registry/card-standing.ts';
import type { StatusFacts } from '../registry/person-status.ts';
import type { Facts } from './decide.ts';

/** A code as it is on record. */
export interface CodeRecord extends CardRecord {
  kind: string | null;
}

/**
 * What a policy may know of whoever shows a code. A Disability Card attests only its own validity (domain
 * §4), so the status itself is hidden behind it. Pure.
 *
 * @param day ISO date in Rome.
 */
export function factsOf(
  code: CodeRecord,
  status: StatusFacts,
  birthDate: string | undefined,
  day: string,
): Facts {
  if (code.kind !== 'card') {
    return { kind: 'known', status, birthDate, cardValid: false, cardCompanion: false };
  }
  const standing = cardStanding(status, code, day);
  return standing.name === 'valid'
    ? {
        kind: 'known',
        status: {},
        birthDate,
        cardValid: true,
        cardCompanion: standing.companion,
      }
    : { kind: 'cardEnded' };
}
