import type { AreaStatus, Status } from '../registry/person-status.ts';
import {
  type Area,
  areas,
  type FiscalBenefit,
  fiscalBenefits,
  type Giudizio,
  giudizi,
} from '../registry/verbale.ts';

/** One area's detail with its legal references. Shown once and never stored. */
export interface AreaDetail {
  area: Area;
  giudizio: Giudizio;
  law: string;
  percentage?: number | undefined;
  accompagnamento: boolean;
  revisionOn?: string | undefined;
  fiscalBenefits: { name: FiscalBenefit; law: string }[];
  /** Every verbale of the area is annulled; the giudizio is then the one that denies the condition. */
  annulled?: true | undefined;
}

/** The second level's view of a status, in the order of the areas. Pure. */
export function detailOf(status: Status): AreaDetail[] {
  return areas.flatMap((area) => {
    const one = status[area];
    return one ? [toDetail(area, one)] : [];
  });
}

function toDetail(area: Area, one: AreaStatus): AreaDetail {
  const { giudizio, percentage, accompagnamento, revisionOn, annulled } = one;
  return {
    area,
    giudizio,
    law: giudizi[giudizio].law,
    percentage,
    accompagnamento,
    revisionOn,
    fiscalBenefits: one.fiscalBenefits.map((name) => ({ name, law: fiscalBenefits[name] })),
    annulled,
  };
}

/** The same as the text of an e-mail. Pure. */
export function formatDetail(detail: readonly AreaDetail[]): string {
  return detail.map(formatArea).join('\n');
}

function formatArea(one: AreaDetail): string {
  const { area, giudizio, law, percentage, revisionOn, fiscalBenefits: benefits, annulled } = one;
  const lines = [
    annulled ? `${area}: nessun verbale in vigore (annullato)` : `${area}: ${giudizio} (${law})`,
    percentage === undefined ? undefined : `  ${percentage} %`,
    revisionOn === undefined ? undefined : `  revisione: ${revisionOn}`,
    ...benefits.map((benefit) => `  ${benefit.name} (${benefit.law})`),
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}
