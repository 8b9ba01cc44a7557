import { counted } from '../../../../shared/plural.ts';
import type { ReadingWords } from './words.ts';

export const words: ReadingWords = {
  title: 'Prebrana koda QR',
  cardTitle: 'Prebrana kartica invalidnosti',
  intro:
    'Prebrali ste kodo osebe. Vprašajte jo za davčno številko (codice fiscale), vpišite jo sem in pritisnite »Preveri«: izvedeli boste, ali je status potrjen, brez odstotkov in brez diagnoze.',
  cardIntro:
    'Prebrali ste kartico invalidnosti. Vprašajte osebo za davčno številko (codice fiscale), vpišite jo sem in pritisnite »Preveri«: izvedeli boste le, ali je kartica veljavna.',
  codeLabel: 'Davčna številka osebe (codice fiscale)',
  codeHint: '16 znakov, natisnjenih tudi na zdravstveni kartici (11 števk, če je začasna).',
  verify: 'Preveri',
  formProblem: 'Preverite davčno številko',
  typed: (count) => `${count} od 16 znakov`,
  wellFormed: 'Številka je pravilno zapisana.',
  result: 'Izid preverjanja',
  areas: 'Potrjeni status na vsakem od petih področij',
  area: 'Področje',
  recognised: 'Priznano',
  yes: 'Da',
  no: 'Ne',
  meaningOfNo:
    '»Ne« pomeni, da v arhivu ni zapisa: sodba ali zapisnik izpred leta 2010 lahko obstaja na papirju. Tedaj poglejte zapisnik.',
  time: 'Preverjeno',
  reference: 'Referenčna številka',
  keepNothing:
    'Ta odgovor je občutljiv osebni podatek: ne fotografirajte ga in ne zapisujte. Zapišete lahko le referenčno številko. Oseba vidi to preverjanje v svojem območju.',
  again: 'Znova preveri to kodo',
  operators: 'Prikaži oceno (samo pooblaščeni operaterji)',
  cardValid: 'Kartica je veljavna',
  cardNotValid: 'Kartica ni veljavna',
  notRecognised: {
    title: 'Ni prepoznano',
    text: 'Koda in davčna številka ne spadata skupaj ali pa koda ne velja več. Preverite davčno številko z osebo.',
  },
  notInArchive: {
    title: 'Tega ne moremo potrditi elektronsko',
    text: 'To ni »ne«: v arhivu še ni ničesar. Sodbe in zapisniki izpred leta 2010 so le na papirju: prosite za papirni zapisnik.',
  },
  unavailable: {
    title: 'Tega zdaj ne moremo potrditi',
    text: 'Arhiv ne odgovarja. To ni »ne«: poskusite znova čez nekaj minut ali prosite za papirni zapisnik.',
  },
  throttled: {
    title: 'Preveč poskusov',
    text: (minutes) =>
      `Zaradi zaščite osebe je to preverjanje ustavljeno. Poskusite znova čez ${counted('sl', minutes, { one: 'minuto', two: 'minuti', few: 'minute', other: 'minut' })} ali prosite za papirni zapisnik.`,
  },
  needsLiveCode: {
    title: 'Potrebna je živa koda',
    text: 'S to kodo je bilo preveč poskusov. Zaradi zaščite osebe danes ne odgovarjamo več. Prosite jo, naj na telefonu odpre živo kodo, in preberite to; ali poglejte njeno kartico oziroma odločbo z osebnim dokumentom.',
  },
  stale: {
    title: 'Ta koda je potekla',
    text: 'To je živa koda, ki velja eno minuto: morda je fotografija. Prosite osebo, naj jo znova pokaže na svojem telefonu.',
  },
  notOurs: {
    title: 'Ta koda ni veljavna',
    text: 'Koda je nepopolna, ni od te storitve ali ni več v uporabi. Preberite jo znova; sicer prosite osebo, naj jo v svojem območju obnovi.',
  },
};
