import {
  type Area,
  areas,
  type FiscalBenefit,
  type Giudizio,
  negativeGiudizi,
  type Verbale,
} from './verbale.ts';

/** What the verbale in force says about one area. */
export interface AreaStatus {
  protocol: string;
  giudizio: Giudizio;
  /** Whether the verbale recognises the condition: the first level's yes or no. */
  recognised: boolean;
  percentage?: number;
  accompagnamento: boolean;
  revisionOn?: string;
  fiscalBenefits: readonly FiscalBenefit[];
  definitiveOn: string;
}

/** A person's status by area. An absent area means that the archive says nothing, never a "no". */
export type Status = { readonly [Name in Area]?: AreaStatus };

/** An area's status without the fields that could identify whose verbale it is. */
export type AreaFacts = Omit<AreaStatus, 'protocol' | 'definitiveOn' | 'revisionOn'>;

/** The part of a {@link Status} that decisions at a gate use. */
export type StatusFacts = { readonly [Name in Area]?: AreaFacts };

type Judgement = Verbale & { giudizio: Giudizio; definitiveOn: string };

/**
 * Folds verbali into the current status, in the order in which they became definitive and, within a day,
 * by protocol number, so that the order of arrival never matters. Pure.
 *
 * - A later definitive verbale replaces the earlier one of the same area.
 * - An *autotutela* annuls an earlier verbale (which puts the one before it back in force) or restores an
 *   annulled one; with its own giudizio it is a new judgement too.
 * - Drafts, verbali dated in the future and those the archive marks as annulled are ignored; `superseded`
 *   is only the archive's note of what this fold computes, so it counts like `definitive`.
 * - **A past revision date changes nothing**: L. 114/2014 art. 25 c. 6-bis preserves every right until a
 *   new definitive verbale.
 *
 * @param today ISO date in Italy.
 */
export function foldStatus(verbali: readonly Verbale[], today: string): Status {
  const definitive = verbali
    .filter((verbale): verbale is Verbale & { definitiveOn: string } => isEffective(verbale, today))
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

function isEffective(verbale: Verbale, today: string): boolean {
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
