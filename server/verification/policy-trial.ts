import { z } from 'zod';
import { keysOf } from '../../shared/keys-of.ts';
import type { Policy } from '../../shared/policy.ts';
import { romeMidnight } from '../../shared/rome-day.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { statusOn } from '../registry/person-status.ts';
import {
  ARCHIVE_BEGINS,
  areas,
  fiscalBenefits,
  type Giudizio,
  giudizi,
  giudizioNames,
  negativeGiudizi,
  type Verbale,
} from '../registry/verbale.ts';
import { decide } from './decide.ts';

const benefitNames = keysOf(fiscalBenefits);

/** Somebody whom a policy is tried on: no real person, only what the rules may ask. */
export const trialRowSchema = z.object({
  birthDate: z.iso.date().optional(),
  /** In the order in which they became definitive, all of them before the day. */
  verbali: z
    .array(
      z.object({
        area: z.enum(areas),
        giudizio: z.enum(giudizioNames),
        percentage: z.number().int().min(0).max(100).optional(),
        fiscalBenefits: z.array(z.enum(benefitNames)).max(4).default([]),
      }),
    )
    .max(64)
    .default([]),
  /** The Disability Card shown instead of a status code. */
  card: z.object({ companion: z.boolean().default(false) }).optional(),
  /** The day of the question, in Rome. */
  on: z.iso.date(),
});
export type TrialRow = z.infer<typeof trialRowSchema>;

/** The facts of somebody who is tried, and a moment of their day. Pure. */
export function factsOfRow({ birthDate, verbali, card, on }: TrialRow) {
  const definitive = verbali.map(
    (verbale, index): Verbale => ({
      ...verbale,
      protocol: String(index).padStart(4, '0'),
      kind: 'primaIstanza',

      state: 'definitive',
      definitiveOn: ARCHIVE_BEGINS,
    }),
  );
  const facts = {
    kind: 'known' as const,
    status: card ? {} : statusOn(definitive, on),
    birthDate,
    cardValid: card !== undefined,
    cardCompanion: card?.companion === true,
  };
  return { facts, at: new Date(romeMidnight(on)) };
}

/** What a gate with this policy would answer. Pure. */
export function tryPolicy(policy: Policy, row: TrialRow): Verdict {
  const { facts, at } = factsOfRow(row);
  return decide(facts, policy, at);
}

/** One line of the table that a policy is shown with before it is released. */
export interface TrialLine {
  row: TrialRow;
  /** What the class is tried with, beside its least percentage: an age, a mark of the verbale. */
  kind: 'adult' | 'minor' | 'elder' | 'withMark' | 'allNegative' | 'card' | 'nothing';
  verdict: Verdict;
  /** By the version in force; absent where there is none. */
  before: Verdict | undefined;
  isChanged: boolean;
}

/**
 * Who passes by a policy, judgement by judgement, each alone as a gate meets it; and what that changes
 * against the version in force. Pure.
 */
export function trialTable(policy: Policy, inForce: Policy | undefined, on: string): TrialLine[] {
  return trialRows(on).map(({ row, kind }) => {
    const verdict = tryPolicy(policy, row);
    const before = inForce && tryPolicy(inForce, row);
    const isChanged = before !== undefined && JSON.stringify(before) !== JSON.stringify(verdict);
    return { row, kind, verdict, before, isChanged };
  });
}

const AGES = { adult: 46, minor: 10, elder: 76 } as const;
const elders = /^anziano/;
const minors = /^minore/;

function trialRows(on: string): Pick<TrialLine, 'row' | 'kind'>[] {
  const bornAt = (age: number) => `${Number(on.slice(0, 4)) - age}-01-01`;
  const of = (kind: keyof typeof AGES, names: readonly Giudizio[]): TrialRow => ({
    birthDate: bornAt(AGES[kind]),
    verbali: names.map(toVerbale),
    on,
  });
  const alone = giudizioNames.map((name) => {
    const kind = elders.test(name) ? 'elder' : minors.test(name) ? 'minor' : 'adult';
    return { row: of(kind, [name]), kind } as const;
  });
  const marked = of('adult', ['handicap']);
  const negative = of('adult', [...negativeGiudizi]);
  return [
    ...alone,
    ...(['sordo', 'ciecoParziale', 'handicapGrave'] as const).map((name) => ({
      row: of('minor', [name]),
      kind: 'minor' as const,
    })),
    { row: { ...marked, verbali: marked.verbali.map(withMark) }, kind: 'withMark' },
    { row: negative, kind: 'allNegative' },
    { row: { ...of('adult', []), card: { companion: true } }, kind: 'card' },
    { row: of('adult', []), kind: 'nothing' },
  ];
}

function toVerbale(giudizio: Giudizio): TrialRow['verbali'][number] {
  const { area, range } = giudizi[giudizio];
  return { area, giudizio, percentage: range?.[0], fiscalBenefits: [] };
}

function withMark(verbale: TrialRow['verbali'][number]): TrialRow['verbali'][number] {
  return { ...verbale, fiscalBenefits: ['veicoliSenzaAdattamento'] };
}
