import type { Area, FiscalBenefit, Giudizio } from '../../registry/verbale.ts';

/** What a verbale says, in the words of pages. */
export interface VerbaleWords {
  /** The five areas of the first level (domain §2), with their law where it is the name. */
  areas: Readonly<Record<Area, string>>;
  /** For the second level alone (domain §3). */
  giudizi: Readonly<Record<Giudizio, string>>;
  /** In the place of a class, where every verbale of an area is annulled. */
  annulled: string;
  fiscalBenefits: Readonly<Record<FiscalBenefit, string>>;
}
