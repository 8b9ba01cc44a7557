import { parse } from '../../shared/codice-fiscale/parse.ts';
import { ageOn } from '../../shared/rome-day.ts';
import { entails } from './entails.ts';
import type { PersonRecord } from './person.ts';
import type { Verbale } from './verbale.ts';

/** The age from which a person is judged as an elder: it was 65 before it followed the pension age. */
const ELDER_FROM = 65;
/** A minor's visit may be before the eighteenth birthday and its verbale become definitive after it. */
const MINOR_BELOW = 19;

/**
 * What a person's data say against each other, as `field: reason` without any value. Pure.
 *
 * @param today ISO date in Rome.
 */
export function* personContradictions(person: PersonRecord, today: string): Generator<string> {
  const { birthDate } = person;
  if (birthDate > today) {
    yield 'birthDate: is in the future';
    return;
  }
  const parsed = parse(person.codiceFiscale, { today });
  const facts = parsed.ok ? parsed.facts : parsed.doubtful?.facts;
  if (facts?.kind === 'personal' && !facts.birthDates.includes(birthDate)) {
    yield 'birthDate: contradicts the codice fiscale';
  }
}

/** What a verbale says against the person it is about; see {@link personContradictions}. Pure. */
export function* verbaleContradictions(
  { birthDate }: PersonRecord,
  verbale: Verbale,
): Generator<string> {
  const { definitiveOn, giudizio, fiscalBenefits } = verbale;
  // A draft has no day, so nothing is known of the age.
  if (definitiveOn === undefined) {
    return;
  }
  if (definitiveOn < birthDate) {
    yield 'definitiveOn: is before the birth';
    return;
  }
  if (giudizio === undefined) {
    return;
  }
  const age = ageOn(birthDate, definitiveOn);
  const { judgedAsElder, judgedAsMinor } = entails({ giudizio, fiscalBenefits });
  if (judgedAsElder && age < ELDER_FROM) {
    yield 'giudizio: is an elder’s, and the person was not one';
  }
  if (judgedAsMinor && age >= MINOR_BELOW) {
    yield 'giudizio: is a minor’s, and the person was not one';
  }
}
