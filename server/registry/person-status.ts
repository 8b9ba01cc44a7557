import { entails } from './entails.ts';
import { type Area, areas, type FiscalBenefit, type Giudizio, type Verbale } from './verbale.ts';

/** What the verbale in force says about one area. */
export interface AreaStatus {
  protocol: string;
  giudizio: Giudizio;
  /** Whether the verbale recognises the condition: the first level's yes or no. */
  recognised: boolean;
  percentage?: number;
  /** As the giudizio entails it. */
  accompagnamento: boolean;
  revisionOn?: string;
  fiscalBenefits: readonly FiscalBenefit[];
  definitiveOn: string;
  /** Every verbale of the area is annulled: the archive has spoken, and recognises nothing. */
  annulled?: true;
}

/** A person's status by area. An absent area means that the archive says nothing, never a "no". */
export type Status = { readonly [Name in Area]?: AreaStatus };

/** An area's status without the fields that could identify whose verbale it is. */
export type AreaFacts = Omit<AreaStatus, 'protocol' | 'definitiveOn' | 'revisionOn'>;

/** The part of a {@link Status} that decisions at a gate use. */
export type StatusFacts = { readonly [Name in Area]?: AreaFacts };

type Effective = Verbale & { definitiveOn: string };
type Judgement = Effective & { giudizio: Giudizio };

/**
 * What is in force on a day: a fold over the verbali in the order in which they became definitive and,
 * within a day, of their protocol numbers, so that the order of arrival never matters. Pure.
 *
 * - A later definitive verbale replaces the earlier one of the same area.
 * - An *autotutela* annuls another verbale (which puts the one before it back in force) or restores an
 *   annulled one; with its own giudizio it is a new judgement too. The last act decides, so an annulment
 *   that is annulled itself has no effect.
 * - Where every judgement of an area is annulled, the archive recognises nothing there, which is a "no".
 * - Drafts, and verbali whose day has not begun, are ignored; `superseded` is only the archive's note of
 *   what this fold computes, so it counts like `definitive`.
 * - **A past revision date changes nothing**: L. 114/2014 art. 25 c. 6-bis preserves every right until a
 *   new definitive verbale.
 *
 * @param day ISO date in Italy.
 */
export function statusOn(verbali: readonly Verbale[], day: string): Status {
  const effective = verbali
    .filter((verbale): verbale is Effective => isEffective(verbale, day))
    .sort(byDecisionOrder);
  const annulledBy = annulmentsAmong(effective);
  const current: { [Name in Area]?: AreaStatus } = {};
  for (const area of areas) {
    const judged = effective.filter(
      (verbale): verbale is Judgement => verbale.area === area && verbale.giudizio !== undefined,
    );
    const inForce = judged.findLast((verbale) => !isAnnulled(verbale, annulledBy));
    const last = judged.at(-1);
    if (inForce) {
      current[area] = toAreaStatus(inForce);
    } else if (last) {
      current[area] = annulledStatus(last, annulledBy.get(last.protocol));
    }
  }
  return current;
}

/**
 * The first day after `day` on which the fold may come out differently; undefined when time alone changes
 * nothing any more. Pure.
 */
export function nextChange(verbali: readonly Verbale[], day: string): string | undefined {
  let next: string | undefined;
  for (const { state, definitiveOn } of verbali) {
    const isAhead = state !== 'draft' && definitiveOn !== undefined && definitiveOn > day;
    if (isAhead && (next === undefined || definitiveOn < next)) {
      next = definitiveOn;
    }
  }
  return next;
}

function isEffective({ state, definitiveOn }: Verbale, day: string): boolean {
  return state !== 'draft' && definitiveOn !== undefined && definitiveOn <= day;
}

/** The annulling act of each annulled protocol; resolved from the last act back, the last word wins. */
function annulmentsAmong(effective: readonly Effective[]): ReadonlyMap<string, Effective> {
  const lastWord = new Map<string, Effective | 'restored'>();
  for (const act of [...effective].reverse()) {
    const target = act.annuls ?? act.restores;
    const said = lastWord.get(act.protocol);
    const hasEffect = act.state !== 'annulled' && (said === undefined || said === 'restored');
    if (target !== undefined && hasEffect && !lastWord.has(target)) {
      lastWord.set(target, act.annuls === undefined ? 'restored' : act);
    }
  }
  const annulledBy = new Map<string, Effective>();
  for (const [protocol, act] of lastWord) {
    if (act !== 'restored') {
      annulledBy.set(protocol, act);
    }
  }
  return annulledBy;
}

function isAnnulled(verbale: Judgement, annulledBy: ReadonlyMap<string, Effective>): boolean {
  return verbale.state === 'annulled' || annulledBy.has(verbale.protocol);
}

function byDecisionOrder(a: Effective, b: Effective): number {
  if (a.definitiveOn !== b.definitiveOn) {
    return a.definitiveOn < b.definitiveOn ? -1 : 1;
  }
  return compareProtocols(a.protocol, b.protocol);
}

const runs = /\d+|\D+/g;

/** Orders protocol numbers as numbers where they have digits: `P-9` before `P-10`. Total, and pure. */
export function compareProtocols(a: string, b: string): number {
  const [ones, others] = [a.match(runs) ?? [], b.match(runs) ?? []];
  for (const [index, one] of ones.entries()) {
    const order = compareRuns(one, others[index] ?? '');
    if (order !== 0) {
      return order;
    }
  }
  // Two protocols that differ in leading zeros alone are still two.
  return ones.length - others.length || compareTexts(a, b);
}

function compareRuns(a: string, b: string): number {
  if (!(/^\d/.test(a) && /^\d/.test(b))) {
    return compareTexts(a, b);
  }
  const [one, other] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return one.length - other.length || compareTexts(one, other);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function toAreaStatus(verbale: Judgement): AreaStatus {
  const { recognised, accompagnamento } = entails(verbale);
  return {
    protocol: verbale.protocol,
    giudizio: verbale.giudizio,
    recognised,
    ...(verbale.percentage === undefined ? {} : { percentage: verbale.percentage }),
    accompagnamento,
    ...(verbale.revisionOn === undefined ? {} : { revisionOn: verbale.revisionOn }),
    fiscalBenefits: verbale.fiscalBenefits,
    definitiveOn: verbale.definitiveOn,
  };
}

/** The class by which each area denies its condition. */
const negativeOf: Readonly<Record<Area, Giudizio>> = {
  invaliditaCivile: 'nonInvalido',
  cecitaCivile: 'nonCieco',
  sordita: 'nonSordo',
  disabilita: 'nonDisabile',
  handicap: 'nonHandicap',
};

/** @param act what annulled it; absent when the archive only marks it as annulled. */
function annulledStatus(verbale: Judgement, act: Effective | undefined): AreaStatus {
  const { protocol, definitiveOn } = act ?? verbale;
  return {
    protocol,
    giudizio: negativeOf[verbale.area],
    recognised: false,
    accompagnamento: false,
    fiscalBenefits: [],
    definitiveOn,
    annulled: true,
  };
}
