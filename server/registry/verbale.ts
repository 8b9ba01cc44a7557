import { z } from 'zod';
import { keysOf } from '../../shared/keys-of.ts';

/** The areas of the first level, in the order in which they are shown (domain §2). */
export const areas = [
  'invaliditaCivile',
  'cecitaCivile',
  'sordita',
  'disabilita',
  'handicap',
] as const;
export type Area = (typeof areas)[number];

/** The kinds of procedure that produce a verbale (domain §1). */
export const verbaleKinds = [
  'primaIstanza',
  'aggravamento',
  'revisione',
  'verificaStraordinaria',
  'autotutela',
] as const;

/**
 * The classes of giudizio, each with its area, legal reference and range of percentages. Names are ours,
 * because the numeric codes in use are local, not national (domain §3).
 */
export const giudizi = {
  nonInvalido: { area: 'invaliditaCivile', law: 'L. 118/1971 art. 2', range: [0, 33] },
  oltreUnTerzo: { area: 'invaliditaCivile', law: 'L. 118/1971 art. 2', range: [34, 66] },
  oltreDueTerzi: { area: 'invaliditaCivile', law: 'L. 118/1971 art. 2', range: [67, 73] },
  da74a99: { area: 'invaliditaCivile', law: 'L. 118/1971 artt. 2 e 13', range: [74, 99] },
  totale: { area: 'invaliditaCivile', law: 'L. 118/1971 artt. 2 e 12', range: [100, 100] },
  totaleNonDeambula: { area: 'invaliditaCivile', law: 'L. 18/1980 art. 1', range: [100, 100] },
  totaleNonAutosufficiente: {
    area: 'invaliditaCivile',
    law: 'L. 18/1980 art. 1; L. 508/1988 art. 1',
    range: [100, 100],
  },
  minoreDifficolta: { area: 'invaliditaCivile', law: 'L. 289/1990 art. 1', range: undefined },
  minoreAccompagnamento: {
    area: 'invaliditaCivile',
    law: 'L. 18/1980 art. 1; L. 289/1990',
    range: undefined,
  },
  anziano34a66: { area: 'invaliditaCivile', law: 'D.Lgs. 509/1988 artt. 6-9', range: [34, 66] },
  anziano67a99: { area: 'invaliditaCivile', law: 'D.Lgs. 509/1988 art. 6', range: [67, 99] },
  anziano100: { area: 'invaliditaCivile', law: 'D.Lgs. 509/1988 art. 6', range: [100, 100] },
  anzianoAccompagnamento: {
    area: 'invaliditaCivile',
    law: 'L. 18/1980 art. 1; D.Lgs. 509/1988 art. 6',
    range: [100, 100],
  },
  nonCieco: { area: 'cecitaCivile', law: 'L. 382/1970', range: undefined },
  ciecoAssoluto: { area: 'cecitaCivile', law: 'L. 382/1970; L. 138/2001 art. 2', range: undefined },
  ciecoParziale: { area: 'cecitaCivile', law: 'L. 382/1970; L. 138/2001 art. 3', range: undefined },
  ipovedenteGrave: { area: 'cecitaCivile', law: 'L. 138/2001 art. 4', range: undefined },
  nonSordo: { area: 'sordita', law: 'L. 381/1970 art. 1', range: undefined },
  sordo: { area: 'sordita', law: 'L. 381/1970 art. 1', range: undefined },
  sordocieco: { area: 'sordita', law: 'L. 107/2010 art. 2', range: undefined },
  nonDisabile: { area: 'disabilita', law: 'L. 68/1999 art. 1', range: undefined },
  disabile: { area: 'disabilita', law: 'L. 68/1999 art. 1', range: undefined },
  nonHandicap: { area: 'handicap', law: 'L. 104/1992 art. 3', range: undefined },
  handicap: { area: 'handicap', law: 'L. 104/1992 art. 3 c. 1', range: undefined },
  handicapGrave: { area: 'handicap', law: 'L. 104/1992 art. 3 c. 3', range: undefined },
  handicapArt21: { area: 'handicap', law: 'L. 104/1992 art. 21', range: undefined },
} as const satisfies Record<
  string,
  { area: Area; law: string; range: readonly [number, number] | undefined }
>;
export type Giudizio = keyof typeof giudizi;
export const giudizioNames = keysOf(giudizi);

/** The classes by which the archive explicitly denies the condition. */
export const negativeGiudizi: ReadonlySet<Giudizio> = new Set([
  'nonInvalido',
  'nonCieco',
  'nonSordo',
  'nonDisabile',
  'nonHandicap',
]);

/** The classes from which *indennità di accompagnamento* follows (domain §3). */
export const accompagnamentoGiudizi: ReadonlySet<Giudizio> = new Set([
  'totaleNonDeambula',
  'totaleNonAutosufficiente',
  'minoreAccompagnamento',
  'anzianoAccompagnamento',
  'ciecoAssoluto',
]);

/** Fiscal benefits a verbale may state (art. 4 DL 5/2012). */
export const fiscalBenefits = {
  veicoliAdattati: 'L. 449/1997 art. 8',
  veicoliSenzaAdattamento: 'L. 388/2000 art. 30 c. 7',
  contrassegnoParcheggio: 'DPR 495/1992 art. 381',
  ipovedenti: 'L. 138/2001 artt. 4-6',
} as const;
export type FiscalBenefit = keyof typeof fiscalBenefits;
const fiscalBenefitNames = keysOf(fiscalBenefits);

const isoDate = z.iso.date();
const protocol = z.string().min(1).max(64);

/** The archive starts in 2010; older verbali exist on paper only (domain §1). */
export const ARCHIVE_BEGINS = '2010-01-01';

const verbaleFields = z.strictObject({
  protocol,
  kind: z.enum(verbaleKinds),
  area: z.enum(areas),
  /** Absent only in an autotutela that merely annuls or restores another verbale. */
  giudizio: z.enum(giudizioNames).optional(),
  /** The verbale's own wording, at most a few lines. */
  text: z.string().max(2000).optional(),
  percentage: z.number().int().min(0).max(100).optional(),
  /** Follows from the giudizio, so it is compared with it and then dropped. */
  accompagnamento: z.boolean().optional(),
  revisionOn: isoDate.optional(),
  fiscalBenefits: z.array(z.enum(fiscalBenefitNames)).max(4).default([]),
  state: z.enum(['draft', 'definitive', 'superseded', 'annulled']),
  /** The day on which it became definitive; absent for a draft. */
  definitiveOn: isoDate.optional(),
  /** An autotutela's effect on an earlier verbale. */
  annuls: protocol.optional(),
  restores: protocol.optional(),
  /** Which correction of the archive this is: a higher one replaces what has the same protocol; absent: 1. */
  version: z.number().int().min(1).max(9999).optional(),
});
type ReceivedVerbale = z.infer<typeof verbaleFields>;

/** A verbale as received: its fields and the consistency between them. */
export const verbaleSchema = verbaleFields.superRefine(refine).transform(withoutDerived);
/** The same for an import row, whose other fields it drops. */
export const rowVerbaleSchema = z
  .object(verbaleFields.shape)
  .superRefine(refine)
  .transform(withoutDerived);
export type Verbale = Omit<ReceivedVerbale, 'accompagnamento'>;

function withoutDerived({ accompagnamento: _, ...verbale }: ReceivedVerbale): Verbale {
  return verbale;
}

function refine(verbale: ReceivedVerbale, context: z.RefinementCtx): void {
  for (const [path, message] of inconsistencies(verbale)) {
    context.addIssue({ code: 'custom', path: [path], message });
  }
}

function* inconsistencies(verbale: ReceivedVerbale): Generator<[keyof ReceivedVerbale, string]> {
  const { state, definitiveOn, giudizio, percentage, accompagnamento } = verbale;
  if ((state === 'draft') !== (definitiveOn === undefined)) {
    yield ['definitiveOn', 'is of a verbale that is not a draft, and only of that'];
  }
  if (definitiveOn !== undefined && definitiveOn < ARCHIVE_BEGINS) {
    yield ['definitiveOn', `is before the archive begins (${ARCHIVE_BEGINS})`];
  }
  const effect = verbale.annuls ?? verbale.restores;
  if (verbale.kind !== 'autotutela' && effect !== undefined) {
    yield ['kind', 'only an autotutela annuls or restores'];
  }
  if (verbale.annuls !== undefined && verbale.restores !== undefined) {
    yield ['restores', 'a verbale annuls or restores, not both'];
  }
  if (effect === verbale.protocol) {
    yield [verbale.annuls === undefined ? 'restores' : 'annuls', 'names the verbale itself'];
  }
  if (giudizio === undefined) {
    if (effect === undefined) {
      yield ['giudizio', 'is missing'];
    }
    if (percentage !== undefined) {
      yield ['percentage', 'has no place without a giudizio'];
    }
    if (accompagnamento === true) {
      yield ['accompagnamento', 'has no place without a giudizio'];
    }
    return;
  }
  if (accompagnamento !== undefined && accompagnamento !== accompagnamentoGiudizi.has(giudizio)) {
    yield ['accompagnamento', `contradicts the giudizio ${giudizio}`];
  }
  const { area, range } = giudizi[giudizio];
  if (area !== verbale.area) {
    yield ['giudizio', `belongs to the area ${area}`];
  }
  if (percentage === undefined ? range !== undefined : !within(percentage, range)) {
    yield ['percentage', range ? `is not from ${range[0]} to ${range[1]}` : 'has no place here'];
  }
}

function within(percentage: number, range: readonly [number, number] | undefined): boolean {
  return range !== undefined && percentage >= range[0] && percentage <= range[1];
}
