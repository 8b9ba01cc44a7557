import { compose } from '../../shared/codice-fiscale/compose.ts';
import { ageOn } from '../../shared/rome-day.ts';
import { entails } from './entails.ts';
import { type Giudizio, giudizi, giudizioNames, type Verbale } from './verbale.ts';

/** One line of a sample: the fields of an import row. */
export type SampleRow = Record<string, unknown>;

const surnames = [
  'Rossi Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Deluca',
  'Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Caruso Mariani',
]
  .join(' ')
  .split(' ');
const women = 'Giulia Chiara Francesca Sara Paola Lucia Teresa Elena Rosa Silvia Monica'.split(' ');
const men = 'Marco Andrea Luca Giuseppe Antonio Davide Stefano Matteo Pietro Fabio Bruno'.split(
  ' ',
);
const names = [...women, ...men];
const places = 'H501 F205 L219 F839 D612 A944 G273 L736 A662 C351 D969 E506'.split(' ');

const FIRST_BIRTH = Date.UTC(1930, 0, 1);
const DAY_MS = 86_400_000;
const BIRTH_DAYS = 33_600;
const COMBINATIONS = surnames.length * names.length * places.length * BIRTH_DAYS;
// A prime, so that index -> index * STRIDE mod COMBINATIONS visits every combination once.
const STRIDE = 7_919_993;

/**
 * Generates a lifelike, fictitious population: every class of giudizio, histories of all five kinds of
 * verbale, and people without any. The same seed yields the same people.
 *
 * @param options.privacyVersion the notice that most of them have accepted.
 */
export function* samplePopulation(options: {
  persons: number;
  seed: number;
  privacyVersion: string;
}): Generator<SampleRow> {
  const random = seeded(options.seed);
  const start = Math.floor(random() * COMBINATIONS);
  for (let index = 0; index < options.persons; index += 1) {
    const person = samplePerson((start + index * STRIDE) % COMBINATIONS, random, options);
    const verbali = sampleHistory(index, random, String(person.birthDate));
    if (verbali.length === 0) {
      yield person;
    }
    for (const verbale of verbali) {
      yield { ...person, ...verbale };
    }
  }
}

function samplePerson(
  combination: number,
  random: () => number,
  options: { privacyVersion: string },
): SampleRow {
  let rest = combination;
  const take = (count: number) => {
    const at = rest % count;
    rest = Math.floor(rest / count);
    return at;
  };
  const surname = surnames[take(surnames.length)] ?? '';
  const name = names[take(names.length)] ?? '';
  const place = places[take(places.length)] ?? '';
  const birthDate = isoDate(FIRST_BIRTH + take(BIRTH_DAYS) * DAY_MS);
  const sex = women.includes(name) ? 'female' : 'male';
  const codiceFiscale = compose({ surname, name, birthDate, sex, place });
  const mobile = `+39333${String(combination % 10_000_000).padStart(7, '0')}`;
  const email = `${name}.${surname}.${combination}@example.org`.toLowerCase();
  const { privacyVersion } = options;
  const row: SampleRow = { codiceFiscale, name: `${name} ${surname}`, birthDate };
  setIf(row, random() < 0.95, { mobile });
  setIf(row, random() < 0.9, { email });
  setIf(row, random() < 0.9, { privacyVersion });
  return row;
}

/** Adds optional fields in place, so that absent ones are missing from the line and not `undefined`. */
function setIf<Row extends object>(row: Row, isSet: boolean, fields: Partial<Row>): void {
  if (isSet) {
    Object.assign(row, fields);
  }
}

/** None to six verbali; the classes take turns, so that a few dozen people show all of them. */
function sampleHistory(index: number, random: () => number, birthDate: string): Verbale[] {
  if (random() < 0.04) {
    return [];
  }
  const verbali: Verbale[] = [];
  const began = Date.UTC(2010 + Math.floor(random() * 12), Math.floor(random() * 12), 1);
  let day = Math.max(began, Date.parse(birthDate));
  const add = (fields: Partial<Verbale> & Pick<Verbale, 'kind' | 'area'>) => {
    day += Math.floor(1 + random() * 400) * DAY_MS;
    const verbale: Verbale = {
      protocol: `S${index}-${verbali.length + 1}`,
      fiscalBenefits: [],
      state: 'definitive',
      ...fields,
    };
    setIf(verbale, verbale.state !== 'draft', { definitiveOn: isoDate(day) });
    verbali.push(verbale);
  };
  // A verbale is definitive 400 days later at most, six of them after seven years.
  const fits = (name: Giudizio) =>
    [day, day + YEARS_7].every((at) => isOfAge(name, ageOn(birthDate, isoDate(at))));
  const own = giudizioNames.filter(fits);
  const wanted = giudizioNames[index % giudizioNames.length] ?? 'nonInvalido';
  const giudizio = fits(wanted) ? wanted : (own[index % own.length] ?? 'nonInvalido');
  add({ kind: 'primaIstanza', ...judgement(giudizio, random) });
  if (random() < 0.3) {
    add({ kind: 'primaIstanza', ...judgement('handicap', random) });
  }
  const kind = (['aggravamento', 'revisione', 'verificaStraordinaria'] as const)[index % 3];
  if (random() < 0.35 && kind) {
    const sameArea = own.filter((name) => giudizi[name].area === giudizi[giudizio].area);
    const next = sameArea[Math.floor(random() * sameArea.length)] ?? giudizio;
    add({ kind, ...judgement(next, random) });
    const annuls = verbali.at(-1)?.protocol;
    if (random() < 0.2 && annuls !== undefined) {
      add({ kind: 'autotutela', area: giudizi[giudizio].area, annuls });
    }
  }
  if (random() < 0.05) {
    add({ kind: 'revisione', ...judgement(giudizio, random), state: 'draft' });
  }
  return verbali;
}

const YEARS_7 = 7 * 366 * DAY_MS;

/** Whether somebody may be judged so at an age. */
function isOfAge(giudizio: Giudizio, age: number): boolean {
  const { judgedAsElder, judgedAsMinor } = entails({ giudizio, fiscalBenefits: [] });
  return (!judgedAsElder || age >= 67) && (!judgedAsMinor || age < 18);
}

/** The ISO date of a day that begins in UTC. */
function isoDate(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}

type SampleJudgement = Partial<Verbale> & Pick<Verbale, 'area'>;

function judgement(giudizio: Giudizio, random: () => number): SampleJudgement {
  const { area, range } = giudizi[giudizio];
  const fields: SampleJudgement = { area, giudizio };
  if (range) {
    const [least, most] = range;
    fields.percentage = least + Math.floor(random() * (most - least + 1));
  }
  if (random() < 0.3) {
    fields.revisionOn = isoDate(Date.UTC(2015 + random() * 15, 0, 1));
  }
  setIf(fields, entails({ giudizio, fiscalBenefits: [] }).accompagnamento, {
    fiscalBenefits: ['contrassegnoParcheggio'],
  });
  return fields;
}

/** The mulberry32 generator: small, and the same on every platform. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
