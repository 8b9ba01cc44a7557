import type { Language } from '../../shared/language.ts';
import type { Area } from '../registry/verbale.ts';

/** The five areas of the first level as pages call them (domain §2), with their law where it is the name. */
export const areaNames: Readonly<Record<Language, Readonly<Record<Area, string>>>> = {
  it: {
    invaliditaCivile: 'Invalidità civile',
    cecitaCivile: 'Cecità civile',
    sordita: 'Sordità',
    disabilita: 'Disabilità (legge 68/1999)',
    handicap: 'Handicap (legge 104/1992)',
  },
  en: {
    invaliditaCivile: 'Civil invalidity',
    cecitaCivile: 'Civil blindness',
    sordita: 'Deafness',
    disabilita: 'Disability for employment (law 68/1999)',
    handicap: 'Handicap (law 104/1992)',
  },
  de: {
    invaliditaCivile: 'Zivilinvalidität',
    cecitaCivile: 'Zivilblindheit',
    sordita: 'Gehörlosigkeit',
    disabilita: 'Behinderung im Arbeitsleben (Gesetz 68/1999)',
    handicap: 'Beeinträchtigung (Gesetz 104/1992)',
  },
  fr: {
    invaliditaCivile: 'Invalidité civile',
    cecitaCivile: 'Cécité civile',
    sordita: 'Surdité',
    disabilita: 'Handicap et emploi (loi 68/1999)',
    handicap: 'Handicap (loi 104/1992)',
  },
  sl: {
    invaliditaCivile: 'Civilna invalidnost',
    cecitaCivile: 'Civilna slepota',
    sordita: 'Gluhota',
    disabilita: 'Invalidnost pri zaposlovanju (zakon 68/1999)',
    handicap: 'Oviranost (zakon 104/1992)',
  },
};
