import { compose } from '../../shared/codice-fiscale/compose.ts';
import { type Giudizio, giudizi, giudizioNames, type Verbale } from './verbale.ts';

/** One line of a sample: the fields of an import's row. */
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
// A prime, so that index -> index * STRIDE mod COMBINATIONS meets every combination once.
const STRIDE = 7_919_993;

/**
 * A lifelike population: every class of giudizio, histories of all five kinds, and people without any
 * verbale. The same seed gives the same people. Nobody real is meant.
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
    const verbali = sampleHistory(index, random);
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
  const birthDate = isoDay(FIRST_BIRTH + take(BIRTH_DAYS) * DAY_MS);
  const sex = women.includes(name) ? 'female' : 'male';
  const codiceFiscale = compose({ surname, name, birthDate, sex, place });
  const mobile = `+39333${String(combination % 10_000_000).padStart(7, '0')}`;
  const email = `${name}.${surname}.${combination}@example.org`.toLowerCase();
  return {
    codiceFiscale,
    name: `${name} ${surname}`,
    birthDate,
    ...(random() < 0.95 ? { mobile } : {}),
    ...(random() < 0.9 ? { email } : {}),
    ...(random() < 0.9 ? { privacyVersion: options.privacyVersion } : {}),
  };
}

/** None to six verbali; the classes go round, so that a few dozen people show all of them. */
function sampleHistory(index: number, random: () => number): Verbale[] {
  if (random() < 0.04) {
    return [];
  }
  const verbali: Verbale[] = [];
  let day = Date.UTC(2010 + Math.floor(random() * 12), Math.floor(random() * 12), 1);
  const add = (fields: Partial<Verbale> & Pick<Verbale, 'kind' | 'area'>) => {
    day += Math.floor(1 + random() * 400) * DAY_MS;
    const state = fields.state ?? 'definitive';
    verbali.push({
      protocol: `S${index}-${verbali.length + 1}`,
      accompagnamento: false,
      fiscalBenefits: [],
      ...(state === 'draft' ? {} : { definitiveOn: isoDay(day) }),
      ...fields,
      state,
    });
  };
  const giudizio = giudizioNames[index % giudizioNames.length] as Giudizio;
  add({ kind: 'primaIstanza', ...judgement(giudizio, random) });
  if (random() < 0.3) {
    add({ kind: 'primaIstanza', ...judgement('handicap', random) });
  }
  const kind = (['aggravamento', 'revisione', 'verificaStraordinaria'] as const)[index % 3];
  if (random() < 0.35 && kind) {
    const sameArea = giudizioNames.filter((name) => giudizi[name].area === giudizi[giudizio].area);
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

function judgement(giudizio: Giudizio, random: () => number) {
  const { area, range } = giudizi[giudizio];
  const accompagnamento = /Accompagnamento|NonDeambula|NonAutosuff|ciecoAssoluto/.test(giudizio);
  return {
    area,
    giudizio,
    accompagnamento,
    ...(range ? { percentage: range[0] + Math.floor(random() * (range[1] - range[0] + 1)) } : {}),
    ...(random() < 0.3 ? { revisionOn: isoDay(Date.UTC(2015 + random() * 15, 0, 1)) } : {}),
    ...(accompagnamento ? { fiscalBenefits: ['contrassegnoParcheggio' as const] } : {}),
  };
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** mulberry32: small, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
