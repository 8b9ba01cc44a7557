import type { Status } from '../registry/person-status.ts';
import {
  type Area,
  type FiscalBenefit,
  fiscalBenefits,
  type Giudizio,
  giudizi,
} from '../registry/verbale.ts';

/** One area's detail, each part with its legal reference. Shown once, stored nowhere. */
export interface AreaDetail {
  area: Area;
  giudizio: Giudizio;
  law: string;
  percentage?: number | undefined;
  accompagnamento: boolean;
  revisionOn?: string | undefined;
  fiscalBenefits: { name: FiscalBenefit; law: string }[];
}

/** What the second level shows of a status. Pure. */
export function detailOf(status: Status): AreaDetail[] {
  return Object.entries(status).map(([area, one]) => ({
    area: area as Area,
    giudizio: one.giudizio,
    law: giudizi[one.giudizio].law,
    percentage: one.percentage,
    accompagnamento: one.accompagnamento,
    revisionOn: one.revisionOn,
    fiscalBenefits: one.fiscalBenefits.map((name) => ({ name, law: fiscalBenefits[name] })),
  }));
}

/** The same as the text of an e-mail. Pure. */
export function formatDetail(detail: readonly AreaDetail[]): string {
  return detail
    .map(({ area, giudizio, law, percentage, revisionOn, fiscalBenefits: benefits }) =>
      [
        `${area}: ${giudizio} (${law})`,
        ...(percentage === undefined ? [] : [`  ${percentage} %`]),
        ...(revisionOn === undefined ? [] : [`  revisione: ${revisionOn}`]),
        ...benefits.map((benefit) => `  ${benefit.name} (${benefit.law})`),
      ].join('\n'),
    )
    .join('\n');
}
