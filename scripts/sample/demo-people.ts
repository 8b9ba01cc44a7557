import { PRIVACY_VERSION } from '../../server/credential/eligibility.ts';
import type { PersonRecord } from '../../server/registry/person.ts';
import type { Verbale } from '../../server/registry/verbale.ts';
import type { Verdict } from '../../shared/verdict.ts';

/** One of the demo's people; none of them is real. */
export interface DemoPerson {
  label: 'entitled' | 'entitledWithCompanion' | 'notCovered' | 'revoked' | 'notInArchive';
  person: PersonRecord;
  verbali: Verbale[];
  /** The code is revoked after it was issued. */
  revoked: boolean;
  /** The verdict of the gate whose policy is {@link DEMO_POLICY}. */
  expected: Verdict;
}

/** From 67 % on, with a companion at 100 %: the policy for which all five outcomes differ. */
export const DEMO_POLICY = 'trasporto-piemonte';

function person(codiceFiscale: string, name: string, birthDate: string): PersonRecord {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.org`;
  // Everybody needs their own number, since one-time codes are limited per number.
  const mobile = `+39333${birthDate.replaceAll('-', '').slice(1)}`;
  return { codiceFiscale, name, birthDate, mobile, email, privacyVersion: PRIVACY_VERSION };
}

function verbale(protocol: string, fields: Partial<Verbale>): Verbale {
  return {
    protocol,
    kind: 'primaIstanza',
    area: 'invaliditaCivile',
    fiscalBenefits: [],
    state: 'definitive',
    definitiveOn: '2019-05-14',
    ...fields,
  };
}

export const demoPeople: readonly DemoPerson[] = [
  {
    label: 'entitled',
    person: person('VRDGNN75C52H501A', 'Giovanna Verdi', '1975-03-12'),
    verbali: [
      verbale('DEMO-0001', { giudizio: 'oltreUnTerzo', percentage: 60 }),
      verbale('DEMO-0002', {
        kind: 'aggravamento',
        giudizio: 'da74a99',
        percentage: 80,
        definitiveOn: '2022-10-03',
        // Long past, but without effect (L. 114/2014).
        revisionOn: '2024-10-01',
      }),
    ],
    revoked: false,
    expected: { outcome: 'granted', companion: false },
  },
  {
    label: 'entitledWithCompanion',
    person: person('BNCMRC68P11L219B', 'Marco Bianchi', '1968-09-11'),
    verbali: [
      verbale('DEMO-0003', {
        giudizio: 'totaleNonDeambula',
        percentage: 100,
        fiscalBenefits: ['contrassegnoParcheggio'],
      }),
      verbale('DEMO-0004', {
        area: 'handicap',
        giudizio: 'handicapGrave',
      }),
    ],
    revoked: false,
    expected: { outcome: 'granted', companion: true },
  },
  {
    label: 'notCovered',
    person: person('GLLLRA90D47L736O', 'Laura Gallo', '1990-04-07'),
    // Everything that the policy asks about has been judged: only then is the answer a "no".
    verbali: [
      verbale('DEMO-0005', { giudizio: 'oltreUnTerzo', percentage: 46 }),
      verbale('DEMO-0007', { area: 'cecitaCivile', giudizio: 'nonCieco' }),
      verbale('DEMO-0008', { area: 'sordita', giudizio: 'nonSordo' }),
      verbale('DEMO-0009', { area: 'handicap', giudizio: 'nonHandicap' }),
    ],
    revoked: false,
    expected: { outcome: 'denied', reason: 'notCovered' },
  },
  {
    label: 'revoked',
    person: person('NRELCU82M03D612W', 'Luca Neri', '1982-08-03'),
    verbali: [verbale('DEMO-0006', { giudizio: 'totale', percentage: 100 })],
    revoked: true,
    expected: { outcome: 'denied', reason: 'notRecognised' },
  },
  {
    label: 'notInArchive',
    person: person('RSSPLA55E65F839V', 'Paola Rossi', '1955-05-25'),
    verbali: [],
    revoked: false,
    expected: { outcome: 'unconfirmed', reason: 'notInArchive' },
  },
];
