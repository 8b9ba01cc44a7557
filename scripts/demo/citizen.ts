import type { PersonRecord } from '../../server/registry/person.ts';
import type { Verbale } from '../../server/registry/verbale.ts';
import type { IssuedPerson } from '../sample/issued-person.ts';
import type { DemoAddition } from './addition.ts';

/** A made-up person who has no code yet, to create one in the portal. */
export const newcomer: { person: PersonRecord; verbali: Verbale[] } = {
  person: {
    codiceFiscale: 'FRRNNA84H55L219L',
    name: 'Anna Ferrari',
    birthDate: '1984-06-15',
    mobile: '+393330000001',
    email: 'anna.ferrari@example.org',
  },
  verbali: [
    {
      protocol: 'DEMO-0011',
      kind: 'primaIstanza',
      area: 'invaliditaCivile',
      giudizio: 'da74a99',
      percentage: 80,
      fiscalBenefits: [],
      state: 'definitive',
      definitiveOn: '2023-02-20',
    },
    {
      protocol: 'DEMO-0012',
      kind: 'primaIstanza',
      area: 'handicap',
      giudizio: 'handicapGrave',
      fiscalBenefits: ['contrassegnoParcheggio'],
      state: 'definitive',
      definitiveOn: '2023-02-20',
    },
  ],
};

/** The page that a phone opens for a code, on the demo's own server. */
export function readingUrl(origin: string, credential: string): string {
  return `${origin}${new URL(credential).pathname}`;
}

/** The citizen's side: a person without a code, the portal, and the reading page of each code. */
export const citizen: DemoAddition = ({ origin }) =>
  Promise.resolve({
    async ready({ app }, people: readonly IssuedPerson[]) {
      const { person, verbali } = newcomer;
      const rows = verbali.map((verbale) => ({ person, verbale }));
      const { rejected } = await app.registry.importRows(rows);
      if (rejected.length > 0) {
        throw new Error(`the demo's citizen was rejected: ${JSON.stringify(rejected)}`);
      }
      return [
        { label: 'The citizen portal', url: `${origin}/portal` },
        ...people.map(({ label, credential }) => ({
          label: `A phone reads: ${label}`,
          url: readingUrl(origin, credential),
        })),
      ];
    },
  });
