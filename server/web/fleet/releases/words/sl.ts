import { counted } from '../../../../../shared/plural.ts';
import type { ReleaseWords } from './words.ts';

export const words: ReleaseWords = {
  heading: 'Pravila',
  lead: 'Kaj sprašujejo prehodi, kdo je to odločil in kateri vir to pravi.',
  policy: 'Pravilo',
  authority: 'Organ',
  standing: 'Stanje',
  gates: 'Prehodi',
  waiting: (count) =>
    counted('sl', count, {
      one: 'različica čaka na potrditev',
      two: 'različici čakata na potrditev',
      few: 'različice čakajo na potrditev',
      other: 'različic čaka na potrditev',
    }),
  standings: {
    inForce: ({ version }) => `velja, različica ${version}`,
    retired: ({ reason }) => `ukinjeno${reason === '' ? '' : `: ${reason}`}`,
    later: ({ from }) => `velja od ${from}`,
    ended: ({ on }) => `poteklo ${on}`,
    proposed: () => 'nikoli potrjeno',
    unknown: () => 'ne obstaja',
  },
  gatesCannotCheck: (gates) =>
    counted('sl', gates, {
      one: 'prehod uporablja to pravilo in zdaj ne more preveriti: dodelite mu drugo ali potrdite novo različico.',
      two: 'prehoda uporabljata to pravilo in zdaj ne moreta preveriti: dodelite jima drugo ali potrdite novo različico.',
      few: 'prehodi uporabljajo to pravilo in zdaj ne morejo preveriti: dodelite jim drugo ali potrdite novo različico.',
      other:
        'prehodov uporablja to pravilo in zdaj ne more preveriti: dodelite jim drugo ali potrdite novo različico.',
    }),
  states: { proposed: 'čaka', released: 'potrjeno', withdrawn: 'umaknjeno', retired: 'ukinjeno' },
  law: 'Pravna podlaga',
  sources: 'Viri',
  checkedOn: (day) => `preverjeno ${day}`,
  history: 'Različice',
  version: 'Različica',
  validity: 'Velja',
  proposedBy: 'Predlagal',
  decidedBy: 'Odločil',
  note: 'Opomba',
  text: 'Besedilo pravila',
  trial: {
    heading: 'Preizkus: kdo gre mimo',
    against: (version) =>
      version === undefined
        ? 'nobena različica ne velja'
        : `primerjava z veljavno različico ${version}`,
    judgement: 'Ocena',
    answer: 'S to različico',
    before: 'Z veljavno',
    changes: (count) =>
      counted('sl', count, {
        one: 'odgovor se spremeni',
        two: 'odgovora se spremenita',
        few: 'odgovori se spremenijo',
        other: 'odgovorov se spremeni',
      }),
    noChange: 'Noben odgovor se ne spremeni.',
    others: 'Vse ocene',
    kinds: {
      adult: '46 let',
      minor: '10 let',
      elder: '76 let',
      withMark: 'z oznako hudih omejitev pri hoji',
      allNegative: 'negativno na vseh področjih',
      card: 'Kartica invalidnosti z A',
      nothing: 'v arhivu ni zapisnika',
    },
    outcomes: {
      granted: 'gre mimo',
      companion: 'gre mimo, s spremljevalcem',
      notCovered: 'ne gre mimo',
      notInArchive: 'prosi za dokument: v arhivu ni ničesar',
      notCoveredByArchive: 'prosi za drug dokument',
      other: 'ni mogoče preveriti',
    },
  },
  propose: {
    heading: 'Predlagajte različico',
    help: 'Pravilo v JSON, z viri. Brez »version« dobi naslednjo številko. Noben prehod ga ne uporablja, dokler ga drug upravitelj ne potrdi.',
    body: 'Pravilo',
    note: 'Zakaj se spreminja',
    tryIt: 'Preizkusi',
    propose: 'Predlagaj',
  },
  release: {
    heading: (version) => `Različica ${version}, čaka na potrditev`,
    help: 'Poglejte preizkus zgoraj: ko potrdite, velja od naslednje osebe dalje.',
    release: 'Potrdi',
    own: 'Predlagali ste jo vi: potrditi jo mora drug upravitelj.',
  },
  withdraw: { heading: 'Umakni predlog', reason: 'Razlog' },
  retire: {
    heading: 'Ukini pravilo',
    help: 'Od zdaj ne odgovarja nobena različica: prehodi s tem pravilom povedo, da zdaj ne morejo preveriti.',
    reason: 'Razlog',
  },
  done: {
    proposed: 'Predlagano: potrdi ga drug upravitelj.',
    released: 'Potrjeno: prehodi ga uporabljajo od zdaj.',
    withdrawn: 'Predlog je umaknjen.',
    retired: 'Ukinjeno: njegovi prehodi ne morejo preveriti.',
  },
};
