import {
  type Area,
  areas,
  type FiscalBenefit,
  type Giudizio,
  negativeGiudizi,
  type Verbale,
} from './verbale.ts';

/** What one area's verbale in force says. */
export interface AreaStatus {
  protocol: string;
  giudizio: Giudizio;
  /** Whether the status is there: the first level's yes or no. */
  recognised: boolean;
  percentage?: number;
  accompagnamento: boolean;
  revisionOn?: string;
  fiscalBenefits: readonly FiscalBenefit[];
  definitiveOn: string;
}

/** The person's status: the areas on which the archive has spoken; an absent one is not a "no". */
export type Status = { readonly [Name in Area]?: AreaStatus };

/** What one area's verbale in force says, without what tells whose it is. */
export type AreaFacts = Omit<AreaStatus, 'protocol' | 'definitiveOn' | 'revisionOn'>;

/** What a decision at a gate looks at of a {@link Status}. */
export type StatusFacts = { readonly [Name in Area]?: AreaFacts };

type Judgement = Verbale & { giudizio: Giudizio; definitiveOn: string };

/**
 * The current status, folded from the verbali in the order in which they became definitive; on one day,
 * by protocol number, so that the order of arrival never matters.
 *
 * - A later definitive verbale takes the place of the earlier one of its area.
 * - *Autotutela* annuls an earlier verbale (the one before it is in force again) or restores an
 *   annulled one; with a giudizio of its own it also judges anew.
 * - Drafts, verbali of a day to come and those that the archive itself marks as annulled count for
 *   nothing; `superseded` is the archive's own note of what this fold works out and changes nothing.
 * - **A past revision date changes nothing**: L. 114/2014 art. 25 c. 6-bis keeps every right until a new
 *   definitive verbale.
 *
 * @param today ISO date in Italy.
 */
export function status(verbali: readonly Verbale[], today: string): Status {
  const definitive = verbali
    .filter((verbale): verbale is Verbale & { definitiveOn: string } => counts(verbale, today))
    .sort(byDefinitiveOrder);
  const annulled = new Set<string>();
  for (const verbale of definitive) {
    if (verbale.annuls !== undefined) {
      annulled.add(verbale.annuls);
    }
    if (verbale.restores !== undefined) {
      annulled.delete(verbale.restores);
    }
  }
  const current: { [Name in Area]?: AreaStatus } = {};
  for (const area of areas) {
    const inForce = definitive.findLast(
      (verbale): verbale is Judgement =>
        verbale.area === area && verbale.giudizio !== undefined && !annulled.has(verbale.protocol),
    );
    if (inForce) {
      current[area] = toAreaStatus(inForce);
    }
  }
  return current;
}

function counts(verbale: Verbale, today: string): boolean {
  return (
    (verbale.state === 'definitive' || verbale.state === 'superseded') &&
    verbale.definitiveOn !== undefined &&
    verbale.definitiveOn <= today
  );
}

function byDefinitiveOrder(
  a: Verbale & { definitiveOn: string },
  b: Verbale & { definitiveOn: string },
): number {
  if (a.definitiveOn !== b.definitiveOn) {
    return a.definitiveOn < b.definitiveOn ? -1 : 1;
  }
  return a.protocol < b.protocol ? -1 : Number(a.protocol > b.protocol);
}

function toAreaStatus(verbale: Judgement): AreaStatus {
  return {
    protocol: verbale.protocol,
    giudizio: verbale.giudizio,
    recognised: !negativeGiudizi.has(verbale.giudizio),
    ...(verbale.percentage === undefined ? {} : { percentage: verbale.percentage }),
    accompagnamento: verbale.accompagnamento,
    ...(verbale.revisionOn === undefined ? {} : { revisionOn: verbale.revisionOn }),
    fiscalBenefits: verbale.fiscalBenefits,
    definitiveOn: verbale.definitiveOn,
  };
}
